"""A value on the line below its key: forms, YAML block scalars and lists, Secrets of Kubernetes.

Enters: a chunk of text. Leaves: the sensitive values, one span a line, so that the number of lines stays. Sources: YAML
1.2.2, 8.1 (block scalars); Kubernetes API, Secret v1 (`data` holds base64, `stringData` plain values).
"""

import binascii
import re
from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING

from diagpack.redact.blocks.cells import end_of_line
from diagpack.redact.blocks.names import Meaning, holds, meaning
from diagpack.redact.detectors._engine import compiled
from diagpack.redact.looks import is_credential, is_word, looks_like
from diagpack.redact.spans import SECRET_CLASSES
from diagpack.redact.walk_record import arguments

if TYPE_CHECKING:
    from diagpack.redact.policy import Policy

# A line that ends with its key; `kind: Secret` of a manifest.
SOURCE = r"[A-Za-z\"'`*][ \t]*(?::|=>?)[ \t]*(?:[|>][+-]?[0-9]?[+-]?)?[ \t]*\r?\n|^[ \t-]*kind:[ \t]*[\"']?Secret\b"
_KEY_LINE = compiled(r"[A-Za-z\"'`*][ \t]*(?::|=>?)[ \t]*(?:[|>][+-]?[0-9]?[+-]?)?[ \t]*\r?\n")
_SECRET = compiled(r"(?m)^[ \t-]*kind:[ \t]*[\"']?Secret\b")
_NAME = re.compile(r"[\w.@-]+(?:[ ][\w.@-]+){0,2}\Z")
# `key: value`, so the line belongs to a mapping below.
_MAPPING = re.compile(rb"[\"']?[A-Za-z_][\w./ -]{0,60}[\"']?[ \t]*[:=](?:[ \t]|\Z)")
_ITEM = re.compile(rb"[ \t]*-[ \t]+")
_PAIR = re.compile(rb"([\"']?)([A-Za-z0-9._-]+)\1[ \t]*:[ \t]*([\"']?)(.*?)\3[ \t\r]*\Z")
_MEMBER = re.compile(rb"[ \t]+[\"']?[\w.-]{1,60}[\"']?:[ \t]+[\"']?([^\s\"'#{}\[\],]+)[\"']?[ \t\r]*\Z")
_PATHS = ("./", "/", "../", "~/")
# Lists of arguments: `kubectl describe`, manifests, files of Compose.
_ARGUMENTS = re.compile(rb"\b(?:args|command|cmd|entrypoint)[\"']?[ \t]*:[ \t]*\r?\n\Z", re.IGNORECASE)
_ARGUMENT = re.compile(rb"[ \t]*(?:-[ \t]+|[ \t])([\"']?)([^\s\"']*[^\s\"':])\1[ \t\r]*")
# A stack frame or a signature, not a value.
_CODE = re.compile(rb"(?:at|in|from|File|Caused)\b|[^\s(]*\(")
_LONGEST_NAME = 80
_SHORTEST_PACKED = 16
_PADDING = ord("=")
_PRINTABLE = bytes(range(32, 127))
_PACKED_LINE = re.compile(rb"[A-Za-z0-9+/]*[A-Za-z]=\n")
_MOST_LINES = 400
# How far a manifest reaches from its `kind: Secret`.
_MANIFEST = 64 << 10


def values_below(policy: "Policy", data: bytes) -> Iterator[tuple[int, int, str]]:
    """(start, end, class) of every value that stands below its key."""
    behind_record = 0
    for end in _key_lines(data):
        if _is_packed_text(data, end):
            continue
        if _ARGUMENTS.search(data, max(0, end - _LONGEST_NAME), end) is not None:
            yield from _arguments(policy, data, end)
        meant = _meaning_of(policy, data, end)
        if not meant.entity:
            continue
        # A record inside of one is read with it, so that each line is read once.
        if end >= behind_record and _is_plural(data, end) and meant.entity in SECRET_CLASSES and not meant.is_weak:
            behind_record = yield from _record(data, end, meant)
        yield from _below(data, end, meant)


def _key_lines(data: bytes) -> Iterator[int]:
    """Where each line behind a key begins. Of lines of base64 that end like one, the next one needs no search."""
    position = 0
    while (found := _KEY_LINE.find(data, position)) is not None:
        position = found[1]
        yield position
        while (line := _PACKED_LINE.match(data, position)) is not None:
            position = line.end()
            yield position


def manifest_values(data: bytes) -> Iterator[tuple[int, int]]:
    """(start, end) of every value under `data:` and `stringData:` of a Secret."""
    for start, end in _SECRET.spans(data):
        indent = _indent(data[start:end].replace(b"-", b" "))
        floor = max(data.rfind(b"\n---", 0, start), start - _MANIFEST, 0)
        limit = data.find(b"\n---", end)
        limit = min(len(data) if limit < 0 else limit, end + _MANIFEST)
        position = data.rfind(b"\n", 0, floor) + 1 if floor else 0
        inside = False
        while position < limit:
            line_end = end_of_line(data, position)
            line = data[position:line_end]
            bare = line.strip()
            if bare and not bare.startswith(b"#"):
                depth = _indent(line.replace(b"- ", b"  ", 1))
                if inside and depth > indent:
                    pair = _PAIR.fullmatch(bare)
                    if pair is not None and pair.group(4) and pair.group(4)[:1] not in b"|>":
                        at = position + line.index(bare) + pair.start(4)
                        yield at, at + len(pair.group(4))
                    elif pair is None:
                        at = position + line.index(bare)
                        yield at, at + len(bare)
                else:
                    inside = depth == indent and bare.lstrip(b"- ") in (b"data:", b"stringData:", b"binaryData:")
            position = line_end + 1


def _is_packed_text(data: bytes, end: int) -> bool:
    """Whether a line that ends in `=` is text in base64: sixteen characters of a key would not decode to any."""
    if data[end - 2] != _PADDING:
        return False
    line = data[data.rfind(b"\n", 0, end - 1) + 1 : end - 1]
    if not _SHORTEST_PACKED <= len(line) <= _LONGEST_NAME or len(line) % 4:
        return False
    try:
        return not binascii.a2b_base64(line, strict_mode=True).translate(None, _PRINTABLE)
    except binascii.Error:
        return False


def _meaning_of(policy: "Policy", data: bytes, end: int) -> Meaning:
    """What the last words in front of the colon mean."""
    start = data.rfind(b"\n", 0, end - 1) + 1
    line = data[max(start, end - _LONGEST_NAME) : end].decode("utf-8", "replace")
    head = line.rstrip("\r\n \t|>+-0123456789").rstrip(":=> \t").rstrip("\"'`* \t")
    found = _NAME.search(head)
    if found is None:
        return Meaning("")
    words = found.group(0).split(" ")
    for first in range(len(words)):
        meant = meaning(policy, " ".join(words[first:]))
        if meant.entity:
            return meant
    return Meaning("")


def _below(data: bytes, position: int, meant: Meaning) -> Iterator[tuple[int, int, str]]:
    """The lines that are the value: everything indented deeper, or one line of the same depth."""
    key_start = data.rfind(b"\n", 0, position - 1) + 1
    key_indent = _indent(data[key_start:position])
    is_block = data[key_start:position].rstrip(b"\r\n \t0123456789+-")[-1:] in (b"|", b">")
    for number in range(_MOST_LINES):
        end = end_of_line(data, position)
        line = data[position:end].rstrip(b"\r")
        bare = line.strip()
        if position >= len(data) or (not bare and not is_block):
            return
        is_deeper = _indent(line) > key_indent
        item = _ITEM.match(line)
        if bare and not is_deeper and item is None:
            if number == 0 and not is_block and _is_value(bare, meant):
                at = position + line.index(bare)
                yield at, at + len(bare), meant.entity
            return
        if bare and (is_block or not _MAPPING.match(bare.removeprefix(b"-").lstrip())):
            start = position + (item.end() if item is not None and not is_block else line.index(bare))
            start, stop = _unquoted(data, start, position + len(line.rstrip()))
            if not is_block and _CODE.match(data, start, stop):
                return
            if stop > start and holds(meant, data[start:stop].decode("utf-8", "replace")):
                yield start, stop, meant.entity
        elif bare:
            return
        position = end + 1


def _arguments(policy: "Policy", data: bytes, position: int) -> Iterator[tuple[int, int, str]]:
    """What stands below its flag in a list of arguments, one to a line."""
    places: list[tuple[int, int]] = []
    for _ in range(_MOST_LINES):
        end = end_of_line(data, position)
        found = _ARGUMENT.fullmatch(data, position, end)
        if found is None:
            break
        places.append(found.span(2))
        position = end + 1
    listed = [data[start:end].decode("utf-8", "replace") for start, end in places]
    for index, entity in arguments(policy, listed):
        yield *places[index], entity


def _is_plural(data: bytes, end: int) -> bool:
    """`passwords:` may name each of them on lines below; behind `password:` stand its settings."""
    return data[max(0, end - _LONGEST_NAME) : end].rstrip(b"\r\n \t").rstrip(b":=> \t\"'").endswith((b"s", b"S"))


def _record(data: bytes, position: int, meant: Meaning) -> Generator[tuple[int, int, str], None, int]:
    """The members of a record of secrets that look like one. Returns where it ends."""
    key_indent = _indent(data[data.rfind(b"\n", 0, position - 1) + 1 : position])
    for _ in range(_MOST_LINES):
        end = end_of_line(data, position)
        line = data[position:end]
        if position >= len(data) or (line.strip() and _indent(line) <= key_indent):
            break
        if (named := _named_secret(line, meant)) is not None:
            yield position + named[0], position + named[1], meant.entity
        position = end + 1
    return position


def _named_secret(line: bytes, meant: Meaning) -> tuple[int, int] | None:
    """The value of `db: …` under `passwords:`, when it looks like one."""
    found = _MEMBER.match(line)
    if found is None:
        return None
    value = found.group(1).decode("utf-8", "replace")
    if value.startswith(_PATHS):
        return None
    is_one = is_credential(value, meant.entity) or (meant.entity == "password" and is_word(value))
    return found.span(1) if is_one and holds(meant, value) else None


def _is_value(bare: bytes, meant: Meaning) -> bool:
    """Whether a line that is not indented is the value of the key above: one word, or a name."""
    if bare.endswith((b":", b"=", b"{", b"[", b"(")) or _MAPPING.match(bare) or len(bare) > 512:
        return False
    text = bare.decode("utf-8", "replace")
    if meant.entity in SECRET_CLASSES:
        return b" " not in bare and holds(meant, text) and len(bare) >= 4 and not bare.startswith((b"-", b"#", b"<"))
    return len(bare) <= 120 and holds(meant, text) and looks_like(text, meant.entity)


def _unquoted(data: bytes, start: int, end: int) -> tuple[int, int]:
    while start < end and data[start] in b"\"' \t":
        start += 1
    while end > start and data[end - 1] in b"\"', \t\r":
        end -= 1
    return start, end


def _indent(line: bytes) -> int:
    return len(line) - len(line.lstrip(b" \t"))
