"""Finds collectors, detectors, rules, renderers and publishers.

Enters: a room's package name and the name of the constant its modules end in. Leaves: the plug-ins found, in a
stable order (built-in modules by name, then entry points). Built-in and third-party plug-ins pass the same checks.

A third-party plug-in runs in our process and could do anything: an entry point is loaded only when the
configuration lists its distribution and version.
"""

import importlib
import pkgutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib import metadata
from typing import Any

from diagpack.errors import DiagpackError


@dataclass(frozen=True, slots=True)
class Found:
    """A plug-in and where it came from."""

    plugin: Any
    module: str
    distribution: str = "diagpack"
    version: str = ""


def discover(room: str, constant: str, allowed: Iterable[tuple[str, str]] = ()) -> tuple[Found, ...]:
    """All plug-ins of one room, for example `discover("diagpack.collectors", "COLLECTOR")`.

    `allowed` lists (distribution, version) of third-party packages that may load. Two plug-ins with one id are an
    error (DP902), not a silent override.
    """
    found = [*_built_in(room, constant), *_entry_points(room, frozenset(allowed))]
    seen: dict[str, str] = {}
    for each in found:
        identifier = plugin_id(each.plugin)
        if identifier in seen:
            raise DiagpackError(
                "DP902",
                f"two plug-ins share the id {identifier!r}: {seen[identifier]} and {each.module}",
                hint="rename one of them, or take the second from the configuration",
            )
        seen[identifier] = each.module
    return tuple(found)


def plugin_id(plugin: Any) -> str:
    """The id of any plug-in; rules carry theirs in `info`."""
    info = getattr(plugin, "info", None)
    return str(info.id if info is not None else plugin.id)


def _built_in(room: str, constant: str) -> Iterator[Found]:
    package = importlib.import_module(room)
    for module in sorted(pkgutil.iter_modules(package.__path__), key=lambda each: each.name):
        if module.name.startswith("_"):
            continue
        imported = importlib.import_module(f"{room}.{module.name}")
        if hasattr(imported, constant):
            yield Found(getattr(imported, constant), imported.__name__)


def _entry_points(room: str, allowed: frozenset[tuple[str, str]]) -> Iterator[Found]:
    if not allowed:
        return
    for point in sorted(metadata.entry_points(group=room), key=lambda each: each.name):
        if point.dist is None or (point.dist.name, point.dist.version) not in allowed:
            continue
        yield Found(point.load(), point.value, point.dist.name, point.dist.version)
