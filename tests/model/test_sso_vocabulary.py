"""The words of the SSO findings: complete, and in the three levels."""

import re

from diagpack.model.sso_vocabulary import vocabulary


def test_every_row_has_a_level_words_and_a_source() -> None:
    for id, entry in vocabulary().items():
        assert entry.level in {"error", "warning", "info"}, id
        assert entry.title, id
        assert entry.means.endswith("."), id
        assert entry.source, id


def test_an_error_says_what_to_ask() -> None:
    assert [id for id, entry in vocabulary().items() if entry.level == "error" and not entry.ask] == []


def test_no_section_number_looks_like_an_address_to_a_redactor() -> None:
    assert [id for id, entry in vocabulary().items() if re.search(r"\d+(\.\d+){3}", entry.source)] == []


def test_no_sentence_looks_like_a_name_with_its_value_to_a_redactor() -> None:
    keyed = re.compile(
        r"(?i)\b(user|login|password|token|code|phone|session|secret|key|name|cookie)s?\s*[:=]|bearer [a-z]{9}"
    )
    texts = [text for each in vocabulary().values() for text in (each.title, each.means, each.ask)]

    assert [text for text in texts if keyed.search(text)] == []
