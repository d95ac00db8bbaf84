"""What one case taught the redactor: sensitive values without a shape, and fingerprints of those with one.

Enters: (value, class) from the walkers and detectors. Leaves: a bounded dictionary for propagation, fingerprints for
the residue scan. Values with a shape (e-mail, address, token shapes) are detected again wherever they stand and never
kept as literals: eight bytes each, so a million of them cost eight megabytes. What does not fit into the dictionary is
remembered as an overflow: the artifact that caused it is withheld.
"""

import hashlib
import re
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache

import numpy as np

from diagpack.redact.ipv6 import packed_ipv6, spelled_ipv6
from diagpack.redact.policy import Policy
from diagpack.redact.pseudonyms import fold
from diagpack.redact.spans import SECRET_CLASSES

# Which class a value keeps when two places call it differently; the strictest first.
PRECEDENCE = (
    "password", "secret", "token", "cookie", "key", "card", "iban", "nationalid", "dob", "email", "phone", "name",
    "user", "address", "company", "word", "id", "host", "ip", "mac", "geo",
)  # fmt: skip
RANK = {entity: rank for rank, entity in enumerate(PRECEDENCE)}
# Classes whose values are found again by their shape alone.
SHAPED_CLASSES = frozenset({"email", "ip", "mac", "card", "iban"})
_NEVER_LEARNED = frozenset({"geo", "dob", "phone", "ip", "mac"})
_STOP = frozenset(
    """
    admin root user test guest info support system service default public private none null true false name email
    unknown anonymous localhost undefined redacted password secret token cookie session bearer basic deleted
    """.split()
)
# Two parts of letters in front of the `@`: a person's name, unless one is a role.
_FIRST_LAST = re.compile(r"([^\W\d_]{2,20})[._]([^\W\d_]{2,20})@")
_ROLES = frozenset(
    """
    no reply noreply donotreply help desk helpdesk sales billing hello contactus customer care office team dev ops prod
    news alerts alert notify notifications mailer daemon bounce bounces post master web it hr pr data security abuse
    accounts payable receivable order orders job jobs career press media legal privacy finance marketing qa ci bot
    """.split()
)
# Its fingerprint says that there are IPv6 addresses among the others.
IPV6_MARK = b"\0ipv6"
# So few that all values keep their encoded forms in the dictionary.
_MOST_MAILBOXES = 2000
_WORD = re.compile(r"[A-Za-z]+")
_LOWER_WORD = re.compile(r"[a-z]+")
_ID_FORM = re.compile(
    r"[0-9a-fA-F]{8}-?(?:[0-9a-fA-F]{4}-?){3}[0-9a-fA-F]{12}|[0-9a-fA-F]{16}|[0-9a-fA-F]{32}|\d{4}-\d\d-\d\dT[\d:.Z+-]+"
)
# Products, versions and requests stand everywhere, whatever one place called them.
_DIAGNOSTIC = re.compile(
    r"(?:[A-Za-z][\w.-]*/)?v?\d+(?:\.[0-9A-Za-z]+)+|[A-Za-z]+/\d+|application/[\w.+-]+|text/[\w.+-]+"
)
_MOSTLY_HIDDEN = re.compile(r"[*x•.\-_ ]+|\[?<?(?:redacted|removed|hidden|masked|filtered)>?\]?", re.IGNORECASE)


def fingerprint(value: str, entity: str) -> int:
    """Eight bytes that stand for a value of a shaped class."""
    return fingerprint_bytes(fold(value, entity).encode("utf-8", "surrogatepass"))


def fingerprint_bytes(folded: bytes) -> int:
    return int.from_bytes(hashlib.blake2b(folded, digest_size=8).digest(), "big")


def ipv6_spelling(value: str) -> tuple[bytes, ...]:
    """The one spelling of an IPv6 address that stands for all (RFC 5952); nothing for anything else."""
    packed = packed_ipv6(value.strip("[]").split("%")[0])
    return () if packed is None else (spelled_ipv6(packed).encode("ascii"),)


@cache
def _ipv6_mark() -> int:
    return fingerprint_bytes(IPV6_MARK)


@cache
def _first_names() -> frozenset[str]:
    from diagpack.redact.rulebook import load_data

    return frozenset(load_data("names")["first_names"].split())


class Learned:
    """Grows during discovery. Holds values: never printed, never pickled outside the machine's own pipes."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self.values: dict[str, str] = {}
        self.kept: set[str] = set()
        self.not_searched: Counter[str] = Counter()
        self.is_overflowing = False
        self._bytes = 0
        self._mailboxes: dict[str, str] = {}
        self._spilled = array("Q")
        self._prints = array("Q")
        self._sorted: np.ndarray[tuple[int], np.dtype[np.uint64]] = np.empty(0, dtype=np.uint64)
        self._common = frozenset(each.lower() for each in policy.words("common"))
        self._seen: set[tuple[str, str]] = set()

    def __repr__(self) -> str:
        return f"Learned({len(self.values)} values)"

    def learn(self, value: str, entity: str) -> None:
        """A whole sensitive value from a place that names it."""
        if (value, entity) in self._seen:
            return
        if len(self._seen) > 50_000:
            self._seen.clear()
        self._seen.add((value, entity))
        if entity in SHAPED_CLASSES:
            self.note_shape(value, entity)
            if entity == "email":
                self._learn_mailbox(value)
            return
        if entity in ("name", "company"):
            self._learn_name(value, entity)
        elif self.is_searchable(value, entity):
            self._add(value, entity)
        else:
            self.not_searched[entity] += 1

    def plant(self, value: str, entity: str) -> None:
        """A value a person named: taken whole, however short or common."""
        if value.strip():
            self._add(value.strip(), entity)

    def note_shape(self, value: str, entity: str) -> None:
        """A value that its shape betrays: kept as a fingerprint only."""
        self._prints.append(fingerprint(value, entity))
        if entity == "ip" and ":" in value:
            self._prints.extend(fingerprint_bytes(each) for each in ipv6_spelling(value) if each != value.encode())
            self._prints.append(_ipv6_mark())
        if len(self._prints) > 250_000:
            self._compact()

    def keep(self, value: str) -> None:
        """A diagnostic id: never propagated as a secret although another place may say so."""
        if 8 <= len(value) <= 200 and len(self.kept) < 200_000:
            self.kept.add(value)

    def is_searchable(self, value: str, entity: str) -> bool:
        """Whether a value is long and rare enough to be replaced wherever it stands."""
        lowered = value.lower()
        if lowered in _STOP or value.isdigit() or entity in _NEVER_LEARNED:
            return False
        if _DIAGNOSTIC.fullmatch(value):
            return False
        if _MOSTLY_HIDDEN.fullmatch(value) or (_ID_FORM.fullmatch(value) and entity not in SECRET_CLASSES):
            return False
        if entity in SECRET_CLASSES:
            # A short secret without a digit may be an ordinary word: `Assertion` must not vanish from every file.
            return len(value) >= 6 and not (len(value) < 12 and _WORD.fullmatch(value))
        if entity == "user":
            return len(value) >= 5 and lowered not in self._common
        return len(value) >= 6 and not _LOWER_WORD.fullmatch(value) and lowered not in self._common

    def _learn_name(self, value: str, entity: str) -> None:
        parts = [part for part in re.split(r"[\s,]+", value.strip()) if part]
        if len(parts) > 6 or not parts or "@" in value:
            self.not_searched[entity] += 1
            return
        if len(parts) > 1:
            self._add(" ".join(parts), entity)
            if entity == "name":
                self._add(f"{parts[-1]}, {parts[0]}", entity)
                self._add(f"{parts[0]}.{parts[-1]}", entity)
        if entity == "name" or len(parts) == 1:
            for part in parts:
                self._learn_name_part(part.strip(".'\"()"), entity)

    def _learn_mailbox(self, address: str) -> None:
        """`first.last@…` names a person. Bounded apart, so that a million addresses do not fill the dictionary."""
        match = _FIRST_LAST.match(address)
        if match is None:
            return
        parts = [each.lower() for each in match.groups()]
        if any(each in _STOP or each in _ROLES for each in parts):
            return
        if any(each in self._common for each in parts) and parts[0] not in _first_names():
            return
        first, last = (each.capitalize() for each in parts)
        if not self.policy.keeps_word(f"{first} {last}"):
            self._note_mailbox(f"{first} {last}")
            self._note_mailbox(f"{last}, {first}")
            # As chats mention them. `@` keeps it from `spring.boot` of a package.
            self._note_mailbox(f"@{parts[0]}.{parts[1]}")

    def _note_mailbox(self, name: str) -> None:
        if len(self._mailboxes) < _MOST_MAILBOXES:
            self._mailboxes[name] = "name"

    def _learn_name_part(self, part: str, entity: str) -> None:
        is_title = part[:1].isupper() or (part[:1].isalpha() and not part.isascii()) or len(part) >= 6
        if len(part) >= 3 and is_title and part.lower() not in self._common and part.lower() not in _STOP:
            self._add(part, entity)
        else:
            self.not_searched[entity] += 1

    def _add(self, value: str, entity: str) -> None:
        if entity not in SECRET_CLASSES and self.policy.keeps_word(value):
            return
        before = self.values.get(value)
        if before is not None:
            if RANK.get(entity, 99) < RANK.get(before, 99):
                self.values[value] = entity
            return
        size = len(value.encode("utf-8", "surrogatepass"))
        if (
            len(self.values) >= self.policy.limit("dictionary_values")
            or self._bytes + size > self.policy.limit("dictionary_bytes")
            or size > 65536
        ):
            self.is_overflowing = True
            self._spill(value)
            return
        self.values[value] = entity
        self._bytes += size

    def _spill(self, value: str) -> None:
        """A value without room: its artifact is withheld, and in another one its fingerprint stops the run."""
        if value not in self.kept:
            self._spilled.append(fingerprint_bytes(fold(value, "word").encode("utf-8", "surrogatepass")))
        if len(self._spilled) > 250_000:
            self._spilled = _unique(self._spilled)

    def spilled(self) -> bytes:
        """Fingerprints of what the dictionary has no room for, sorted: eight bytes each, folded."""
        return _unique(self._spilled).tobytes()

    def dictionary(self) -> dict[str, str]:
        """The values to replace everywhere, kept ids taken out."""
        known = {**self._mailboxes, **self.values}
        return {value: entity for value, entity in known.items() if value not in self.kept}

    def prints(self) -> "np.ndarray[tuple[int], np.dtype[np.uint64]]":
        """Fingerprints of the shaped values, sorted."""
        self._compact()
        return self._sorted

    def _compact(self) -> None:
        fresh = np.frombuffer(self._prints.tobytes(), dtype=np.uint64)
        self._sorted = np.unique(np.concatenate([self._sorted, fresh]))
        self._prints = array("Q")

    def state(self) -> "LearnedState":
        """What a worker process sends back."""
        return (
            dict(self.values),
            set(self.kept),
            dict(self.not_searched),
            self.is_overflowing,
            self.prints().tobytes(),
            dict(self._mailboxes),
            self.spilled(),
        )

    def absorb(self, state: "LearnedState") -> None:
        """Join what another pass learned; the result does not depend on the order."""
        values, kept, not_searched, is_overflowing, prints, mailboxes, spilled = state
        for name in mailboxes:
            self._note_mailbox(name)
        for value, entity in values.items():
            self._add(value, entity)
        self.kept |= kept
        self.not_searched.update(not_searched)
        self.is_overflowing = self.is_overflowing or is_overflowing
        self._prints.frombytes(prints)
        self._compact()
        self._spilled.frombytes(spilled)

    def learn_all(self, values: Iterable[tuple[str, str]]) -> None:
        for value, entity in values:
            self.learn(value, entity)

    def items(self) -> Iterator[tuple[str, str]]:
        yield from self.values.items()


def _unique(prints: "array[int]") -> "array[int]":
    return array("Q", np.unique(np.frombuffer(prints.tobytes(), dtype=np.uint64)).tobytes())


LearnedState = tuple[dict[str, str], set[str], dict[str, int], bool, bytes, dict[str, str], bytes]
