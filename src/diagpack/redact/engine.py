"""The one place that decides what a sensitive value becomes, for every walker.

Enters: values with a class (`slot`), values of unknown structure (`value`), plain text (`text`). Leaves: the same with
tokens in place. The same engine runs in both passes: while it learns it collects what it replaces; in the second pass
it also replaces what any file taught.
"""

import ipaddress
import re
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Protocol
from urllib.parse import unquote

from diagpack.redact.dictionary import Dictionary
from diagpack.redact.edits import Edit, apply, resolve
from diagpack.redact.learned import Learned
from diagpack.redact.nested import Nested
from diagpack.redact.policy import Policy
from diagpack.redact.pseudonyms import Pseudonyms
from diagpack.redact.spans import SECRET_CLASSES, Span

_EMAIL = re.compile(r"[^\s@<>\"',;:()]+@[^\s@<>\"',;:()]+\.[^\s@<>\"',;:().]+")
_MAILBOX = re.compile(r"\s*\"?([^\"<>@]+?)\"?\s*<([^<>\s]+@[^<>\s]+)>\s*")
_HIDDEN = re.compile(r"[*•.\-_ x]*|\[?<?(?:redacted|removed|hidden|masked|filtered)>?\]?", re.IGNORECASE)
_NOT_A_VALUE = frozenset({"true", "false", "null", "none", "nil", "undefined", "nan", "n/a", "anonymous", "unknown", "-"})
_SCHEMES = re.compile(r"(?:Bearer|Basic|Digest|Negotiate|NTLM|Token|ApiKey)\s+", re.IGNORECASE)
_CACHED_TEXT = 2048


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
    ) -> None:
        self.policy = policy
        self.pseudonyms = pseudonyms
        self.learned = learned
        self.tally: Counter[str] = Counter()
        self.live: Counter[tuple[str, int]] = Counter()
        self.depth = 0
        self._scanner = scanner
        self._dictionary = dictionary
        self._classes = classes or {}
        self._structure = structure
        self._nested = Nested(self)
        self._cache: dict[tuple[str, str], tuple[str, Counter[str]]] = {}
        self._vendor_ids = _vendor_patterns(policy)
        self._public = lru_cache(maxsize=65536)(is_public)

    def __repr__(self) -> str:
        return "Engine(…)"

    def slot(self, value: str, entity: str, rule: str) -> str:
        """A whole value that stands in a place of this class."""
        bare = value.strip()
        if not bare or entity in ("keep", "") or _HIDDEN.fullmatch(bare) or bare.lower() in _NOT_A_VALUE:
            return value
        if entity not in SECRET_CLASSES and self.is_vendor_id(bare):
            return value
        mailbox = _MAILBOX.fullmatch(bare) if entity not in SECRET_CLASSES and "<" in bare else None
        if mailbox is not None:
            name = self.slot(mailbox.group(1), "name", rule)
            return f"{name} <{self.slot(mailbox.group(2), 'email', rule)}>"
        new = self.replacement(bare, entity, rule)
        return value if new == bare else value.replace(bare, new, 1)

    def number(self, digits: str, entity: str, rule: str) -> str:
        """A JSON number that stands in a place of this class."""
        if self.policy.action(entity) == "keep":
            return digits
        new = self.pseudonyms.number(digits)
        if new != digits:
            self.tally[f"{entity}/{rule}"] += 1
            if self.learned is not None:
                self.learned.not_searched[entity] += 1
        return new

    def keep(self, value: str) -> str:
        """A diagnostic id or protocol value: stays, but what shape or another file betrays in it goes."""
        if self.learned is not None and self.depth == 0:
            self.learned.keep(value)
        return self.value(value) if len(value) > 16 else value

    def value(self, text: str, context: str = "") -> str:
        """A value of unknown structure: JSON, XML, a URL, a form, base64 … or plain text."""
        if len(text) < 3 or text.isdigit() and len(text) < 8:
            return text
        if len(text) > _CACHED_TEXT:
            return self._value(text, context)
        cached = self._cache.get((text, context))
        if cached is None:
            before = self.tally
            self.tally = Counter()
            try:
                new = self._value(text, context)
                cached = (new, self.tally)
            finally:
                self.tally = before
            if len(self._cache) > 30_000:
                self._cache.clear()
            self._cache[text, context] = cached
        if cached[1]:
            self.tally.update(cached[1])
        return cached[0]

    def _value(self, text: str, context: str) -> str:
        with self.deeper() as is_allowed:
            if not is_allowed:
                return self.replacement(text, "secret", "nested-too-deep")
            new = self._structure(self, text, context) if self._structure is not None else None
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

    def data(self, data: bytes, context: str = "") -> bytes:
        """The same for UTF-8 bytes; the very same object when nothing was replaced."""
        edits = self.edits(data, context)
        if not edits:
            return data
        for edit in edits:
            if edit.entity:
                self.tally[f"{edit.entity}/{edit.rule}"] += 1
        return apply(data, edits)

    def edits(self, data: bytes, context: str = "", layer: int = 0) -> list[Edit]:
        """Sorted replacements that do not overlap."""
        found = [self._edit(data, span) for span in self._scanner.scan(data, context)]
        if self._dictionary is not None:
            found += [self._edit(data, span) for span in self._dictionary.find(data)]
        found += self._nested.edits(data, layer)
        kept = [each for each in found if each is not None]
        if not kept:
            return []
        tokens = list(self.pseudonyms.find(data))
        return resolve(data, kept, tokens, self._joined)

    def _edit(self, data: bytes, span: Span) -> Edit | None:
        value = data[span.start : span.end]
        new = self.replacement_of(value, span.entity, span.rule)
        return None if new is None or new == value else Edit(span.start, span.end, new, span.entity, span.rule)

    def _joined(self, value: bytes, entity: str) -> bytes:
        """Two findings that overlap in part become one."""
        return self._token(value.decode("utf-8", "replace"), entity, "overlap").encode()

    def replacement_of(self, value: bytes, entity: str, rule: str) -> bytes | None:
        """What a span of text becomes; None when it stays."""
        text = value.decode("utf-8", "surrogateescape")
        if entity not in SECRET_CLASSES and self.is_vendor_id(text):
            return None
        return self._token(text, entity, rule).encode("utf-8", "surrogateescape")

    def replacement(self, value: str, entity: str, rule: str) -> str:
        """What a whole value becomes, counted."""
        new = self._token(value, entity, rule)
        if new != value:
            self.tally[f"{entity}/{rule}"] += 1
        return new

    def _token(self, value: str, entity: str, rule: str) -> str:
        data = value.encode("utf-8", "surrogatepass" if entity != "" else "replace") if value.isascii() else b""
        if (data and self.pseudonyms.is_token(data)) or value == f"dropped-{entity}":
            return value
        plain = canonical(value)
        if self.pseudonyms.is_token(plain.encode("utf-8", "replace")):
            return value
        if entity not in ("email", "ip") and _EMAIL.fullmatch(plain) and entity not in SECRET_CLASSES:
            entity = "email"
        elif plain.startswith("eyJ") and self._structure is not None and plain.count(".") >= 2:
            rewritten = self._structure(self, plain, "\0jose")
            if rewritten is not None:
                return rewritten
        entity = self._classes.get(plain, entity)
        action = self.policy.action(entity)
        if entity == "ip" and not self._public(plain):
            action = str(self.policy.data["private_ip"])
        if action == "keep":
            return value
        if self.learned is not None:
            self._learn(plain, entity, rule)
        if action == "drop":
            return f"dropped-{entity}"
        return self.pseudonyms.token(plain, entity)

    def _learn(self, plain: str, entity: str, rule: str) -> None:
        assert self.learned is not None
        if rule in ("learned", "learned-encoded", "overlap", "nested-too-deep"):
            return
        if entity in SECRET_CLASSES and len(plain) > 512:
            # Nobody repeats such a value by hand; where it is repeated, its slot or shape betrays it again.
            self.learned.note_shape(plain, entity)
        elif self._has_shape(plain, entity):
            self.learned.note_shape(plain, entity)
        else:
            self.learned.learn(plain, entity)

    def _has_shape(self, plain: str, entity: str) -> bool:
        if entity not in SECRET_CLASSES or len(plain) < 16:
            return False
        data = plain.encode("utf-8", "surrogatepass")
        return any(span.start == 0 and span.end == len(data) for span in self._scanner.scan(data, ""))

    def is_vendor_id(self, value: str) -> bool:
        """Whether the policy names this value as one of the vendor's own ids."""
        return any(pattern.fullmatch(value) for pattern in self._vendor_ids)


def canonical(value: str) -> str:
    """The decoded form that decides the token: percent escapes undone up to three times, blanks and quotes off."""
    plain = value.strip().strip("\"'")
    for _ in range(3):
        if "%" not in plain:
            break
        decoded = unquote(plain, errors="surrogateescape")
        if decoded == plain or "\udc80" <= max(decoded) <= "\udcff":
            break
        plain = decoded
    return plain or value


def is_public(value: str) -> bool:
    """Whether an address text is one that a policy for public addresses means."""
    try:
        address = ipaddress.ip_address(value.strip("[]").split("%")[0])
    except ValueError:
        return True
    # Documentation ranges stand for public addresses in examples and tests.
    text = str(address)
    if text.startswith(("192.0.2.", "198.51.100.", "203.0.113.", "2001:db8:")):
        return True
    return address.is_global or address.is_multicast and not address.is_private


def _vendor_patterns(policy: Policy) -> list[re.Pattern[str]]:
    import re2

    section = policy.section("vendor_ids")
    compiled = []
    for pattern in section["patterns"]:
        # RE2 first: it refuses what could run longer than linear time.
        re2.compile(pattern)
        compiled.append(re2.compile(pattern))
    return compiled
