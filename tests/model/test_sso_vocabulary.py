"""The words of the SSO findings: complete, and in the three levels."""

from diagpack.model.sso_vocabulary import vocabulary


def test_every_row_has_a_level_words_and_a_source() -> None:
    for id, entry in vocabulary().items():
        assert entry.level in {"error", "warning", "info"}, id
        assert entry.title, id
        assert entry.means.endswith("."), id
        assert entry.source, id


def test_an_error_says_what_to_ask() -> None:
    assert [id for id, entry in vocabulary().items() if entry.level == "error" and not entry.ask] == []
