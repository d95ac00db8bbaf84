"""A HAR that was collected before, read again by collectors that derive something from it.

Enters: the artifact as a stream. Leaves: its entries one at a time, and the head of its log.
"""

from collections.abc import Iterator
from typing import Any, BinaryIO

from diagpack.collectors.har.walk import Reading, Walk
from diagpack.collectors.har.window import Window
from diagpack.errors import CollectError


def collected_entries(stream: BinaryIO, reading: Reading) -> Iterator[Any]:
    """Every entry; `reading.log` is filled on the way. Raises CollectError DP112 when the artifact is not whole."""
    yield from Walk(Window(stream.read), reading).entries()
    if reading.broken_off is not None or reading.damaged:
        raise not_whole()


def not_whole() -> CollectError:
    """What was collected is whole; this artifact is not."""
    return CollectError("DP112", "the artifact is not whole", hint="collect it again")
