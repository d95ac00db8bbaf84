"""Notes: what the analyst typed or pasted, and plain text files that are nothing else.

Enters: text in any usual encoding. Leaves: one `note` artifact, UTF-8 with line feeds.
"""

from collections.abc import Iterator
from typing import Final

from diagpack.collectors.logs.encodings import detect
from diagpack.collectors.logs.recognition import text_of
from diagpack.errors import CollectError
from diagpack.model.collector import CollectContext, Collector
from diagpack.model.raw import RawArtifact, Source

_MAX_BYTES: Final = 4 << 20


class Notes:
    """Free text."""

    id: Final = "notes"
    needs: Final[tuple[str, ...]] = ()
    provides: Final = ("note",)
    derives_from: Final[tuple[str, ...]] = ()

    def recognise(self, head: bytes, name: str) -> float:
        """At most 0.3: every collector with a format of its own comes first."""
        text = text_of(head)
        if text is None or not text.strip():
            return 0.0
        return 0.3 if name.lower().endswith((".txt", ".md", ".eml", ".note")) else 0.2

    def collect(self, source: Source, ctx: CollectContext) -> Iterator[RawArtifact]:
        """Raises CollectError (DP135, DP136)."""
        with source.open_raw() as stream:
            data = stream.read(_MAX_BYTES + 1)
        if not data.strip():
            raise CollectError("DP135", "this note is empty")
        if text_of(data[: 1 << 16]) is None:
            raise CollectError("DP136", "this is not text", hint="paste the text itself")
        encoding = detect(data)
        kept = data[encoding.skip : _MAX_BYTES]
        if len(data) > _MAX_BYTES:
            ctx.missing(source, "DP137", f"the text was cut after {_MAX_BYTES >> 20} MiB")
        if not encoding.decodes(kept) or encoding.is_assumed:
            ctx.missing(source, "DP132", f"some bytes are not valid UTF-8: read as {encoding.name}")
        text = "\n".join(encoding.decode(kept).splitlines()) + "\n"
        yield ctx.store(
            source,
            kind="note",
            media_type="text/plain",
            folder="notes",
            suffix=".txt",
            content=[text.encode("utf-8", "backslashreplace")],
            facts={"encoding": encoding.name, "lines": text.count("\n")},
        )


COLLECTOR: Final[Collector] = Notes()
