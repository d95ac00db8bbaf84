"""Two captures side by side: one that works, one that fails.

Enters: the exchanges of two redacted captures. Leaves: differences in the order of the failing one; the first that
matters comes first. Not a rule: `diagpack har WORKING FAILING` and `diagpack validate` call it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final

from diagpack.model.compare import differences
from diagpack.model.exchange import Exchange
from diagpack.model.failure import classify, failures
from diagpack.model.party import Party

SLOWER_TIMES: Final = 5
SLOWER_MS: Final = 1_000
_IGNORED: Final = frozenset(
    """
    date age expires etag last-modified content-length x-request-id traceparent cf-ray x-amz-cf-id set-cookie cookie
    authorization x-runtime server-timing x-timer x-served-by if-none-match if-modified-since :path content-type
    """.split()
)


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference; indexes are entries.

    `kind`: status, error, failed (an extra call that failed), missing, extra, body, header, cookie or timing.
    """

    kind: str
    text: str
    working: int | None = None
    failing: int | None = None


@dataclass(frozen=True, slots=True)
class Comparison:
    """`first` is where the captures part; `differences` are all of them, in the order of the failing capture."""

    differences: tuple[Difference, ...]
    first: Difference | None
    paired: int
    is_failing: bool


# What parts two captures, and what merely differs.
_TELLING: Final = ("status", "error", "failed", "missing", "extra", "body")


def compare(working: Sequence[Exchange], failing: Sequence[Exchange], party: Party | None = None) -> Comparison:
    """Pair the calls of two captures by method, host and path template, and compare each pair."""
    party = party or Party((), failing)
    left = [each for each in working if not each.is_static and party.includes(each.host)]
    right = [each for each in failing if not each.is_static and party.includes(each.host)]
    found: list[Difference] = []
    paired = 0
    matcher = SequenceMatcher(None, [_key(each) for each in left], [_key(each) for each in right], autojunk=False)
    for tag, first, last, start, end in matcher.get_opcodes():
        if tag == "equal":
            for old, new in zip(left[first:last], right[start:end], strict=True):
                paired += 1
                found += _pair(old, new, party)
            continue
        found += [
            Difference("missing", f"{_name(each)} is called in the working capture only", each.index)
            for each in left[first:last]
        ]
        found += [_extra(each, party) for each in right[start:end]]
    telling = [each for each in found if each.kind in _TELLING]
    ordered = sorted(telling, key=lambda each: _TELLING.index(each.kind) > 2)
    return Comparison(tuple(found), ordered[0] if ordered else None, paired, bool(failures(failing, party)))


def _extra(exchange: Exchange, party: Party) -> Difference:
    failure = classify(exchange, party)
    text = f"{_name(exchange)} is called in the failing capture only"
    if failure is None:
        return Difference("extra", text, None, exchange.index)
    return Difference("failed", f"{text}: {failure.reason}", None, exchange.index)


def _key(exchange: Exchange) -> tuple[str, str, str]:
    return exchange.method, exchange.host, exchange.template


def _name(exchange: Exchange) -> str:
    return f"{exchange.method} {exchange.host}{exchange.template}"


def _pair(old: Exchange, new: Exchange, party: Party) -> list[Difference]:
    name = _name(new)

    def made(kind: str, text: str) -> Difference:
        return Difference(kind, f"{name}: {text}", old.index, new.index)

    found = []
    if old.status != new.status:
        found.append(made("status", f"{new.status} in place of {old.status}"))
    before, after = classify(old, party), classify(new, party)
    if after is not None and (before is None or before.kind is not after.kind) and old.status == new.status:
        found.append(made("error", after.reason))
    found += [made("body", each) for each in differences(old, new) if each.startswith("the body")]
    found += [made("header", each) for each in _header_names(old, new)]
    found += [made("cookie", each) for each in _cookies(old, new)]
    if new.duration_ms > max(SLOWER_MS, SLOWER_TIMES * old.duration_ms) and old.duration_ms >= 0:
        found.append(made("timing", f"{new.duration_ms:.0f} ms in place of {old.duration_ms:.0f} ms"))
    return found


def _header_names(old: Exchange, new: Exchange) -> list[str]:
    found = []
    for which, left, right in (
        ("request", old.request_headers, new.request_headers),
        ("response", old.response_headers, new.response_headers),
    ):
        before = {name.lower(): value for name, value in left if name.lower() not in _IGNORED}
        after = {name.lower(): value for name, value in right if name.lower() not in _IGNORED}
        found += [f"{which} header {name} is gone" for name in sorted(set(before) - set(after))]
        found += [f"{which} header {name} is new" for name in sorted(set(after) - set(before))]
        found += [
            f"{which} header {name} differs"
            for name in sorted(set(before) & set(after))
            if before[name] != after[name] and not name.endswith(("-id", "trace"))
        ]
    for name in ("authorization", "cookie"):
        had, has = bool(old.request_header(name)), bool(new.request_header(name))
        if had != has:
            found.append(f"request header {name} is {'new' if has else 'gone'}")
    return found


def _cookies(old: Exchange, new: Exchange) -> list[str]:
    found = []
    for which, before, after in (("sent", _sent(old), _sent(new)), ("set", _set(old), _set(new))):
        found += [f"cookie {name} is no longer {which}" for name in sorted(before - after)]
        found += [f"cookie {name} is newly {which}" for name in sorted(after - before)]
    return found


def _sent(exchange: Exchange) -> set[str]:
    return {each.split("=", 1)[0].strip() for each in exchange.request_header("cookie").split(";") if "=" in each}


def _set(exchange: Exchange) -> set[str]:
    values = [value for name, value in exchange.response_headers if name.lower() == "set-cookie"]
    return {value.split("=", 1)[0].strip() for value in values if "=" in value}
