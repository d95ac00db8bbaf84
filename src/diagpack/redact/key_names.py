"""What the names of JSON members say, found out once for records that return.

Enters: names. Leaves: whether a name says nothing about its value and holds nothing itself.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from diagpack.redact.engine import Engine

_MOST = 20_000


class KeyNames:
    """Bound to one engine. `plans` and `records` are kept for the walker of JSON."""

    def __init__(self, engine: "Engine") -> None:
        self._engine = engine
        self._clear: dict[str, bool] = {}
        self._plain: dict[str, bool] = {}
        # For the names of a record, which of its members stand for themselves.
        self.plans: dict[tuple[str, ...], tuple[bool, ...] | None] = {}
        # The class of unnamed credentials in records under a name.
        self.records: dict[str, str] = {}

    def forget(self) -> None:
        """What may be known better after all was learned is found anew."""
        for each in (self._clear, self._plain, self.plans):
            each.clear()

    def is_plain(self, name: str) -> bool:
        """Whether the name of a member says nothing about its value and is no value itself."""
        known = self._plain.get(name)
        if known is None:
            if len(self._plain) > _MOST:
                self._plain.clear()
            known = "#" not in name and not self._engine.policy.classify(name)
            known = known and (len(name) < 5 or name.isalpha() or self.is_clear(name))
            self._plain[name] = known
        return known

    def is_clear(self, name: str) -> bool:
        """Whether the name of a member holds nothing; names return for every record."""
        known = self._clear.get(name)
        if known is None:
            if len(self._clear) > _MOST:
                self._clear.clear()
            new, counts = self._engine.apart(self._engine.text, name)
            known = new == name and not counts
            self._clear[name] = known
        return known
