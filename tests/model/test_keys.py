"""The case key gives subkeys and shows nothing."""

import pickle

import pytest

from diagpack.model.keys import CaseKey


def test_subkeys_differ_by_purpose_and_by_case() -> None:
    one, other = CaseKey(b"a" * 32), CaseKey(b"b" * 32)

    keys = {one.subkey("seal"), one.subkey("map"), other.subkey("seal")}

    assert len(keys) == 3
    assert one.subkey("seal") == CaseKey(b"a" * 32).subkey("seal")


def test_it_is_silent_and_stays_in_the_process() -> None:
    key = CaseKey(b"canary-key-canary-key-canary-key"[:32])

    assert "canary" not in f"{key} {key!r}"
    with pytest.raises(TypeError):
        pickle.dumps(key)


def test_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        CaseKey(b"short")
