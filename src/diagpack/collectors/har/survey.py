"""What a capture is worth: figures and quality findings, gathered while the entries pass by.

Enters: exchanges in order. Leaves: facts of the `har` artifact: first and last time, clock skew, and `capture`, a list
of `{id, level, message, ask}` where `ask` is the sentence for the customer. Holds counters and small samples only.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from statistics import median
from typing import Any, Final

from diagpack.collectors.har.truncation import Truncation
from diagpack.model.case import Window
from diagpack.model.clocks import browser_ahead, is_fresh
from diagpack.model.exchange import Exchange, host_of
from diagpack.model.party import Party

SKEW_LIMIT_SECONDS: Final = 120
MAX_SAMPLES: Final = 2_000
# A recording of something slow shows the problem although nothing failed.
SLOW_MS: Final = 3_000
_SENSITIVE: Final = ("cookie", "set-cookie", "authorization")
_BROWSERS: Final = ("chrome", "firefox", "safari", "edge")


class Survey:
    """Counts of one capture."""

    def __init__(self) -> None:
        self.total = 0
        self.hosts: Counter[str] = Counter()
        self.first: datetime | None = None
        self.last: datetime | None = None
        self.skews: list[float] = []
        self.has_credentials = False
        self.bodies = self.bodies_expected = 0
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
        self.blocked += "BLOCKED_BY_CLIENT" in exchange.error or "-extension:" in exchange.initiator_url[:20]
        if exchange.response_size > 0 and exchange.status not in (204, 304):
            self.bodies_expected += 1
            self.bodies += exchange.response_text is not None
        if not self.has_credentials:
            names = {name.lower() for name, _ in (*exchange.request_headers, *exchange.response_headers)}
            self.has_credentials = not names.isdisjoint(_SENSITIVE)
        if exchange.is_document and len(self.documents) < 500:
            site = exchange.request_header("sec-fetch-site")
            self.documents.append((exchange.url, exchange.request_header("referer"), site))
        self.user_agent = self.user_agent or exchange.request_header("user-agent")
        self._stage(exchange)

    def _times(self, exchange: Exchange) -> None:
        started = exchange.started
        if started is None or started.year < 2000:
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


def capture_findings(
    survey: Survey,
    *,
    log: dict[str, Any],
    window: Window | None,
    hosts: Sequence[str],
    browser: str,
    truncation: Truncation | None,
) -> list[dict[str, str]]:
    """Findings on the capture itself, the most serious first."""
    found = [
        _truncated(truncation),
        _hosts(survey, hosts),
        _window(survey, window),
        _preserve_log(survey),
        _failure(survey),
        _sanitized(survey),
        _bodies(survey),
        _flow(survey),
        _skew(survey),
        _blocked(survey),
        _browser(survey, log, browser),
        _pages(log),
    ]
    return [each for each in found if each is not None]


def _finding(id: str, level: str, message: str, ask: str = "") -> dict[str, str]:
    return {"id": id, "level": level, "message": message, "ask": ask}


def _truncated(truncation: Truncation | None) -> dict[str, str] | None:
    if truncation is None:
        return None
    return _finding(
        "har.truncated",
        "error",
        f"The file is damaged: {truncation.words}.",
        "The HAR file arrived damaged. Please export it again and send it as a file, zipped, not pasted.",
    )


def _hosts(survey: Survey, hosts: Sequence[str]) -> dict[str, str] | None:
    party = Party(hosts)
    if not party.is_stated or any(party.includes(host) for host in survey.hosts if host):
        return None
    seen = ", ".join(f"{count} to {host}" for host, count in survey.hosts.most_common(3) if host)
    return _finding(
        "har.has_host",
        "error",
        f"No request to {', '.join(hosts[:3])} in this capture; it has {seen or 'none to any host'}.",
        f"The recording has no request to {hosts[0]}. Was another tab recorded? "
        "Please record the tab in which it fails.",
    )


def _window(survey: Survey, window: Window | None) -> dict[str, str] | None:
    if window is None or survey.first is None or survey.last is None:
        return None
    if survey.first <= window.end and survey.last >= window.start:
        return None
    return _finding(
        "har.window",
        "warning",
        f"Recorded {_shown(survey.first)} to {_shown(survey.last)}, but the incident was "
        f"{_shown(window.start)} to {_shown(window.end)}.",
        "The recording was made at another time than the incident you named. Please record it again while it fails, "
        "or correct the time.",
    )


def _preserve_log(survey: Survey) -> dict[str, str] | None:
    starts_inside = survey.flow & {"acs", "callback"} and "start" not in survey.flow
    if survey.documents and not starts_inside:
        _, referer, site = survey.documents[0]
        came_from = host_of(referer)
        starts_inside = site == "cross-site" or bool(came_from and came_from not in survey.hosts)
    if not starts_inside:
        return None
    return _finding(
        "har.preserve_log",
        "warning",
        "The recording starts in the middle of the flow: “Preserve log” was probably off, or it was started late.",
        "The recording starts in the middle. Please open the Network panel first, tick “Preserve log” "
        "(Firefox: “Persist Logs”), then repeat all steps from the start and export.",
    )


def _failure(survey: Survey) -> dict[str, str] | None:
    if survey.failed or survey.slow or not survey.total:
        return None
    return _finding(
        "har.has_failure",
        "warning",
        f"All {survey.total} requests succeeded.",
        "No request in the recording failed. Did the problem happen while you recorded? At what time, on which page?",
    )


def _sanitized(survey: Survey) -> dict[str, str] | None:
    if survey.has_credentials or survey.total < 2:
        return None
    return _finding(
        "har.sanitized",
        "info",
        "No Cookie, Set-Cookie or Authorization header anywhere: exported as “sanitized” (Chrome's default).",
        "If the problem is with signing in, please export once more with “Save all as HAR (with sensitive data)”; "
        "the values are removed on our side before anybody else sees them.",
    )


def _bodies(survey: Survey) -> dict[str, str] | None:
    if survey.bodies_expected < 3 or survey.bodies:
        return None
    return _finding(
        "har.bodies",
        "warning",
        f"Saved without content: none of {survey.bodies_expected} answers has its body.",
        "The recording was saved without content. Please export it with “Save all as HAR with content”.",
    )


def _flow(survey: Survey) -> dict[str, str] | None:
    if "start" not in survey.flow or survey.flow & {"acs", "callback"}:
        return None
    return _finding(
        "har.flow",
        "info",
        "A sign-in was started, but its way back (SAML response or callback) is not in the recording.",
        "The recording ends before the sign-in came back. Please keep recording until the error shows.",
    )


def _skew(survey: Survey) -> dict[str, str] | None:
    skew = survey.skew_seconds
    if skew is None or abs(skew) <= SKEW_LIMIT_SECONDS:
        return None
    minutes, direction = round(abs(skew) / 60, 1), "ahead of" if skew > 0 else "behind"
    return _finding(
        "har.skew",
        "warning",
        f"The recording computer's clock is {minutes:g} min {direction} the servers "
        f"(median of {len(survey.skews)} Date headers).",
        "Please switch on automatic time on the computer that was used; its clock is wrong, "
        "and signing in can fail for it.",
    )


def _blocked(survey: Survey) -> dict[str, str] | None:
    if not survey.blocked:
        return None
    return _finding(
        "har.extension",
        "info",
        f"A browser extension touched or blocked {survey.blocked} request(s).",
        "Does it also happen in a private window with all extensions switched off?",
    )


def _browser(survey: Survey, log: dict[str, Any], browser: str) -> dict[str, str] | None:
    stated = next((each for each in _BROWSERS if each in browser.lower()), "")
    seen = browser_of(log, survey.user_agent)
    if not stated or not seen or stated == seen:
        return None
    return _finding(
        "har.browser",
        "warning",
        f"Recorded with {seen.title()}, but the case says {stated.title()}.",
        f"The recording was made with {seen.title()}. Does the problem happen in {stated.title()} only?",
    )


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


def _pages(log: dict[str, Any]) -> dict[str, str] | None:
    if log.get("pages"):
        return None
    return _finding("har.pages", "info", "The recording names no pages; navigations are taken from the requests.")


def _shown(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
