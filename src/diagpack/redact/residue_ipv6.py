"""IPv6 addresses in finished bytes, in one spelling.

Enters: a layer of bytes. Leaves: what stands there as an IPv6 address, as RFC 5952 writes it, whatever way it was
written. Looked for only where a case knows such addresses: text is full of hex digits and colons.
"""

import ipaddress
import re
from collections.abc import Iterator
from typing import Final

from diagpack.redact.residue_decode import fast, spans

# The fingerprint of this says that a case knows IPv6 addresses.
MARK: Final = b"\0ipv6"
_RUN: Final = fast(r"[0-9A-Fa-f:]*(?:::|(?:[0-9A-Fa-f]{1,4}:){7})[0-9A-Fa-f:.]*")
_LONGEST: Final = 64
_FULL: Final = re.compile(r"(?:[0-9A-Fa-f]{1,4}:){7}[0-9A-Fa-f]{1,4}")
# Of an address in full.
_COLONS: Final = 7
# Something like `from:` or a name that ends in hex digits may stand in front.
_MOST_HEADS: Final = 3


def addresses(data: bytes) -> set[bytes]:
    """Every address in the one spelling."""
    runs = {data[start : min(end, start + _LONGEST)] for start, end in spans(_RUN, data)}
    return {each for run in runs for each in _spelled(run.strip(b".").decode("ascii"))}


def _spelled(run: str) -> Iterator[bytes]:
    if spelling := _in_full(run):
        yield spelling.encode("ascii")
        return
    for _ in range(_MOST_HEADS):
        # A port, a colon of the sentence or a full stop may stand behind.
        for text in dict.fromkeys((run, run.removesuffix(":"), run.removeprefix(":"), run.rsplit(":", 1)[0])):
            if "::" not in text and "." not in text and text.count(":") != _COLONS:
                continue
            spelling = _in_full(text) or _as_module_says(text)
            if spelling:
                yield spelling.encode("ascii")
        head, colon, rest = run.partition(":")
        if not colon or not head or rest.startswith(":"):
            return
        run = rest


def _in_full(text: str) -> str:
    """The spelling of eight groups that are no zeros: most addresses are such, and the module takes long."""
    if _FULL.fullmatch(text) is None:
        return ""
    groups = [each.lstrip("0") for each in text.lower().split(":")]
    return ":".join(groups) if all(groups) else ""


def _as_module_says(text: str) -> str:
    try:
        return str(ipaddress.IPv6Address(text))
    except ValueError:
        return ""
