"""Whose signature counts: the file named, the profile's, or one's own key."""

from pathlib import Path

import pytest

from diagpack.errors import UsageError
from diagpack.pipeline.packages import trust_for, unpack, verify_file
from diagpack.pipeline.settings import allowed_signers, user_signer
from diagpack.sign.verify import Verdict
from diagpack.team.profile import Profile
from tests.support.packages import SIGNER, verified_package


@pytest.fixture
def package(tmp_path: Path) -> Path:
    path = tmp_path / "CS-1-esc1.zip"
    path.write_bytes(verified_package().content)
    return path


def test_without_trust_nobody_is_trusted(package: Path) -> None:
    assert verify_file(package, trust=None, profile=None).verdict is Verdict.UNTRUSTED


def test_a_file_of_allowed_signers_is_used(package: Path, tmp_path: Path) -> None:
    (tmp_path / "trust").write_text(allowed_signers(SIGNER))

    assert verify_file(package, trust=tmp_path / "trust", profile=None).verdict is Verdict.PROVEN


def test_the_profile_may_hold_lines_or_name_files(package: Path, tmp_path: Path) -> None:
    (tmp_path / "trust").write_text(allowed_signers(SIGNER))
    line = allowed_signers(SIGNER).strip()

    for trusted in (trust_for(None, Profile(trust=(line,))), trust_for(None, Profile(trust=("trust",)), tmp_path)):
        assert len(trusted.keys) == 1


def test_ones_own_key_is_trusted_by_default() -> None:
    user_signer(Profile())

    assert len(trust_for(None, Profile()).keys) == 1


def test_unpacking_never_mixes_with_other_files(tmp_path: Path) -> None:
    package = verified_package()

    folder = unpack(package, tmp_path)

    assert (folder / "ticket.md").read_bytes() == b"# ticket\n"
    with pytest.raises(UsageError, match="exists"):
        unpack(package, tmp_path)
