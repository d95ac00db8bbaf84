"""Redaction seen from its result: which tokens stand where, and whether a word may stay.

Enters: redacted artifacts, the case key, the map of tokens. Leaves: removals with their redacted context. A value is
read only to answer whether a word would pass a secret; it never leaves this module.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from diagpack.model.keys import CaseKey
from diagpack.redact.passages import Passage, passages
from diagpack.redact.policy import Policy
from diagpack.redact.pseudonyms import Pseudonyms
from diagpack.redact.seeds import Seeds
from diagpack.redact.spans import PERSONAL_CLASSES, SECRET_CLASSES
from diagpack.redact.standalone import Standalone

CONTEXT_CHARACTERS = 48
_DROPPED = re.compile(
    rb"(?<![A-Za-z0-9-])dropped-(" + "|".join(sorted(SECRET_CLASSES | PERSONAL_CLASSES)).encode() + rb")"
)


@dataclass(frozen=True, slots=True)
class Removal:
    """One token of the case where it stands. `context` is redacted text around it."""

    token: str
    entity: str
    place: str
    context: str


def removals(content: bytes, media_type: str, pseudonyms: Pseudonyms) -> Iterator[Removal]:
    """Every token in plain sight. Tokens inside packed layers and shifted dates are counted in the tally only."""
    for passage in passages(content, media_type):
        data = passage.text.encode("utf-8", "replace")
        for start, end in _tokens(data, pseudonyms):
            token = data[start:end].decode("ascii")
            yield Removal(token, class_of(token), passage.place, _context(passage, data, start, end))


def without_tokens(text: str, pseudonyms: Pseudonyms, mark: str = "\0") -> str:
    """The text with `mark` in the place of every character of a token, so that places stay the same."""
    data = text.encode("utf-8", "replace")
    pieces, last = [], 0
    for start, end in _tokens(data, pseudonyms):
        pieces += [data[last:start], mark.encode() * (end - start)]
        last = end
    return b"".join([*pieces, data[last:]]).decode("utf-8", "replace")


def class_of(token: str) -> str:
    """The class a token stands for; forms that a parser still accepts carry it in their shape."""
    if token.startswith(("dp-", "dropped-")):
        return token.split("-", 2)[1]
    if token.endswith("@dp.invalid"):
        return "email"
    return "number" if token.isdigit() else "ip"


def secret_in(word: str, tokens: Mapping[str, str], *, key: CaseKey, policy: Policy, seeds: Seeds | None = None) -> str:
    """The secret class that a word is, or holds in any encoding; "" when it holds none.

    `tokens`: the map of the case. A rule for secrets, or a secret learned anywhere in the case, counts.
    """
    secrets = {value: class_of(token) for token, value in tokens.items() if class_of(token) in SECRET_CLASSES}
    folded = word.strip().casefold()
    for value, entity in secrets.items():
        if value.casefold() == folded:
            return entity
    standalone = Standalone(key, policy, seeds)
    for engine in (standalone.engine(standalone.learner(), {}), standalone.engine(None, secrets)):
        engine.value(word)
        found = (name.partition("/")[0] for name, count in engine.tally.items() if count)
        if entity := next((each for each in sorted(found) if each in SECRET_CLASSES), ""):
            return entity
    return ""


def _tokens(data: bytes, pseudonyms: Pseudonyms) -> list[tuple[int, int]]:
    found = list(pseudonyms.find(data))
    if b"dropped-" in data:
        found += [match.span() for match in _DROPPED.finditer(data)]
    return sorted(found)


def _context(passage: Passage, data: bytes, start: int, end: int) -> str:
    before = data[max(0, start - CONTEXT_CHARACTERS) : start].decode("utf-8", "ignore")
    after = data[end : end + CONTEXT_CHARACTERS].decode("utf-8", "ignore")
    left = "…" if start > CONTEXT_CHARACTERS else ""
    right = "…" if end + CONTEXT_CHARACTERS < len(data) else ""
    label = f"{passage.label}: " if passage.label else ""
    return f"{label}{left}{before}{data[start:end].decode('ascii')}{after}{right}"
