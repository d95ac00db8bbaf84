"""Everything that spans lines, for the engine: one search says whether any of it may be there.

Enters: the pieces of one text, in order. Leaves: edits on each piece. A table goes on from piece to piece.
"""

from bisect import bisect_right
from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import unquote_plus

from diagpack.redact.blocks import (
    below,
    elements,
    embedded,
    folded,
    form_parts,
    lined,
    mail,
    messages,
    pairs,
    segments,
    statements,
    tables,
)
from diagpack.redact.blocks.names import QUERY
from diagpack.redact.blocks.unfolder import READ, WRITTEN, Unfolder
from diagpack.redact.detectors._engine import compiled
from diagpack.redact.detectors._gate import BESIDES, LONG
from diagpack.redact.edits import LEARNED, Edit
from diagpack.redact.json_text import Document, TooDeep
from diagpack.redact.packed import TooBig, unpack_base64
from diagpack.redact.spans import Span
from diagpack.redact.walk_markup import redact_element

if TYPE_CHECKING:
    from diagpack.redact.earlier import Earlier
    from diagpack.redact.engine import Engine
    from diagpack.redact.policy import Policy

_IN_LINE = (mail, messages, pairs, statements, embedded)
_ANY_SOURCE = "|".join(f"(?:{each.SOURCE})" for each in (tables, below, folded, mail, messages, pairs, statements))
_ANY = compiled(f"(?m){_ANY_SOURCE}")
_is_likely = BESIDES.add(lambda: f"(?m:{_ANY_SOURCE})")
# What counts in a single line as well.
_ONE_LINE = compiled("|".join(f"(?:{each.SOURCE})" for each in _IN_LINE))
# Stars and dots that hide a value already.
_HIDDEN = frozenset(b"*x.- \xe2\x80\xa2")
# A text of this size is worth remembering from one pass to the next.
_REMEMBERED = 4096
# Findings that were read as a whole, so that nothing else counts inside them.
MESSAGE = "message"
# A message that a string or a cell holds: what its quotes are escapes of is read better without them.
TORN = "message-escaped"
WHOLE = frozenset({WRITTEN, READ, MESSAGE, TORN})


def _may_hold(data: bytes) -> bool:
    return elements.may_stand(data) or form_parts.may_stand(data) or segments.may_stand(data) or _may_span_lines(data)


def _may_span_lines(data: bytes) -> bool:
    return _is_likely(data) if len(data) >= LONG else _ANY.find(data) is not None


def _may_hold_in_line(data: bytes) -> bool:
    return elements.may_stand(data) or segments.may_stand(data) or _ONE_LINE.find(data) is not None


def outermost(found: list[Edit]) -> list[Edit]:
    """Without what else was found inside folded base64 or a message."""
    if not any(each.rule in WHOLE for each in found):
        return found
    # Of the same line, what was found without decoding decides; it comes last.
    chosen = {each[:2]: each for rule in (READ, WRITTEN) for each in found if each.rule == rule}
    for each in found:
        # A key that names a whole line as its value says more.
        if each.entity and each.rule not in LEARNED and each[:2] in chosen:
            del chosen[each[:2]]
    chosen |= _messages(found)
    wholes = sorted(chosen)
    starts = [start for start, _ in wholes]
    kept = []
    for each in found:
        if each.rule in WHOLE:
            if chosen.get(each[:2]) is not each:
                continue
        elif _is_inside(each, starts, wholes):
            continue
        kept.append(each)
    return kept


def _messages(found: list[Edit]) -> dict[tuple[int, int], Edit]:
    """Messages without those inside of another one; of the same one, the last that is not escaped."""
    places: dict[tuple[int, int], Edit] = {}
    for each in found:
        if each.rule == MESSAGE or (each.rule == TORN and each[:2] not in places):
            places[each[:2]] = each
    reach = -1
    for start, end in sorted(places, key=lambda each: (each[0], -each[1])):
        if end <= reach:
            del places[start, end]
        reach = max(reach, end)
    return places


def _is_inside(edit: Edit, starts: list[int], wholes: list[tuple[int, int]]) -> bool:
    index = bisect_right(starts, edit.start) - 1
    return index >= 0 and edit.end <= wholes[index][1]


def places(data: bytes) -> list[tuple[int, int]]:
    """Where a single line may hold what counts in one line: names beside addresses, statements, messages."""
    return list(_ONE_LINE.spans(data))


class Blocks:
    """Bound to one engine and one text."""

    def __init__(self, engine: "Engine") -> None:
        self._engine = engine
        self._unfolder = Unfolder(engine)
        self._tables = tables.Tables(engine.policy)
        self._statements = statements.Statements(engine.policy)

    @property
    def is_apart(self) -> bool:
        """Whether the next piece stands for itself: no table, statement or base64 goes on, no columns were told."""
        return self.is_next and not self._unfolder.is_open

    @property
    def is_next(self) -> bool:
        """The same for a piece of which the one before is known: base64 may go on."""
        return not (self._tables.is_open or self._statements.is_open or self._statements.knows_tables)

    def skip(self, data: bytes = b"") -> None:
        """A piece went by in which no table or statement was open at the end. `data`: what stood in it."""
        self._tables.skip()
        self._unfolder.pass_by(data)

    def prime(self, head: bytes, earlier: "Earlier") -> None:
        """What the text said before, when reading starts further behind. `head`: its first lines."""
        self._tables.prime(head, earlier.heading())
        self._statements.prime(earlier)

    def edits(self, data: bytes) -> list[Edit]:
        """Edits on the next piece, in any order."""
        is_open = self._tables.is_open or self._statements.is_open or self._unfolder.is_open
        if not is_open and b"\n" not in data and not _may_hold_in_line(data):
            return []
        if not is_open and not _may_hold(data):
            self._tables.skip()
            self._unfolder.pass_by(data)
            return list(self._documents(data))
        return list(self._found(data))

    def _found(self, data: bytes) -> Iterator[Edit]:
        for start, end, entity in self._tables.cells(data):
            yield from self._value(data, start, end, entity, "column")
        for start, end, entity, rule in self._below(data):
            yield from self._value(data, start, end, entity, rule)
        for start, end in below.manifest_values(data):
            yield self._packed_secret(data, start, end)
        for start, end, plain in mail.mailbox_names(data):
            if plain is None:
                yield from self._value(data, start, end, "name", "mailbox")
            else:
                yield Edit(start, end, self._engine.replacement_of(plain, "name", "mailbox"), "name", "mailbox")
        for start, end, entity in self._statements.literals(data):
            yield from self._value(data, start, end, entity, "column")
        for start, end, entity in pairs.bound_values(self._engine.policy, data):
            yield from self._value(data, start, end, entity, "bound")
        for start, end, entity in elements.element_values(self._engine.policy, data):
            yield from self._value(data, start, end, entity, "element")
        for start, end, entity in form_parts.part_values(self._engine.policy, data):
            yield from self._value(data, start, end, entity, "form-part")
        for start, end, entity in segments.segment_values(data) if segments.may_stand(data) else ():
            yield from self._value(data, start, end, entity, "segment")
        yield from self._unfolder.piece(data)
        yield from self._documents(data)
        for start, end in messages.messages(data):
            new = redact_element(self._engine, data[start:end].decode("utf-8", "surrogateescape"))
            rule = TORN if messages.is_escaped(data, start) else MESSAGE
            yield Edit(start, end, new.encode("utf-8", "surrogateescape"), "", rule)

    def _documents(self, data: bytes) -> Iterator[Edit]:
        for start, end in embedded.documents(data) if embedded.may_stand(data) else ():
            yield from self._document(data, start, end)
        for start, end in lined.documents(data):
            yield from self._members(data, start, end)

    def _document(self, data: bytes, start: int, end: int) -> Iterator[Edit]:
        """JSON inside a line, as the text that it is where nothing in it is a matter of structure."""
        from diagpack.redact.walk_json import redact_json_text

        text = data[start:end].decode("utf-8", "surrogateescape")
        with self._engine.deeper() as is_allowed:
            if not is_allowed:
                return
            try:
                new = redact_json_text(self._engine, text)
            except (ValueError, TooDeep):
                return
        if new != text:
            yield Edit(start, end, new.encode("utf-8", "surrogateescape"), "", MESSAGE)

    def _members(self, data: bytes, start: int, end: int) -> Iterator[Edit]:
        """Members of JSON that is written over several lines."""
        from diagpack.redact.walk_json import JsonWalker

        with self._engine.deeper() as is_allowed:
            if not is_allowed:
                return
            document = Document()
            try:
                parsed = document.loads(data[start:end].decode("utf-8", "surrogateescape"))
                walked = JsonWalker(self._engine, document).walk(parsed)
            except (ValueError, TooDeep):
                return
        for first, last, new in lined.changes(data[start:end], parsed, walked, document):
            yield Edit(start + first, start + last, new, "", MESSAGE)

    def _below(self, data: bytes) -> list[Span]:
        """Values below their keys: the same in both passes, so the second remembers them."""

        def find() -> list[Span]:
            found = below.values_below(self._engine.policy, data)
            return [Span(start, end, entity, "value-below") for start, end, entity in found]

        memory = self._engine.memory
        return find() if memory is None or len(data) < _REMEMBERED else memory.recall("below", data, find)

    def _value(self, data: bytes, start: int, end: int, entity: str, rule: str) -> Iterator[Edit]:
        value = data[start:end]
        if entity == QUERY:
            for first, last, named in _parameters(self._engine.policy, value):
                yield Edit(start + first, start + last, None, named, rule)
            return
        if entity == "cookie" and b"=" in value:
            # The names of cookies say which ones were sent.
            for first, last in _cookies(value):
                yield Edit(start + first, start + last, None, entity, rule)
            return
        if set(value) <= _HIDDEN or not self._engine.counts(data, Span(start, end, entity, rule)):
            return
        if b'""' in value:
            # The doubled quotes of a CSV cell are written, not meant.
            new = self._engine.replacement_of(value.replace(b'""', b'"'), entity, rule)
            yield Edit(start, end, new.replace(b'"', b'""'), entity, rule)
        else:
            yield Edit(start, end, None, entity, rule)

    def _packed_secret(self, data: bytes, start: int, end: int) -> Edit:
        """A value of a Secret: what its base64 says is the secret, and stays base64."""
        value = data[start:end]
        try:
            unpacked = unpack_base64(value, self._engine.policy.limit("inflate_bytes"), is_slot=True)
        except TooBig:
            unpacked = None
        if unpacked is None:
            return Edit(start, end, None, "secret", "manifest")
        inside = self._engine.replacement_of(unpacked.text.rstrip(b"\r\n"), "secret", "manifest")
        return Edit(start, end, unpacked.pack(inside), "secret", "manifest")


def _cookies(cell: bytes) -> Iterator[tuple[int, int]]:
    """The values of `a=1;+b=2`, or of one without a name."""
    start = 0
    for part in cell.split(b";"):
        name, equals, value = part.partition(b"=")
        if value or (name.strip(b"+ ") and not equals):
            yield start + len(part) - len(value or name), start + len(part)
        start += len(part) + 1


def _parameters(policy: "Policy", cell: bytes) -> Iterator[tuple[int, int, str]]:
    """The values of sensitive parameters of `a=1&b=2`, with their classes."""
    start = 0
    for part in cell.split(b"&"):
        name, _, value = part.partition(b"=")
        entity = policy.classify(unquote_plus(name.decode("utf-8", "replace"))) if value else ""
        if entity and entity != "keep":
            yield start + len(part) - len(value), start + len(part), entity
        start += len(part) + 1
