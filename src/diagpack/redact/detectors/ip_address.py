"""Public IPv4 and IPv6 addresses.

Private, loopback, link-local, shared and multicast addresses are diagnostic and not reported unless asked for.
"""

import functools
import ipaddress
from collections.abc import Iterator, Mapping
from typing import Any, Final

from diagpack.redact.detectors._engine import Rank, union_source
from diagpack.redact.detectors._gate import RARE
from diagpack.redact.detectors._rules import RuleDetector
from diagpack.redact.ipv6 import packed_ipv6
from diagpack.redact.rulebook import load_rules
from diagpack.redact.spans import Detector, Span, span_of

# RFC 1918, 1122, 3927, 6598, 5771, 919; RFC 4291, 4193. Documentation ranges are treated as public on purpose.
_INTERNAL: Final = tuple(
    ipaddress.ip_network(each)
    for each in (
        "0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.168.0.0/16 224.0.0.0/4 "
        "255.255.255.255/32 ::/127 fe80::/10 fc00::/7 ff00::/8"
    ).split()
)
_INTERNAL_V6: Final = tuple((int(each.network_address), int(each.netmask)) for each in _INTERNAL if each.version == 6)
# First bytes of these: of the others, one look says that they are none.
_INTERNAL_V6_STARTS: Final = frozenset((0x00, 0xFC, 0xFD, 0xFE, 0xFF))
_INTERNAL_V4: Final = tuple((int(each.network_address), int(each.netmask)) for each in _INTERNAL if each.version == 4)

# Words right in front of a version or a section number.
_BEFORE_VERSIONS: Final = tuple(
    b"version release build ver core section chapter rfc chrome chromium firefox safari edge edg opera webkit android "
    b"ios macos windows python node java ruby php nginx apache openssl kernel".split()
)
# What stands between them and the number, or ends them.
_IN_FRONT: Final = frozenset(b"/ =:\"'" + bytes(each[-1] for each in _BEFORE_VERSIONS)).union(
    bytes(each[-1] for each in _BEFORE_VERSIONS).upper()
)


@functools.lru_cache(maxsize=1 << 16)
def is_internal(value: bytes) -> bool:
    """Whether an address is of no use outside its own network."""
    if b":" not in value:
        number = int.from_bytes(map(int, value.split(b".")), "big")
        return any(number & mask == network for network, mask in _INTERNAL_V4)
    packed = packed_ipv6(value.decode("ascii"))
    if packed is None or packed[0] not in _INTERNAL_V6_STARTS:
        return False
    number = int.from_bytes(packed, "big")
    return any(number & mask == network for network, mask in _INTERNAL_V6)


# An address without `::` has no part that a search could look for first.
_LONG: Final = "ipv6-full"
_has_long: Final = RARE.add(lambda: union_source(each for each in load_rules("personal") if each.id == _LONG))


class IpAddresses:
    """Addresses by shape and guards."""

    id = "ip-address"
    entities = ("ip",)
    rank = Rank.PERSONAL

    def __init__(self, *, with_internal: bool = False) -> None:
        self.with_internal = with_internal
        self._rules = RuleDetector(self.id, self.entities, ("ipv4", "ipv6-short"), is_frequent=True)
        self._long = RuleDetector(self.id, self.entities, (_LONG,), is_frequent=True)

    def configured(self, config: Mapping[str, Any]) -> "IpAddresses":
        return IpAddresses(with_internal=config["private_ip"] != "keep")

    def trigger(self) -> str:
        """A pattern that matches wherever a finding may be."""
        return f"{self._rules.trigger()}|{self._long.trigger()}"

    def scan(self, data: bytes, context: str = "") -> Iterator[Span]:
        yield from self._addresses(data, self._rules)
        if _has_long(data):
            yield from self._addresses(data, self._long)

    def _addresses(self, data: bytes, rules: RuleDetector) -> Iterator[Span]:
        for scanner in rules.triggered(data):
            rule = scanner.rule.id
            for start, end in scanner.values(data):
                # No host has the address 144.0.0.0; browsers write their versions like that.
                if data.endswith(b".0.0.0", start, end) or (
                    start and data[start - 1] in _IN_FRONT and _is_product_version(data, start, end)
                ):
                    continue
                if self.with_internal or not is_internal(data[start:end]):
                    yield span_of((start, end, "ip", rule))


def _is_product_version(data: bytes, start: int, end: int) -> bool:
    """`Name/10.15.7.1` and `version 1.2.3.4`: four numbers that are no address. A port stands behind an address."""
    if data[end : end + 1] == b":" and data[end + 1 : end + 3].isdigit():
        return False
    before = data[max(0, start - 12) : start].lower()
    if before.endswith(b"/"):
        return len(before) > 1 and before[-2:-1].isalnum() and not before.endswith((b"ip/", b"//"))
    return before.rstrip(b" =:\"'").endswith(_BEFORE_VERSIONS)


DETECTOR: Final[Detector] = IpAddresses()
