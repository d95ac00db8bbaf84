"""YAML from outside, read without surprises.

Enters: the bytes of a case file. Leaves: plain dicts, lists, texts, numbers, true, false, null. No anchors, aliases,
tags or repeated keys, bounded size and depth; `yes`, `12:30` and dates stay the texts the analyst typed (YAML 1.2's
core words, not 1.1's). Raises UsageError (DP610) with a line number and never with the line.
"""

import re
from typing import Any, Final

import yaml

from diagpack.errors import UsageError

MAXIMUM_BYTES: Final = 512 * 1024
MAXIMUM_DEPTH: Final = 16

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_-]*", re.ASCII)
# Words that this or another YAML reader takes for something else than a text.
_WORDS = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})


class _Loader(yaml.SafeLoader):
    """SafeLoader with the words of YAML 1.2."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012 - the class attribute PyYAML reads


for _tag, _pattern, _first in (
    ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
    ("int", r"[-+]?(?:0|[1-9][0-9]{0,17})", "-+0123456789"),
    ("float", r"[-+]?(?:[0-9]{1,17}\.[0-9]{0,17}|\.[0-9]{1,17})", "-+.0123456789"),
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
):
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(rf"(?:{_pattern})\Z"), list(_first))


def load(content: bytes) -> dict[str, Any]:
    """The document, a mapping of texts."""
    text = decode(content)
    node = compose(text)
    if node is None:
        return {}
    loader = _Loader("")
    try:
        value = loader.construct_document(node)
    except (yaml.YAMLError, ValueError):
        raise refused("it cannot be read") from None
    if not isinstance(value, dict):
        raise refused("it is not a list of keys and values")
    return value


def decode(content: bytes) -> str:
    """UTF-8 text of an allowed size."""
    if len(content) > MAXIMUM_BYTES:
        raise refused("it is too big")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise refused("it is not UTF-8 text") from None


def compose(text: str) -> yaml.MappingNode | None:
    """The document as nodes, which know their place in the text; None when it is empty."""
    try:
        _check_events(text)
        node = yaml.compose(text, Loader=_Loader)
    except yaml.YAMLError as error:
        raise refused(f"line {_line(error)} is not valid YAML") from None
    if node is None or (isinstance(node, yaml.ScalarNode) and not node.value):
        return None
    if not isinstance(node, yaml.MappingNode):
        raise refused("it is not a list of keys and values")
    _check_keys(node)
    return node


def dump(value: Any) -> str:
    """One value on one line, in a form `load` reads back to the same value."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, dict):
        return "{" + ", ".join(f"{dump(str(key))}: {dump(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(dump, value)) + "]"
    if _PLAIN.fullmatch(str(value)) and str(value).lower() not in _WORDS:
        return str(value)
    quoted: str = yaml.safe_dump(str(value), default_style='"', width=1 << 30, allow_unicode=True)
    return quoted.strip()


def refused(reason: str) -> UsageError:
    return UsageError(
        "DP610", f"the case file cannot be used: {reason}", hint="edit case.yaml; `diagpack explain DP610`"
    )


def _check_events(text: str) -> None:
    """Before anything is built: events come one by one, so depth and aliases cost nothing."""
    depth = documents = 0
    for event in yaml.parse(text, Loader=_Loader):
        line = event.start_mark.line + 1 if event.start_mark is not None else 0
        if isinstance(event, yaml.DocumentStartEvent):
            documents += 1
            if documents > 1:
                raise refused(f"a second document starts at line {line}")
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise refused(f"line {line} has an anchor or alias (& or *); put the text in quotes")
        if getattr(event, "tag", None):
            raise refused(f"line {line} has a tag (!); put the text in quotes")
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > MAXIMUM_DEPTH:
                raise refused(f"line {line} is nested too deep")
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1


def _check_keys(node: yaml.Node) -> None:
    if isinstance(node, yaml.SequenceNode):
        for each in node.value:
            _check_keys(each)
    if not isinstance(node, yaml.MappingNode):
        return
    seen = set()
    for key, value in node.value:
        line = key.start_mark.line + 1
        if not isinstance(key, yaml.ScalarNode):
            raise refused(f"line {line}: a key is one word")
        # Keys are texts, whatever they look like: `404: …` is the key "404".
        key.tag = "tag:yaml.org,2002:str"
        if key.value in seen:
            raise refused(f"line {line} repeats a key")
        if key.value == "<<":
            raise refused(f"line {line}: merging keys is not supported")
        seen.add(key.value)
        _check_keys(value)


def _line(error: yaml.YAMLError) -> int:
    mark = getattr(error, "problem_mark", None)
    return int(mark.line) + 1 if mark is not None else 1
