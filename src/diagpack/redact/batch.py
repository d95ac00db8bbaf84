"""Many short texts in one scan: calling the detectors per JSON leaf would cost more than searching.

Enters: texts. Leaves: each redacted, with its own counts. Texts are joined by a line end, which no shape crosses; a
finding that runs over several (a PEM block in log lines) replaces its part of each.
"""

import re
from collections.abc import Container, Iterator, Mapping, Sequence
from itertools import repeat
from typing import TYPE_CHECKING, Any, TypeVar

from diagpack.redact.binary import holds_shape
from diagpack.redact.blocks import elements
from diagpack.redact.blocks.reader import places
from diagpack.redact.detectors._engine import compiled
from diagpack.redact.edits import Edit, apply
from diagpack.redact.packed import TooBig, unpack_base64
from diagpack.redact.tally import NOTHING, Tally

if TYPE_CHECKING:
    from diagpack.redact.engine import Engine

_Text = TypeVar("_Text", str, bytes)
_BATCH_BYTES = 64 << 10
_LEAF_CHARACTERS = 2048
# What may be base64; from so many characters on it is tried as a slot.
_OPAQUE = re.compile(r"[A-Za-z0-9+_-][A-Za-z0-9+/_-]{7,}={0,2}")
_SLOT = 32
# Texts that a walker may take apart are not joined, nor those of several lines, which may hold a table or a block.
_STRUCTURED = re.compile(
    r"\s*[{\[<\"]|eyJ|[A-Za-z][A-Za-z0-9+.-]*:/|data:|blob:|/|--|(?:data|event|id|retry)?:"
    r"|[A-Za-z0-9_.\-\[\]%$:+~*]+=|[A-Za-z0-9+/_-]{8,}={0,2}\s*\Z"
)
# Lines that one look does not call plain: with a sign in them, so short or long that something else reads them, or with
# first bytes of base64 that may be text, UTF-16 or compressed (`A` is what zeros are made of).
_QUAD = "[A-Za-f][A-HQ-Xg-nw-z0-3][ABEFIJMNQRUVYZcdghklopstwx014589][A-Za-z0-9_]"
_TO_LOOK_AT = compiled(
    rf"(?m)^(?:[^\n]{{0,2}}|[^\n]{{12,}}|[^\n]*[^A-Za-z0-9_\n][^\n]*|[^\n]*A[^\n]*|[w-z0-9_][^\n]*|eyJ[^\n]*"
    rf"|{_QUAD}{_QUAD}[^\n]*)$"
)


def joinable(texts: Sequence[bytes], cap: int) -> list[bytes]:
    """Those of many short ASCII texts without line ends that are scanned together; `cap` as below."""
    data = b"\n".join(texts)
    looked = {data[start:end] for start, end in _TO_LOOK_AT.spans(data)}
    # Joined by one line end, which a `=` in front of it would undo in quoted-printable.
    return [
        each for each in texts if each not in looked or (each[-1:] != b"=" and is_joinable(each.decode("ascii"), cap))
    ]


# A text as it became, its counts, and what was replaced in it.
Redacted = tuple[str, Mapping[str, int], Sequence[Edit]]


def redact_batch(engine: "Engine", texts: Sequence[str]) -> list[Redacted]:
    """Plain texts, each with its counts."""
    between = line_ends(texts)
    edits = engine.edits(between.join(texts).encode("utf-8", "surrogatepass"), is_ahead=True)
    return spread(texts, edits, len(between))


def line_ends(texts: Sequence[str]) -> str:
    """What parts texts that are joined. A `=` at the end of a line joins it with the next in quoted-printable."""
    return "\n\n" if any(each[-1:] == "=" for each in texts) else "\n"


def spread(texts: Sequence[str], edits: Sequence[Edit], gap: int = 1) -> list[Redacted]:
    """Edits on texts that were joined by line ends (`gap` characters each), done on each text, with its counts."""
    if not edits:
        return [(each, NOTHING, ()) for each in texts]
    pieces = [each.encode("utf-8", "surrogatepass") for each in texts]
    out: list[Redacted] = []
    start = index = 0
    for text, piece in zip(texts, pieces, strict=True):
        end = start + len(piece)
        if index == len(edits) or edits[index].start >= end:
            out.append((text, NOTHING, ()))
            start = end + gap
            continue
        mine: list[Edit] = []
        tally = Tally()
        while index < len(edits) and edits[index].start < end:
            edit = edits[index]
            mine.append(Edit(max(edit.start - start, 0), min(edit.end, end) - start, edit.new, edit.entity, edit.rule))
            if edit.entity:
                tally[f"{edit.entity}/{edit.rule}"] += 1
            if edit.end > end:
                break
            index += 1
        while index < len(edits) and edits[index].end <= end:
            index += 1
        out.append((apply(piece, mine).decode("utf-8", "surrogatepass") if mine else text, tally, mine))
        start = end + gap
    return out


def untouched(texts: Sequence[_Text], found: Sequence[tuple[int, int]]) -> Iterator[_Text]:
    """Those of ASCII texts, joined by line ends, that none of the findings (sorted) touches."""
    start = index = 0
    for text in texts:
        end = start + len(text)
        while index < len(found) and found[index][1] <= start:
            index += 1
        if index == len(found) or found[index][0] >= end:
            yield text
        start = end + 1


def batches(texts: Sequence[str]) -> Iterator[list[str]]:
    """Groups of about 64 KiB."""
    group: list[str] = []
    size = 0
    for text in texts:
        group.append(text)
        size += len(text)
        if size > _BATCH_BYTES:
            yield group
            group, size = [], 0
    if group:
        yield group


def strings(text: str, known: Container[str] = ()) -> dict[str, None]:
    """The strings of a JSON text without escapes, keys among them, but for known ones."""
    return {each: None for each in dict.fromkeys(text.split('"')[1::2]) if each not in known}


def leaves(value: Any, known: Container[str] = ()) -> dict[str, str | None]:
    """The strings of a parsed JSON value, but for known ones; each with the key it stands under, None for several."""
    found: dict[str, str | None] = {}
    waiting: list[Any] = [[value]]
    while waiting:
        container = waiting.pop()
        pairs = container.items() if type(container) is dict else zip(repeat(""), container, strict=False)
        for key, each in pairs:
            kind = type(each)
            if kind is str:
                if each in known:
                    continue
                if each not in found:
                    found[each] = key
                elif found[each] != key:
                    found[each] = None
            elif kind is dict or kind is list:
                waiting.append(each)
    return found


def is_joinable(text: str, cap: int) -> bool:
    """Whether a text is short and plain enough to be scanned together with others.

    `cap`: bytes that may come out of what is packed; 0 for a text that stands under a key that names it: what looks
    like one opaque word is then replaced unread.
    """
    if not 3 <= len(text) <= _LEAF_CHARACTERS or "\n" in text:
        return False
    if _STRUCTURED.match(text) is None:
        return True
    if not cap or _OPAQUE.fullmatch(text) is None:
        return False
    try:
        return unpack_base64(text.encode("ascii"), cap, is_slot=len(text) >= _SLOT) is None and not holds_shape(text)
    except TooBig:
        return False


def without_blocks(texts: Sequence[str]) -> list[str]:
    """Those of many texts that are no statement, mailbox or message: of these more counts than the detectors find."""
    pieces = [each.encode("utf-8", "surrogatepass") for each in texts]
    found = places(b"\n".join(pieces))
    if elements.may_stand(b"\n".join(pieces)):
        pieces = [each for each in pieces if not elements.may_stand(each)]
        texts = [each.decode("utf-8", "surrogatepass") for each in pieces]
        found = places(b"\n".join(pieces))
    if not found:
        return list(texts)
    clear = set(untouched(pieces, found))
    return [text for text, piece in zip(texts, pieces, strict=True) if piece in clear]
