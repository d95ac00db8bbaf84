"""The texts of a parsed document, searched together before it is walked leaf by leaf.

Enters: parsed documents. Leaves: results in the engine's memory, for the walker to come by. A text may never be wanted
(a place that names its value replaces it unread), so the question about it is asked when it is.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from diagpack.redact.batch import (
    Redacted,
    batches,
    is_joinable,
    leaves,
    redact_batch,
    strings,
    untouched,
    without_blocks,
)
from diagpack.redact.edits import Edit
from diagpack.redact.tally import NOTHING
from diagpack.redact.urls_together import redact_urls
from diagpack.redact.walk_url import is_simple, is_walked, texts_of

if TYPE_CHECKING:
    from diagpack.redact.engine import Engine

# Characters of a plain text, of an id, of any text that is read ahead.
PLAIN_TEXT = 400
ID_TEXT = 40
LONGEST_TEXT = 2048
# So few texts are scanned one by one.
_FEW = 8
# Texts of one document: half of what the engine remembers.
_MOST_TEXTS = 50_000
_SIMPLE_EMAIL = re.compile(r"[a-z0-9._-]{1,40}@[a-z0-9-]{1,40}(?:\.[a-z0-9-]{1,40}){1,4}")


class Ahead:
    """Bound to one engine."""

    def __init__(self, engine: "Engine") -> None:
        self._engine = engine
        # Texts that nobody wanted yet, with what was replaced in them; only while questions are noted.
        self.waiting: dict[str, Sequence[Edit]] = {}

    def forget(self) -> None:
        """Results of earlier texts are found anew."""
        self.waiting.clear()

    def ask(self, text: str) -> None:
        """Note the question about a text that was read ahead, now that somebody wants it."""
        edits, asked = self.waiting.pop(text), self._engine.asked
        if asked is None:
            return
        if edits:
            asked.text(text.encode("utf-8", "surrogatepass"), edits)
        else:
            asked.word(text)

    def stay(self, texts: Sequence[str]) -> bool:
        """Whether all of these texts are known to stay as they are, whatever key they stand under; they are wanted."""
        for text, found in zip(texts, map(self._engine.known_texts.get, texts), strict=True):
            if found is None or found[1] or (found[0] is not text and found[0] != text):
                return False
        if self.waiting:
            for text in self.waiting.keys() & texts:
                self.ask(text)
        return True

    def found(self, text: str) -> str | None:
        """What a text that was read ahead became, counted, now that somebody wants it; None for any other."""
        found = self._engine.known_texts.get(text)
        if found is None:
            return None
        if text in self.waiting:
            self.ask(text)
        new, counts = found
        if counts:
            self._engine.tally.add(counts)
        return new

    def stays(self, text: str) -> bool:
        """Whether one text is known to stay as it is; it is wanted."""
        found = self._engine.known_texts.get(text)
        if found is None or found[1] or found[0] != text:
            return False
        if text in self.waiting:
            self.ask(text)
        return True

    def clear_numbers(self, texts: Sequence[str]) -> list[str]:
        """Those of many numbers in which nothing is found; they are wanted."""
        engine = self._engine
        if engine.prose is not None:
            return []
        clear: list[str] = []
        for group in batches(texts):
            clear += self._clear_among(group)
        if clear and engine.asked is not None:
            engine.asked.text("\n".join(clear).encode("ascii"))
        return clear

    def read(self, value: Any) -> bool:
        """Scan the plain strings of a parsed document together, before it is walked leaf by leaf.

        Returns whether they are few enough to be remembered: else nothing was read.
        """
        return self.read_texts(leaves(value, self._engine.known_texts))

    def read_all(self, documents: Sequence[tuple[str, Any]]) -> bool:
        """The same for the text and the value of each document: without escapes, its strings need no walk."""
        known = self._engine.known_texts
        found: dict[str, str | None] = {}
        for text, value in documents:
            found.update(leaves(value, known) if "\\" in text else strings(text, known))
        return self.read_texts(found)

    def read_texts(self, found: Mapping[str, str | None]) -> bool:
        """The same for texts, each with the key it stands under, None for several."""
        engine = self._engine
        if len(found) > _MOST_TEXTS:
            return False
        if engine.prose is not None:
            return True
        self._read_texts(found)
        self._read_urls(found)
        return True

    def _read_texts(self, found: Mapping[str, str | None]) -> None:
        engine = self._engine
        is_noting, waiting = engine.asked is not None, self.waiting
        for text, (new, counts, edits) in self._results(found):
            engine.remember(text, (new, counts))
            if is_noting:
                waiting[text] = edits

    def _read_urls(self, found: Mapping[str, str | None]) -> None:
        """URLs of more than simple parts, whose questions are asked now; the parts first."""
        engine, known = self._engine, self._engine.known_texts
        urls = [each for each in found if each not in known and _is_url(each)]
        if len(urls) < _FEW:
            return
        parts: dict[str, str | None] = {}
        for url in urls:
            for name, text in texts_of(url):
                if text not in known and text not in found:
                    parts[text] = name if parts.get(text, name) == name else None
        self._read_texts(parts)
        for group in batches(urls):
            for text, result in redact_urls(engine, group):
                engine.remember(text, result)

    def _results(self, found: Mapping[str, str | None]) -> Iterator[tuple[str, Redacted]]:
        engine = self._engine
        classify, cap = engine.policy.classify, engine.policy.limit("inflate_bytes")
        fresh, urls = [], []
        plain = self._plain_among([each for each in found if 3 <= len(each) < PLAIN_TEXT and engine.is_words(each)])
        for each, key in found.items():
            if len(each) < 3 or each in plain:
                continue
            if len(each) <= ID_TEXT and engine.reads_diagnostic(each):
                yield each, (each, NOTHING, ())
            elif is_joinable(each, 0 if key and classify(key) else cap):
                # An address under a key that says so is replaced whole; under an unknown one it most often is.
                is_email = "@" in each and (key is None or classify(key) == "email")
                if not is_email or not _SIMPLE_EMAIL.fullmatch(each):
                    fresh.append(each)
            elif each[0] in "/h" and len(each) <= LONGEST_TEXT and is_simple(each):
                urls.append(each)
        for group in batches(list(plain)):
            # Nothing learned in all of them together: nothing in any of them.
            is_clear = not engine.is_taught or not engine.holds_learned("\n".join(group).encode("ascii"))
            for each in group:
                new, counts = (each, NOTHING) if is_clear else engine.plain_words(each)
                yield each, (new, counts, ())
        for group in batches(fresh) if len(fresh) >= _FEW else ():
            alone = without_blocks(group)
            yield from zip(alone, redact_batch(engine, alone), strict=True)
        for group in batches(urls) if len(urls) >= _FEW else ():
            for text in self._clear_among(group):
                yield text, (text, NOTHING, ())

    def _plain_among(self, words: Sequence[str]) -> dict[str, None]:
        """The plain ones of many: one search tells which need a search of their own."""
        engine = self._engine
        plain: dict[str, None] = {}
        for group in batches(words):
            touched = [each[:2] for each in engine.scanner.scan("\n".join(group).encode("ascii"))]
            clear = set(untouched(group, touched)) if touched else set(group)
            plain.update((each, None) for each in group if each in clear or engine.is_plain(each))
        return plain

    def _clear_among(self, texts: Sequence[str]) -> Iterator[str]:
        """Those of many short ASCII texts in which nothing is found, not even something that stays."""
        return untouched(texts, sorted(self._engine.findings("\n".join(texts).encode("ascii"))))


def _is_url(text: str) -> bool:
    return text[:1] in "h/" and len(text) <= LONGEST_TEXT and is_walked(text) and not is_simple(text)
