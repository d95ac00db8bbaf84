"""A policy file of a team, read without surprises.

Enters: a path. Leaves: the mapping in it. What YAML would pass over in silence is an error here: a key that stands
twice (the last one would win, and the words of the first would stay readable). Raises UsageError (DP220) with the name
of the file and the line, never with the line itself.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import yaml

from diagpack.errors import UsageError

_MOST_BYTES: Final = 1 << 20
_HINT: Final = "docs/redaction.md has an example"


def read_policy(path: Path) -> Mapping[str, Any]:
    """The mapping of a file; empty for an empty file."""
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise _refused(path, "it is larger than 1 MB", "move what is not policy out of it")
        text = path.read_text("utf-8")
    except OSError as error:
        raise _refused(path, error.strerror or "it cannot be opened", "check `policy` in the team profile") from None
    except UnicodeDecodeError:
        raise _refused(path, "it is not UTF-8 text", "save it as UTF-8") from None
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        loaded = yaml.safe_load(text)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        place = f"line {mark.line + 1} " if mark is not None else ""
        raise _refused(path, f"{place}cannot be read as YAML", "check indentation and brackets") from None
    if loaded is None:
        return {}
    if not isinstance(loaded, Mapping):
        raise _refused(path, "it is not a mapping", _HINT)
    for line in _repeated(node):
        raise _refused(path, f"line {line} has a key that stands twice", "join the two; only the last would count")
    return loaded


def _repeated(node: yaml.Node | None) -> Iterator[int]:
    """The lines of keys that stand twice in one mapping."""
    waiting: list[Any] = [node]
    seen: set[int] = set()
    while waiting:
        each = waiting.pop()
        if id(each) in seen:
            continue  # an alias
        seen.add(id(each))
        if isinstance(each, yaml.SequenceNode):
            waiting += each.value
        elif isinstance(each, yaml.MappingNode):
            names: set[str] = set()
            for key, value in each.value:
                if str(key.value) in names:
                    yield key.start_mark.line + 1
                names.add(str(key.value))
                waiting.append(value)


def _refused(path: Path, what: str, hint: str) -> UsageError:
    return UsageError("DP220", f"the policy file {path.name}: {what}", hint=hint)
