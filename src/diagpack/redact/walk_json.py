"""JSON: every key decides about its value; numbers, duplicate keys and order stay.

Enters: JSON text, or an already parsed value. Leaves: the same with tokens in place, valid again.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from diagpack.model.collector import MARK
from diagpack.redact.json_text import Document, TooDeep
from diagpack.redact.looks import counts_still, is_credential, is_word, looks_like
from diagpack.redact.message_ids import KEYS, parts_of
from diagpack.redact.spans import PERSONAL_CLASSES, SECRET_CLASSES
from diagpack.redact.walk_form import is_connection_string, redact_connection_string
from diagpack.redact.walk_pairs import VALUE_KEYS, class_of_pair, class_of_second, is_in_turn, is_listed, walk_second
from diagpack.redact.walk_prose import KEYS as PROSE_KEYS
from diagpack.redact.walk_prose import redact_prose
from diagpack.redact.walk_record import (
    ROWS,
    arguments,
    columns_of,
    hangs_on_key,
    heading_of,
    holds_marks,
    squeezed,
    told,
)
from diagpack.redact.walk_records import FEW, LONG_NUMBER, MANIFEST_KEYS, Records
from diagpack.redact.walk_state import joined, masks, part

if TYPE_CHECKING:
    from diagpack.redact.engine import Engine

_HEADERS = frozenset({"authorization", "proxy-authorization", "cookie", "set-cookie"})
# Okta System Log: what an entity of these types is called is diagnostic, and nobody's name.
_THINGS = frozenset({"AppInstance", "PolicyEntity", "PolicyRule", "PublicClientApp", "SystemPrincipal", "UserGroup"})


def redact_body(engine: "Engine", text: str) -> str:
    """A whole text that may be JSON and stands in no other. The first pass only learns from it."""
    if text[:1] in ("{", "["):
        with engine.deeper():
            try:
                return redact_json_text(engine, text, is_written=engine.is_writing)
            except (ValueError, TooDeep):
                pass
    return engine.value(text)


def redact_json_text(engine: "Engine", text: str, *, is_written: bool = True) -> str:
    """A JSON document. Raises ValueError when it is none, TooDeep when it cannot be walked."""
    document = Document()
    parsed = document.loads(text)
    walker = JsonWalker(engine, document)
    walker.is_large = not engine.ahead.read_all([(text, parsed)])
    walked = walker.walk(parsed)
    if not is_written or (engine.depth > 0 and (walked is parsed or walked == parsed)):
        return text
    return document.written(text, walked)


class JsonWalker:
    """Walks parsed JSON. Subclasses know more about some objects (HAR)."""

    def __init__(self, engine: "Engine", document: Document | None = None) -> None:
        self.engine = engine
        self.document = document or Document()
        self._limit = engine.policy.limit("json_depth")
        # Set by who walks a document that nobody reads afterwards: containers are changed in place, so there is one
        # tree in memory and not two. Whoever compares the result with what it was must not set it.
        self.is_owner = False
        # A document with more texts than are remembered.
        self.is_large = False
        # Whether the policy alone says what a key means.
        self._records = Records(self)
        self._has_plain_keys = type(self).class_of is JsonWalker.class_of and type(self)._key is JsonWalker._key

    def alike(self, records: list[Any]) -> list[Any] | None:
        """Documents that may be alike. None when they are not."""
        return self._records.alike(records, 0) if self.is_planned("", "") else None

    def walk(self, value: Any, key: str = "", entity: str = "", level: int = 0) -> Any:
        """`key` is the name the value stands under, `entity` the class it inherits from a key further up."""
        if level > self._limit:
            raise TooDeep
        if isinstance(value, str):
            # Most leaves have no class and no marker.
            return (
                self.string(value, key, entity)
                if entity or value[:1] == "#" or key in PROSE_KEYS
                else self.engine.value(value, key)
            )
        if isinstance(value, dict):
            return self.mapping(value, key, entity, level)
        if isinstance(value, list):
            return self._list(value, key, entity, level)
        if isinstance(value, bool) or value is None:
            return value
        return self._number(value, key, entity)

    def _list(self, value: list[Any], key: str, entity: str, level: int) -> list[Any]:
        """The same list when nothing in it was replaced."""
        if not entity and value:
            kind = type(value[0])
            if kind is str and len(value) != 2 and not holds_marks(value) and self.engine.ahead.stay(value):
                return value
            if kind is dict and len(value) >= FEW and self.is_planned(key, "", value):
                alike = self._records.listed(value, key, level + 1)
                if alike is not None:
                    return alike
            if kind is list:
                if is_listed(value):
                    return [[pair[0], walk_second(self, pair[0], pair[1], level + 2)] for pair in value]
                if names := heading_of(self.engine.policy, value):
                    return [value[0], *self._rows(value[1:], names, level + 1)]
        listed = class_of_second(self, value) if len(value) == 2 else ""
        known = {} if entity or listed else self.engine.known_texts
        behind = {} if entity else dict(arguments(self.engine.policy, value))
        if is_in_turn(key, value):
            return [
                each if at % 2 == 0 else walk_second(self, value[at - 1], each, level) for at, each in enumerate(value)
            ]
        walked: list[Any] | None = None
        for index, each in enumerate(value):
            if index in behind:
                new = self.walk(each, key, behind[index], level + 1)
            elif type(each) is str and each in known:
                new = self.engine.value(each)
            else:
                new = self.walk(each, key, listed if listed and index else entity, level + 1)
            if new is not each:
                if walked is None:
                    walked = value if self.is_owner else value.copy()
                walked[index] = new
        return value if walked is None else walked

    def mapping(self, value: dict[str, Any], key: str, entity: str, level: int) -> Any:
        if self.is_planned(key, entity, (value,)):
            plan = self._records.plan(value)
            if plan is not None:
                return self._records.one(value, plan, level)
        marked = value.get(MARK)
        if isinstance(marked, str) and "value" in value and len(value) == 2:
            return self._marked(marked, value["value"])
        named = self._pair_class(value)
        record = self._record_class(key)
        is_of_passwords = record == "password" and key.lower().endswith("s")
        if value.get("kind") == "Secret" and not value.keys().isdisjoint(MANIFEST_KEYS):
            return self._manifest(value, key, entity, level)
        inherited = entity if entity != "keep" else ""
        told = self._told(value, key)
        columns = columns_of(self.engine.policy, value)
        entries = _entity_classes(value)
        hidden = masks(value)
        walked: dict[str, Any] = {}
        self.engine.live.members(value)
        for name, each in value.items():
            plain = self.document.key_of(name)
            if plain in hidden:
                walked[name] = self._masked(each, hidden[plain], plain, level + 1)
                continue
            if plain in entries and isinstance(each, str):
                walked[name] = self.string(each, plain, entries[plain])
                continue
            if named and plain in VALUE_KEYS:
                walked[name] = self.walk(each, key, named if named != "keep" else "", level + 1)
                continue
            if columns and plain in ROWS and isinstance(each, list) and not heading_of(self.engine.policy, each):
                walked[name] = self._rows(each, columns, level + 1)
                continue
            below = told.get(plain) or self.class_of(plain, each) or inherited
            if not below and record and (is_credential(each, record) or (is_of_passwords and is_word(each))):
                below = record
            walked[self._key(name)] = self.walk(each, plain, below, level + 1)
        return walked if len(walked) == len(value) else self._renamed(value, walked)

    def is_planned(self, key: str, entity: str, records: Iterable[Any] = ()) -> bool:
        """Whether records under this key, in which a class further up says nothing, may have a plan."""
        return (
            self._has_plain_keys
            and (not entity or entity == "keep")
            and not self._record_class(key)
            and not hangs_on_key(key, records)
        )

    def _pair_class(self, value: dict[str, Any]) -> str:
        return class_of_pair(self, value)

    def _told(self, value: dict[str, Any], key: str) -> dict[str, str]:
        """Classes that members have because of their neighbours or of the key above."""
        return told(self.engine.policy, self.class_of, value, key)

    def _rows(self, rows: list[Any], names: list[str], level: int) -> list[Any]:
        """Rows of a table whose columns have these names: lists of cells, or records that hold such a list."""
        if level > self._limit:
            raise TooDeep
        return [self._row(each, names, level) for each in rows]

    def _row(self, row: Any, names: list[str], level: int) -> Any:
        if isinstance(row, list) and len(row) == len(names):
            pairs = zip(row, names, strict=True)
            return [self.walk(cell, name, self.class_of(name, cell), level + 1) for cell, name in pairs]
        if isinstance(row, dict):
            held = {name: row[name] for name in ("values", "cells") if isinstance(row.get(name), list)}
            rest = iter(
                self.mapping({name: each for name, each in row.items() if name not in held}, "", "", level).items()
            )
            return dict((name, self._row(row[name], names, level + 1)) if name in held else next(rest) for name in row)
        return self.walk(row, "", "", level)

    def _masked(self, value: Any, mask: Any, key: str, level: int) -> Any:
        """A value of which a neighbour says what in it is secret."""
        if level > self._limit:
            raise TooDeep
        if not mask:
            return self.walk(value, key, self.class_of(key, value), level)
        if isinstance(value, dict):
            inner = {} if mask is True else masks(value)
            walked: dict[str, Any] = {}
            for name, each in value.items():
                plain = self.document.key_of(name)
                shown = self._key(name)
                while shown in walked:
                    shown += "-2"  # two keys became one token
                walked[shown] = self._masked(each, joined(part(mask, plain), inner.get(plain)), plain, level + 1)
            return walked
        if isinstance(value, list):
            return [self._masked(each, part(mask, at), key, level + 1) for at, each in enumerate(value)]
        return self.walk(value, key, "secret" if mask is True else self.class_of(key, value), level)

    def _manifest(self, value: dict[str, Any], key: str, entity: str, level: int) -> Any:
        """A Secret of Kubernetes: whatever stands under `data` and `stringData` is one."""
        hidden = {name: each for name, each in value.items() if name in MANIFEST_KEYS and isinstance(each, dict)}
        others = self.mapping({name: each for name, each in value.items() if name not in hidden}, key, entity, level)
        rest = iter(others.items())
        return dict((name, self._hidden(value[name])) if name in hidden else next(rest) for name in value)

    def _hidden(self, values: dict[str, Any]) -> dict[str, Any]:
        return {
            name: self.engine.slot(each, "secret", "manifest") if isinstance(each, str) else each
            for name, each in values.items()
        }

    def class_of(self, key: str, value: Any) -> str:
        """The class that a key gives to its value; ambiguous names count only for values that look the part."""
        entity = self.engine.policy.classify(key)
        if not entity or entity == "keep":
            return entity
        if isinstance(value, dict | list) and (entity not in SECRET_CLASSES or _is_schema(value)):
            # `user: {…}` and `session: {…}` are records: their own keys decide.
            return entity if isinstance(value, list) and all(isinstance(each, str) for each in value) else ""
        if self.engine.policy.is_ambiguous(key) and not self.looks_like(value, entity):
            return entity if counts_still(key, value, entity) else ""
        if key.lower() == "subject" and isinstance(value, str) and " " in value and "@" not in value:
            return ""  # of a message or certificate; as a claim it is one word
        return entity

    def looks_like(self, value: Any, entity: str) -> bool:
        """`looks.looks_like` for what stood there first: where a token of this case is, that was decided before."""
        if isinstance(value, list):
            return any(self.looks_like(each, entity) for each in value)
        if not looks_like(value, entity):
            return False
        return (
            not isinstance(value, str)
            or next(self.engine.pseudonyms.find(value.encode("utf-8", "replace")), None) is None
        )

    def string(self, value: str, key: str, entity: str) -> Any:
        digits = self.document.number_of(value)
        if digits is not None:
            return self._digits(digits, value, entity)
        if entity == "keep":
            return self._keep(value, key)
        if entity:
            if entity in SECRET_CLASSES and key.lower() in _HEADERS:
                from diagpack.redact.walk_http import redact_header

                # The scheme, and the names of cookies, say what was sent.
                return redact_header(self.engine, key, value)
            inner = self._structured_slot(value, key, entity)
            return self.engine.slot(value, entity, "json-key") if inner is None else inner
        if key in PROSE_KEYS and " " in value:
            return redact_prose(self.engine, value)
        return self.engine.value(value, key)

    def _keep(self, value: str, key: str) -> str:
        parts = parts_of(value) if "@" in value and squeezed(key) in KEYS else None
        if parts is None:
            return self.engine.keep(value)
        head, host, tail = parts
        return head + self.engine.value(host) + tail

    def _structured_slot(self, value: str, key: str, entity: str) -> str | None:
        """SAML messages, JWTs and connection strings keep their protocol values even in a secret slot."""
        if ";" in value and "onn" in key and is_connection_string(value):
            return redact_connection_string(self.engine, value)
        if len(value) > 40 and self.engine.policy.classify(key) == "token":
            from diagpack.redact.structure import redact_message

            return redact_message(self.engine, value)
        return None

    def _key(self, name: str) -> str:
        """Keys are names and stay, unless the key itself is a sensitive value (a map from e-mail to …)."""
        return name if self.is_name(name) else self.engine.text(name)

    def is_name(self, name: str) -> bool:
        """Whether a key is a name and nothing else."""
        is_short = len(name) < 5 or name.isalpha()
        return is_short or self.engine.keys.is_clear(name)

    def _renamed(self, value: dict[str, Any], walked: dict[str, Any]) -> dict[str, Any]:
        # Two keys became one token: number them, so that no member is lost.
        out: dict[str, Any] = {}
        for name, each in value.items():
            plain = self.document.key_of(name)
            new = self._key(name)
            number = 2
            while new in out:
                new = f"{self._key(name)}-{number}"
                number += 1
            out[new] = self.walk(each, plain, self.class_of(plain, each))
        return out

    def _record_class(self, key: str) -> str:
        """The class of unnamed credentials in `"passwords": {"db": …}`; their own keys come first."""
        if not key:
            return ""
        known = self.engine.keys.records.get(key)
        if known is None:
            entity = "cookie" if key.lower() in ("cookies", "cookiejar") else self.engine.policy.classify(key)
            known = entity if entity in SECRET_CLASSES and not self.engine.policy.is_ambiguous(key) else ""
            if len(self.engine.keys.records) < 20_000:
                self.engine.keys.records[key] = known
        return known

    def _marked(self, entity: str, value: Any) -> Any:
        known = entity if entity in SECRET_CLASSES | PERSONAL_CLASSES else "secret"
        if isinstance(value, str):
            return self.engine.slot(value, known, "marked")
        return self.walk(value, "", known)

    def _number(self, value: Any, key: str, entity: str) -> Any:
        return self._digits(repr(value), value, entity)

    def _digits(self, digits: str, value: Any, entity: str) -> Any:
        if (
            entity
            and entity != "keep"
            and (entity in SECRET_CLASSES or len(digits.lstrip("-")) >= 4 or entity == "geo")
        ):
            return self.document.number(self.engine.number(digits, entity, "json-key"))
        if len(digits) >= LONG_NUMBER:
            # A card number or a learned value may stand as a number.
            new = self.engine.text(digits)
            if new != digits:
                return self.document.number(self.engine.number(digits, "id", "number"))
        return value


class MarkedWalker(JsonWalker):
    """For documents our own collectors write: they mark what is sensitive, and their key names say nothing.

    Strings still go through the detectors and the learned values.
    """

    def class_of(self, key: str, value: Any) -> str:
        return ""

    def _pair_class(self, value: dict[str, Any]) -> str:
        return ""

    def _told(self, value: dict[str, Any], key: str) -> dict[str, str]:
        return {}


def _entity_classes(value: dict[str, Any]) -> dict[str, str]:
    """What an actor or target of Okta's System Log is: a person by id and login, or a thing with a name."""
    if "alternateId" not in value or not isinstance(value.get("type"), str):
        return {}
    if value["type"] in _THINGS:
        return {"displayName": "", "alternateId": ""}
    return {"id": "user", "alternateId": "user"} if value["type"] in ("User", "AppUser") else {}


def _is_schema(value: Any) -> bool:
    return isinstance(value, dict)
