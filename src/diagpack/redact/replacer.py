"""What one value becomes: a pseudonym, a drop mark, itself, or a message whose parts were redacted.

Enters: a value, the class of its place and the rule that found it. Leaves: the replacement; in the first pass the value
is learned as well.
"""

import re
from typing import TYPE_CHECKING
from urllib.parse import quote

from diagpack.redact.learned import RANK, Learned
from diagpack.redact.spans import SECRET_CLASSES
from diagpack.redact.values import canonical, is_public

if TYPE_CHECKING:
    from diagpack.redact.engine import Engine

# The context that asks the structure hook for a JWT or SAML message only.
MESSAGE = "\0message"
_EMAIL = re.compile(r"[^\s@<>\"',;:()]+@[^\s@<>\"',;:()]+\.[^\s@<>\"',;:().]+")
# Tokens that one engine remembers for the encrypted map.
_MAPPED = 50_000
# Findings that come from what was learned teach nothing.
NOT_LEARNED = frozenset({"learned", "learned-encoded", "overlap", "nested-too-deep"})


# Values that return in a case, and what they are called; (value, class, rule): (decoded value, class, token).
Decisions = dict[tuple[str, str, str], tuple[str, str, str]]
_MOST_DECISIONS = 50_000
_LONGEST_DECIDED = 60
_MOST_SHAPED = 5_000
# Characters of a secret that is sought wherever it stands.
_LONGEST_REPEATED = 512


class Replacer:
    """Bound to one engine. `decisions`: of all first passes in this process, which know no learned values yet."""

    def __init__(self, engine: "Engine", decisions: Decisions | None = None) -> None:
        self._engine = engine
        self._decisions = decisions if engine.learned is not None and not engine.classes else None
        self._shaped: dict[str, bool] = {}

    def token(self, value: str, entity: str, rule: str) -> str:
        """The token of a value of this class; the value itself when it stays."""
        engine = self._engine
        decided = None if self._decisions is None else self._decisions.get((value, entity, rule))
        if decided is not None:
            return self._again(*decided, rule)
        asked, is_token = entity, engine.pseudonyms.is_token
        if (value.isascii() and is_token(value.encode("ascii"))) or value == f"dropped-{entity}":
            return value
        plain = canonical(value)
        if plain is not value and is_token(plain.encode("utf-8", "replace")):
            return value
        if entity in SECRET_CLASSES:
            if len(plain) > 40 and engine.structure is not None:
                # A JWT or SAML message keeps its protocol values wherever it stands, and is never learned as a whole.
                rewritten = engine.structure(engine, plain, MESSAGE)
                if rewritten is not None:
                    return rewritten if plain == value.strip() else quote(rewritten, safe="")
        elif "@" in plain and entity not in ("email", "ip") and _EMAIL.fullmatch(plain):
            entity = "email"
        taught = entity, rule
        if engine.learned is not None and entity in SECRET_CLASSES:
            entity, rule = self._called_before(engine.learned, plain, entity, rule)
        if engine.asked is not None:
            engine.asked.named.add((plain, entity, rule))
        if plain in engine.classes:
            entity, rule = engine.classes[plain], "learned"
        action = engine.policy.action_of(entity, rule)
        if entity not in SECRET_CLASSES and engine.policy.keeps_word(plain):
            return value
        if entity == "ip" and not is_public(plain):
            action = str(engine.policy.data["private_ip"])
        if action == "keep":
            return value
        if engine.learned is not None:
            self._learn(engine.learned, plain, *taught)
        if action == "drop":
            return f"dropped-{entity}"
        token = engine.pseudonyms.token(plain, entity)
        if engine.mapped is not None and len(engine.mapped) < _MAPPED:
            engine.mapped[token] = plain
        if self._decisions is not None and entity not in SECRET_CLASSES and len(value) <= _LONGEST_DECIDED:
            self._remember(value, asked, plain, entity, rule, token)
        return token

    def _called_before(self, learned: Learned, plain: str, entity: str, rule: str) -> tuple[str, str]:
        """What the second pass will call a secret that stood elsewhere under a better name, as far as is known by now.

        A token against forgery stands in a cookie and in a header of every request: what was called by the better name
        need not be redacted again.
        """
        best = learned.values.get(plain, entity)
        is_better = best != entity and best in SECRET_CLASSES and RANK[best] < RANK[entity]
        action_of = self._engine.policy.action_of
        if is_better and action_of(best, "learned") == action_of(entity, rule):
            return best, "learned"
        return entity, rule

    def _again(self, plain: str, entity: str, token: str, rule: str) -> str:
        """A value that was decided before, in this or another artifact."""
        engine = self._engine
        if engine.asked is not None:
            engine.asked.named.add((plain, entity, rule))
        if engine.learned is not None:
            self._learn(engine.learned, plain, entity, rule)
        if engine.mapped is not None and len(engine.mapped) < _MAPPED:
            engine.mapped[token] = plain
        return token

    def _remember(self, value: str, asked: str, plain: str, entity: str, rule: str, token: str) -> None:
        """`asked`: the class of the place. Secrets are not kept: each may be a live credential, which is noted."""
        if self._decisions is None:
            return
        if len(self._decisions) >= _MOST_DECISIONS:
            self._decisions.clear()
        self._decisions[value, asked, rule] = plain, entity, token

    def _learn(self, learned: Learned, plain: str, entity: str, rule: str) -> None:
        if rule in NOT_LEARNED:
            return
        if entity in SECRET_CLASSES:
            self._engine.live.found(plain, entity, rule)
            if len(plain) > _LONGEST_REPEATED or self._has_shape(plain):
                # Nobody repeats so long a value by hand; where it is repeated, its slot or shape betrays it again.
                learned.note_shape(plain, entity)
                return
        learned.learn(plain, entity)

    def _has_shape(self, plain: str) -> bool:
        """Whether the shape of a secret betrays it. A session stands in every request of a recording."""
        if len(plain) < 16:
            return False
        known = self._shaped.get(plain)
        if known is None:
            data = plain.encode("utf-8", "surrogatepass")
            known = any(span.start == 0 and span.end == len(data) for span in self._engine.scanner.scan(data, ""))
            if len(self._shaped) >= _MOST_SHAPED:
                self._shaped.clear()
            self._shaped[plain] = known
        return known
