"""Cookies that were set before a login left the site and did not come back with the answer (RFC 6265bis)."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from diagpack.collectors.sso import urls
from diagpack.collectors.sso.exchanges import Cookie, Exchange


@dataclass(frozen=True, slots=True)
class Lost:
    """One withheld cookie and why. `is_proven`: other requests of the capture do show cookies."""

    name: str
    set_at: int
    reason: str
    is_proven: bool


def lost_cookies(exchanges: list[Exchange], answer: Exchange) -> list[Lost]:
    """Cookies the browser withheld from `answer`, the cross-site request that ends a login."""
    if not _is_cross_site(exchanges, answer):
        return []
    shows_cookies = any(each.has_cookie_header for each in exchanges)
    latest: dict[str, tuple[int, Cookie]] = {}
    for each in exchanges:
        if each is answer:
            break
        if urls.host(each.url) == urls.host(answer.url):
            latest |= {cookie.name: (each.entry, cookie) for cookie in each.cookies_set}
    found = []
    for name, (entry, cookie) in latest.items():
        if cookie.is_deletion or name in answer.cookies_sent or not _reaches(cookie, answer.url):
            continue
        reason = _reason(cookie, answer)
        if reason:
            found.append(Lost(name, entry, reason, shows_cookies))
    return found


def _is_cross_site(exchanges: list[Exchange], answer: Exchange) -> bool:
    ours = _site(answer.url)
    if answer.origin.startswith("http"):
        return _site(answer.origin) != ours
    before = [each for each in exchanges if each.entry < answer.entry]
    return bool(before) and _site(before[-1].url) != ours


def _site(url: str) -> str:
    """The last two labels of the host, three under co.uk and the like: enough to tell provider from application."""
    labels = urls.host(url).partition(":")[0].split(".")
    is_deep = len(labels) > 2 and len(labels[-1]) == 2 and labels[-2] in {"ac", "co", "com", "edu", "gov", "net", "org"}
    return ".".join(labels[-3 if is_deep else -2 :])


def _reaches(cookie: Cookie, url: str) -> bool:
    try:
        path = urlsplit(url).path or "/"
    except ValueError:
        return False
    return path == cookie.path or path.startswith(cookie.path.rstrip("/") + "/")


def _reason(cookie: Cookie, answer: Exchange) -> str:
    if cookie.same_site == "strict":
        return "SameSite=Strict is never sent across sites"
    if answer.method == "POST" and cookie.same_site == "lax":
        return "SameSite=Lax is not sent on a cross-site POST"
    if answer.method == "POST" and not cookie.same_site:
        return "no SameSite counts as Lax and is not sent on a cross-site POST"
    if cookie.same_site == "none" and not cookie.is_secure:
        return "SameSite=None without Secure is rejected by browsers"
    if cookie.is_secure and urls.scheme(answer.url) == "http":
        return "a Secure cookie is not sent over http"
    return ""
