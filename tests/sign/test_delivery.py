"""The statement that ties a package to its issue."""

import base64
import json

import pytest

from diagpack.errors import PackageError
from diagpack.sign.delivery import DELIVERY_NAMESPACE, sign_delivery, sign_statement, statement, verify_delivery
from diagpack.sign.signer import throwaway_signer

SIGNER = throwaway_signer()
GOOD = sign_delivery("OPS-1234", "CS-1042-esc1", "a" * 64, SIGNER)


def test_what_was_signed_is_read() -> None:
    found = verify_delivery(GOOD)

    assert (found.issue, found.package_id, found.zip_sha256) == ("OPS-1234", "CS-1042-esc1", "a" * 64)
    assert SIGNER.public_line.split()[1] == base64.b64encode(found.key.blob).decode()


def test_a_person_can_read_it() -> None:
    assert json.loads(GOOD)["statement"]["issue"] == "OPS-1234"


def changed(**fields: object) -> bytes:
    return json.dumps({**json.loads(GOOD), **fields}).encode()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"not json",
        b"[" * 60000,
        b" " * 70000,
        changed(payload=None),
        changed(payload="!!!"),
        changed(payload=base64.b64encode(statement("OPS-9", "CS-1042-esc1", "a" * 64)).decode()),
        changed(signature=""),
        changed(signature="é"),
        changed(signature=SIGNER.sign(statement("OPS-1234", "CS-1042-esc1", "a" * 64), "git").decode()),
        changed(statement={"issue": "OPS-9"}),
        sign_statement(b'{"schema": "diagpack.delivery/2"}', SIGNER),
        sign_statement(b'{"schema": "diagpack.delivery/1", "issue": 1}', SIGNER),
        sign_statement(b'{"schema": "diagpack.delivery/1", "issue": "A-1", "package": "p"}', SIGNER),
    ],
)
def test_anything_else_is_refused(content: bytes) -> None:
    with pytest.raises(PackageError) as caught:
        verify_delivery(content)

    assert caught.value.id in ("DP457", "DP451")


def test_its_namespace_is_not_that_of_packages() -> None:
    assert DELIVERY_NAMESPACE != "diagpack-escalation@v1"
