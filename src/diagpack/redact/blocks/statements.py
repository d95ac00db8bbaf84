"""`INSERT INTO t (columns) VALUES (…), (…)`: the columns say what each literal is.

Enters: the pieces of one text, in order. Leaves: the literals of sensitive columns; the shape of the statement stays. A
dump names the columns once, in `CREATE TABLE`, and its rows may go on in the next piece. Sources: ISO/IEC 9075-2, 11.3
(table definition), 14.11 (insert statement), 5.3 (literals: a quote inside is doubled; MySQL also takes a backslash).
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from diagpack.redact.blocks.names import Meaning, holds, meaning
from diagpack.redact.detectors._engine import compiled

if TYPE_CHECKING:
    from diagpack.redact.earlier import Earlier
    from diagpack.redact.policy import Policy

_INTO = r"\b(?:insert[ \t\r\n]+(?:ignore[ \t]+)?into|replace[ \t]+into)[ \t]"
_CREATE = r"\bcreate[ \t]+(?:[a-z]+[ \t]+)?table[ \t]"
_TABLE = r"[A-Za-z0-9_.\"`\[\]]+"
SOURCE = rf"(?i:{_INTO}|{_CREATE})"
# A new table with its name, or an insert with its table and, where they stand there, its columns.
_HEAD = compiled(
    rf"{_CREATE}+(?:if[ \t]+not[ \t]+exists[ \t]+)?({_TABLE})[ \t\r\n]*\("
    rf"|{_INTO}+({_TABLE})[ \t\r\n]*(?:\(([^()]*)\)[ \t\r\n]*)?values?[ \t\r\n]*\(",
    ignore_case=True,
    captures=True,
)
_LITERAL = compiled(r"[ \t\r\n]*(?:[NEne]?\\*'(?:[^'\\]|''|\\[^'])*\\*'|\\*\"(?:[^\"\\]|\\[^\"])*\\*\"|[^,()'\"]*)")
# The rest of a literal behind `\'`, and what follows a literal that has ended.
_REST = compiled(r"(?:[^'\\]|''|\\[^'])*\\*'")
_ENDED = compiled(r"[ \t\r\n]*(?:[,);]|::|\z)")
_PLAIN_QUOTE = compiled(r"[ \t\r\n]*[NEne]?'")
_NEXT_ROW = compiled(r"[ \t\r\n]*,[ \t\r\n]*\(")
_FIRST_ROW = compiled(r"[ \t\r\n]*,?[ \t\r\n]*\(")
_PUNCTUATION = compiled(r"[(),;]")
_OPENING = compiled(r"[ \t\r\n]*[NEne]?\\*['\"]")
# What begins a part of a table definition that is no column.
_CLAUSES = frozenset("primary key unique constraint index foreign check fulltext spatial exclude like period".split())
_LONGEST_TABLE = 64 << 10
_LONGEST_LITERAL = 64 << 10
_MOST_TABLES = 5_000


class Statements:
    """The statements of one text: what its tables' columns mean, and the insert that the last piece did not end."""

    def __init__(self, policy: "Policy") -> None:
        self._policy = policy
        self._tables: dict[bytes, list[Meaning]] = {}
        self._open: list[Meaning] = []
        # A table definition that goes on in the next piece.
        self._begun = b""
        # What was told before the range that is read.
        self._earlier: Earlier | None = None

    def prime(self, earlier: "Earlier") -> None:
        """Reading starts here: an insert may be open, and tables may have been told before."""
        self._earlier = earlier
        head = _HEAD.groups(earlier.insert())
        if head is not None and head[1][0] < 0:
            self._open = self._listed(earlier.insert(), head)

    def _known(self, table: bytes) -> list[Meaning]:
        """The columns of a table that was defined, also before the range."""
        if table not in self._tables and self._earlier is not None:
            earlier, self._earlier = self._earlier, None
            for text in earlier.definitions():
                self._defined(text)
            # One that does not end within its text goes on nowhere.
            self._begun = b""
        return self._tables.get(table, [])

    def _listed(self, data: bytes, head: "list[tuple[int, int]]") -> list[Meaning]:
        """The columns of an insert."""
        _, _, table, listed = head
        if listed[0] < 0:
            return self._known(_bare(data[slice(*table)]))
        return self._columns([each.strip(b' \t\r\n"`[]') for each in data[slice(*listed)].split(b",")])

    @property
    def is_open(self) -> bool:
        return bool(self._open or self._begun)

    @property
    def knows_tables(self) -> bool:
        """Whether the columns of a table were told; an insert that does not name them may follow anywhere."""
        return bool(self._tables)

    def literals(self, data: bytes) -> Iterator[tuple[int, int, str]]:
        """(start, end, class) of every literal under a sensitive column of the next piece."""
        position = 0
        if self._begun:
            begun, self._begun = self._begun, b""
            self._defined(begun + data[:_LONGEST_TABLE])
        columns, self._open = self._open, []
        if columns and (first := _FIRST_ROW.at(data, 0)) > 0:
            position, found = self._rows(columns, data, first)
            yield from found
        while (head := _HEAD.groups(data, position)) is not None:
            (start, end), created = head[:2]
            if created[0] >= 0:
                self._defined(data[start : start + _LONGEST_TABLE])
                position = end
                continue
            columns = self._listed(data, head)
            position, found = self._rows(columns, data, end)
            yield from found

    def _rows(self, columns: list[Meaning], data: bytes, position: int) -> tuple[int, list[tuple[int, int, str]]]:
        """The sensitive literals of the rows from `position`, behind an opening bracket; and where they end."""
        found: list[tuple[int, int, str]] = []
        if not any(each.entity for each in columns):
            return position, found
        while True:
            position, cells = _row(data, position)
            for meant, (start, end) in zip(columns, cells, strict=False):
                if meant.entity and end > start and holds(meant, data[start:end].decode("utf-8", "replace")):
                    found.append((start, end, meant.entity))
            following = _NEXT_ROW.at(data, position)
            if following < 0:
                if not data[position : position + 64].strip(b" \t\r\n,") and len(data) - position < 64:
                    self._open = columns
                return position, found
            position = following

    def _defined(self, text: bytes) -> None:
        """Remember the columns of the table whose definition `text` begins with, or the text where it is not whole."""
        head = _HEAD.groups(text)
        if head is None:
            return
        # Up to the next statement, so that each byte is read once.
        following = _HEAD.find(text, head[0][1])
        limit = len(text) if following is None else following[0]
        names, depth, begun = [], 1, head[0][1]
        for at, end in _PUNCTUATION.spans(text, begun, limit):
            mark = text[at:end]
            depth += (mark == b"(") - (mark == b")")
            if depth == 0 or mark == b";" or (mark == b"," and depth == 1):
                names.append(text[begun:at].strip())
                begun = end
            if depth == 0 or mark == b";":
                break
        else:
            self._begun = text if limit == len(text) < _LONGEST_TABLE else b""
            return
        listed = [_bare(each.split()[0]) for each in names if each]
        if len(self._tables) < _MOST_TABLES:
            columns = [each for each in listed if each.decode("latin1") not in _CLAUSES]
            self._tables[_bare(text[slice(*head[1])])] = self._columns(columns)

    def _columns(self, names: list[bytes]) -> list[Meaning]:
        found = [meaning(self._policy, each.decode("utf-8", "replace")) for each in names]
        is_person = any(each.entity in ("email", "phone", "dob", "password") for each in found)
        return [Meaning("name") if is_person and each == Meaning("name", True) else each for each in found]


def _bare(name: bytes) -> bytes:
    """A name without quotes and without its schema, in lower case."""
    return name.rpartition(b".")[2].strip(b' \t\r\n"`[]').lower()


def _end_of_literal(data: bytes, position: int) -> int:
    """MySQL writes a quote inside of a literal as `\\'`; elsewhere that is a backslash at the end of one."""
    end = _LITERAL.at(data, position)
    if _PLAIN_QUOTE.at(data, position) < 0:
        return end
    limit = min(len(data), end + _LONGEST_LITERAL)
    while data[end - 1 : end] == b"'" and end < limit and _ENDED.at(data, end) < 0:
        behind = _REST.at(data, end)
        if behind < 0:
            break
        end = behind
    return end


def _row(data: bytes, position: int) -> tuple[int, list[tuple[int, int]]]:
    """The literals of one row, without their quotes, and where the row ends."""
    cells = []
    while position < len(data):
        end = _end_of_literal(data, position)
        start, stop = position, end
        if data[position:end].strip()[-1:] in (b"'", b'"'):
            start = max(start, _OPENING.at(data, start))
            while stop > start and data[stop - 1] in b"'\"\\ \t\r\n":
                stop -= 1
        else:
            start += len(data[start:stop]) - len(data[start:stop].lstrip())
            stop = start + len(data[start:stop].rstrip())
        cells.append((start, stop))
        if end == position or data[end : end + 1] != b",":
            # A call such as `now()` or the end of the row.
            closing = data.find(b")", end, end + 4096)
            return (len(data) if closing < 0 else closing + 1), cells
        position = end + 1
    return position, cells
