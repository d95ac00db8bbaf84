"""A HAR in ranges of whole entries, so that several workers share one document.

Enters: a HAR as the collector writes it (`{"log":{…,"entries":[`, one entry a line, `]}}`). Leaves: byte ranges; each
range as a small HAR of its own; and what was made of it, cut so that the parts joined are what the whole would give.
Any other HAR is one range.
"""

from typing import Any, BinaryIO, Final

from diagpack.redact.pieces import next_step

_HEAD: Final = b'{"log":{'
_OPEN: Final = b'"entries":[\n'
_BETWEEN: Final = b",\n"
_CLOSE: Final = b"\n]}}\n"
# What a part without a head is put in, as it is written: compact.
_FRAME: Final = b'{"log":{"entries":['
_END: Final = b"]}}"
_LONGEST_HEAD: Final = 1 << 20
_BLOCK: Final = 64 << 10


def entry_ranges(
    stream: BinaryIO, size: int, step: int, begin: int = 0, stop: int = -1, *, is_even: bool = False
) -> list[tuple[int, int]]:
    """Ranges of `begin` to `stop` (between two entries; the whole file by default) that end between two entries.

    The first of a file holds the head, the last the tail. `is_even`: the last ones are no smaller than the others.
    """
    stop = size if stop < 0 else stop
    whole = [(begin, stop)]
    if stop - begin <= step:
        return whole
    head = stream.read(_LONGEST_HEAD)
    opened = head.find(_OPEN)
    stream.seek(size - len(_CLOSE))
    if not head.startswith(_HEAD) or opened < 0 or stream.read() != _CLOSE:
        return whole
    found, start, limit = [], begin, size - len(_CLOSE)
    while start < stop:
        wide = step if is_even else next_step(stop - begin, start - begin, step)
        end = _between(stream, max(start + wide, opened + len(_OPEN)), limit)
        if end >= min(limit, stop):
            end = stop
        found.append((start, end))
        start = end
    return found


def _between(stream: BinaryIO, position: int, limit: int) -> int:
    """Behind the first line that ends one entry and is followed by another; `limit` when there is none."""
    while position < limit:
        stream.seek(position)
        block = stream.read(min(_BLOCK, limit - position))
        # A line end cannot stand inside a string of JSON.
        at = block.find(b"}" + _BETWEEN + b"{")
        if at >= 0:
            return position + at + 1 + len(_BETWEEN)
        if len(block) < _BLOCK:
            break
        position += len(block) - len(_BETWEEN) - 1
    return limit


def framed(content: bytes, *, is_first: bool) -> bytes:
    """A range as a HAR of its own, its entries one behind the other as they are written again."""
    content = content.replace(b"}" + _BETWEEN + b"{", b"},{")
    body = content if is_first else _FRAME + content
    return body if body.endswith(_CLOSE) else body.removesuffix(_BETWEEN) + _END


def check_frame(parsed: Any) -> None:
    """Raises ValueError when a framed range is not what was cut: a log whose entries come last."""
    log = parsed.get("log") if isinstance(parsed, dict) and len(parsed) == 1 else None
    if not isinstance(log, dict) or next(reversed(log), "") != "entries" or not isinstance(log["entries"], list):
        raise ValueError("not a part of a HAR")


def unframed(written: bytes, content: bytes, *, is_first: bool) -> bytes:
    """What was made of a framed range, as its part of the whole. Raises ValueError when it is none."""
    if not written.endswith(_END) or not (is_first or written.startswith(_FRAME)):
        raise ValueError("not a part of a HAR")
    body = written if is_first else b"," + written[len(_FRAME) :]
    return body if content.endswith(_CLOSE) else body[: -len(_END)]
