"""A recall notice is obeyed when someone trusted signed it for exactly these bytes, and never otherwise."""

from datetime import UTC, datetime

import pytest

from diagpack.errors import PackageError
from diagpack.sign.delivery import sign_delivery
from diagpack.sign.recall import sign_recall, verify_recall
from diagpack.sign.signer import throwaway_signer
from diagpack.sign.trust import Trust
from diagpack.sign.verify import Verdict, verify
from tests.support.packages import SIGNER, verified_package

AT = datetime(2026, 3, 6, 9, 0, tzinfo=UTC)
PACKAGE = verified_package()
TRUST = Trust.from_lines([(SIGNER.principal, SIGNER.public_line)])


def notice(**changes: str) -> bytes:
    fields = {"package_id": PACKAGE.id, "zip_sha256": PACKAGE.sha256, "reason": "a name was left in", **changes}
    return sign_recall(fields["package_id"], fields["zip_sha256"], fields["reason"], AT, SIGNER)


def test_what_was_signed_is_read() -> None:
    found = verify_recall(notice())

    assert (found.package_id, found.zip_sha256, found.reason) == (PACKAGE.id, PACKAGE.sha256, "a name was left in")
    assert found.recalled_at == "2026-03-06T09:00:00+00:00"


def test_a_trusted_notice_makes_the_package_invalid_and_says_why() -> None:
    outcome = verify(PACKAGE.content, TRUST, recall=notice())

    assert outcome.verdict is Verdict.INVALID
    assert outcome.package is None
    assert outcome.steps[-1].name == "recall"
    assert "recalled by" in outcome.steps[-1].reason
    assert "a name was left in" in outcome.steps[-1].reason


def test_a_notice_of_a_stranger_changes_no_verdict() -> None:
    stranger = sign_recall(PACKAGE.id, PACKAGE.sha256, "trust me", AT, throwaway_signer("mallory@example.com"))

    outcome = verify(PACKAGE.content, TRUST, recall=stranger)

    assert outcome.verdict is Verdict.PROVEN
    assert not outcome.steps[-1].ok
    assert "trust me" not in outcome.steps[-1].reason


@pytest.mark.parametrize("changes", [{"zip_sha256": "0" * 64}, {"package_id": "CS-9-esc1"}])
def test_a_notice_for_another_package_does_not_concern_this_one(changes: dict[str, str]) -> None:
    outcome = verify(PACKAGE.content, TRUST, recall=notice(**changes))

    assert outcome.verdict is Verdict.PROVEN
    assert outcome.steps[-1].reason == "the notice is for another package"


@pytest.mark.parametrize(
    "content", [b"", b"[]", b"{}", notice()[:-40], notice().replace(b"left", b"lost"), b"x" * 70_000]
)
def test_what_is_no_notice_is_not_obeyed(content: bytes) -> None:
    with pytest.raises(PackageError):
        verify_recall(content)

    assert verify(PACKAGE.content, TRUST, recall=content).verdict is Verdict.PROVEN


def test_a_delivery_statement_is_no_recall_notice() -> None:
    with pytest.raises(PackageError):
        verify_recall(sign_delivery("ENG-1", PACKAGE.id, PACKAGE.sha256, SIGNER))


def test_a_hostile_reason_cannot_act_on_a_terminal() -> None:
    outcome = verify(PACKAGE.content, TRUST, recall=notice(reason="\x1b[2J\u202eevil"))

    assert "\x1b" not in outcome.steps[-1].reason
    assert "\u202e" not in outcome.steps[-1].reason
