"""What a capture lacks, each with the sentence to send to the customer.

Enters: the survey of a capture and what the case knows. Leaves: findings `{id, level, message, ask}`, the most serious
first.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final

from diagpack.collectors.har.survey import SKEW_LIMIT_SECONDS, Survey, browser_of
from diagpack.collectors.har.truncation import Truncation
from diagpack.model.case import Window
from diagpack.model.exchange import host_of
from diagpack.model.party import Party

# Browsers that leave credentials out of an export unless they are asked for (Chrome 130 and later).
_STRIPPING: Final = ("chrome", "edge")
_BROWSERS: Final = ("chrome", "firefox", "safari", "edge")


def capture_findings(
    survey: Survey,
    *,
    log: dict[str, Any],
    window: Window | None,
    hosts: Sequence[str],
    browser: str,
    truncation: Truncation | None,
    bodies_missing: int = 0,
) -> list[dict[str, str]]:
    """Findings on the capture itself, the most serious first."""
    found = [
        _truncated(truncation),
        _hosts(survey, hosts),
        _window(survey, window),
        _preserve_log(survey),
        _failure(survey),
        _sanitized(survey, browser_of(log, survey.user_agent)),
        _bodies_beside(bodies_missing) or _bodies(survey),
        _bodies_cut(survey),
        _flow(survey),
        _mid_session(survey),
        _times(survey),
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


def is_sanitized(survey: Survey, browser: str) -> bool:
    """Whether the browser left the credentials out when it exported."""
    return _lacks_credentials(survey) and browser in _STRIPPING


def _lacks_credentials(survey: Survey) -> bool:
    return survey.total > 1 and not survey.has_credentials


def _sanitized(survey: Survey, browser: str) -> dict[str, str] | None:
    if not _lacks_credentials(survey):
        return None
    if not is_sanitized(survey, browser):
        return _finding(
            "har.sanitized",
            "info",
            "No Cookie, Set-Cookie or Authorization header anywhere: nobody was signed in, or they were taken out "
            "before it was sent.",
            "The recording holds no cookies. Were you signed in while you recorded, or was the file cleaned?",
        )
    return _finding(
        "har.sanitized",
        "info",
        "No Cookie, Set-Cookie or Authorization header anywhere: exported as “sanitized” "
        f"({browser.title()}'s default).",
        "If the problem is with signing in, please export once more with “Save all as HAR (with sensitive data)”; "
        "the values are removed on our side before anybody else sees them.",
    )


def _bodies_beside(missing: int) -> dict[str, str] | None:
    if not missing:
        return None
    return _finding(
        "har.bodies",
        "warning",
        f"{missing} bodies are in files beside the HAR, which did not arrive.",
        "The recording came without the files that hold its content. Please send the whole .zip (Playwright: a "
        "recordHar path that ends in .zip), not the .har alone.",
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


def _bodies_cut(survey: Survey) -> dict[str, str] | None:
    if not survey.bodies_cut:
        return None
    return _finding(
        "har.bodies_cut",
        "info",
        f"{survey.bodies_cut} of {survey.bodies_expected} answers were cut when they were recorded: far shorter than "
        "their stated size.",
    )


def _mid_session(survey: Survey) -> dict[str, str] | None:
    # Most recordings start so; it matters when the service then refused the caller.
    if not survey.refused or not survey.begins_signed_in or survey.has_sign_in or survey.flow:
        return None
    return _finding(
        "har.mid_session",
        "info",
        "The recording starts inside a session: its first calls carry credentials already, and no sign-in is in it.",
        "If the problem is with signing in, please sign out, start the recording, and then sign in.",
    )


def _times(survey: Survey) -> dict[str, str] | None:
    if survey.first is not None or not survey.total:
        return None
    return _finding(
        "har.times",
        "warning",
        "No entry has a time, so nothing can be matched with logs by time.",
        "The recording has no times. At what time (with time zone) did it fail?",
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
        "Please switch on automatic time on the computer that was used, and tell us whether its clock was off; "
        "signing in can fail for it.",
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


def _pages(log: dict[str, Any]) -> dict[str, str] | None:
    if log.get("pages"):
        return None
    return _finding("har.pages", "info", "The recording names no pages; navigations are taken from the requests.")


def _shown(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
