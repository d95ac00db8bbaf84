"""JSON that stands in a line of a log: `INFO body={"name": …}`.

Enters: a chunk of text. Leaves: where each object or list stands that is whole and on one line. What its members say
about each other counts there as well. Source: RFC 8259.
"""

import json
from collections.abc import Iterator, Sequence

from diagpack.redact.detectors._engine import compiled
from diagpack.redact.detectors._gate import BESIDES, LONG

# An object with a member, or a list of such.
SOURCE = r"\{[ ]?\"[^\"\\\r\n]{1,80}\"[ ]?:"
_OPENING = compiled(r"(?:\[[ ]?)?" + SOURCE)
# Members that say something about others, or are known by them only; of the rest the key in the text says as much.
TELLING_SOURCE = (
    r"\"(?:name|login|sub|subject|city|town|alias|owner|author|sender|recipient|company|employer|identity|display"
    r"|formatted|old|new|field|label|op|args|columns|alternateId|first|pin|otp|pass"
    r"|address|street|description|comments?|notes?|signature|rawHeaders|principal|actor)\"[ ]?:"
)
_TELLING = compiled(TELLING_SOURCE, ignore_case=True)
_is_telling = BESIDES.add(lambda: f"(?i:{TELLING_SOURCE})")
_DECODER = json.JSONDecoder()
# Shorter ones hold one member, which its key says.
_SHORTEST = 24
# Parts of a line that the parser sees, and the longest word that a cut may break.
SIZES = (1 << 10, 16 << 10, 256 << 10)
_LONGEST_WORD = 32


def may_stand(data: bytes) -> bool:
    """Whether there may be such a document at all."""
    return _is_telling(data) if len(data) >= LONG else _TELLING.find(data) is not None


def documents(data: bytes) -> Iterator[tuple[int, int]]:
    """(start, end) of each document. Every byte is read once by the search and once by the parser."""
    found = _OPENING.find(data)
    text = data.decode("latin1") if found is not None else ""
    while found is not None:
        start = found[0]
        line_end = data.find(b"\n", start)
        line_end = len(data) if line_end < 0 else line_end
        if _TELLING.find(data, start, line_end) is None:
            found = _OPENING.find(data, line_end)
            continue
        end, position = end_of(text, start, line_end)
        # The value of a short one is known by its key.
        if start + _SHORTEST <= end <= line_end:
            yield start, end
        found = _OPENING.find(data, position)


def end_of(text: str, start: int, limit: int, sizes: Sequence[int] = SIZES) -> tuple[int, int]:
    """Where the document ends, -1 where there is none before `limit`, and where to go on: nothing is parsed twice.

    The parser sees a part that grows (`sizes`) while the document goes on: an error counts the lines before it.
    """
    read = 1
    for size in sizes:
        part = text[start : min(limit, start + size)]
        try:
            length: int = _DECODER.raw_decode(part)[1]
        except json.JSONDecodeError as error:
            read = max(error.pos, 1)
            is_cut = error.pos > len(part) - _LONGEST_WORD or error.msg.startswith("Unterminated")
            if not is_cut or start + size >= limit:
                break
        except (ValueError, RecursionError):
            read = max(len(part), 1)
            break
        else:
            return start + length, start + length
    return -1, start + read
