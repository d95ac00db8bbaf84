"""The calls section of the page: rows like a browser's network panel, failing ones with everything in them.

Enters: exchanges and citations. Leaves: rows in order of capture with a waterfall bar each; of a long recording only
the neighbourhood of failing and cited calls, with the gaps counted.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from diagpack.render._citations import Citations, anchor
from diagpack.render._curl import curl
from diagpack.render._exchanges import Exchange, Headers, http_text, indented_json
from diagpack.render._visible import clipped

# A recording up to this long is shown whole.
_WHOLE: Final = 150
_NEAR: Final = 8
_ROWS: Final = 400
_DETAILED: Final = 60
_BODY: Final = 6_000
_SCALE: Final = 1_000.0


@dataclass(frozen=True, slots=True)
class Bar:
    """One phase in the waterfall; numbers are thousandths of the width."""

    phase: str
    x: str
    width: str


@dataclass(frozen=True, slots=True)
class CallRow:
    """One call. `transcript` is set for ordinary calls, headers and bodies for failing and cited ones."""

    anchor: str
    label: str
    exchange: Exchange
    host: str
    target: str
    time: str
    duration: str
    bars: tuple[Bar, ...]
    is_failing: bool
    is_first: bool
    is_detailed: bool
    transcript: str
    request_headers: Headers
    response_headers: Headers
    request_body: str
    response_body: str
    curl: str
    skipped_before: int


@dataclass(frozen=True, slots=True)
class CallGroup:
    """Calls of one artifact. `skipped_after` counts those left out at the end."""

    artifact: str
    path: str
    rows: tuple[CallRow, ...]
    total: int
    failing: int
    skipped_after: int


def call_groups(calls: Sequence[Exchange], citations: Citations, first: Exchange | None) -> tuple[CallGroup, ...]:
    """One group per HAR or API artifact."""
    groups: dict[str, list[Exchange]] = {}
    for each in calls:
        groups.setdefault(each.ref.artifact, []).append(each)
    return tuple(_group(own, citations, first) for own in groups.values())


def duration_text(milliseconds: float) -> str:
    """`80 ms`, `1.21 s`, `2 min 5 s`."""
    if milliseconds < 1_000:
        return f"{milliseconds:.0f} ms"
    seconds = milliseconds / 1_000
    return f"{seconds:.2f} s" if seconds < 60 else f"{seconds // 60:.0f} min {seconds % 60:.0f} s"


def _group(own: list[Exchange], citations: Citations, first: Exchange | None) -> CallGroup:
    cited = set(citations.cited(own[0].ref.artifact))
    important = [number for number, each in enumerate(own) if each.is_failing or each.ref in cited or each is first]
    shown = _shown(len(own), important)
    detailed = set(
        sorted(important, key=lambda number: (own[number] is not first, own[number].ref not in cited))[:_DETAILED]
    )
    origin, span = _span([own[number] for number in shown])
    rows, before = [], 0
    for number in shown:
        row = _row(own[number], number in detailed, own[number] is first, origin, span, number - before)
        rows.append(row)
        before = number + 1
    return CallGroup(
        artifact=own[0].ref.artifact,
        path=own[0].path,
        rows=tuple(rows),
        total=len(own),
        failing=sum(each.is_failing for each in own),
        skipped_after=len(own) - before,
    )


def _shown(total: int, important: list[int]) -> list[int]:
    if total <= _WHOLE:
        return list(range(total))
    near: dict[int, None] = dict.fromkeys(important[:_ROWS])
    for number in important:
        if len(near) >= _ROWS:
            break
        near.update(dict.fromkeys(range(max(0, number - _NEAR), min(total, number + _NEAR + 1))))
    return sorted(near) or list(range(_WHOLE))


def _span(shown: list[Exchange]) -> tuple[float, float]:
    """Start and length of the waterfall in milliseconds."""
    starts = [each.started.timestamp() * 1_000 for each in shown if each.started]
    if not starts:
        return 0.0, 1.0
    ends = [each.started.timestamp() * 1_000 + each.duration_ms for each in shown if each.started]
    return min(starts), max(1.0, max(ends) - min(starts))


def _row(each: Exchange, is_detailed: bool, is_first: bool, origin: float, span: float, skipped: int) -> CallRow:
    host, target = _address(each.url)
    return CallRow(
        anchor=anchor(each.ref),
        label=str(each.ref),
        exchange=each,
        host=host,
        target=target,
        time=f"{each.started:%H:%M:%S}.{each.started.microsecond // 1000:03d}" if each.started else "",
        duration=duration_text(each.duration_ms),
        bars=tuple(_bars(each, origin, span)),
        is_failing=each.is_failing,
        is_first=is_first,
        is_detailed=is_detailed,
        transcript="" if is_detailed else http_text(each, body_lines=0, width=300),
        request_headers=_clipped_headers(each, each.request_headers) if is_detailed else (),
        response_headers=_clipped_headers(each, each.response_headers) if is_detailed else (),
        request_body=_body(each, each.request_body) if is_detailed else "",
        response_body=_body(each, each.response_body) if is_detailed else "",
        curl=curl(each) if is_detailed else "",
        skipped_before=skipped,
    )


def _bars(each: Exchange, origin: float, span: float) -> Iterator[Bar]:
    if each.started is None:
        return
    begin = each.started.timestamp() * 1_000 - origin
    phases = [phase for phase in each.phases if phase[0] != "ssl"] or [("wait", each.duration_ms)]
    for name, length in phases:
        x = min(_SCALE - 4, max(0.0, begin / span * _SCALE))
        yield Bar(name, f"{x:.1f}", f"{max(4.0, min(length / span * _SCALE, _SCALE - x)):.1f}")
        begin += length


def _address(url: str) -> tuple[str, str]:
    try:
        parts = urlsplit(url)
        host = parts.netloc
    except ValueError:
        return "", clipped(url, 300)
    target = parts.path + (f"?{parts.query}" if parts.query else "")
    return clipped(host, 120), clipped(target or url, 300)


def _clipped_headers(each: Exchange, headers: Headers) -> Headers:
    return tuple((clipped(name, 100), clipped(value, 1_000, each.path)) for name, value in headers[:60])


def _body(each: Exchange, body: str) -> str:
    return clipped(indented_json(body[: _BODY * 2]) if len(body) <= _BODY * 2 else body, _BODY, each.path)
