"""What a verdict rests on."""

import hashlib
import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diagpack.errors import ExitCode
from diagpack.model.package import SIGNATURE, SUMS
from diagpack.sign.allowed_signers import TrustedKey, read_public_line
from diagpack.sign.container import write_zip
from diagpack.sign.delivery import sign_delivery
from diagpack.sign.signer import throwaway_signer
from diagpack.sign.trust import Trust
from diagpack.sign.verify import Verdict, verify
from tests.sign.packages import PRINCIPAL, TOP, contents, package, signed_files

SIGNER = throwaway_signer(PRINCIPAL)
STRANGER = throwaway_signer(PRINCIPAL)
TRUST = Trust.from_lines([(PRINCIPAL, SIGNER.public_line)])
GOOD = package(SIGNER)
GOOD_FILES = signed_files(SIGNER, contents())


def zipped(files: dict[str, bytes], top: str = TOP) -> bytes:
    return write_zip(top, files)


def without(*names: str) -> dict[str, bytes]:
    return {path: content for path, content in GOOD_FILES.items() if path not in names}


def test_a_genuine_package_is_proven() -> None:
    found = verify(GOOD, TRUST)

    assert found.verdict is Verdict.PROVEN
    assert [step.name for step in found.steps] == ["container", "signature", "signer", "digests", "manifest"]
    assert all(step.ok for step in found.steps)
    assert (found.signer, found.case, found.signed_at) == (PRINCIPAL, "CS-1042", "2026-11-20T10:00:00+00:00")
    assert found.package is not None
    assert found.package is found.intact_package
    assert (found.package.id, found.package.case_id, found.package.signer) == (TOP, "CS-1042", PRINCIPAL)
    assert found.package.sha256 == hashlib.sha256(GOOD).hexdigest()
    assert dict(found.package.files) == GOOD_FILES


def test_exit_codes_are_those_of_the_command_line() -> None:
    assert [each.exit_code for each in Verdict] == [
        ExitCode.OK,
        ExitCode.UNTRUSTED,
        ExitCode.INVALID,
        ExitCode.UNSIGNED,
    ]


def test_an_unknown_signer_is_untrusted_and_not_handed_out_as_proven() -> None:
    found = verify(package(STRANGER), TRUST)

    assert found.verdict is Verdict.UNTRUSTED
    assert found.package is None
    assert found.intact_package is not None
    assert found.signer == found.intact_package.signer == ""
    assert [step.name for step in found.steps if not step.ok] == ["signer"]


def test_a_stripped_signature_is_unsigned() -> None:
    found = verify(zipped(without(SIGNATURE)), TRUST)

    assert found.verdict is Verdict.UNSIGNED
    assert found.package is None
    assert found.signer == ""


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"not_after": datetime(2026, 11, 1, tzinfo=UTC)}, "expired"),
        ({"not_before": datetime(2026, 12, 1, tzinfo=UTC)}, "not valid yet"),
        ({"revoked_at": datetime(2026, 11, 21, tzinfo=UTC)}, "revoked"),
        ({"namespaces": ("git",)}, "purpose"),
    ],
)
def test_a_key_that_does_not_count_is_untrusted(change: dict[str, object], why: str) -> None:
    blob = read_public_line(SIGNER.public_line)
    trust = Trust((TrustedKey(PRINCIPAL, blob, **change),))  # type: ignore[arg-type]

    found = verify(GOOD, trust, at=datetime(2026, 11, 20, tzinfo=UTC))

    assert found.verdict is Verdict.UNTRUSTED
    assert any(why in step.reason for step in found.steps if not step.ok)


INVALID = {
    "not a zip": (b"PK", "container"),
    "a byte behind the end": (GOOD + b"\n", "container"),
    "no SHA256SUMS": (zipped(without(SUMS)), "container"),
    "another top folder": (zipped(GOOD_FILES, "CS-1042-esc2"), "manifest"),
    "a changed file": (zipped({**GOOD_FILES, "report.html": b"changed"}), "digests"),
    "an extra file": (zipped({**GOOD_FILES, "extra.txt": b""}), "digests"),
    "an extra file that looks like a signature": (zipped({**GOOD_FILES, "SHA256SUMS.asc": b""}), "digests"),
    "an extra file of a signature's name deeper down": (zipped({**GOOD_FILES, "a/SHA256SUMS": b""}), "digests"),
    "a missing file": (zipped(without("report.html")), "digests"),
    "a changed list": (zipped({**GOOD_FILES, SUMS: GOOD_FILES[SUMS].replace(b"0", b"1")}), "signature"),
    "an empty signature": (zipped({**GOOD_FILES, SIGNATURE: b""}), "signature"),
    "a signature for git": (zipped(signed_files(SIGNER, contents(), "git")), "signature"),
    "a signature of another package": (
        zipped({**GOOD_FILES, SIGNATURE: signed_files(SIGNER, contents("other"))[SIGNATURE]}),
        "signature",
    ),
    "a stripped signature and a changed file": (zipped({**without(SIGNATURE), "report.html": b"x"}), "digests"),
    "a manifest of another package": (package(SIGNER, contents("CS-1-esc1")), "manifest"),
    "no manifest": (
        package(SIGNER, {path: content for path, content in contents().items() if path != "manifest.json"}),
        "manifest",
    ),
    "a manifest that is not JSON": (package(SIGNER, contents(**{"manifest.json": b"{"})), "manifest"),
    "a manifest that is a list": (package(SIGNER, contents(**{"manifest.json": b"[]"})), "manifest"),
    "a manifest with a key twice": (
        package(SIGNER, contents(**{"manifest.json": f'{{"id": "x", "id": "{TOP}"}}'.encode()})),
        "manifest",
    ),
    "a deeply nested manifest": (package(SIGNER, contents(**{"manifest.json": b"[" * 100_000})), "manifest"),
    "a list with a repeated path": (
        zipped(
            {
                **GOOD_FILES,
                SUMS: GOOD_FILES[SUMS] * 2,
                SIGNATURE: SIGNER.sign(GOOD_FILES[SUMS] * 2, "diagpack-escalation@v1"),
            }
        ),
        "digests",
    ),
    "another signer than the package says": (
        package(SIGNER, contents(**{"run.json": json.dumps({"signer": "other@vendor.example"}).encode()})),
        "manifest",
    ),
}


@pytest.mark.parametrize("name", INVALID)
def test_invalid(name: str) -> None:
    content, step = INVALID[name]

    found = verify(content, TRUST)

    assert found.verdict is Verdict.INVALID
    assert found.package is None
    assert found.intact_package is None
    assert (found.signer, found.case, found.signed_at) == ("", "", None)
    assert found.steps[-1].name == step
    assert not found.steps[-1].ok


def test_a_stranger_cannot_hide_a_changed_file_behind_untrusted() -> None:
    files = signed_files(STRANGER, contents())

    assert verify(zipped({**files, "report.html": b"changed"}), TRUST).verdict is Verdict.INVALID


def test_reasons_never_quote_the_package() -> None:
    files = contents(**{"evidence/canary-name.txt": b"canary-content", "manifest.json": b'{"id": "canary-id"}'})

    for found in (
        verify(package(SIGNER, files), TRUST),
        verify(zipped({**GOOD_FILES, "canary-name": b""}), TRUST),
        verify(zipped({**GOOD_FILES, SUMS: b"canary-line\n"}), TRUST),
    ):
        assert "canary" not in repr(found.steps)


class TestDelivery:
    DELIVERY = sign_delivery("OPS-1234", TOP, hashlib.sha256(GOOD).hexdigest(), SIGNER)

    def test_the_issue_it_was_filed_as_is_proven(self) -> None:
        found = verify(GOOD, TRUST, issue="OPS-1234", delivery=self.DELIVERY)

        assert found.verdict is Verdict.PROVEN
        assert found.steps[-1].name == "delivery"

    def test_a_statement_alone_is_checked_too(self) -> None:
        assert verify(GOOD, TRUST, delivery=self.DELIVERY).verdict is Verdict.PROVEN

    @pytest.mark.parametrize(
        ("issue", "delivery"),
        [
            ("OPS-9", DELIVERY),
            ("OPS-1234", None),
            ("OPS-1234", b"{}"),
            ("OPS-1234", sign_delivery("OPS-1234", TOP, "0" * 64, SIGNER)),
            ("OPS-1234", sign_delivery("OPS-1234", "CS-1-esc1", hashlib.sha256(GOOD).hexdigest(), SIGNER)),
        ],
    )
    def test_anything_else_is_invalid(self, issue: str, delivery: bytes | None) -> None:
        assert verify(GOOD, TRUST, issue=issue, delivery=delivery).verdict is Verdict.INVALID

    def test_a_statement_of_a_stranger_is_untrusted(self) -> None:
        forged = sign_delivery("OPS-1234", TOP, hashlib.sha256(GOOD).hexdigest(), STRANGER)

        found = verify(GOOD, TRUST, issue="OPS-1234", delivery=forged)

        assert found.verdict is Verdict.UNTRUSTED
        assert found.package is None


def test_the_packages_own_date_is_not_believed() -> None:
    """run.json says 2026-11-20, when the key was valid; the reader's clock decides."""
    key = TrustedKey(PRINCIPAL, read_public_line(SIGNER.public_line), not_after=datetime(2026, 11, 21, tzinfo=UTC))

    found = verify(GOOD, Trust((key,)), at=datetime(2026, 11, 21, tzinfo=UTC) + timedelta(days=1))

    assert found.verdict is Verdict.UNTRUSTED


@settings(max_examples=400)
@given(st.integers(0, len(GOOD) - 1), st.integers(1, 255))
def test_no_flipped_byte_is_proven_with_other_content(position: int, change: int) -> None:
    damaged = bytearray(GOOD)
    damaged[position] ^= change

    found = verify(bytes(damaged), TRUST)

    if found.package is not None:
        # Only attributes that carry no content (a mode bit, an internal flag) may differ unnoticed.
        assert dict(found.package.files) == GOOD_FILES


@pytest.mark.deep
def test_no_flipped_byte_at_all_is_proven_with_other_content() -> None:
    """Every byte, every bit, and every other value of one byte in eight."""
    for position in range(len(GOOD)):
        changes = range(1, 256) if position % 8 == 0 else [1 << bit for bit in range(8)]
        for change in changes:
            damaged = bytearray(GOOD)
            damaged[position] ^= change
            found = verify(bytes(damaged), TRUST)
            assert found.package is None or dict(found.package.files) == GOOD_FILES


@given(st.integers(0, len(GOOD) - 1))
def test_no_truncation_is_proven(size: int) -> None:
    assert verify(GOOD[:size], TRUST).verdict is Verdict.INVALID


@given(st.binary(max_size=400))
def test_arbitrary_bytes_are_invalid_and_never_crash(junk: bytes) -> None:
    assert verify(junk, TRUST).verdict is Verdict.INVALID
