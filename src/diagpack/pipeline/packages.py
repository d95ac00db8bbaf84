"""Reading finished packages: verify, and unpack what was verified.

Enters: a zip file and a trust store. Leaves: a verification, or a folder of verified bytes.
"""

from collections.abc import Iterator
from pathlib import Path

from diagpack.errors import PackageError, UsageError
from diagpack.model.package import VerifiedPackage
from diagpack.pipeline.settings import key_path, principal
from diagpack.sign.trust import Trust
from diagpack.sign.verify import Verification, verify
from diagpack.team.profile import Profile, load_profile

MAX_PACKAGE_BYTES = 2 << 30


def trust_for(trust: Path | None, profile: Profile, folder: Path | None = None) -> Trust:
    """The trust store: the file named, else the profile's (lines, or files beside it), else this user's own key."""
    if trust is not None:
        return Trust.from_allowed_signers(trust.read_text("utf-8"))
    if profile.trust:
        return Trust.from_allowed_signers(
            "\n".join(_trust_text(each, folder or Path()) for each in profile.trust) + "\n"
        )
    public = key_path().with_name(key_path().name + ".pub")
    if public.exists():
        line = " ".join(public.read_text("utf-8").split()[:2])
        return Trust.from_lines([(principal(), line)])
    return Trust()


def _trust_text(entry: str, folder: Path) -> str:
    path = folder / entry
    return path.read_text("utf-8") if " " not in entry and path.is_file() else entry


def verify_file(
    package: Path,
    *,
    trust: Path | None,
    profile: Path | None,
    issue: str | None = None,
    delivery: Path | None = None,
    recall: Path | None = None,
) -> Verification:
    """Verify a package file. Raises PackageError (DP430) when it is too big to be one."""
    if package.stat().st_size > MAX_PACKAGE_BYTES:
        raise PackageError("DP430", "this file is larger than any package", hint="packages stay below 2 GiB")
    statement = delivery.read_bytes() if delivery is not None else None
    return verify(
        package.read_bytes(),
        trust_for(trust, load_profile(profile), profile.parent if profile else None),
        issue=issue,
        delivery=statement,
        recall=recall.read_bytes() if recall is not None else None,
    )


def unpack(package: VerifiedPackage, parent: Path) -> Path:
    """Write the verified bytes to `parent/<package id>`. Raises UsageError (DP907) when that folder exists."""
    folder = parent / package.id
    if folder.exists():
        raise UsageError("DP907", "the folder to unpack into exists", hint="name another with --into, or remove it")
    for path, content in _members(package):
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    return folder


def _members(package: VerifiedPackage) -> Iterator[tuple[str, bytes]]:
    # The strict reader already refused absolute, parent and device names.
    yield from package.files.items()
