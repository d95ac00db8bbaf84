"""SHA256SUMS: the one file the signature covers, in the form `sha256sum -c` reads.

Enters: paths and digests, or the bytes of the file. Leaves: the bytes, or paths and digests. Raises PackageError
(DP452) on a line that is not exactly a digest, two spaces and a path.
"""

import re
from collections.abc import Mapping

from diagpack.errors import PackageError

_LINE = re.compile(r"([0-9a-f]{64})  ([^\x00-\x1f\x7f\\ ][^\x00-\x1f\x7f\\]*)", re.ASCII)


def write_sums(digests: Mapping[str, str]) -> bytes:
    """One line a file, sorted by the bytes of the path."""
    ordered = sorted(digests.items(), key=lambda pair: pair[0].encode())
    return "".join(f"{digest}  {path}\n" for path, digest in ordered).encode()


def parse_sums(content: bytes) -> dict[str, str]:
    """Path to digest. Raises PackageError (DP452)."""
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        raise _refused("it is not text") from None
    if not text.endswith("\n"):
        raise _refused("its last line is cut short")
    digests: dict[str, str] = {}
    for number, line in enumerate(text[:-1].split("\n"), start=1):
        match = _LINE.fullmatch(line)
        if match is None:
            raise _refused(f"line {number} is not a digest and a path")
        digest, path = match.groups()
        if path in digests:
            raise _refused(f"line {number} repeats a path")
        digests[path] = digest
    return digests


def _refused(reason: str) -> PackageError:
    return PackageError("DP452", f"SHA256SUMS is refused: {reason}", hint="ask for the package as diagpack wrote it")
