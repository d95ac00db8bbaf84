"""A small signed file: what was signed is what is read, whatever stands beside it."""

import json

import pytest

from diagpack.errors import PackageError
from diagpack.sign.signer import throwaway_signer
from diagpack.sign.statements import canonical, read_signed, signed_file

SIGNER = throwaway_signer()
GOOD = signed_file(canonical({"schema": "x/1", "a": 1}), schema="x/1", namespace="x@v1", signer=SIGNER)


def read(content: bytes, namespace: str = "x@v1") -> dict[str, object]:
    return read_signed(content, schema="x/1", namespace=namespace, what="file")[0]


def test_what_was_signed_is_read() -> None:
    assert read(GOOD) == {"schema": "x/1", "a": 1}


def test_the_readable_copy_must_equal_it() -> None:
    changed = json.loads(GOOD)
    changed["statement"]["a"] = 2

    with pytest.raises(PackageError, match="readable copy"):
        read(json.dumps(changed).encode())


def test_a_signature_for_another_purpose_is_refused() -> None:
    with pytest.raises(PackageError):
        read(GOOD, namespace="y@v1")
