"""What one HAR says about browser, system and network.

Enters: a HAR as a stream. Leaves: facts by name, each with its value and up to five citations. Sources: HAR 1.2; RFC
9110 (User-Agent, Via); User-Agent Client Hints; vendor documentation of the proxies named below.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, BinaryIO, Final

from diagpack.collectors.har.collected import collected_entries
from diagpack.collectors.har.walk import Reading
from diagpack.model.ref import ArtifactId, EvidenceRef, HarEntry

_ENTRIES_MAX: Final = 20_000
_REFS_MAX: Final = 5
_BROWSERS: Final = (
    ("Edge", re.compile(r"\bEdg(?:e|A|iOS)?/([\d.]+)")),
    ("Opera", re.compile(r"\bOPR/([\d.]+)")),
    ("Samsung Internet", re.compile(r"\bSamsungBrowser/([\d.]+)")),
    ("Firefox", re.compile(r"\b(?:Firefox|FxiOS)/([\d.]+)")),
    ("Chrome", re.compile(r"\b(?:HeadlessChrome|Chrome|CriOS)/([\d.]+)")),
    ("Safari", re.compile(r"\bVersion/([\d.]+).*Safari/")),
)
_SYSTEMS: Final = (
    ("Windows 10 or 11", re.compile(r"Windows NT 10\.0()")),
    ("Windows 8.1", re.compile(r"Windows NT 6\.3()")),
    ("Windows 7", re.compile(r"Windows NT 6\.1()")),
    ("iOS", re.compile(r"(?:iPhone|CPU) OS (\d+[_\d]*)")),
    ("macOS", re.compile(r"Mac OS X (\d+[_.\d]*)")),
    ("Android", re.compile(r"Android (\d+[.\d]*)")),
    ("ChromeOS", re.compile(r"CrOS \S+ ([\d.]+)")),
    ("Linux", re.compile(r"Linux()")),
)
# Response or request header (lower case), and what its presence says.
_PROXY_HEADERS: Final = {
    "via": "a proxy or CDN named itself in Via",
    "x-bluecoat-via": "Broadcom (Blue Coat) proxy",
    "x-zscaler-transaction-id": "Zscaler",
    "zscaler-client-ip": "Zscaler",
    "x-netskope-transaction-id": "Netskope",
    "x-forcepoint-id": "Forcepoint",
    "x-squid-error": "Squid",
    "x-cache-lookup": "Squid",
    "proxy-connection": "an explicit proxy",
    "proxy-agent": "an explicit proxy",
    "proxy-authenticate": "a proxy that asks for a login",
    "x-iws-via": "Trend Micro gateway",
    "x-mcafee-proxy": "McAfee gateway",
}
_EXTENSION = re.compile(r"^(?:chrome|moz|safari-web|edge)-extension://", re.IGNORECASE)
_BLOCKED = re.compile(r"ERR_BLOCKED_BY_(?:CLIENT|ADMINISTRATOR)|NS_ERROR_(?:TRACKING|CONTENT_BLOCKED)", re.IGNORECASE)
_TLS_ERROR = re.compile(r"ERR_CERT_\w+|ERR_SSL_\w+|SEC_ERROR_\w+|ERR_PROXY_\w+|ERR_TUNNEL_\w+")


@dataclass(slots=True)
class _Fact:
    """Values by count, with the first citations of each."""

    counts: Counter[str] = field(default_factory=Counter)
    refs: dict[str, list[str]] = field(default_factory=dict)

    def add(self, value: str, ref: str) -> None:
        self.counts[value] += 1
        refs = self.refs.setdefault(value, [])
        if len(refs) < _REFS_MAX:
            refs.append(ref)

    def most_common(self) -> dict[str, Any]:
        value = self.counts.most_common(1)[0][0]
        return {"value": value, "refs": self.refs[value]}

    def all(self) -> dict[str, Any]:
        refs = [ref for value in self.counts for ref in self.refs[value]][:_REFS_MAX]
        return {"value": sorted(self.counts), "refs": list(dict.fromkeys(refs))}

    def counted(self) -> dict[str, Any]:
        refs = [self.refs[value][0] for value in self.counts]
        return {"value": dict(sorted(self.counts.items())), "refs": list(dict.fromkeys(refs))[:_REFS_MAX]}


_LISTS: Final = ("proxy", "extensions", "blocked", "network_errors", "languages")
_COUNTED: Final = ("protocols", "tls")


def facts_of(stream: BinaryIO, artifact: str) -> dict[str, dict[str, Any]]:
    """Facts by name. Raises CollectError DP112 when the HAR is not whole."""
    found: dict[str, _Fact] = {}
    for name, value, ref in _observations(stream, artifact):
        if value:
            found.setdefault(name, _Fact()).add(value[:200], ref)
    facts: dict[str, dict[str, Any]] = {}
    for name in sorted(found):
        fact = found[name]
        facts[name] = fact.all() if name in _LISTS else fact.counted() if name in _COUNTED else fact.most_common()
    return facts


def _observations(stream: BinaryIO, artifact: str) -> Iterator[tuple[str, str, str]]:
    whole = str(EvidenceRef(ArtifactId(artifact)))
    reading = Reading()
    for number, entry in enumerate(collected_entries(stream, reading)):
        if number >= _ENTRIES_MAX:
            break
        if not isinstance(entry, dict):
            continue
        index = entry.get("_dpEntry")
        place = HarEntry(index if isinstance(index, int) else number)
        ref = str(EvidenceRef(ArtifactId(artifact), place))
        for name, fact in _of_entry(entry):
            yield name, fact, ref
    for part, name in (("creator", "capture_tool"), ("browser", "capture_browser")):
        named = _mapping(reading.log.get(part))
        yield name, " ".join(str(named.get(key) or "") for key in ("name", "version")).strip(), whole


def _of_entry(entry: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    request, response = _mapping(entry.get("request")), _mapping(entry.get("response"))
    sent, received = _headers(request), _headers(response)
    yield from _of_agent(sent)
    started = str(entry.get("startedDateTime") or "")
    zone = re.search(r"(Z|[+-]\d\d:?\d\d)$", started)
    # Chromium always writes Z, whatever the zone of the computer is.
    if zone and zone[1] != "Z":
        yield "time_zone", zone[1]
    if sent.get("accept-language"):
        yield "languages", sent["accept-language"]
    version = str(response.get("httpVersion") or request.get("httpVersion") or "").lower()
    yield "protocols", version if version != "unknown" else ""
    yield "tls", str(_mapping(entry.get("_securityDetails")).get("protocol") or "")
    for name in sorted(_PROXY_HEADERS.keys() & (sent.keys() | received.keys())):
        yield "proxy", _PROXY_HEADERS[name]
    if response.get("status") == 407:
        yield "proxy", "a proxy that asks for a login"
    url, error = str(request.get("url") or ""), str(response.get("_error") or "")
    if _EXTENSION.match(url):
        yield "extensions", url.split("/")[2] if url.count("/") > 2 else "unknown"
    if _BLOCKED.search(error):
        yield "blocked", error
    if match := _TLS_ERROR.search(error):
        yield "network_errors", match[0]


def _of_agent(sent: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    agent = sent.get("user-agent", "")[:1000]
    for name, pattern in _BROWSERS:
        if match := pattern.search(agent):
            yield "browser", f"{name} {match[1]}"
            break
    platform = sent.get("sec-ch-ua-platform", "").strip('"')
    version = sent.get("sec-ch-ua-platform-version", "").strip('"')
    if platform == "Windows" and version.split(".")[0].isdigit():
        # Windows 11 reports 13 and up (documentation of Sec-CH-UA-Platform-Version).
        yield "os", "Windows 11" if int(version.split(".")[0]) >= 13 else "Windows 10"
        return
    for name, pattern in _SYSTEMS:
        if match := pattern.search(agent):
            yield "os", f"{name} {match[1].replace('_', '.')}".strip()
            break


def _headers(message: Mapping[str, Any]) -> dict[str, str]:
    listed = message.get("headers")
    if not isinstance(listed, list):
        return {}
    return {str(each.get("name", "")).lower(): str(each.get("value", "")) for each in listed if isinstance(each, dict)}


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
