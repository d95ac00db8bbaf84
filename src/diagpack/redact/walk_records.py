"""Records of JSON whose members stand for themselves: what an answer holds hundreds of, all alike.

Enters: a record, or a list of them. Leaves: the same when nothing in it was replaced. A record in which one member
says something about another has no plan, and is walked member by member (`walk_json`). Records that are alike are
walked column by column: most columns are found to hold nothing in a few steps.
"""

from collections.abc import Collection, Sequence
from itertools import chain
from typing import TYPE_CHECKING, Any

from diagpack.model.collector import MARK
from diagpack.redact.live import TOKEN_MEMBERS
from diagpack.redact.message_ids import KEYS
from diagpack.redact.spans import SECRET_CLASSES
from diagpack.redact.walk_pairs import VALUE_KEYS, is_in_turn
from diagpack.redact.walk_prose import KEYS as PROSE_KEYS
from diagpack.redact.walk_record import TELLING as TOLD
from diagpack.redact.walk_record import holds_marks, is_account, is_doubtful, is_person, squeezed
from diagpack.redact.walk_state import TELLING

if TYPE_CHECKING:
    from diagpack.redact.walk_json import JsonWalker

# For each member of a record, whether its name says nothing about its value.
Plan = tuple[bool, ...]
# A number below has fewer digits than any card or token.
_SMALL = 10**10
LONG_NUMBER = 12
MANIFEST_KEYS = ("data", "stringData")
# Kinds of records that one engine remembers, and members of the longest.
_MOST_PLANS = 5_000
_LONGEST_PLAN = 100
# Of a document that holds more texts than are remembered, so many records are searched together.
_PORTION = 1_000
# So few records are walked one by one.
FEW = 4
# Members that say something about their neighbours: such a record is walked member by member.
_TELLING = VALUE_KEYS | TOKEN_MEMBERS.keys() | TELLING | TOLD | {MARK, "alternateId"}
_STRINGS, _RECORDS, _LISTS = {str}, {dict}, {list}
_NUMBERS, _FLAGS = {int, float, bool, type(None)}, {bool, type(None)}


class Records:
    """Bound to one walker."""

    def __init__(self, walker: "JsonWalker") -> None:
        self._walker = walker
        self._engine = walker.engine
        self._limit = walker.engine.policy.limit("json_depth")

    def plan(self, value: dict[str, Any]) -> Plan | None:
        """Records of one kind share it.

        None when a member says something about another one, or a name is to be replaced or marked.
        """
        names = tuple(value)
        plans = self._engine.keys.plans
        if names in plans:
            return plans[names]
        plan = None
        is_manifest = "kind" in names and not value.keys().isdisjoint(MANIFEST_KEYS)
        is_plain = not is_manifest and not self._is_told(names) and _TELLING.isdisjoint(names)
        if is_plain and all("#" not in name and self._walker.is_name(name) for name in names):
            plan = tuple(name not in PROSE_KEYS and self._engine.keys.is_plain(name) for name in names)
        if len(plans) > _MOST_PLANS:
            plans.clear()
        if len(names) <= _LONGEST_PLAN:
            plans[names] = plan
        return plan

    def _is_told(self, names: Collection[str]) -> bool:
        """Whether something in a record with these members hangs on its being a person's."""
        is_any = any(is_doubtful(self._engine.policy, each) for each in names)
        return is_any and (is_person(names) or is_account(names) or "address" in names)

    def one(self, value: dict[str, Any], plan: Plan, level: int) -> dict[str, Any]:
        """A record, member by member."""
        walker, engine = self._walker, self._engine
        walked: dict[str, Any] | None = None
        for (name, each), is_plain in zip(value.items(), plan, strict=True):
            kind = type(each)
            if not is_plain:
                new = walker.walk(each, name, walker.class_of(name, each), level + 1)
            elif kind is str and each[:1] != "#":
                new = engine.value(each, name)
            elif (
                each is None
                or kind is bool
                or (kind is int and -_SMALL < each < _SMALL)
                or (kind is float and len(repr(each)) < LONG_NUMBER)
            ):
                continue
            elif kind is dict and level < self._limit:
                new = walker.mapping(each, name, "", level + 1)
            else:
                new = walker.walk(each, name, "", level + 1)
            if new is not each:
                if walked is None:
                    walked = value if walker.is_owner else value.copy()
                walked[name] = new
        return value if walked is None else walked

    def listed(self, rows: list[Any], key: str, level: int) -> list[Any] | None:
        """A list of records under a key that says nothing about them; `level`: theirs. None when they are not alike."""
        if not self._walker.is_large:
            return self.alike(rows, level)
        walk = self._walker.walk
        walked: list[Any] = []
        for start in range(0, len(rows), _PORTION):
            portion = rows[start : start + _PORTION]
            self._engine.ahead.read(portion)
            alike = self.alike(portion, level)
            walked += [walk(each, key, "", level) for each in portion] if alike is None else alike
        return _same(rows, walked)

    def alike(self, rows: list[Any], level: int) -> list[Any] | None:
        """Records with the same members, column by column; `level`: theirs. None when they are not alike."""
        first = rows[0]
        plan = self.plan(first) if level < self._limit else None
        if plan is None or any(type(row) is not dict or len(row) != len(first) for row in rows):
            return None
        try:
            columns = [[row[name] for row in rows] for name in first]
        except KeyError:
            return None
        walked: list[Any] | None = None
        is_owner = self._walker.is_owner
        for name, is_plain, column in zip(first, plan, columns, strict=True):
            new = self._column(name, column, level + 1) if is_plain else self._classed(name, column, level + 1)
            if new is column:
                continue
            if walked is None:
                walked = rows if is_owner else [row.copy() for row in rows]
            for row, each in zip(walked, new, strict=True):
                row[name] = each
        return rows if walked is None else walked

    def _column(self, name: str, column: list[Any], level: int) -> Sequence[Any]:
        """Values under a name that says nothing about them; the same list when all of them stay."""
        kinds = set(map(type, column))
        if kinds == _STRINGS:
            if not holds_marks(column) and self._engine.ahead.stay(column):
                return column
        elif kinds <= _FLAGS:
            return column
        elif kinds <= _NUMBERS:
            return self._numbers(name, column, level)
        elif kinds == _RECORDS:
            if (alike := self._records(name, column, level)) is not None:
                return alike
        elif kinds == _LISTS and not is_in_turn(name, column[0]):
            # Two may be a name and its value.
            texts = [] if 2 in map(len, column) else list(chain.from_iterable(column))
            if texts and not holds_marks(texts) and self._engine.ahead.stay(texts):
                return column
        walk = self._walker.walk
        return _same(column, [walk(each, name, "", level) for each in column])

    def _numbers(self, name: str, column: list[Any], level: int) -> Sequence[Any]:
        """Long numbers (times in milliseconds, mostly) are searched together."""
        texts = list(map(repr, column))
        long = [each for each in texts if len(each) >= LONG_NUMBER]
        if not long:
            return column
        clear = self._engine.ahead.clear_numbers(long)
        if len(clear) == len(long):
            return column
        walk, stays = self._walker.walk, set(clear)
        walked = [
            each if len(text) < LONG_NUMBER or text in stays else walk(each, name, "", level)
            for each, text in zip(column, texts, strict=True)
        ]
        return _same(column, walked)

    def _records(self, name: str, column: list[Any], level: int) -> list[Any] | None:
        """A class that a name gives to its value counts for no record."""
        return self.alike(column, level) if self._walker.is_planned(name, "", column) else None

    def _classed(self, name: str, column: list[Any], level: int) -> Sequence[Any]:
        """Values under a name that says something about them, or that hold text of people."""
        walker, policy = self._walker, self._engine.policy
        kinds = set(map(type, column))
        if kinds == _RECORDS and (alike := self._records(name, column, level)) is not None:
            return alike
        entity = policy.classify(name)
        if kinds == _STRINGS and entity and not policy.is_ambiguous(name) and not holds_marks(column):
            if entity == "keep" and squeezed(name) not in KEYS:
                return self._kept(column)
            if entity != "keep" and entity not in SECRET_CLASSES and "onn" not in name and name.lower() != "subject":
                slot = self._engine.slot
                return [slot(each, entity, "json-key") for each in column]
        class_of, walk = walker.class_of, walker.walk
        return _same(column, [walk(each, name, class_of(name, each), level) for each in column])

    def _kept(self, column: list[str]) -> list[str]:
        """Ids that stay, but for what betrays itself in them."""
        engine = self._engine
        # A whole document notes which ids are never taken for a secret.
        is_noted = engine.learned is not None and engine.depth == 0
        if not is_noted and engine.ahead.stay(column):
            return column
        return _same(column, list(map(engine.keep, column)))


def _same(column: list[Any], walked: list[Any]) -> list[Any]:
    """The column itself when each of its values is."""
    return walked if any(new is not old for new, old in zip(walked, column, strict=True)) else column
