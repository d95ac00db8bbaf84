"""Setting values in `case.yaml` the way a careful person would: the rest of the file, comments included, stays.

Enters: the file and new values by path (`severity.function`). Leaves: the file, replaced as a whole. The edited text is
read back; where it does not say exactly what was asked for, the file is written anew without its comments.
"""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import yaml

from diagpack.case.durable import write_atomically
from diagpack.case.yaml_text import compose, decode, dump, load


def update_case_yaml(path: Path, changes: Mapping[str, Any]) -> None:
    """Set each `key` or `key.key` to a value (texts, numbers, flags, datetimes, lists and mappings of these).

    Raises UsageError (DP610) when the file cannot be read; then nothing is written.
    """
    text = decode(path.read_bytes()).replace("\r\n", "\n")
    expected = load(text.encode())
    for name, value in changes.items():
        text = _set(text, expected, name.split(".", 1), _plain(value))
    write_atomically(path, text.encode())


def _set(text: str, expected: dict[str, Any], keys: list[str], value: Any) -> str:
    """The text with one value changed; `expected` is changed alike and decides whether the edit was right."""
    _assign(expected, keys, value)
    edited = _edited(text, keys, value)
    try:
        is_right = load(edited.encode()) == expected
    except Exception:  # whatever the edit broke, the other way is safe
        is_right = False
    if is_right:
        return edited
    return "".join(f"{dump(key)}: {dump(each)}\n" for key, each in expected.items())


def _assign(document: dict[str, Any], keys: list[str], value: Any) -> None:
    if len(keys) == 1:
        document[keys[0]] = value
        return
    parent = document.get(keys[0])
    if not isinstance(parent, dict):
        parent = document[keys[0]] = {}
    parent[keys[1]] = value


def _edited(text: str, keys: list[str], value: Any) -> str:
    root = compose(text)
    found = _child(root, keys[0])
    if found is None:
        return _appended(text, keys[0], dump(value) if len(keys) == 1 else f"\n  {keys[1]}: {dump(value)}")
    if len(keys) == 1:
        return _replaced(text, found[1], dump(value))
    parent = found[1]
    inner = _child(parent, keys[1])
    if inner is not None:
        return _replaced(text, inner[1], dump(value))
    if isinstance(parent, yaml.MappingNode) and not parent.flow_style and parent.value:
        indent = " " * parent.value[0][0].start_mark.column
        end = _line_end(text, _last_leaf(parent))
        return f"{text[:end]}\n{indent}{keys[1]}: {dump(value)}{text[end:]}"
    kept = dict(load(text.encode()).get(keys[0]) or {}) if isinstance(parent, yaml.MappingNode) else {}
    lines = "".join(f"\n  {dump(key)}: {dump(each)}" for key, each in (kept | {keys[1]: value}).items())
    return _replaced(text, parent, lines)


def _appended(text: str, key: str, rendered: str) -> str:
    separator = "" if rendered.startswith("\n") else " "
    return f"{text.rstrip()}\n{key}:{separator}{rendered}\n".lstrip("\n")


def _child(node: Any, key: str) -> tuple[yaml.Node, yaml.Node] | None:
    if isinstance(node, yaml.MappingNode):
        for found, value in node.value:
            if found.value == key:
                return found, value
    return None


def _replaced(text: str, node: yaml.Node, rendered: str) -> str:
    start, end = node.start_mark.index, _last_leaf(node)
    if start == end:  # an empty value: the mark stands right behind the colon, or further on
        start = end = text.rindex(":", 0, start) + 1
    # A block value starts on a line of its own; what replaces it follows the key.
    is_block = "\n" in text[text.rindex(":", 0, start) : start]
    before = text[:start].rstrip(" \n" if is_block else " ")
    separator = "" if rendered.startswith("\n") else " "
    return f"{before}{separator}{rendered}{text[end:]}"


def _last_leaf(node: yaml.Node) -> int:
    """Where the text of a value ends, without the comments and blank lines that a block's own mark includes."""
    if not isinstance(node, yaml.CollectionNode) or node.flow_style or not node.value:
        return int(node.end_mark.index)
    last = node.value[-1]
    if isinstance(last, tuple):
        key, value = last
        return max(int(key.end_mark.index) + 1, _last_leaf(value) if value.value else 0)
    return _last_leaf(last)


def _line_end(text: str, index: int) -> int:
    end = text.find("\n", index)
    return len(text) if end < 0 else end


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return value
