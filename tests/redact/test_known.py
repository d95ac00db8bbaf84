"""Results that return are kept, within bounds."""

import pytest

from diagpack.redact import known
from diagpack.redact.known import Known


def test_a_result_returns_with_its_counts_until_it_is_forgotten() -> None:
    texts: Known[str] = Known()
    texts.store("a", 1, ("b", {"user/place": 1}))

    assert texts.found["a"] == ("b", {"user/place": 1})
    texts.forget()
    assert not texts.found


def test_what_is_kept_has_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(known, "_CHARACTERS", 100)
    texts: Known[str] = Known()

    for number in range(50):
        texts.store(f"text {number}", 30, ("", {}))
        assert texts.found.keys() <= {f"text {each}" for each in range(number - 3, number + 1)}
        assert f"text {number}" in texts.found


def test_it_shows_nothing_of_what_it_holds() -> None:
    texts: Known[str] = Known()
    texts.store("canary", 6, ("canary", {}))

    assert "canary" not in repr(texts)
