"""What a detector returns, and what a detector is.

Enters: a chunk of UTF-8 bytes. Leaves: spans, as byte offsets into that chunk, each naming the class of the policy it
belongs to and the rule that found it. Detectors are linear-time and import neither Presidio nor spaCy; `presidio.py`
wraps them as Presidio `LocalRecognizer`s for the text engine.
"""

import functools
from collections.abc import Callable, Iterator
from typing import NamedTuple, Protocol, runtime_checkable

# Classes no policy can switch off.
SECRET_CLASSES = frozenset({"secret", "cookie", "token", "password", "key"})
# Classes of personal data; a policy may drop, pseudonymise or keep each.
PERSONAL_CLASSES = frozenset(
    {
        "email",
        "phone",
        "ip",
        "mac",
        "card",
        "iban",
        "nationalid",
        "name",
        "address",
        "dob",
        "geo",
        "user",
        "host",
        "company",
        "word",
        "id",
    }
)


class Span(NamedTuple):
    """Bytes `start` to `end` (end excluded) hold a value of `entity`, found by `rule`.

    A tuple: millions are made in a run, and a data class costs three times as much.
    """

    start: int
    end: int
    entity: str
    rule: str


# The same from a tuple: a named tuple is made by a function of Python, which takes three times as long.
span_of: Callable[[tuple[int, int, str, str]], Span] = functools.partial(tuple.__new__, Span)


class Detector(Protocol):
    """A plug-in of redact/detectors. Its module ends in `DETECTOR: Final[Detector] = …`.

    A detector that raises ends the run (exit 5); it never returns less than it found because time ran out.
    """

    @property
    def id(self) -> str: ...

    @property
    def entities(self) -> tuple[str, ...]: ...

    def scan(self, data: bytes, context: str = "") -> Iterator[Span]:
        """Spans in any order, overlapping allowed. `context` is the key or field name the text stands under."""


@runtime_checkable
class Memory(Protocol):
    """What was found in a long text, kept for the second pass."""

    def recall(self, what: str, data: bytes, find: Callable[[], list[Span]]) -> list[Span]: ...
