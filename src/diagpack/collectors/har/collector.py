"""The HAR collector: one capture in, one slimmed `har` artifact out.

Enters: a file that looks like a HAR. Leaves: the artifact, with its facts, and gaps for what was damaged.
"""

import re
import zlib
from collections.abc import Iterator
from contextlib import suppress
from typing import Final

from diagpack.collectors.har.inspect import inspect
from diagpack.model.collector import CollectContext, Collector
from diagpack.model.raw import RawArtifact, Source

_ENTRIES = re.compile(rb'"entries"\s*:\s*[\[{n]')
_ENTRY = re.compile(rb'^\s*[\[{]\s*\{?\s*"(?:startedDateTime|request|pageref|_initiator|_connectionId)"')


class HarCollector:
    """See the module."""

    id = "har"
    needs: tuple[str, ...] = ()
    provides = ("har",)
    derives_from: tuple[str, ...] = ()

    def recognise(self, head: bytes, name: str) -> float:
        """By `"log"` and `"entries"`; the name decides only for compressed and damaged files."""
        is_named = name.lower().endswith((".har", ".har.gz", ".har.zip", ".harp"))
        if head.startswith(b"\x1f\x8b"):
            with suppress(zlib.error):
                head = zlib.decompressobj(31).decompress(head, 65536)
        if b"\0" in head[:4] or head.startswith((b"\xff\xfe", b"\xfe\xff")):
            head = head.replace(b"\0", b"")
        if b'"log"' in head and _ENTRIES.search(head):
            return 0.98
        if _ENTRY.match(head) and b'"request"' in head and b'"response"' in head:
            return 0.9
        if b'"log"' in head[:2000] and b'"creator"' in head:
            return 0.95
        return 0.6 if is_named else 0.0

    def collect(self, source: Source, ctx: CollectContext) -> Iterator[RawArtifact]:
        """One artifact. Raises CollectError DP101 (not a HAR) to DP105 (damaged before the first entry)."""
        environment = ctx.section("environment")
        hosts = environment.get("hosts") or ()
        named = (hosts,) if isinstance(hosts, str) else tuple(str(each) for each in hosts)
        view = inspect(source.raw_path, window=ctx.window, hosts=named, browser=str(environment.get("browser") or ""))
        yield ctx.store(
            source,
            kind="har",
            media_type="application/har+json",
            suffix=".har",
            folder="har",
            content=view.content(),
            facts=view.facts,
        )
        truncated = view.facts["truncated"]
        if truncated is not None:
            ask = next(each["ask"] for each in view.facts["capture"] if each["id"] == "har.truncated")
            ctx.missing(source, "DP105", f"the HAR is damaged: {truncated['words']}", question=ask)
        for note in view.notes:
            ctx.missing(source, "DP102", note)


COLLECTOR: Final[Collector] = HarCollector()
