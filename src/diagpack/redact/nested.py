"""What is hidden inside a text: escapes, base64 and hex runs, URL parameters, one-time links.

Enters: a chunk of text. Leaves: edits on that chunk, made by redacting each decoded form and writing back in the same
encoding. Every layer is linear; the number of layers is the policy's.
"""

import functools
import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from diagpack.redact.batch import joinable, untouched
from diagpack.redact.blocks.reader import Blocks
from diagpack.redact.codecs import (
    AT_ONCE,
    FORM,
    PERCENT,
    QUOTED_PRINTABLE,
    Codec,
    Decoded,
    at_once,
    local_codecs,
)
from diagpack.redact.detectors._engine import Pattern, compiled
from diagpack.redact.edits import OPENED, Edit
from diagpack.redact.forms import is_form_run
from diagpack.redact.looks import looks_opaque
from diagpack.redact.packed import Unpacked
from diagpack.redact.runs import BOMB, FILE, RUNS, opened_run, runs
from diagpack.redact.spans import Span, span_of
from diagpack.redact.tally import NOTHING
from diagpack.redact.together import APART, Texts, grouped

if TYPE_CHECKING:
    from diagpack.redact.engine import Engine

# One for each sign in front: a pattern that begins with one byte is sought twice as fast as with one of four.
_PARAMETER_NAMES = [re.compile(rb"%b([A-Za-z0-9_.\-\[\]%%]+)=" % re.escape(each)) for each in (b"?", b"&", b"#", b";")]
_QUERY = re.compile(rb"[?#][A-Za-z_.-]{1,60}=")
_PARAMETER = r"[?&#;][A-Za-z0-9_.\-\[\]%]+=[^&#\s\"'<>;,\\]+"
# So many segments are decoded together, in texts of about this size.
_MANY = 8
_TOGETHER_BYTES = 64 << 10
# Runs of one piece that are opened together.
_TOGETHER = 5000
_SHORT = 4096
# Texts inside of runs that are searched together.
_SHORT_TEXT = 64
_MOST_CLEAR = 100_000
# How often the size of a text may be read in layers below the first, codec by codec; what one of them costs in bytes.
_DEEPER = 4
_EACH = 64
# What is decoded is read in every order of the layers; or all kinds at once, layer by layer, with quoted-printable or
# without it; or only what needs no escape.
_EVERY_ORDER, _ALL_AT_ONCE, _BUT_PRINTABLE, _NO_FURTHER = "every", "all", "but-printable", "no-further"
# A text is dense when so many kinds of escapes touch this much of it.
_DENSE_KINDS = 3
_DENSE = 16 << 10

_MARKS = {"percent": b"%", "form": b"+", "entities": b"&", "json-escapes": b"\\", "doubled-quotes": b'""'}


class _Known(NamedTuple):
    """What the decoded form of a segment gave, and the layer it was read at."""

    layer: int
    edits: list[Edit]
    counts: Mapping[str, int]


class Parent(NamedTuple):
    """Where a decoded text comes from."""

    codec: Codec
    segment: bytes
    decoded: Decoded

    def has_read(self, codec: Codec, data: bytes, start: int, end: int) -> bool:
        """Whether a segment of the decoded text stands in its source just so, where this codec reads it anyway."""
        is_at_edge = start == 0 or end == len(data) or data.startswith(APART, end) or data.endswith(APART, 0, start)
        if is_at_edge and self.codec in (PERCENT, FORM) and codec not in (PERCENT, FORM):
            # The source may go on there: a percent run ends before its line does.
            return False
        before, behind = max(start - 1, 0), min(end + 1, len(data))
        first, last = self.decoded.source(before, behind)
        if last - first != behind - before or self.segment[first:last] != data[before:behind]:
            return False
        return (start > 0 or first == 0) and (end < len(data) or last == len(self.segment))


@functools.lru_cache(maxsize=8)
def _patterns(one_time: str) -> tuple[Pattern, Pattern, Pattern]:
    """Parameters, one-time links, and anything of these or packed; the engines of a process share them."""
    sources = (*RUNS, _PARAMETER, one_time)
    parameter, link = map(compiled, sources[-2:])
    return parameter, link, compiled("|".join(f"(?:{each})" for each in sources))


def _is_dense(codecs: Sequence[Codec], data: bytes) -> bool:
    """Whether escapes of several kinds each touch most lines of a long text."""
    if len(codecs) < _DENSE_KINDS or len(data) < _DENSE:
        return False
    touched = [sum(end - start for start, end in codec.segments(data)) for codec in codecs]
    return sum(2 * each > len(data) for each in touched) >= _DENSE_KINDS


class Nested:
    """Bound to one engine."""

    def __init__(self, engine: "Engine") -> None:
        self._engine = engine
        self._cap = engine.policy.limit("inflate_bytes")
        words = "|".join(
            re.escape(each) for each in sorted(engine.policy.section("urls")["reset_words"], key=len)[::-1]
        )
        one_time = rf"(?i)/(?:{words})/[A-Za-z0-9_.~%+=-]+"
        self._parameter, self._one_time, self._any = _patterns(one_time)
        self._classes: dict[bytes, str] = {}
        self._decodings: dict[tuple[str, str, bytes], _Known] = {}
        self._parent: Parent | None = None
        self._left = 0
        # How what is decoded next is to be read further.
        self._reading = _EVERY_ORDER
        # What stands in runs and holds nothing.
        self._clear: set[bytes] = set()
        # The same that hold something: they stand in most layers of a line.
        self._touched: set[bytes] = set()

    def forget(self) -> None:
        """What earlier texts held is found anew."""
        self._clear.clear()
        self._touched.clear()

    def edits(self, data: bytes, layer: int) -> Iterator[Edit]:
        """Edits from every decoding of this chunk."""
        parent, self._parent = self._parent, None
        reading, self._reading = self._reading, _EVERY_ORDER
        if layer:
            yield from self._edits(data, layer, parent, reading)
            return
        # What is inside a run is a text of its own.
        outer = self._decodings, self._left
        self._decodings, self._left = {}, _DEEPER * len(data) + _SHORT
        try:
            yield from self._edits(data, 0, None, _EVERY_ORDER)
        finally:
            self._decodings, self._left = outer

    def _edits(self, data: bytes, layer: int, parent: Parent | None, reading: str) -> Iterator[Edit]:
        if layer >= self._engine.policy.limit("depth"):
            return
        # A short text seldom hides anything: one search says so.
        if len(data) > _SHORT or self._any.find(data) is not None:
            memory = self._engine.memory
            if memory is None or len(data) <= _SHORT:
                links = list(self._links(data))
            else:
                links = memory.recall("links", data, lambda: list(self._links(data)))
            for start, end, entity, rule in links:
                yield Edit(start, end, None, entity, rule)
            yield from self._packed_runs(data)
        if reading == _NO_FURTHER:
            return
        codecs = tuple(local_codecs(data))
        if reading == _EVERY_ORDER and _is_dense(codecs, data):
            # Every order of the layers would take too long. Each kind by itself, for what another would spoil, and all
            # of them together, layer by layer, does not.
            for codec in codecs:
                self._reading = _NO_FURTHER
                yield from self._inside(codec, data, layer)
            reading = _ALL_AT_ONCE if QUOTED_PRINTABLE not in codecs else _BUT_PRINTABLE
            if reading == _BUT_PRINTABLE:
                self._reading = _ALL_AT_ONCE
                yield from self._inside(at_once(codecs), data, layer)
        if reading == _BUT_PRINTABLE:
            # Much that is none looks quoted-printable.
            codecs = tuple(each for each in codecs if each is not QUOTED_PRINTABLE)
        if codecs and reading != _EVERY_ORDER:
            self._reading = reading
            yield from self._inside(at_once(codecs), data, layer)
            return
        if layer and len(codecs) > 1 and self._left < len(data) * len(codecs):
            yield from self._inside(at_once(codecs), data, layer)
            return
        for codec in codecs:
            yield from self._local(codec, data, layer, parent)

    def _local(self, codec: Codec, data: bytes, layer: int, parent: Parent | None) -> Iterator[Edit]:
        mark = _MARKS.get(codec.name, b"=")
        found = [
            (start, end)
            for start, end in codec.segments(data)
            if data.find(mark, start, end) >= 0 and (parent is None or not parent.has_read(codec, data, start, end))
        ]
        if codec is PERCENT and b"+" in data:
            # Those are read as forms, with their blanks.
            found = [(start, end) for start, end in found if not is_form_run(data[start:end])]
        if len(found) >= _MANY and self._engine.prose is None:
            short = dict.fromkeys(data[start:end] for start, end in found if end - start <= _SHORT)
            self._read_together(codec, short, layer)
        for start, end in found:
            for edit in self._inside(codec, data[start:end], layer):
                yield Edit(start + edit.start, start + edit.end, edit.new, edit.entity, edit.rule)

    def _read_together(self, codec: Codec, wanted: Iterable[bytes], layer: int) -> None:
        """The decoded forms of many short segments in a few scans: one scan for each took most of the time of a log."""
        known = self._decodings
        fresh = [
            each for each in wanted
            if (before := known.get((codec.name, _EVERY_ORDER, each))) is None or before.layer > layer
        ]  # fmt: skip
        for segments in grouped(fresh, _TOGETHER_BYTES):
            source = APART.join(segments)
            decoded = codec.decode(source)
            texts = Texts(self._engine, [] if decoded is None else decoded.data.split(APART))
            if decoded is None or len(segments) < _MANY or len(texts.texts) != len(segments):
                continue
            edits, counts = self._engine.apart(
                lambda source=source, decoded=decoded, texts=texts: self._decoded_edits(
                    codec, source, decoded, layer, _EVERY_ORDER, texts
                )
            )
            self._engine.tally.add(counts)
            start = 0
            for segment, mine in zip(segments, texts.spread(edits), strict=True):
                if mine is not None:
                    made = [self._written(codec, decoded, each, start) for each in mine]
                    known[codec.name, _EVERY_ORDER, segment] = _Known(layer, made, NOTHING)
                start += len(segment) + len(APART)

    def _inside(self, codec: Codec, segment: bytes, layer: int) -> list[Edit]:
        """Edits on a segment from its decoded form; the same segment stands in most layers of a line."""
        reading, self._reading = self._reading, _EVERY_ORDER
        decodings, key = self._decodings, (codec.name, reading, segment)
        known = decodings.get(key)
        # What was read further out may have gone more layers down.
        if known is None or known.layer > layer:
            decoded = codec.decode(segment)
            edits: list[Edit] = []
            counts: Mapping[str, int] = {}
            if decoded is not None:
                edits, counts = self._engine.apart(lambda: self._decoded(codec, segment, decoded, layer, reading))
            known = decodings[key] = _Known(layer, edits, counts)
        if known.counts:
            self._engine.tally.add(known.counts)
        return known.edits

    def _decoded(self, codec: Codec, segment: bytes, decoded: Decoded, layer: int, reading: str) -> list[Edit]:
        blocks = Blocks(self._engine)
        edits = self._decoded_edits(codec, segment, decoded, layer, reading, blocks)
        return [self._written(codec, decoded, each, 0) for each in edits]

    def _decoded_edits(
        self, codec: Codec, segment: bytes, decoded: Decoded, layer: int, reading: str, blocks: "Blocks | Texts"
    ) -> list[Edit]:
        self._reading = reading
        # Where all are decoded at once, none of them has read the source by itself.
        self._parent = None if codec.name == AT_ONCE else Parent(codec, segment, decoded)
        self._left -= len(decoded.data) + _EACH if layer else 0
        return self._engine.edits(decoded.data, "", layer + 1, blocks=blocks)

    def _written(self, codec: Codec, decoded: Decoded, edit: Edit, offset: int) -> Edit:
        """An edit on what was decoded as one on its source, which begins at `offset`."""
        start, end = decoded.source(edit.start, edit.end)
        return Edit(start - offset, end - offset, codec.escape(edit.new or b""), edit.entity, edit.rule)

    def _packed_runs(self, data: bytes) -> Iterator[Edit]:
        found = [each for each in self._found_runs(data) if each[2].text not in self._clear]
        # A million tiny runs cost a few scans together, not one each.
        for first in range(0, len(found), _TOGETHER):
            group = found[first : first + _TOGETHER]
            if len(group) > 8:
                group = self._without_clear(group)
                self._engine.ahead.read([each[2].text.decode("utf-8", "surrogateescape") for each in group])
            for start, end, unpacked in group:
                yield from self._rewritten(start, end, data[start:end], unpacked)

    def _without_clear(self, group: list[tuple[int, int, Unpacked]]) -> list[tuple[int, int, Unpacked]]:
        """Without the short runs in which nothing is found, when one search over all of them says so."""
        engine = self._engine
        if engine.prose is not None:
            return group
        texts = dict.fromkeys(each[2].text for each in group)
        short = [each for each in texts if 3 <= len(each) <= _SHORT_TEXT and each not in self._touched]
        plain = [text for text in short if b"\n" not in text] if all(map(bytes.isascii, short)) else []
        together = joinable(plain, self._cap)
        if not together:
            return group
        touched = [each[:2] for each in engine.edits(b"\n".join(together))]
        if len(self._clear) > _MOST_CLEAR:
            self._clear.clear()
            self._touched.clear()
        clear = set(untouched(together, touched))
        self._clear |= clear
        self._touched.update(each for each in together if each not in clear)
        return [each for each in group if each[2].text not in self._clear]

    def _found_runs(self, data: bytes) -> list[tuple[int, int, Unpacked]]:
        memory = self._engine.memory
        if memory is None or len(data) <= _SHORT:
            return [(start, end, unpacked) for start, end, _kind, unpacked in runs(data, self._cap)]
        fresh: dict[tuple[int, int], Unpacked] = {}

        def find() -> list[Span]:
            opened = list(runs(data, self._cap))
            fresh.update(((start, end), unpacked) for start, end, _kind, unpacked in opened)
            return [span_of((start, end, kind, "packed")) for start, end, kind, _ in opened]

        found = []
        for start, end, name, _rule in memory.recall("packed", data, find):
            unpacked = fresh.get((start, end)) or opened_run(name, data[start:end], self._cap)
            if unpacked is not None:
                found.append((start, end, unpacked))
        return found

    def _rewritten(self, start: int, end: int, run: bytes, unpacked: Unpacked) -> Iterator[Edit]:
        engine = self._engine
        if unpacked is BOMB:
            new = engine.replacement_of(run, "secret", "inflates-too-far")
            yield Edit(start, end, new, "secret", "inflates-too-far")
            return
        if unpacked is FILE:
            # By its digest: equal files stay equal, and the map of the case does not fill with pictures.
            digest = hashlib.sha256(run).hexdigest().encode()
            yield Edit(start, end, engine.replacement_of(digest, "secret", "packed-file"), "secret", "packed-file")
            return
        inside = unpacked.text.decode("utf-8", "surrogateescape")
        changed = engine.value(inside)
        if changed == inside:
            self._clear.add(unpacked.text)
        else:
            yield Edit(start, end, unpacked.pack(changed.encode("utf-8", "surrogateescape")), "", OPENED)

    def _links(self, data: bytes) -> Iterator[Span]:
        if b"=" in data and self._has_named_parameters(data):
            for start, end in self._parameter.spans(data):
                while (query := _QUERY.search(data, start + 1, end)) is not None:
                    if self._class_of(data[start + 1 : data.index(b"=", start)]) == "password":
                        break
                    # A parameter of the path, or of a URL within it, ends where the query begins (RFC 3986, 3.3).
                    yield from self._parameter_value(data, start, query.start())
                    start = query.start()
                yield from self._parameter_value(data, start, end)
        for start, end in self._one_time.spans(data):
            value = data.index(b"/", start + 1) + 1
            if looks_opaque(data[value:end].decode("latin-1")):
                yield Span(value, end, "token", "one-time-link")

    def _parameter_value(self, data: bytes, start: int, end: int) -> Iterator[Span]:
        equals = data.index(b"=", start)
        entity = self._class_of(data[start + 1 : equals])
        if entity and entity != "keep" and end > equals + 1:
            yield Span(equals + 1, end, entity, "parameter")

    def _has_named_parameters(self, data: bytes) -> bool:
        """Whether any parameter has a class by its name: most texts repeat a few names that have none."""
        return any(
            self._class_of(name) not in ("", "keep") for each in _PARAMETER_NAMES for name in set(each.findall(data))
        )

    def _class_of(self, name: bytes) -> str:
        entity = self._classes.get(name)
        if entity is None:
            if len(self._classes) > 20_000:
                self._classes.clear()
            entity = self._classes[name] = self._engine.policy.classify(name.decode("latin-1"))
        return entity
