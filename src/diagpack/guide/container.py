"""What stands inside the encryption: a head line, then the files, gzip-compressed.

Enters: compressed bytes that are already authenticated, or, from the script, not. Leaves: `Opened`, after every digest
was checked. The head is {schema, case, nonce, made_by, key, files: [{name, size, sha256}]}.
"""

import base64
import hashlib
import json
import re
import zlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

SCHEMA: Final = "diagpack.guided/1"
ANSWERS: Final = "answers.json"
_HEAD_LIMIT: Final = 1 << 20
_PIECE: Final = 1 << 20
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,60}\.(?:har|json|log|png|jpg)")
_MOST_FILES: Final = 50


@dataclass(frozen=True, slots=True)
class Opened:
    """An opened result: files by name in order (answers first), the parsed answers, the key of its pseudonyms."""

    files: tuple[tuple[str, bytes], ...] = field(repr=False)
    answers: Mapping[str, Any] = field(repr=False)
    key: bytes = field(repr=False)
    nonce: str
    made_by: str
    is_authenticated: bool = True


def parse_container(
    compressed: bytes, case_id: str, nonces: Collection[str] | None, *, limit: int, is_authenticated: bool = True
) -> Opened:
    """Unpack and check. `nonces`: of the collectors of the case; None: any.

    Raises ValueError (or KeyError, TypeError) for anything that is not exactly right.
    """
    content = _inflated(compressed, limit)
    cut = content.find(b"\n", 0, _HEAD_LIMIT)
    if cut < 0:
        raise ValueError("no head")
    head = json.loads(content[:cut])
    if head["schema"] != SCHEMA or head["case"] != case_id or not isinstance(head["nonce"], str):
        raise ValueError("head")
    if nonces is not None and head["nonce"] not in nonces:
        raise ValueError("nonce")
    files = _files(content, cut + 1, head["files"])
    answers = json.loads(files[0][1])
    if files[0][0] != ANSWERS or answers["schema"] != "diagpack.guided-answers/1" or answers["case"] != case_id:
        raise ValueError("answers")
    key = base64.b64decode(head["key"], validate=True)
    if len(key) != 32:
        raise ValueError("key")
    return Opened(tuple(files), answers, key, head["nonce"], str(head["made_by"]), is_authenticated)


def _files(content: bytes, at: int, listed: Any) -> list[tuple[str, bytes]]:
    if not isinstance(listed, list) or not 1 <= len(listed) <= _MOST_FILES:
        raise ValueError("files")
    files: list[tuple[str, bytes]] = []
    for each in listed:
        name, size = each["name"], each["size"]
        if not isinstance(name, str) or _NAME.fullmatch(name) is None or name in dict(files):
            raise ValueError("name")
        if type(size) is not int or size < 0:
            raise ValueError("size")
        held = content[at : at + size]
        if len(held) != size or hashlib.sha256(held).hexdigest() != each["sha256"]:
            raise ValueError("digest")
        files.append((name, held))
        at += size
    if at != len(content):
        raise ValueError("more than listed")
    return files


def _inflated(compressed: bytes, limit: int) -> bytes:
    """One gzip member, whole, with nothing behind it, and never more than `limit` bytes."""
    engine = zlib.decompressobj(wbits=31)
    pieces: list[bytes] = []
    size, rest = 0, compressed
    while not engine.eof:
        try:
            piece = engine.decompress(rest, _PIECE)
        except zlib.error:
            raise ValueError("not gzip") from None
        rest = engine.unconsumed_tail
        size += len(piece)
        if size > limit or (not piece and not rest and not engine.eof):
            raise ValueError("too big or cut short")
        pieces.append(piece)
    if engine.unused_data or rest:
        raise ValueError("something behind the end")
    return b"".join(pieces)
