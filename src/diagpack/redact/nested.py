"""What is hidden inside a text: escapes, base64 and hex runs, URL parameters, one-time links.

Enters: a chunk of text. Leaves: edits on that chunk, made by redacting each decoded form and writing back in the same
encoding. Every layer is linear; the number of layers is the policy's.
"""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import re2

from diagpack.redact.codecs import Codec, local_codecs
from diagpack.redact.edits import Edit
from diagpack.redact.packed import TooBig, Unpacked, unpack_base64, unpack_hex

if TYPE_CHECKING:
    from diagpack.redact.engine import Engine

# Base64 of ASCII text shows in its first twelve characters: the top bit of every byte is 0 and the byte is printable.
_QUAD = "[I-Za-fCD][A-HQ-Xg-nw-z0-3][ABEFIJMNQRUVYZcdghklopstwx014589][A-Za-z0-9+/_-]"
_BASE64 = (
    rf"(?:^|[^A-Za-z0-9+])(?:{_QUAD}{_QUAD}{_QUAD}|H4sI|eJ|eN|eA|[A-Za-z0-9]A[A-Za-z0-9][A-Za-z0-9])"
    r"[A-Za-z0-9+/_-]*=*"
)
_LONG = r"[A-Za-z0-9+/_-]{64}[A-Za-z0-9+/_-]*=*"
_HEX = r"(?:[2-7][0-9a-fA-F]){8}(?:[0-9a-fA-F]{2})*"
_PARAMETER = r"[?&#;][A-Za-z0-9_.\-\[\]%]+=[^&#\s\"'<>;,\\]+"
# Runs of one piece that are opened together.
_TOGETHER = 5000
_RUN = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+/_-")


def _options() -> "re2.Options":
    options = re2.Options()
    options.encoding = re2.Options.Encoding.LATIN1
    options.max_mem = 64 << 20
    options.log_errors = False
    return options


class Nested:
    """Bound to one engine."""

    def __init__(self, engine: "Engine") -> None:
        self._engine = engine
        self._cap = engine.policy.limit("inflate_bytes")
        self._packed = re2.compile(f"{_BASE64}|{_LONG}".encode(), _options())
        self._hex = re2.compile(_HEX.encode(), _options())
        self._parameter = re2.compile(_PARAMETER.encode(), _options())
        words = "|".join(
            re.escape(each) for each in sorted(engine.policy.section("urls")["reset_words"], key=len)[::-1]
        )
        self._one_time = re2.compile(rf"(?i)/(?:{words})/[A-Za-z0-9_.~%+=-]+".encode(), _options())

    def edits(self, data: bytes, layer: int) -> Iterator[Edit]:
        """Edits from every decoding of this chunk."""
        if layer >= self._engine.policy.limit("depth"):
            return
        yield from self._links(data)
        yield from self._packed_runs(data)
        for codec in local_codecs(data):
            yield from self._local(codec, data, layer)

    def _local(self, codec: Codec, data: bytes, layer: int) -> Iterator[Edit]:
        mark = {"percent": b"%", "entities": b"&", "json-escapes": b"\\"}.get(codec.name, b"=")
        for start, end in codec.segments(data):
            segment = data[start:end]
            if mark not in segment:
                continue
            decoded = codec.decode(segment)
            if decoded is None:
                continue
            for edit in self._engine.edits(decoded.data, "", layer + 1):
                here, there = decoded.source(edit.start, edit.end)
                yield Edit(start + here, start + there, codec.escape(edit.new or b""), edit.entity, edit.rule)

    def _packed_runs(self, data: bytes) -> Iterator[Edit]:
        found = [each for each in self._runs(data) if each is not None]
        # A million tiny runs cost a few scans together, not one each.
        for first in range(0, len(found), _TOGETHER):
            group = found[first : first + _TOGETHER]
            if len(group) > 8:
                self._engine.prefetch([each[2].text.decode("utf-8", "surrogateescape") for each in group])
            for start, end, unpacked in group:
                yield from self._rewritten(start, end, data[start:end], unpacked)

    def _runs(self, data: bytes) -> Iterator[tuple[int, int, Unpacked] | None]:
        for match in self._packed.finditer(data):
            start, end = match.span()
            if data[start] not in _RUN:
                start += 1
            yield self._unpacked(data, start, end)
        for match in self._hex.finditer(data):
            start, end = match.span()
            unpacked = self._unpack(unpack_hex, data[start:end])
            yield None if unpacked is None else (start, end, unpacked)

    def _unpacked(self, data: bytes, start: int, end: int) -> tuple[int, int, Unpacked] | None:
        """A run may begin with something else (`/path/`), so each part behind a separator gets a try."""
        for _ in range(4):
            run = data[start:end]
            if len(run) < 12:
                return None
            unpacked = self._unpack(unpack_base64, run)
            if unpacked is not None:
                return start, end, unpacked
            cut = min((each for each in (run.find(b"/"), run.find(b"-"), run.find(b"_")) if each >= 0), default=-1)
            if cut < 0:
                return None
            start += cut + 1
        return None

    def _unpack(self, unpack, run: bytes) -> Unpacked | None:  # type: ignore[no-untyped-def]
        try:
            return unpack(run, self._cap)  # type: ignore[no-any-return]
        except TooBig:
            return Unpacked(b"", lambda text: text, ("too-big",))

    def _rewritten(self, start: int, end: int, run: bytes, unpacked: Unpacked) -> Iterator[Edit]:
        engine = self._engine
        if unpacked.steps == ("too-big",):
            new = engine.replacement_of(run, "secret", "inflates-too-far")
            yield Edit(start, end, new, "secret", "inflates-too-far")
            return
        inside = unpacked.text.decode("utf-8", "surrogateescape")
        changed = engine.value(inside)
        if changed != inside:
            yield Edit(start, end, unpacked.pack(changed.encode("utf-8", "surrogateescape")), "", "packed")

    def _links(self, data: bytes) -> Iterator[Edit]:
        engine = self._engine
        if b"=" in data:
            for match in self._parameter.finditer(data):
                found = match.group(0)
                name, _, value = found.partition(b"=")
                entity = engine.policy.classify(name[1:].decode("latin-1"))
                if entity and entity != "keep":
                    yield Edit(match.end() - len(value), match.end(), None, entity, "parameter")
        for match in self._one_time.finditer(data):
            found = match.group(0)
            value = found[found.index(b"/", 1) + 1 :]
            if looks_opaque(value.decode("latin-1")):
                yield Edit(match.end() - len(value), match.end(), None, "token", "one-time-link")


def looks_opaque(value: str) -> bool:
    """A value that no person would have chosen as a word: long, or letters and digits mixed."""
    if len(value) >= 20:
        return True
    return len(value) >= 8 and any(each.isdigit() for each in value) and any(each.isalpha() for each in value)
