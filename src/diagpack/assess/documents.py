"""Reads the YAML files of this room: always safe, bounded, and with errors that hold no content.

Enters: a path, or the name of a file shipped with the program. Leaves: plain mappings and lists.
"""

from importlib import resources
from pathlib import Path
from typing import Any, Final

import yaml

from diagpack.errors import UsageError

_LIMIT_BYTES: Final = 2_000_000


def read_yaml(path: Path, id: str, what: str) -> Any:
    """The document in a YAML file. Raises UsageError with `id` when it cannot be read or is too large."""
    try:
        if path.stat().st_size > _LIMIT_BYTES:
            raise UsageError(id, f"{what} {path.name} is larger than 2 MB", hint="split it into several files")
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        raise UsageError(id, f"{what} {path.name} cannot be read", hint="check the path and the encoding") from None
    return parse_yaml(text, id, f"{what} {path.name}")


def parse_yaml(text: str, id: str, what: str) -> Any:
    """The document in a YAML text; duplicate keys are refused, since the second would silently win."""
    try:
        return yaml.load(text, Loader=_Loader)  # noqa: S506 (a SafeLoader underneath)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f" at line {mark.line + 1}" if mark is not None else ""
        raise UsageError(id, f"{what} is not valid YAML{place}", hint="check the indentation and quotes") from None
    except RecursionError:
        raise UsageError(id, f"{what} is nested too deeply", hint="flatten it") from None


def shipped(name: str) -> Any:
    """A YAML file that ships beside this module, for example `matrix.yaml`."""
    text = resources.files("diagpack.assess").joinpath(name).read_text("utf-8")
    return parse_yaml(text, "DP309", name)


class _Loader(yaml.SafeLoader):
    """SafeLoader that refuses duplicate keys and aliases (an alias can blow a small file up)."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.events.AliasEvent):
            event = self.peek_event()  # type: ignore[no-untyped-call]
            raise yaml.composer.ComposerError(None, None, "aliases are not allowed", event.start_mark)
        return super().compose_node(parent, index)


def _mapping(loader: _Loader, node: yaml.MappingNode) -> dict[Any, Any]:
    seen: set[Any] = set()
    for key_node, _ in node.value:
        key = loader.construct_object(key_node, deep=True)
        if not isinstance(key, str | int | float | bool) or key in seen:
            raise yaml.constructor.ConstructorError(None, None, "a key is doubled or not a word", key_node.start_mark)
        seen.add(key)
    return loader.construct_mapping(node, deep=True)


_Loader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)
