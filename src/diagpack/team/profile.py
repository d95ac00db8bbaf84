"""The team profile: one YAML file that says how this team works. No secrets belong into it.

Enters: a path. Leaves: a frozen `Profile`; paths inside are taken relative to the file. Unknown keys are errors that
name the nearest known one. Without a file the defaults hold.
"""

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Final

import yaml

from diagpack.errors import UsageError
from diagpack.model.expression import evaluate, parse

SCHEMA: Final = "diagpack.profile/1"
LANGUAGES: Final = ("en", "de", "fr", "es", "ja")
_LIMIT_BYTES: Final = 1_000_000
_ROUTE: Final = frozenset(["when", "because", "project", "component", "assignee", "labels", "issue_type", "priority"])
# A profile is shared by mail and repository; what opens a door stays in the keyring or the environment.
_SECRET_WORDS: Final = ("token", "password", "secret", "passphrase", "api_key", "apikey", "private_key")
_PLACES_OF_SECRETS: Final = ("_env", "_path", "_file", "_keyring")


@dataclass(frozen=True, slots=True)
class Profile:
    """How a team works. Lists of hosts are patterns with `*`.

    `routing`: rules `{when, project, component, assignee, labels, …}`, the first that holds wins. `jira`, `repro`,
    `logs`, `keys`: settings of those rooms. `trust`: signer files or lines. `plugins`: third-party packages that may
    load, by name to version. `packages`: a shared folder of earlier packages. `retention_days`: 0 keeps raw files
    until `close`.
    """

    name: str = ""
    language: str = "en"
    hosts: tuple[str, ...] = ()
    production: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    severity_matrix: Path | None = None
    disposition: Path | None = None
    checklists: tuple[Path, ...] = ()
    policy: tuple[Path, ...] = ()
    known_issues: Path | None = None
    queries: Path | None = None
    packages: Path | None = None
    routing: tuple[Mapping[str, Any], ...] = ()
    jira: Mapping[str, Any] = field(default_factory=dict)
    repro: Mapping[str, Any] = field(default_factory=dict)
    logs: Mapping[str, Any] = field(default_factory=dict)
    keys: Mapping[str, Any] = field(default_factory=dict)
    trust: tuple[str, ...] = ()
    plugins: Mapping[str, str] = field(default_factory=dict)
    retention_days: int = 0

    def view(self) -> dict[str, Any]:
        """What the assess room is told."""
        return {"hosts": list(self.hosts), "production": list(self.production), "regions": list(self.regions)}

    def route(self, names: Mapping[str, Any]) -> Mapping[str, Any]:
        """The first routing rule that holds for these names (severity, checklist, …), without its condition."""
        for each in self.routing:
            if not each.get("when") or evaluate(parse(str(each["when"])), names):
                return {key: value for key, value in each.items() if key not in ("when", "because")}
        return {}


_KNOWN: Final = tuple(each.name for each in fields(Profile))
_PATH: Final = ("severity_matrix", "disposition", "known_issues", "queries", "packages")
_PATHS: Final = ("checklists", "policy")
_TEXTS: Final = ("hosts", "production", "regions", "trust")
_SECTIONS: Final = ("jira", "repro", "logs", "keys", "plugins")


def load_profile(path: Path | None = None) -> Profile:
    """The profile of a file, or the defaults without one.

    Raises UsageError: DP330 unreadable, DP331 unknown key, DP332 a value of the wrong kind, DP333 a secret in it.
    """
    if path is None:
        return Profile()
    document = _read(path)
    _known_keys(document, ("schema", *_KNOWN), "the team profile")
    if document.get("schema") != SCHEMA:
        raise UsageError("DP332", f"the team profile has no `schema: {SCHEMA}`", hint="add it as the first line")
    _no_secrets(document)
    values = {key: _value(key, value, path.parent) for key, value in document.items() if key != "schema"}
    return Profile(**values)


def _read(path: Path) -> Mapping[str, Any]:
    try:
        if path.stat().st_size > _LIMIT_BYTES:
            raise UsageError("DP330", "the team profile is larger than 1 MB", hint="move lists into their own files")
        document = yaml.safe_load(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError):
        raise UsageError("DP330", f"the team profile {path.name} cannot be read", hint="check the path") from None
    except (yaml.YAMLError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        place = f" at line {mark.line + 1}" if mark is not None else ""
        raise UsageError("DP330", f"the team profile is not valid YAML{place}", hint="check the indentation") from None
    if not isinstance(document, Mapping):
        raise UsageError("DP332", "the team profile is not a mapping", hint=f"start it with: schema: {SCHEMA}")
    return document


def _known_keys(found: Iterable[Any], known: Iterable[str], where: str) -> None:
    known = tuple(known)
    for key in found:
        if key not in known:
            near = difflib.get_close_matches(str(key), known, n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"known keys: {', '.join(sorted(known))}"
            raise UsageError("DP331", f"{where} has an unknown key {str(key)[:40]!r}", hint=hint)


def _no_secrets(document: Any, name: str = "") -> None:
    """Refuses a value under a name such as `token`; `token_env: NAME` says where it is, and is fine."""
    if isinstance(document, Mapping):
        for key, value in document.items():
            lower = str(key).lower()
            is_secret = lower.endswith(_SECRET_WORDS) and not lower.endswith(_PLACES_OF_SECRETS)
            if is_secret and isinstance(value, str):
                raise UsageError(
                    "DP333",
                    f"the team profile holds a secret under {str(key)[:40]!r}",
                    hint="remove and replace it; put it into the keyring or an environment variable",
                )
            _no_secrets(value, str(key))
    elif isinstance(document, list):
        for each in document:
            _no_secrets(each, name)


def _value(key: str, value: Any, folder: Path) -> Any:
    if key in _PATH:
        return folder / _text(key, value)
    if key in _PATHS:
        return tuple(folder / each for each in _texts(key, value))
    if key in _TEXTS:
        return tuple(_texts(key, value))
    if key in _SECTIONS:
        return _section(key, value)
    if key == "routing":
        return _routing(value)
    if key == "retention_days":
        return _days(value)
    text = _text(key, value)
    if key == "language" and text not in LANGUAGES:
        raise _wrong(key, f"one of {', '.join(LANGUAGES)}")
    return text


def _text(key: str, value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise _wrong(key, "a text")
    return value


def _texts(key: str, value: Any) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(each, str) and each for each in value):
        raise _wrong(key, "a list of texts")
    return value


def _section(key: str, value: Any) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise _wrong(key, "a mapping")
    return {str(name): str(each) for name, each in value.items()} if key == "plugins" else dict(value)


def _days(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise _wrong("retention_days", "a number of days, 0 or more")
    return value


def _routing(value: Any) -> tuple[Mapping[str, Any], ...]:
    if not isinstance(value, list) or not all(isinstance(each, Mapping) for each in value):
        raise _wrong("routing", "a list of rules")
    for number, each in enumerate(value, 1):
        _known_keys(each, _ROUTE, f"routing rule {number}")
        try:
            parse(str(each.get("when") or "true"))
        except ValueError as error:
            raise UsageError("DP332", f"routing rule {number}: {error}", hint="see docs/checklists.md") from None
    return tuple(dict(each) for each in value)


def _wrong(key: str, kind: str) -> UsageError:
    return UsageError("DP332", f"the team profile: `{key}` is {kind}", hint="see docs/team-profile.md")
