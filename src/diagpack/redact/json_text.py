"""JSON text, parsed and written again without changing what nobody replaced.

Enters: JSON text. Leaves: its value, and the text of a changed value. Numbers that Python would print differently and
repeated keys travel through a marker that no input can contain. Source: RFC 8259, 4 (names need not be unique), 6.
"""

import json
import re
import secrets
from typing import Any

import msgspec

# Made anew in every process, so no input can contain it; the same for all documents, which keeps the patterns compiled.
_NONCE = secrets.token_hex(8)
_MARKED_NUMBER = re.compile(rf'"#{_NONCE}:([^"]*)"')
_MARKED_KEY = re.compile(rf"#{_NONCE}k\d+")


class TooDeep(Exception):
    """The document is nested deeper than the policy allows, or repeats itself."""


def _refused(name: str) -> Any:
    raise ValueError(name)


_decode = msgspec.json.Decoder().decode
_encode = msgspec.json.Encoder().encode
_format = msgspec.json.format
# For `_format`: one line with a space behind each colon and comma.
_SPACED = 0
# As Python writes JSON by default.
_spaced = json.JSONEncoder(check_circular=False).encode
# Characters of a text that is written again, as bytes, to see whether anything got lost; a longer one takes its memory.
_EXACT = 256 << 20
# The same by Python's writer, which holds a string for every member until it joins them.
_EXACT_BY_PYTHON = 1 << 20


def _exact(text: str) -> tuple[Any, bool] | None:
    """The value of a text that a library writes as it reads it: no repeated key, no number in another spelling.

    With it whether the faster library does; None when none does. Ten times as fast as looking at every number and every
    record.
    """
    if len(text) > _EXACT:
        return None
    try:
        data = text.encode()
        value = _decode(data)
        encoded = _encode(value)
        if encoded == data or _format(encoded, indent=_SPACED) == data:
            return value, True
        is_same = b'": ' in data[:4096] and encoded == _without_spaces(data)
        is_same = is_same or (len(text) <= _EXACT_BY_PYTHON and _spaced(value) == text)
        return (value, False) if is_same else None
    except (ValueError, RecursionError):
        return None


def _without_spaces(data: bytes) -> bytes:
    """Without the spaces that Python writes between members; a string that held one shows a difference."""
    return data.replace(b'": ', b'":').replace(b", ", b",")


class Document:
    """Parses and writes JSON text without changing what was not replaced."""

    def __init__(self, *, is_exact: bool = False) -> None:
        self._is_plain = True
        # Whether the text was read, and is written, by the faster library.
        self.is_exact = is_exact

    def loads(self, text: str) -> Any:
        """Raises ValueError on anything that is not JSON, TooDeep on more levels than Python can hold."""
        if (exact := _exact(text)) is not None:
            value, self.is_exact = exact
            return value
        try:
            return json.loads(
                text,
                parse_float=self._float,
                parse_int=self._int,
                object_pairs_hook=self._pairs,
                parse_constant=_refused,
            )
        except RecursionError:
            raise TooDeep from None

    def dumps(self, value: Any, *, is_compact: bool = True) -> str:
        if self.is_exact and self._is_plain:
            try:
                encoded = _encode(value)
                return (encoded if is_compact else _format(encoded, indent=_SPACED)).decode()
            except (ValueError, RecursionError):
                pass
        separators = (",", ":") if is_compact else (", ", ": ")
        try:
            text = json.dumps(value, ensure_ascii=False, separators=separators)
        except RecursionError:
            raise TooDeep from None
        if self._is_plain:
            return text
        return _MARKED_KEY.sub("", _MARKED_NUMBER.sub(r"\1", text))

    def written(self, text: str, value: Any) -> str:
        """A changed value in the layout of the text it was read from."""
        head = text[: len(text) - len(text.lstrip())]
        tail = text[len(text.rstrip()) :]
        return head + self.dumps(value, is_compact='": ' not in text[:4096]) + tail

    def number_of(self, value: str) -> str | None:
        """The digits behind a marker, or None for an ordinary string."""
        head = f"#{_NONCE}:"
        return value[len(head) :] if value.startswith(head) else None

    def number(self, digits: str) -> Any:
        """The value that `dumps` writes as this number."""
        try:
            plain = int(digits)
        except ValueError:
            return self._marked(digits)
        return plain if str(plain) == digits else self._marked(digits)

    def key_of(self, key: str) -> str:
        """A key without the marker of a repeated one."""
        return key if self._is_plain else _MARKED_KEY.sub("", key)

    def _marked(self, digits: str) -> str:
        self._is_plain = False
        return f"#{_NONCE}:{digits}"

    def _float(self, digits: str) -> Any:
        plain = float(digits)
        return plain if repr(plain) == digits else self._marked(digits)

    def _int(self, digits: str) -> Any:
        if len(digits) > 4000:
            return self._marked(digits)
        plain = int(digits)
        return plain if str(plain) == digits else self._marked(digits)

    def _pairs(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        plain = dict(pairs)
        if len(plain) == len(pairs):
            return plain
        self._is_plain = False
        seen: set[str] = set()
        marked = {}
        for index, (key, value) in enumerate(pairs):
            marked[f"{key}#{_NONCE}k{index}" if key in seen else key] = value
            seen.add(key)
        return marked
