"""Host names, only when the policy does not keep them (it does by default: they are diagnostic).

Reported: hosts of URLs, and names that end in an internal suffix or a common top-level domain. Kept: the listed hosts
and everything below them. Java packages and file names are not hosts.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from diagpack.redact.detectors._engine import Rank, compiled
from diagpack.redact.spans import Detector, Span

_HOST: Final = r"\b[A-Za-z0-9](?:[A-Za-z0-9_-]*\.)+[A-Za-z][A-Za-z0-9-]+"
_NAME = compiled(_HOST)
# RFC 6761, RFC 6762, and suffixes in use inside companies.
_INTERNAL: Final = frozenset("corp local internal lan intranet home localdomain private domain ad svc arpa".split())
_TOP: Final = frozenset(
    "com org net edu gov mil int io dev app cloud ai co info biz example test invalid tech online site xyz me tv "
    "eu de at ch fr uk ie es it pt nl be lu dk se no fi is pl cz sk hu ro bg gr hr si rs tr ru ua il in cn jp kr tw hk "
    "sg my th id ph vn au nz za br ar mx cl ca us".split()
)
_PACKAGE_ROOTS: Final = frozenset("com org net io java javax sun jdk scala kotlin spring microsoft system".split())


class HostNames:
    """Host names by place and suffix. Inactive until configured with a policy that does not keep them."""

    id = "host-name"
    entities = ("host",)
    rank = Rank.PERSONAL

    def __init__(self, *, is_active: bool = False, keep: Sequence[str] = ()) -> None:
        self.is_active = is_active
        self.keep = tuple(host.lower().lstrip(".") for host in keep)

    def configured(self, config: Mapping[str, Any]) -> "HostNames":
        is_active = config["classes"].get("host", "keep") != "keep"
        return HostNames(is_active=is_active, keep=config["keep_hosts"])

    def trigger(self) -> str:
        """A pattern that matches wherever a finding may be; none while inactive."""
        return _HOST if self.is_active else ""

    def scan(self, data: bytes, context: str = "") -> Iterator[Span]:
        if not self.is_active:
            return
        for start, end in _NAME.spans(data):
            name = data[start:end].decode("ascii").lower()
            if not self._is_kept(name) and _is_host(data, start, end, name):
                yield Span(start, end, "host", "host-name")

    def _is_kept(self, name: str) -> bool:
        return any(name == host or name.endswith("." + host) for host in self.keep)


def _is_host(data: bytes, start: int, end: int, name: str) -> bool:
    if data[max(0, start - 3) : start] == b"://":
        return True
    labels = name.split(".")
    if data[end : end + 1] in (b"(", b"$") or labels[0] in _PACKAGE_ROOTS:
        return False
    return labels[-1] in _INTERNAL or labels[-1] in _TOP


DETECTOR: Final[Detector] = HostNames()
