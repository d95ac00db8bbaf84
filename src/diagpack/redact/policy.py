"""The redaction policy: which class is dropped, replaced or kept, and which names carry which class.

Enters: `policy/default.yaml`, team files, the case's own section. Leaves: one frozen `Policy`. Lists are joined and
mappings merged, so a team adds to the defaults and an empty list never switches them off. Unknown keys are errors with
the nearest name; a policy that keeps a secret class is an error. The residue scan has no switch.
"""

import difflib
import hashlib
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from importlib import resources
from pathlib import Path
from types import MappingProxyType
from typing import Any

import ahocorasick
import yaml

from diagpack.errors import UsageError
from diagpack.model.redacted import canonical
from diagpack.model.request_ids import FIELDS, is_id_header
from diagpack.redact.field_names import is_auth_of, is_password_of, last_part, of_widget
from diagpack.redact.policy_file import read_policy
from diagpack.redact.policy_floor import check
from diagpack.redact.rulebook import without_tokens
from diagpack.redact.spans import SECRET_CLASSES

KEEP = "keep"
_CASE = "case.yaml policy"
_KINDS = {bool: "true or false", int: "a whole number"}
# Rules that find a host because a person named it.
_NAMED_HOST_RULES = frozenset({"learned", "learned-encoded", "hidden-host"})
# Classes of personal data that a header may hold as a whole.
_IN_HEADERS = frozenset(
    {"email", "ip", "user", "geo", "name", "phone", "address", "dob", "nationalid", "iban", "card", "id"}
)
_SQUEEZE = str.maketrans("", "", "-_. []:")
# Mappings whose keys are the user's own; everywhere else a key must exist in the defaults.
_OPEN = ("saml.elements", "saml.attributes", "saml.values", "jwt.classes")


@dataclass(frozen=True)
class Policy:
    """A checked policy. `data` is the merged document; `sha256` covers it and nothing else."""

    data: Mapping[str, Any]
    sha256: str
    _words: Mapping[str, str] = field(repr=False)
    _stems: tuple[tuple[str, str], ...] = field(repr=False)
    _headers: Mapping[str, str] = field(repr=False)
    _ambiguous: frozenset[str] = field(repr=False)
    # The shipped policy, where a team or case added names: what that one calls a secret is one.
    _floor: "Policy | None" = field(default=None, repr=False, compare=False)
    keep_words: frozenset[str] = field(default=frozenset(), repr=False)
    hidden_hosts: tuple[str, ...] = field(default=(), repr=False)
    _classified: dict[str, str] = field(default_factory=dict, repr=False, compare=False)
    _doubted: dict[str, bool] = field(default_factory=dict, repr=False, compare=False)
    _actions: dict[tuple[str, str], str] = field(default_factory=dict, repr=False, compare=False)

    def action(self, entity: str) -> str:
        """drop, pseudonymise or keep."""
        return str(self.data["classes"].get(entity, "pseudonymise"))

    def action_of(self, entity: str, rule: str) -> str:
        """The same for one finding: a host that a person named goes, also where hosts in general stay."""
        action = self._actions.get((entity, rule))
        if action is None:
            action = self.action(entity)
            if action == KEEP and entity == "host" and rule in _NAMED_HOST_RULES:
                action = "pseudonymise"
            if len(self._actions) < 5_000:
                self._actions[entity, rule] = action
        return action

    def keeps_word(self, value: str) -> bool:
        """Whether the case or the policy lists this value, or each of its words, under words to keep."""
        if not self.keep_words:
            return False
        folded = value.strip().casefold()
        return folded in self.keep_words or all(each in self.keep_words for each in folded.split() or [folded])

    @property
    def looks_for_hosts(self) -> bool:
        """Whether any host may have to go: then no text with a dot in it is too plain to be searched."""
        return self.action("host") != KEEP or bool(self.hidden_hosts)

    def section(self, name: str) -> Mapping[str, Any]:
        """A section of the merged document."""
        return self.data[name]  # type: ignore[no-any-return]

    def limit(self, name: str) -> int:
        return int(self.data["limits"][name])

    def words(self, name: str) -> tuple[str, ...]:
        """`hide`, `keep` or `common`."""
        return tuple(map(str, self.data["words"][name]))

    def classify(self, name: str) -> str:
        """The class of values that stand under this name; "keep" for protocol values and request ids; "" if unknown."""
        found = self._classified.get(name)
        if found is None:
            found = self._classify(name)
            if self._floor is not None and found not in SECRET_CLASSES:
                shipped = self._floor.classify(name)
                found = shipped if shipped in SECRET_CLASSES else found
            if len(self._classified) < 20_000:
                self._classified[name] = found
        return found

    def is_ambiguous(self, name: str) -> bool:
        """Whether a name outside of parameters needs a value that looks like what the name says."""
        found = self._doubted.get(name)
        if found is None:
            found = self._is_doubtful(name)
            if len(self._doubted) < 20_000:
                self._doubted[name] = found
        return found

    def _is_doubtful(self, name: str) -> bool:
        plain = _squeezed(name)
        if plain in self._ambiguous or plain.endswith("tokens"):
            return True
        if plain in self._words or next(self._stem_gate.iter(plain), None) is not None:
            return False
        # `process.state` and `fieldCode` say as little as `state` and `code`; `tests_pass` may count.
        last = last_part(name)
        return (
            not self._ambiguous.isdisjoint((_squeezed(last), of_widget(last)))
            or is_password_of(last)
            or is_auth_of(last)
        )

    def classify_header(self, name: str) -> str:
        """The same for HTTP header names, where a few mean something else."""
        lowered = name.strip().lower()
        if lowered in self._headers:
            return self._headers[lowered]
        if is_id_header(lowered) or lowered in _PLAIN_HEADERS:
            return KEEP
        found = self.classify(lowered)
        return found if found in SECRET_CLASSES | _IN_HEADERS else ""

    @cached_property
    def _stem_gate(self) -> Any:
        """Says in one step that no stem stands in a name."""
        gate = ahocorasick.Automaton()
        for stem, _ in self._stems:
            gate.add_word(stem, True)
        gate.make_automaton()
        return gate

    def _classify(self, name: str) -> str:
        name = without_tokens(name)
        # An address is no name, whatever letters it holds (`mbfcsrfjj@…`).
        if not name or len(name) > 200 or "@" in name:
            return ""
        plain = _squeezed(name).strip("\"'@$/")
        if plain in FIELDS:
            return KEEP
        if plain in self._words:
            return self._words[plain]
        if next(self._stem_gate.iter(plain), None) is not None:
            return next(entity for stem, entity in self._stems if stem in plain)
        if plain.endswith(("token", "tokens")):
            return "token"
        last = last_part(name)
        for each in (_squeezed(last), of_widget(last)):
            if each != plain and (found := self._words.get(each, "")):
                return found
        if is_auth_of(last):
            return "token"
        return "password" if is_password_of(last) else ""


# Headers whose names contain a stem but whose values are diagnostic.
_PLAIN_HEADERS = frozenset(
    """
    access-control-allow-credentials access-control-allow-headers access-control-expose-headers www-authenticate
    proxy-authenticate content-type content-length date user-agent accept host origin server via cache-control
    access-control-request-headers x-content-type-options strict-transport-security sec-fetch-user
    sec-websocket-version x-ratelimit-limit x-ratelimit-remaining retry-after vary age expires last-modified
    """.split()
)


@cache
def _defaults() -> Mapping[str, Any]:
    text = resources.files("diagpack.redact").joinpath("policy/default.yaml").read_text("utf-8")
    return yaml.safe_load(text)  # type: ignore[no-any-return]


@cache
def _shipped() -> Policy:
    return _compiled(_defaults())


def load_policy(paths: Sequence[Path] = (), overrides: Mapping[str, Any] = MappingProxyType({})) -> Policy:
    """The defaults, then each team file, then the case's section. Raises UsageError (DP220, DP221)."""
    merged: Any = _defaults()
    sources = [(path.name, read_policy(path)) for path in paths]
    for origin, extra in (*sources, (_CASE, overrides)):
        if extra:
            merged = _merge(merged, extra, "", origin)
            check(merged, _shipped(), origin)
    policy = _compiled(merged)
    if merged["words"][KEEP]:
        from diagpack.redact.keep_words import check_keep_words

        check_keep_words(policy, merged["words"][KEEP])
    return policy


def policy_from(data: Mapping[str, Any]) -> Policy:
    """A policy again from the `data` of a checked one (worker processes)."""
    return _compiled(data)


def _merge(base: Any, extra: Any, where: str, origin: str) -> Any:
    if isinstance(base, Mapping):
        if not isinstance(extra, Mapping):
            raise _wrong(origin, where or "the policy", "must be a mapping", "write `key: value`, or leave it out")
        merged = dict(base)
        for key, value in extra.items():
            path = f"{where}.{key}".lstrip(".")
            if key not in base:
                if where not in _OPEN:
                    raise UsageError("DP221", f"{origin}: unknown key {path!r}", hint=_nearest(str(key), base))
                merged[key] = value
            else:
                merged[key] = _merge(base[key], value, path, origin)
        return merged
    if isinstance(base, list):
        if not isinstance(extra, list):
            raise _wrong(origin, where, "must be a list", "write `[one, two]`")
        for number, each in enumerate(extra, 1):
            # YAML reads `No` as false and `0123` as 83: that is what would be looked for.
            if not isinstance(each, str):
                raise _wrong(origin, f"{where}: entry {number}", "is not a text", "put it in quotes")
        return list(dict.fromkeys([*base, *extra]))
    if type(base) is not type(extra):
        expected = _KINDS.get(type(base), "a text")
        raise _wrong(origin, where, f"must be {expected}", f"the shipped policy has `{where}: {_shown(base)}`")
    return extra


def _wrong(origin: str, where: str, problem: str, hint: str) -> UsageError:
    return UsageError("DP221", f"{origin}: {where} {problem}", hint=hint)


def _shown(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _nearest(key: str, known: Mapping[str, Any]) -> str:
    close = difflib.get_close_matches(key, [str(each) for each in known], 1, 0.5)
    return f"did you mean {close[0]!r}?" if close else "known keys: " + ", ".join(map(str, known))


def _compiled(merged: Mapping[str, Any]) -> Policy:
    words: dict[str, str] = {}
    stems: list[tuple[str, str]] = []
    for entity, lists in merged["names"].items():
        stems += [(_squeezed(stem), entity) for stem in lists.get("stems", ())]
        if entity != KEEP:
            words.update((_squeezed(word), entity) for word in lists.get("words", ()))
    # A name that a list of names to keep adds cannot take a secret name of the defaults away.
    for word in merged["names"][KEEP]["words"]:
        words.setdefault(_squeezed(word), KEEP)
    headers = {name.lower(): _header_class(kind) for kind, names in merged["headers"].items() for name in names}
    ambiguous = frozenset(map(_squeezed, merged["ambiguous"]))
    digest = hashlib.sha256(canonical(merged)).hexdigest()
    # Secrets first: `sessiontokenemail` is a secret; then the longest stem.
    stems.sort(key=lambda each: (each[1] not in SECRET_CLASSES, -len(each[0]), each[0]))
    floor = None if merged["names"] == _defaults()["names"] else _shipped()
    policy = Policy(MappingProxyType(dict(merged)), digest, words, tuple(stems), headers, ambiguous, floor)
    return keeping(policy, merged["vendor_ids"]["names"], merged["words"][KEEP], merged["hosts"]["hide"])


def added_names(policy: Policy) -> dict[str, str]:
    """Names of keys and headers, as written, that a team or case added to the defaults, each with its class."""
    known = _defaults()
    added = {}
    for entity, lists in policy.section("names").items():
        for kind in ("words", "stems"):
            before = known["names"][entity].get(kind, ())
            added.update({str(each): entity for each in lists.get(kind, ()) if each not in before})
    for entity, names in policy.section("headers").items():
        added.update({str(each): _header_class(entity) for each in names if each not in known["headers"][entity]})
    return {name: entity for name, entity in added.items() if entity != KEEP}


def keeping(policy: Policy, names: Iterable[str], words: Iterable[str] = (), hosts: Iterable[str] = ()) -> Policy:
    """The same policy with more field names of the vendor's own ids, more words that stay, more hosts that go."""
    # A vendor id outranks personal data (`customerId`), never a secret.
    kept = {name: KEEP for name in map(_squeezed, names) if policy.classify(name) not in SECRET_CLASSES}
    stay = policy.keep_words | {str(each).strip().casefold() for each in words if str(each).strip()}
    away = tuple(dict.fromkeys((*policy.hidden_hosts, *hosts)))
    return replace(policy, _words={**policy._words, **kept}, _classified={}, keep_words=stay, hidden_hosts=away)


def _header_class(kind: str) -> str:
    return "id" if kind == "secret_tail" else kind


def _squeezed(name: str) -> str:
    """Lower case, without separators and accents: `Code Postal`, `prénom`."""
    plain = str(name).lower().translate(_SQUEEZE)
    if plain.isascii():
        return plain
    parts = unicodedata.normalize("NFKD", plain.replace("ß", "ss"))
    return "".join(each for each in parts if not unicodedata.combining(each))
