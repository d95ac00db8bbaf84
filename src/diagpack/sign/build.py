"""From scanned files to a signed package.

Enters: `ScannedFiles` (so nothing that skipped the residue scan can be signed), the package's id, a signer. Leaves:
the bytes of the zip: SHA256SUMS over every file, its signature, and the files in the order of `model.package.FIRST`.
"""

from diagpack.errors import PackageError
from diagpack.model.package import FIRST, NAMESPACE, SIGNATURE, SUMS, TIMESTAMP
from diagpack.model.redacted import ScannedFiles
from diagpack.sign.container import write_zip
from diagpack.sign.signer import Signer
from diagpack.sign.sums import write_sums


def build(files: ScannedFiles, package_id: str, signer: Signer) -> bytes:
    """The signed zip. Raises PackageError (DP458) when a file has a name the container does not allow."""
    contents = dict(files.items())
    if taken := {SUMS, SIGNATURE, TIMESTAMP} & set(contents):
        raise PackageError("DP458", f"this package cannot be written: {min(taken)} is made by the signer")
    sums = write_sums(files.digests)
    contents[SUMS] = sums
    contents[SIGNATURE] = signer.sign(sums, NAMESPACE)
    return write_zip(package_id, {path: contents[path] for path in package_order(contents)})


def package_order(paths: dict[str, bytes]) -> list[str]:
    """`FIRST`, then the rest by the bytes of the path."""
    rest = sorted((path for path in paths if path not in FIRST), key=str.encode)
    return [*(path for path in FIRST if path in paths), *rest]
