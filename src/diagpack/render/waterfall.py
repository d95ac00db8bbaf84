"""The waterfall of a capture as one inline SVG, for the report.

Enters: exchanges of a redacted capture and the indexes of those that failed. Leaves: SVG text without script, style
sheet or link, at most `MAX_ROWS` rows around the first failure. Not a renderer of its own: the report embeds it.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from html import escape
from typing import Final

from diagpack.model.exchange import Exchange
from diagpack.model.terminal import escape as visible

MAX_ROWS: Final = 60
_ROW: Final = 16
_LABEL: Final = 360
_CHART: Final = 520
_COLORS: Final = {"failed": "#b3261e", "wait": "#5b8def", "rest": "#a9c4f5"}


def waterfall(exchanges: Sequence[Exchange], failed: Collection[int], artifact: str) -> str:
    """The SVG; an empty text when no exchange has a time. Static files are left out unless they failed."""
    timed = [each for each in exchanges if each.started is not None and (not each.is_static or each.index in failed)]
    if not timed:
        return ""
    shown = _around(timed, failed)
    start = min(_at(each) for each in shown)
    span_ms = max(1.0, max((_at(each) - start).total_seconds() * 1000 + max(0.0, each.duration_ms) for each in shown))
    height = _ROW * (len(shown) + 1) + 8
    rows = "".join(
        _row(number, each, start, span_ms, each.index in failed, artifact) for number, each in enumerate(shown)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" width="{_LABEL + _CHART}" height="{height}" '
        f'viewBox="0 0 {_LABEL + _CHART} {height}" font-family="sans-serif" font-size="11">'
        f"<title>Waterfall of {escape(artifact)}: {len(shown)} of {len(exchanges)} exchanges, "
        f"{span_ms / 1000:.1f} s</title>{rows}"
        f'<text x="{_LABEL}" y="{height - 6}">0 s</text>'
        f'<text x="{_LABEL + _CHART}" y="{height - 6}" text-anchor="end">{span_ms / 1000:.1f} s</text></svg>'
    )


def _at(exchange: Exchange) -> datetime:
    if exchange.started is None:
        raise ValueError("an exchange without a time has no place in a waterfall")
    return exchange.started


def _around(timed: list[Exchange], failed: Collection[int]) -> list[Exchange]:
    """Rows in file order; in a long capture those around the first failure."""
    if len(timed) <= MAX_ROWS:
        return timed
    first = next((place for place, each in enumerate(timed) if each.index in failed), 0)
    begin = max(0, min(first - MAX_ROWS // 2, len(timed) - MAX_ROWS))
    return timed[begin : begin + MAX_ROWS]


def _row(number: int, each: Exchange, start: datetime, span_ms: float, is_failed: bool, artifact: str) -> str:
    top = number * _ROW + 4
    left = (_at(each) - start).total_seconds() * 1000 / span_ms * _CHART
    width = max(2.0, max(0.0, each.duration_ms) / span_ms * _CHART)
    waited = min(width, max(0.0, each.wait_ms) / span_ms * _CHART)
    color = _COLORS["failed"] if is_failed else _COLORS["rest"]
    status = str(each.status) if each.status > 0 else "no answer"
    label = visible(f"#{each.index} {status} {each.method} {each.host}{each.template}", limit=58)
    bar = f'<rect x="{_LABEL + left:.1f}" y="{top}" width="{width:.1f}" height="11" fill="{color}"/>'
    if not is_failed and waited >= 1:
        bar += f'<rect x="{_LABEL + left:.1f}" y="{top}" width="{waited:.1f}" height="11" fill="{_COLORS["wait"]}"/>'
    weight = ' font-weight="bold"' if is_failed else ""
    title = escape(f"[{artifact} #{each.index}] {each.duration_ms:.0f} ms")
    return f'<g><title>{title}</title><text x="0" y="{top + 10}"{weight}>{escape(label)}</text>{bar}</g>'
