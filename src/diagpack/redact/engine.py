"""The one place that decides what a sensitive value becomes, for every walker.

Enters: values with a class (`slot`), values of unknown structure (`value`), plain text (`text`). Leaves: the same with
tokens in place. The same engine runs in both passes: while it learns it collects what it replaces; in the second pass
it also replaces what any file taught.
"""

import functools
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Protocol, TypeVar

import re2

from diagpack.redact.ahead import ID_TEXT, LONGEST_TEXT, PLAIN_TEXT, Ahead
from diagpack.redact.batch import spread
from diagpack.redact.blocks.reader import Blocks, outermost
from diagpack.redact.dictionary import Dictionary
from diagpack.redact.edits import Edit, apply, parted, resolve
from diagpack.redact.key_names import KeyNames
from diagpack.redact.known import Found, Known
from diagpack.redact.learned import Learned
from diagpack.redact.live import LiveCredentials
from diagpack.redact.nested import Nested
from diagpack.redact.policy import Policy
from diagpack.redact.pseudonyms import Pseudonyms
from diagpack.redact.replacer import MESSAGE, NOT_LEARNED, Decisions, Replacer
from diagpack.redact.replay import Questions
from diagpack.redact.slot_values import SlotValues
from diagpack.redact.span_values import SpanValues
from diagpack.redact.spans import SECRET_CLASSES, Memory, Span
from diagpack.redact.tally import NOTHING, Tally
from diagpack.redact.together import Texts
from diagpack.redact.values import canonical, is_diagnostic, is_plain, is_public

_REPEATED = 40
_T = TypeVar("_T")


class Scanner(Protocol):
    """The detectors of text, as `redact.detect` and `redact.presidio` offer them."""

    def scan(self, data: bytes, context: str = "") -> list[Span]: ...


class NeedsWithholding(Exception):
    """An artifact cannot be inspected: it is left out, with this reason. Never carries a value."""


class Engine:
    """One pass over a case, in one process."""

    def __init__(
        self,
        policy: Policy,
        pseudonyms: Pseudonyms,
        scanner: Scanner,
        *,
        learned: Learned | None = None,
        dictionary: Dictionary | None = None,
        classes: dict[str, str] | None = None,
        structure: Callable[["Engine", str, str], str | None] | None = None,
        vendor_ids: Sequence[str] = (),
        decisions: Decisions | None = None,
    ) -> None:
        self.policy = policy
        self.pseudonyms = pseudonyms
        self.learned = learned
        self.tally = Tally()
        self.live = LiveCredentials(pseudonyms.is_token, is_on=learned is not None)
        self.depth = 0
        self.mapped: dict[str, str] | None = None
        self.asked: Questions | None = None
        self.scanner = scanner
        self.memory: Memory | None = scanner if isinstance(scanner, Memory) else None
        self._dictionary = dictionary
        self.classes = classes or {}
        self.structure = structure
        self._nested = Nested(self)
        self._replacer = Replacer(self, decisions)
        self.ahead = Ahead(self)
        self.keys = KeyNames(self)
        self._known: Known[str] = Known()
        self._places: Known[tuple[str, str]] = Known()
        # Texts whose result is known, whatever key they stand under.
        self.known_texts: Mapping[str, Found] = self._known.found
        self._waiting: Mapping[str, object] = self.ahead.waiting
        self._slots = SlotValues(self, self._replacer)
        # For walkers, which ask for nothing else as often.
        self.slot, self.number = self._slots.value, self._slots.number
        self._spans = SpanValues(self, self._replacer)
        self.counts, self.replacement_of = self._spans.counts, self._spans.value
        self._whole: dict[tuple[str, str, str], str] = {}
        # RE2 refuses what could run longer than linear time.
        self._vendor_ids = [re2.compile(pattern) for pattern in vendor_ids]
        self.prose: Callable[[bytes], list[Span]] | None = None
        self._looks_for_hosts = policy.looks_for_hosts

    def __repr__(self) -> str:
        return "Engine(…)"

    def forget(self) -> None:
        """Results of earlier texts are found anew."""
        self._whole.clear()
        for part in (self._slots, self._spans, self._known, self._places, self.ahead, self.keys, self._nested):
            part.forget()

    @property
    def is_taught(self) -> bool:
        """Whether the values of the whole case are known."""
        return self._dictionary is not None

    @property
    def is_writing(self) -> bool:
        """Whether what is written is used: the first pass may only learn."""
        return self.learned is None or self.asked is not None

    def learned_in(self, data: bytes) -> Iterator[Span]:
        """Learned values in a text. The first pass knows none yet and notes the question."""
        if self._dictionary is not None:
            return self._dictionary.find(data)
        if self.asked is not None:
            self.asked.text(data)
        return iter(())

    def calls_the_same(self, value: str, entity: str, rule: str) -> bool:
        """Whether a value of this class, found by this rule, is called and treated so after all that was learned."""
        called = self.classes.get(value)
        if called is None:
            # What was learned and is not known now is kept.
            return rule != "learned"
        return called == entity and self.policy.action_of(entity, rule) == self.policy.action_of(entity, "learned")

    def keep(self, value: str) -> str:
        """A diagnostic id or protocol value: stays, but what shape or another file betrays in it goes."""
        if self.learned is not None and self.depth == 0:
            self.learned.keep(value)
        return self.value(value) if len(value) > 16 else value

    def value(self, text: str, context: str = "") -> str:
        """A value of unknown structure: JSON, XML, a URL, a form, base64 … or plain text."""
        cached = self.known_texts.get(text)
        if cached is None:
            if len(text) < 3 or (len(text) < 8 and text.isdigit()):
                return text
            if len(text) > LONGEST_TEXT:
                return self._value(text, context)
            if len(text) <= ID_TEXT and self._is_diagnostic(text):
                return text
            cached = self._remembered(text, context)
        elif text in self._waiting:
            self.ahead.ask(text)
        new, counts = cached
        if counts:
            self.tally.add(counts)
        return new

    def once(self, place: str, text: str, redact: Callable[["Engine", str], str]) -> str:
        """What `redact` makes of a text that returns often in the same place (a header, a URL), with its counts."""
        key = (place, text)
        known = self._places.found.get(key)
        if known is None:
            if len(text) > LONGEST_TEXT or self.depth:
                return redact(self, text)
            calls = self.live.calls
            known = self.apart(functools.partial(redact, self), text)
            # A live credential is noted with the host and time of every exchange it stands in.
            if self.live.calls == calls:
                self._places.store(key, len(text), known)
        if known[1]:
            self.tally.add(known[1])
        return known[0]

    def _is_diagnostic(self, text: str) -> bool:
        """A UUID, trace id or time that no place in the case called a secret."""
        if not is_diagnostic(text):
            return False
        if self.asked is not None:
            self.asked.word(text)
        return text not in self.classes

    def reads_diagnostic(self, text: str) -> bool:
        """The same for a text that is read ahead: nothing is asked."""
        return is_diagnostic(text) and text not in self.classes

    def _remembered(self, text: str, context: str) -> Found:
        if self.prose is None and len(text) < PLAIN_TEXT and self.is_plain(text):
            found = self.plain_words(text)
        else:
            found = self.apart(self._value, text, context)
        if not context or self._scanner_ignores(context):
            self.remember(text, found)
        return found

    def remember(self, text: str, found: Found) -> None:
        """What a text becomes, whatever key it stands under."""
        self._known.store(text, len(text), found)

    def plain_words(self, text: str) -> Found:
        """What words without a shape become."""
        if self._dictionary is None:
            if self.asked is not None:
                self.asked.word(text)
            return text, NOTHING
        return self.apart(self._learned_only, text)

    def apart(self, redact: Callable[..., _T], *arguments: str) -> tuple[_T, Mapping[str, int]]:
        """The result with its own counts."""
        before = self.tally
        self.tally = Tally()
        try:
            return redact(*arguments), self.tally
        finally:
            self.tally = before

    def _scanner_ignores(self, context: str) -> bool:
        # A phone number or an id is believed sooner under a key that names it: such results are not shared.
        return self.policy.classify(context) == ""

    def _learned_only(self, text: str) -> str:
        """Words without a digit, sign or long run hold no shape: only learned values can stand there."""
        if self._dictionary is None:
            return text
        data = text.encode("ascii")
        found = [Edit(each.start, each.end, None, each.entity, each.rule) for each in self._dictionary.find(data)]
        if not found:
            return text
        edits = self._spans.settled(data, resolve(data, found, list(self.pseudonyms.find(data))))
        self.tally.count(edits)
        return apply(data, edits).decode("ascii")

    def _value(self, text: str, context: str) -> str:
        with self.deeper() as is_allowed:
            if not is_allowed:
                return self.replacement(text, "secret", "nested-too-deep")
            new = self.structure(self, text, context) if self.structure is not None else None
            return self.text(text, context) if new is None else new

    @contextmanager
    def deeper(self) -> Iterator[bool]:
        """One layer down; yields False at the limit of the policy."""
        self.depth += 1
        try:
            yield self.depth <= self.policy.limit("depth")
        finally:
            self.depth -= 1

    def text(self, text: str, context: str = "") -> str:
        """Plain text: detectors, learned values, and everything that is encoded inside."""
        data = text.encode("utf-8", "surrogatepass")
        new = self.data(data, context)
        return text if new is data else new.decode("utf-8", "surrogatepass")

    def data(self, data: bytes, context: str = "", blocks: Blocks | None = None) -> bytes:
        """The same for UTF-8 bytes; the very same object when nothing was replaced. `blocks`: of a text in pieces."""
        edits = self.edits(data, context, blocks=blocks or Blocks(self))
        if not edits or (blocks is not None and not self.is_writing):
            # The first pass only learns; what it writes of a text in pieces is thrown away.
            return data
        self.tally.count(edits)
        return apply(data, edits)

    def is_clear(self, text: str) -> bool:
        """Whether nothing in a short text would be replaced."""
        if not text.isascii() or len(text) > LONGEST_TEXT or self.prose is not None:
            return False
        data = text.encode("ascii")
        return (
            not self.scanner.scan(data)
            and not self.holds_learned(data)
            and next(self._nested.edits(data, 0), None) is None
        )

    def findings(self, data: bytes) -> list[tuple[int, int]]:
        """Where something is found in a text that is read ahead, also what stays; nothing is counted."""
        before, self.tally = self.tally, Tally()
        found = [each[:2] for each in self.scanner.scan(data)]
        if self._dictionary is not None:
            found += [each[:2] for each in self._dictionary.find(data)]
        found += [each[:2] for each in self._nested.edits(data, 0)]
        self.tally = before
        return found

    def texts(self, texts: Sequence[str], blocks: Blocks | None = None) -> list[str]:
        """Many short texts in one scan. `blocks`: they are lines that follow one another."""
        data = "\n".join(texts).encode("utf-8", "surrogatepass")
        edits = self.edits(data, blocks=blocks)
        if not edits:
            return list(texts)
        new = apply(data, edits)
        if data.count(b"\n") == new.count(b"\n") == len(texts) - 1:
            self.tally.count(edits)
            return new.decode("utf-8", "surrogatepass").split("\n")
        out = []
        for text, tally, _ in spread(texts, edits):
            self.tally.add(tally)
            out.append(text)
        return out

    def is_plain(self, text: str) -> bool:
        """Whether a text is words that say nothing to the detectors."""
        # Words alone tell something as well: `Invalid user NAME from`, `/home/NAME`, `12 Canary Street`.
        return self.is_words(text) and not self.scanner.scan(text.encode())

    def is_words(self, text: str) -> bool:
        """Whether a text looks like words without a shape."""
        # `-----` may be the head of a key.
        is_statement = "('" in text or ", '" in text
        return (
            is_plain(text) and not (self._looks_for_hosts and "." in text) and "-----" not in text and not is_statement
        )

    def edits(
        self,
        data: bytes,
        context: str = "",
        layer: int = 0,
        *,
        blocks: Blocks | Texts | None = None,
        is_ahead: bool = False,
    ) -> list[Edit]:
        """Sorted replacements that do not overlap. `blocks`: what spans lines counts as well.

        `is_ahead`: nobody may want them; who does asks for himself.
        """
        spans = self.scanner.scan(data, context)
        if self._dictionary is not None:
            spans = [*spans, *self._dictionary.find(data)]
        if self.prose is not None:
            spans = [*spans, *self.prose(data)]
        found = self._spans.counting(data, spans)
        found += self._nested.edits(data, layer)
        if blocks is not None:
            found = outermost([*found, *blocks.edits(data)])
        if not found:
            if self.asked is not None and not is_ahead:
                self.asked.text(data)
            return []
        if self._dictionary is not None:
            found = self._spans.without_opened(found)
        edits = parted(self._spans.settled(data, resolve(data, found, list(self.pseudonyms.find(data)))))
        if self.asked is not None and not is_ahead:
            self.asked.text(data, edits, is_whole=blocks is not None)
        return edits

    def holds_learned(self, data: bytes) -> bool:
        """Whether a learned value stands in a text. The first pass notes the question."""
        return next(self.learned_in(data), None) is not None

    def replacement(self, value: str, entity: str, rule: str) -> str:
        """What a whole value becomes, counted."""
        key = (value, entity, rule)
        new = self._whole.get(key)
        if new is None:
            new = self._replacer.token(value, entity, rule)
            # A secret may be a live credential, which is noted each time.
            is_noted = self.learned is not None and entity in SECRET_CLASSES
            if len(value) <= _REPEATED and rule not in NOT_LEARNED and not is_noted:
                if len(self._whole) > 50_000:
                    self._whole.clear()
                self._whole[key] = new
        if new != value:
            self.tally[f"{entity}/{rule}"] += 1
        return new

    @property
    def has_vendor_ids(self) -> bool:
        """Whether the policy names ids of the vendor at all."""
        return bool(self._vendor_ids)

    def is_vendor_id(self, value: str) -> bool:
        """Whether the policy names this value as one of the vendor's own ids."""
        return bool(self._vendor_ids) and any(pattern.fullmatch(value) for pattern in self._vendor_ids)


__all__ = ["MESSAGE", "Engine", "NeedsWithholding", "Scanner", "canonical", "is_public"]
