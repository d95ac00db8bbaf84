"""URLs of a document, redacted together before the walker comes by.

Enters: texts that are URLs, and parts of which may have to go. Leaves: what each becomes, with its counts. Their parts
are read ahead like any texts; what the wholes show besides is searched in all of them at once.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from diagpack.redact.batch import line_ends, spread, without_blocks
from diagpack.redact.known import Found
from diagpack.redact.spans import SECRET_CLASSES
from diagpack.redact.tally import Tally
from diagpack.redact.walk_url import redact_parts

if TYPE_CHECKING:
    from diagpack.redact.engine import Engine


def redact_urls(engine: "Engine", urls: Sequence[str]) -> Iterator[tuple[str, Found]]:
    """Those that hold no live credential: one of these is noted wherever it stands, with host and time."""
    kept: list[tuple[str, str, Mapping[str, int]]] = []
    for url in urls:
        calls = engine.live.calls
        with engine.deeper():
            shown, counts = engine.apart(lambda text: redact_parts(engine, text), url)
        if engine.live.calls == calls and shown is not None and "\n" not in shown:
            kept.append((url, shown, counts))
    texts = [shown for _, shown, _ in kept]
    together = set(without_blocks(texts))
    kept = [each for each in kept if each[1] in together]
    texts = [shown for _, shown, _ in kept]
    calls, between = engine.live.calls, line_ends(texts)
    with engine.deeper():
        edits = engine.edits(between.join(texts).encode("utf-8", "surrogatepass")) if texts else []
    is_noted = engine.live.calls != calls
    for (url, _, counts), (new, more, made) in zip(kept, spread(texts, edits, len(between)), strict=True):
        if is_noted and any(each.entity in SECRET_CLASSES for each in made):
            continue
        total = Tally(counts)
        total.add(more)
        yield url, (new, total)
