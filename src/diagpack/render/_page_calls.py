"""The calls section of the page: rows like a browser's network panel, failing ones with everything in them.

Enters: exchanges and citations. Leaves: rows in order of capture with a waterfall bar each; of a long recording only
the neighbourhood of failing and cited calls, with the gaps counted.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from diagpack.model.exchange import Pairs, split_url
from diagpack.model.ref import HarEntry
from diagpack.model.repro import Slots
from diagpack.render._citations import Citations, anchor
from diagpack.render._curl import curl
from diagpack.render._exchanges import Recorded, form_lines, http_text, indented_json
from diagpack.render._visible import clipped
from diagpack.render._waterfall import Axis, Bar

# A recording up to this long is shown whole.
_WHOLE: Final = 150
_NEAR: Final = 8
_ROWS: Final = 400
_DETAILED: Final = 60
# From this rank on a failure is of a third party, a static file or a cancelled request (model.failure).
_MINOR: Final = 40
_BODY: Final = 6_000


@dataclass(frozen=True, slots=True)
class CallRow:
    """One call. `transcript` is set for ordinary calls, headers and bodies for failing and cited ones."""

    anchor: str
    label: str
    number: str
    exchange: Recorded
    host: str
    target: str
    time: str
    duration: str
    bars: tuple[Bar, ...]
    is_failing: bool
    is_minor: bool
    is_first: bool
    is_detailed: bool
    transcript: str
    request_headers: Pairs
    response_headers: Pairs
    request_body: str
    response_body: str
    curl: str
    skipped_before: int = 0


@dataclass(frozen=True, slots=True)
class CallGroup:
    """Calls of one artifact. `skipped_after` counts those left out at the end."""

    artifact: str
    path: str
    rows: tuple[CallRow, ...]
    total: int
    failing: int
    skipped_after: int
    is_shortened: bool


def call_groups(
    calls: Sequence[Recorded], citations: Citations, first: Recorded | None, hosts: Iterable[str]
) -> tuple[CallGroup, ...]:
    """One group per HAR or API artifact; `hosts` are those the case names, which alone are sent secrets."""
    slots = Slots(hosts)
    groups: dict[str, list[Recorded]] = {}
    for each in calls:
        groups.setdefault(each.ref.artifact, []).append(each)
    return tuple(_group(own, citations, first, slots) for own in groups.values())


def duration_text(milliseconds: float) -> str:
    """`80 ms`, `1.21 s`, `2 min 5 s`."""
    if milliseconds < 1_000:
        return f"{milliseconds:.0f} ms"
    seconds = milliseconds / 1_000
    return f"{seconds:.2f} s" if seconds < 60 else f"{seconds // 60:.0f} min {seconds % 60:.0f} s"


def _group(own: list[Recorded], citations: Citations, first: Recorded | None, slots: Slots) -> CallGroup:
    cited = set(citations.cited(own[0].ref.artifact))
    important = [number for number, each in enumerate(own) if each.is_failing or each.ref in cited or each is first]
    shown = _shown(len(own), important)
    detailed = set(
        sorted(important, key=lambda number: (own[number] is not first, own[number].ref not in cited))[:_DETAILED]
    )
    axis = Axis([own[number] for number in shown])
    rows, before = [], 0
    for number in shown:
        command = curl(own[number], slots) if number in detailed else ""
        row = _row(own[number], axis, command, is_detailed=number in detailed, is_first=own[number] is first)
        rows.append(replace(row, skipped_before=number - before))
        before = number + 1
    return CallGroup(
        artifact=own[0].ref.artifact,
        path=own[0].path,
        rows=tuple(rows),
        total=len(own),
        failing=sum(each.is_failing or each is first for each in own),
        skipped_after=len(own) - before,
        is_shortened=axis.is_shortened,
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


def _row(each: Recorded, axis: Axis, command: str, *, is_detailed: bool, is_first: bool) -> CallRow:
    host, target = _address(each.url)
    return CallRow(
        anchor=anchor(each.ref),
        label=str(each.ref),
        number=f"#{each.parsed.index}",
        exchange=each,
        host=host,
        target=target,
        time=f"{each.started:%H:%M:%S}.{each.started.microsecond // 1000:03d}" if each.started else "",
        duration=duration_text(each.duration_ms),
        bars=tuple(axis.bars(each)),
        is_failing=each.is_failing or is_first,
        is_minor=isinstance(each.ref.place, HarEntry) and each.is_failing and each.rank >= _MINOR and not is_first,
        is_first=is_first,
        is_detailed=is_detailed,
        transcript="" if is_detailed else http_text(each, body_lines=0, width=300),
        request_headers=_clipped_headers(each, each.parsed.request_headers) if is_detailed else (),
        response_headers=_clipped_headers(each, each.parsed.response_headers) if is_detailed else (),
        request_body=_body(each, form_lines(each.request_body, each.parsed.request_mime)) if is_detailed else "",
        response_body=_body(each, each.response_body) if is_detailed else "",
        curl=command,
    )


def _address(url: str) -> tuple[str, str]:
    parts = split_url(url)
    target = parts.path + (f"?{parts.query}" if parts.query else "")
    return clipped(parts.netloc, 120), clipped(target or url, 300)


def _clipped_headers(each: Recorded, headers: Pairs) -> Pairs:
    return tuple((clipped(name, 100), clipped(value, 1_000, each.path)) for name, value in headers[:60])


def _body(each: Recorded, body: str) -> str:
    return clipped(indented_json(body[: _BODY * 2]) if len(body) <= _BODY * 2 else body, _BODY, each.path)
