"""Configuration as a file: settings and feature flags, exported as JSON or YAML.

Enters: one JSON or YAML mapping. Leaves: one `config` artifact, JSON: `format`, `settings` (the document),
`flags` (path to true or false). YAML is read without tags and without aliases, so a small file cannot unfold into a
large one.
"""

import json
import math
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

import yaml

from diagpack.collectors.logs.encodings import detect
from diagpack.collectors.logs.recognition import text_of
from diagpack.errors import CollectError
from diagpack.model.collector import CollectContext, Collector
from diagpack.model.raw import RawArtifact, Source

_BYTES_MAX: Final = 1 << 20
_DEPTH_MAX: Final = 30
_NAME = re.compile(r"config|settings?|flags?|features?|preferences|options", re.IGNORECASE)
_KEY = re.compile(
    r"^[ \t]*[\"']?(?:feature_?flags?|flags|features|settings|config(?:uration)?|options|preferences)[\"']?\s*:",
    re.IGNORECASE | re.MULTILINE,
)
_YAML_LINE = re.compile(r"^(?:[\w.-]+|\"[^\"]+\"):(?:\s|$)", re.MULTILINE)
_STATES: Final = {"on": True, "off": False, "enabled": True, "disabled": False, "true": True, "false": False}


class ConfigStates:
    """Exports of settings and feature flags."""

    id: Final = "config-states"
    needs: Final[tuple[str, ...]] = ()
    provides: Final = ("config",)
    derives_from: Final[tuple[str, ...]] = ()

    def recognise(self, head: bytes, name: str) -> float:
        """A JSON or YAML mapping that names settings or flags, or whose file name does."""
        text = text_of(head)
        if text is None:
            return 0.0
        is_json = text.lstrip("\ufeff \t\r\n").startswith("{")
        lines = [each for each in text.splitlines()[:200] if each.strip() and not each.lstrip().startswith("#")]
        outer = [each for each in lines if not each.startswith((" ", "\t", "-"))]
        is_yaml = bool(outer) and sum(1 for each in outer if _YAML_LINE.match(each)) >= 0.8 * len(outer)
        if not (is_json or is_yaml) or (is_json and len(lines) > 1 and lines[1].startswith("{")):
            return 0.0
        says_so = bool(_KEY.search(text[:8192]))
        is_named = bool(_NAME.search(name)) and name.lower().endswith((".json", ".yaml", ".yml"))
        return 0.65 if says_so and is_named else 0.55 if is_named else 0.4 if says_so else 0.0

    def collect(self, source: Source, ctx: CollectContext) -> Iterator[RawArtifact]:
        """Raises CollectError (DP151)."""
        with source.open_raw() as stream:
            data = stream.read(_BYTES_MAX + 1)
        if len(data) > _BYTES_MAX:
            raise _unreadable("it is larger than 1 MiB")
        encoding = detect(data)
        form, document = _parsed(encoding.decode(data[encoding.skip :]))
        if not isinstance(document, dict) or not document:
            raise _unreadable("it is not a mapping of names to values")
        settings = _plain(document, 0)
        flags = dict(_flags(settings, ""))
        content = json.dumps({"format": form, "settings": settings, "flags": flags}, indent=1)
        yield ctx.store(
            source,
            kind="config",
            media_type="application/json",
            folder="config",
            suffix=".json",
            content=[content.encode()],
            facts={"format": form, "flags": len(flags)},
        )


class _NoAliases(yaml.SafeLoader):
    """YAML without `*alias`: the "billion laughs" needs them, settings do not."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.events.AliasEvent):
            raise yaml.YAMLError("alias")
        return super().compose_node(parent, index)


def _parsed(text: str) -> tuple[str, Any]:
    try:
        return "json", json.loads(text)
    except (ValueError, RecursionError):
        pass  # not JSON; the message of the parser would hold the document
    try:
        return "yaml", yaml.load(text, Loader=_NoAliases)  # noqa: S506  (a SafeLoader with less)
    except (yaml.YAMLError, ValueError, RecursionError, OverflowError):
        raise _unreadable("it is neither JSON nor plain YAML") from None


def _plain(value: Any, depth: int) -> Any:
    """What JSON can hold: names are text, dates and not-a-number are text too."""
    if depth > _DEPTH_MAX:
        raise _unreadable("it is nested too deeply")
    if isinstance(value, Mapping):
        return {str(key): _plain(each, depth + 1) for key, each in value.items()}
    if isinstance(value, list | tuple | set):
        return [_plain(each, depth + 1) for each in value]
    if value is None or isinstance(value, bool | int | str) or (isinstance(value, float) and math.isfinite(value)):
        return value
    return str(value)


def _flags(document: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, bool]]:
    """Everything that is on or off, by its path."""
    for key, value in document.items():
        path = f"{prefix}/{key.replace('~', '~0').replace('/', '~1')}"
        if isinstance(value, Mapping):
            yield from _flags(value, path)
        elif isinstance(value, bool):
            yield path, value
        elif isinstance(value, str) and value.lower() in _STATES:
            yield path, _STATES[value.lower()]


def _unreadable(reason: str) -> CollectError:
    return CollectError("DP151", f"this configuration cannot be read: {reason}", hint="export it as JSON")


COLLECTOR: Final[Collector] = ConfigStates()
