"""What `diagpack har` shows on a terminal: first the failing call as an engineer would say it, then the rest.

Enters: the redacted reading of one HAR, or the comparison of two. Leaves: lines for `show`.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

_ROWS: Final = 20
_WIDTH: Final = 60


def screen(found: Mapping[str, Any]) -> Iterator[str]:
    """The whole screen, line by line."""
    failing = _folded(found["failing"])
    if failing:
        yield from _first(failing[0][0], failing[0][1])
    else:
        yield f"No call failed among {_count(found['entries'], 'entry', 'entries')}"
    if len(failing) > 1:
        yield ""
        yield "Also failed"
        rows = failing[1 : _ROWS + 1]
        width = min(_WIDTH, max(len(_shown(*each)) for each in rows))
        yield from (_row(each, count, width) for each, count in rows)
        if len(failing) > _ROWS + 1:
            yield f"  … and {len(failing) - _ROWS - 1} more kinds of failing calls; --json lists them all"
    if found["findings"]:
        yield ""
        yield "Noticed"
        for each in found["findings"][:8]:
            yield f"  {each['statement']} {_places(each['evidence'])}".rstrip()
    yield ""
    yield "The recording"
    yield from (f"  {line}" for line in _recording(found))


def comparison(found: Mapping[str, Any]) -> Iterator[str]:
    """Where two captures part, then everything that differs."""
    yield f"First difference: {found['first']}" if found["first"] else "The two captures do not part"
    yield f"{_count(found['paired'], 'call', 'calls')} of both were compared"
    for each in found["differences"][:40]:
        yield f"  {each['kind']:8} {each['text']} {_sides(each)}"
    if len(found["differences"]) > 40:
        yield f"  … and {len(found['differences']) - 40} more; --json lists them all"


def _first(call: Mapping[str, Any], count: int) -> Iterator[str]:
    times = f", {count} times" if count > 1 else ""
    yield f"{call['method']} {_address(call['url'])} failed: {call['why']}{times} [#{call['entry']}]"
    when = _moment(call["started"])
    parts = [when] if when else []
    if call["offset_seconds"] is not None:
        parts.append(f"{call['offset_seconds']:.1f} s into the recording")
    if call["duration_ms"] >= 1_000:
        parts.append(f"after {call['duration_ms'] / 1_000:.1f} s")
    if call["request_ids"]:
        parts.append(f"request ID {call['request_ids'][0]}")
    if parts:
        yield f"  {', '.join(parts)}"
    if call["says"]:
        yield f"  it says: {call['says']}"
    started_by = call["initiator"] and f"{call['initiator']}() in {_address(call['initiator_url'])}"
    before = ", ".join(f"#{each}" for each in call["before"])
    told = [f"started by {started_by}"] if started_by else []
    told += [f"before it: {before}"] if before else []
    if told:
        yield f"  {'; '.join(told)}"


def _shown(call: Mapping[str, Any], count: int) -> str:
    times = f" ×{count}" if count > 1 else ""
    return _clipped(_address(call["url"]), _WIDTH - len(times)) + times


def _row(call: Mapping[str, Any], count: int, width: int) -> str:
    whose = "" if call["first_party"] else " (third party)"
    status = call["status"] if call["status"] > 0 else "–"
    place = f"#{call['entry']}"
    return f"  {place:>6} {status:>4} {call['method']:<6} {_shown(call, count):<{width}}  {call['why']}{whose}"


def _folded(failing: Sequence[Mapping[str, Any]]) -> list[tuple[Mapping[str, Any], int]]:
    """Neighbours of one kind, host and status are repeats; the reading lists groups in order."""
    found: list[tuple[Mapping[str, Any], int]] = []
    for each in failing:
        if found and each["group"] == found[-1][0]["group"]:
            found[-1] = (found[-1][0], found[-1][1] + 1)
        else:
            found.append((each, 1))
    return found


def _recording(found: Mapping[str, Any]) -> Iterator[str]:
    by = found["writer"] or "an unknown program"
    browser = f" ({found['browser'].title()})" if found["browser"] and found["browser"] not in by.lower() else ""
    yield f"{_count(found['entries'], 'entry', 'entries')} written by {by}{browser}, {_span(found)}"
    if found["skew_seconds"] is not None and found["skew_samples"] >= 3 and abs(found["skew_seconds"]) <= 120:
        yield f"the clock was right within {max(1, round(abs(found['skew_seconds'])))} s"
    for each in found["capture"]:
        yield each["message"]
        if each["ask"]:
            yield f"  ask: {each['ask']}"
    if found["dropped"]:
        yield "left out of the evidence: " + ", ".join(
            f"{each['reason']} ({each['count']})" for each in found["dropped"]
        )
    yield from found["notes"]


def _span(found: Mapping[str, Any]) -> str:
    first, last = _moment(found["first"]), _moment(found["last"])
    if not first or not last:
        return "without times"
    # The same day is said once.
    return f"{first} to {last[11:] if last[:10] == first[:10] else last}".replace(" UTC to", " to")


def _moment(text: str | None) -> str:
    return f"{datetime.fromisoformat(text):%Y-%m-%d %H:%M:%S} UTC" if text else ""


def _address(url: str) -> str:
    """Host and path; the query is in --json."""
    return url.split("://", 1)[-1].split("?", 1)[0].split("#", 1)[0]


def _places(refs: Sequence[str]) -> str:
    return " ".join(each.replace("har-1 ", "") for each in refs[:3] if "#" in each)


def _sides(each: Mapping[str, Any]) -> str:
    sides = [f"{name} #{each[name]}" for name in ("working", "failing") if each[name] is not None]
    return f"[{', '.join(sides)}]"


def _clipped(text: str, width: int) -> str:
    return text if len(text) <= width else text[: width - 1] + "…"


def _count(number: int, one: str, many: str) -> str:
    return f"{number:,} {one if number == 1 else many}"
