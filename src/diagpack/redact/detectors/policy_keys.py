"""Values behind key and header names that a team or case added to the policy, in text: `launch_code=…`, `X-Seal: …`.

The names of the defaults are `keyed_values.py`'s; walkers read the policy itself.
"""

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any, Final

from diagpack.redact.detectors._engine import Pattern, Rank, compiled
from diagpack.redact.spans import Detector, Span

# Behind the name: closing quotes (also escaped), a separator, an opening quote.
_TAIL: Final = r"""(?:\\*["'])?[ \t]*(?:=>|:=|=|:|%3[dD])[ \t]*(?:\\*["'])?([^\s"'\\&;,<>{}\[\]]+)"""


class PolicyKeys:
    """Empty unless configured; one alternation of names, compared without case, `-`, `_`, `.` and blanks."""

    id = "policy-key"
    entities: tuple[str, ...] = ("secret",)
    rank = Rank.STRUCTURAL

    def __init__(self, keys: Mapping[str, str] | None = None) -> None:
        self.keys = {key: entity for key, entity in (keys or {}).items() if _plain(key)}
        self.entities = tuple(dict.fromkeys(["secret", *self.keys.values()]))

    def configured(self, config: Mapping[str, Any]) -> "PolicyKeys":
        return PolicyKeys(config["keys"])

    @property
    def structural_rules(self) -> frozenset[str]:
        """A key that names its value outranks what the lexer protects."""
        return frozenset({"policy-key"})

    def trigger(self) -> str:
        """Where something may be found; "" for nowhere."""
        names = "|".join(sorted("[-_. ]?".join(_plain(key)) for key in self.keys))
        return f"(?i:{names})" if names else ""

    @cached_property
    def _patterns(self) -> tuple[tuple[Pattern, str], ...]:
        by_class: dict[str, list[str]] = {}
        for key, entity in self.keys.items():
            by_class.setdefault(entity, []).append("[-_. ]?".join(_plain(key)))
        return tuple(
            (
                compiled(
                    rf"\b(?:{'|'.join(sorted(names, key=len, reverse=True))}){_TAIL}", ignore_case=True, captures=True
                ),
                entity,
            )
            for entity, names in sorted(by_class.items())
        )

    def scan(self, data: bytes, context: str = "") -> Iterator[Span]:
        for pattern, entity in self._patterns:
            position = 0
            while (match := pattern.groups(data, position)) is not None:
                yield Span(*match[1], entity=entity, rule="policy-key")
                position = match[0][1]


def _plain(key: str) -> str:
    return "".join(each for each in key if each.isascii() and each.isalnum())


DETECTOR: Final[Detector] = PolicyKeys()
