"""The figures of a capture, gathered while the entries pass by; `judge` says what they mean.

Enters: exchanges in order. Leaves: first and last time, hosts, clock skew, counts of failures and of bodies. Holds
counters and small samples only.
"""

from collections import Counter
from datetime import datetime
from itertools import chain
from operator import itemgetter
from statistics import median
from typing import Any, Final

from diagpack.model.clocks import browser_ahead, is_fresh
from diagpack.model.exchange import Exchange

SKEW_LIMIT_SECONDS: Final = 120
_FIRST_CALLS: Final = 3
_SIGN_IN: Final = ("/login", "/signin", "/sign-in", "/logon", "/authenticate", "/session/new")
MAX_SAMPLES: Final = 2_000
# A recording of something slow shows the problem although nothing failed.
SLOW_MS: Final = 3_000
_SENSITIVE: Final = frozenset({"cookie", "set-cookie", "authorization"})
_NAME: Final = itemgetter(0)


class Survey:
    """Counts of one capture."""

    def __init__(self) -> None:
        self.total = 0
        self.hosts: Counter[str] = Counter()
        self.first: datetime | None = None
        self.last: datetime | None = None
        self.skews: list[float] = []
        self.has_credentials = False
        self.bodies = self.bodies_expected = self.bodies_cut = 0
        self.has_sign_in = self.begins_signed_in = False
        self.refused = 0
        self.failed = self.slow = self.blocked = self.cached = 0
        self.documents: list[tuple[str, str, str]] = []
        self.user_agent = ""
        self.flow: set[str] = set()

    def add(self, exchange: Exchange, is_failed: bool) -> None:
        self.total += 1
        if len(self.hosts) < 5_000 or exchange.host in self.hosts:
            self.hosts[exchange.host] += 1
        self._times(exchange)
        self.failed += is_failed
        self.slow += exchange.duration_ms >= SLOW_MS and not exchange.is_websocket
        self.cached += exchange.is_from_cache
        self.refused += exchange.status in (401, 403)
        self.blocked += "BLOCKED_BY_CLIENT" in exchange.error or "-extension:" in exchange.initiator_url[:20]
        if exchange.response_size > 0 and exchange.status not in (204, 304):
            self.bodies_expected += 1
            self.bodies += exchange.response_text is not None
            # A character has four bytes at most: what is shorter than a quarter was cut when it was recorded.
            self.bodies_cut += 0 < 4 * len(exchange.response_text or "") < exchange.response_size
        if not self.has_credentials:
            names = map(_NAME, chain(exchange.request_headers, exchange.response_headers))
            self.has_credentials = not _SENSITIVE.isdisjoint(map(str.lower, names))
        if exchange.is_document and len(self.documents) < 500:
            site = exchange.request_header("sec-fetch-site")
            self.documents.append((exchange.url, exchange.request_header("referer"), site))
        self.user_agent = self.user_agent or exchange.request_header("user-agent")
        self._stage(exchange)

    def _times(self, exchange: Exchange) -> None:
        started = exchange.started
        if started is None:
            return
        self.first = min(self.first or started, started)
        self.last = max(self.last or started, started)
        if len(self.skews) >= MAX_SAMPLES or not is_fresh(exchange):
            return
        sample = browser_ahead(exchange)
        if sample is not None:
            self.skews.append(sample)

    def _stage(self, exchange: Exchange) -> None:
        url = exchange.url.lower()
        if self.total <= _FIRST_CALLS:
            self.begins_signed_in |= bool(exchange.request_header("cookie") or exchange.request_header("authorization"))
        self.has_sign_in = self.has_sign_in or any(word in url for word in _SIGN_IN)
        body = (exchange.request_body or "").lower()[:200]
        if "samlrequest=" in url or "samlrequest=" in body or "/authorize" in url or "/adfs/" in url:
            self.flow.add("start")
        if "samlresponse=" in body or "samlresponse=" in url or "wresult=" in body:
            self.flow.add("acs")
        if "code=" in url and "state=" in url and "response_type" not in url:
            self.flow.add("callback")

    @property
    def skew_seconds(self) -> float | None:
        """Median of (customer's clock minus server's clock), or None without samples."""
        return round(median(self.skews), 1) if self.skews else None


def browser_of(log: dict[str, Any], user_agent: str) -> str:
    """The recording browser by its user agent, else by what the HAR says of itself."""
    named = log.get("browser") or log.get("creator")
    name = named.get("name") if isinstance(named, dict) else named
    for text in (user_agent.lower(), str(name or "").lower()):
        # Every browser's user agent names the ones it descends from: the most special comes first.
        for mark, browser in (
            ("edg", "edge"),
            ("firefox", "firefox"),
            ("chrom", "chrome"),
            ("webinspector", "chrome"),
            ("safari", "safari"),
            ("webkit", "safari"),
        ):
            if mark in text:
                return browser
    return ""
