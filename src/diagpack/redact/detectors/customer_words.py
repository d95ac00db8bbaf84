"""Words the customer or the analyst named: whole words, ignoring case, each with its class."""

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any, Final

import ahocorasick

from diagpack.redact.detectors._engine import Rank, lower_case
from diagpack.redact.spans import Detector, Span


class CustomerWords:
    """A dictionary of words to classes; empty unless configured."""

    id = "customer-word"
    entities: tuple[str, ...] = ("word",)
    rank = Rank.PERSONAL

    def __init__(self, words: Mapping[str, str] | None = None) -> None:
        self.words = dict(words or {})
        self.entities = tuple(dict.fromkeys(["word", *self.words.values()]))

    def configured(self, config: Mapping[str, Any]) -> "CustomerWords":
        return CustomerWords(config["words"])

    @cached_property
    def _automaton(self) -> Any:
        automaton = ahocorasick.Automaton()
        for word, entity in self.words.items():
            # Bytes beyond ASCII have no case of their own: add the three spellings in use.
            for spelling in {word, word.lower(), word.upper(), word.title()}:
                folded = spelling.encode().lower().decode("latin1")
                automaton.add_word(folded, (len(folded), entity))
        automaton.make_automaton()
        return automaton

    def trigger(self) -> str | None:
        """Nothing without words; with them no pattern says where one may stand."""
        return None if self.words else ""

    def scan(self, data: bytes, context: str = "") -> Iterator[Span]:
        if not self.words:
            return
        for last, (length, entity) in self._automaton.iter(lower_case(data).decode("latin1")):
            start, end = last - length + 1, last + 1
            if not _is_word_byte(data, start - 1) and not _is_word_byte(data, end):
                yield Span(start, end, entity, "customer-word")


def _is_word_byte(data: bytes, position: int) -> bool:
    return 0 <= position < len(data) and (data[position] >= 0x80 or chr(data[position]).isalnum())


DETECTOR: Final[Detector] = CustomerWords()
