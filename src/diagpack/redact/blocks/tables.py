"""Tables in text: delimited (CSV, TSV, W3C logs, PostgreSQL's `COPY`), drawn with bars or rules, aligned in columns.

Enters: pieces of a text, in order. Leaves: the cells whose column is named as sensitive. A table goes on in the next
piece; the text stays valid, since only the inside of a cell is replaced. Sources: RFC 4180; W3C Extended Log File
Format; psql and mysql output; GitHub Flavored Markdown 4.10; kubectl and PowerShell column output.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from diagpack.redact.blocks.cells import Cell, aligned, barred, end_of_line, quoted, split, trimmed, words
from diagpack.redact.blocks.names import NOTHING, Meaning, holds, meaning
from diagpack.redact.detectors._engine import compiled

if TYPE_CHECKING:
    from diagpack.redact.policy import Policy

_FIELD = r"[ ]*[\"']?[A-Za-z_@\x80-\xff][A-Za-z0-9_@./()\x80-\xff -]*[\"']?[ ]*"
_DELIMITERS = ",;\t|"
_DELIMITED = "|".join(rf"(?:\xef\xbb\xbf)?{_FIELD}(?:{each}{_FIELD})+\r?$" for each in (",", ";", r"\t", r"\|"))
_HEADING = r"[A-Z][A-Z0-9_/-]*(?:\([A-Z]+\))?(?: [A-Z][A-Z0-9_/-]*)?"
# Where a table may begin: a line of names, the rule below or above one, `#Fields:`, psql's expanded record.
SOURCE = (
    rf"^(?:{_DELIMITED}|[ \t]*[+|]?[ \t]*:?--[-+|: \t]*\r?$|#Fields:[ \t]|-\[ RECORD "
    r"|COPY [^\r\n(]+\([^\r\n()]+\) FROM stdin"
    rf"|{_HEADING}(?:[ ][ ]+{_HEADING})+[ ]*\r?$)"
)
_START = compiled(f"(?m){SOURCE}")
_RULE = frozenset(b"-+|:= \t\r")
_PERSONAL = frozenset({"email", "phone", "dob", "address", "nationalid"})
_SAMPLE_ROWS = 10


@dataclass(frozen=True, slots=True)
class Table:
    """`kind`: delimited, barred, aligned, expanded. `delimiter` of a delimited one, `starts` of aligned columns.

    `is_file`: the text began with it, so a row with another number of cells does not end it.
    """

    kind: str
    columns: tuple[Meaning, ...]
    delimiter: bytes = b""
    starts: tuple[int, ...] = ()
    is_file: bool = False
    # A value of `key | value` rows: the first cell names it.
    is_pairs: bool = False


class Tables:
    """The tables of one text."""

    def __init__(self, policy: "Policy") -> None:
        self._policy = policy
        self._open: Table | None = None
        self._is_first = True
        # The column of a quoted cell that goes on in the next piece.
        self._inside: int | None = None

    @property
    def is_open(self) -> bool:
        return self._open is not None

    def skip(self) -> None:
        """A piece without any table went by."""
        self._is_first = False

    def prime(self, head: bytes, heading: bytes = b"") -> None:
        """The first lines of the text, when reading starts further behind: a table that fills the text is open.

        So is the one that begins with `heading`, the last line before that opens a table of its own.
        """
        for _ in self.cells(head):
            pass
        self._inside = None
        if self._open is not None and not self._open.is_file:
            self._open = None
        if heading:
            self._open = None
            for _ in self.cells(heading):
                pass

    def cells(self, data: bytes) -> Iterator[tuple[int, int, str]]:
        """(start, end, class) of every sensitive cell of the next piece."""
        position, is_first, self._is_first = 0, self._is_first, False
        while True:
            if self._open is not None:
                position, found = self._rows(self._open, data, position)
                yield from found
                if self._open is not None:
                    return
            start = _START.find(data, position)
            if start is None:
                return
            line_end = end_of_line(data, start[0])
            self._open, position = self._begun(data, start[0], line_end, is_first and start[0] == 0)
            position = max(position, min(len(data), line_end + 1))

    def _begun(self, data: bytes, start: int, end: int, is_first: bool) -> tuple[Table | None, int]:
        """The table that begins with this line, and where its rows are."""
        line = data[start:end].rstrip(b"\r").removeprefix(b"\xef\xbb\xbf")
        if line.startswith(b"#Fields:"):
            return self._delimited(line[8:].strip(), b"\t" if b"\t" in line else b" "), end + 1
        if line.startswith(b"COPY "):
            listed = line[line.index(b"(") + 1 : line.index(b")")]
            return self._delimited(listed.replace(b", ", b"\t"), b"\t"), end + 1
        if line.startswith(b"-[ RECORD "):
            return Table("expanded", ()), end + 1
        if not set(line) - _RULE:
            return self._ruled(data, start, end, line)
        delimiter = _delimiter_of(line)
        if delimiter:
            table = self._delimited(line, delimiter)
            return (table and _confirmed(table, data, end + 1, is_first)), end + 1
        return self._aligned(line, [at for at, _ in words(line)]), end + 1

    def _meanings(self, names: Sequence[bytes]) -> tuple[Meaning, ...]:
        found = [meaning(self._policy, each.decode("utf-8", "replace")) for each in names]
        if any(each.entity in _PERSONAL for each in found):
            # `name` beside an e-mail address is a person's.
            found = [Meaning("name") if each == Meaning("name", True) else each for each in found]
        return tuple(found)

    def _is_pairs(self, names: Sequence[bytes]) -> bool:
        return len(names) == 2 and names[1].strip().strip(b"\"'").lower() in (b"value", b"values", b"wert", b"setting")

    def _delimited(self, line: bytes, delimiter: bytes) -> Table | None:
        names = line.split(delimiter)
        columns = self._meanings(names)
        is_pairs = self._is_pairs(names)
        if not is_pairs and not any(each.entity for each in columns):
            return None
        return Table("delimited", columns, delimiter, is_pairs=is_pairs)

    def _ruled(self, data: bytes, start: int, end: int, line: bytes) -> tuple[Table | None, int]:
        """A rule stands below the names; MySQL draws one above them as well."""
        above = data[data.rfind(b"\n", 0, max(0, start - 1)) + 1 : max(0, start - 1)].rstrip(b"\r")
        below_end = end_of_line(data, end + 1)
        below = data[end + 1 : below_end].rstrip(b"\r")
        if b"|" in above and b"|" in line + below:
            names, behind = above, end + 1
        elif line.startswith(b"+") and b"|" in below:
            names, behind = below, below_end + 1
        elif b"+" not in line and b"|" not in line and line.strip().count(b" ") and above.strip():
            return self._aligned(above, [at for at, _ in words(line, 1)]), end + 1
        else:
            return None, end + 1
        cells = barred(names)
        columns = self._meanings([names[first:last] for first, last in cells])
        is_pairs = self._is_pairs([names[first:last] for first, last in cells])
        if not is_pairs and len(cells) == 2:
            is_pairs = True  # `| password | … |` without telling headings
        if not is_pairs and not any(each.entity for each in columns):
            return None, behind
        return Table("barred", columns, is_pairs=is_pairs), behind

    def _aligned(self, line: bytes, starts: list[int]) -> Table | None:
        shown = line.decode("utf-8", "replace")
        names = [shown[first:last].encode() for first, last in zip(starts, [*starts[1:], len(shown)], strict=True)]
        columns = self._meanings(names)
        return Table("aligned", columns, starts=tuple(starts)) if any(each.entity for each in columns) else None

    def _rows(self, table: Table, data: bytes, position: int) -> tuple[int, list[tuple[int, int, str]]]:
        """The sensitive cells of all rows up to the end of the table or the piece."""
        found: list[tuple[int, int, str]] = []
        while position < len(data):
            end = end_of_line(data, position)
            line = data[position:end]
            if table.kind == "delimited" and (b'"' in line or self._inside is not None):
                cells, end, is_closed = quoted(data, position, table.delimiter, is_inside=self._inside is not None)
                if self._inside is not None:
                    cells = [(position, position)] * self._inside + cells
                self._inside = None if is_closed or not table.is_file else len(cells) - 1
            else:
                cells = _cells(table, line, position)
            if not self._goes_on(table, line, cells):
                self._open = None
                return position, found
            found += self._chosen(table, data, cells)
            position = end + 1
        return position, found

    def _goes_on(self, table: Table, line: bytes, cells: list[Cell]) -> bool:
        if table.is_file:
            return True
        if table.kind == "delimited":
            # `\\.` ends the rows of a COPY.
            return bool(line.strip()) and len(cells) == len(table.columns) and line.rstrip(b"\r") != b"\\."
        if table.kind == "expanded":
            return b"|" in line or line.startswith(b"-[ RECORD ")
        if table.kind == "barred":
            return b"|" in line or (bool(line.strip()) and not set(line) - _RULE)
        return bool(line.strip()) and len(cells) > 0

    def _chosen(self, table: Table, data: bytes, cells: list[Cell]) -> Iterator[tuple[int, int, str]]:
        columns = table.columns
        if table.kind == "expanded" or (table.is_pairs and len(cells) == 2):
            if len(cells) == 2:
                named = meaning(self._policy, data[cells[0][0] : cells[0][1]].decode("utf-8", "replace"))
                yield from _taken(data, cells[1], named)
            if table.kind == "expanded":
                return
        for index, cell in enumerate(cells):
            meant = columns[index] if index < len(columns) else NOTHING
            if not meant.entity and len(cells) != len(columns):
                # A stray delimiter shifts the cells behind it: they are counted from the right as well.
                shifted = index - len(cells) + len(columns)
                meant = columns[shifted] if 0 <= shifted < len(columns) else meant
            if meant.entity:
                yield from _taken(data, cell, meant)


def _taken(data: bytes, cell: Cell, meant: Meaning) -> Iterator[tuple[int, int, str]]:
    start, end = trimmed(data, *cell)
    if meant.entity and end > start and holds(meant, data[start:end].decode("utf-8", "replace")):
        yield start, end, meant.entity


def _confirmed(table: Table, data: bytes, position: int, is_first: bool) -> Table | None:
    """A line of words is a header when the rows below have as many cells."""
    fits = rows = 0
    while rows < _SAMPLE_ROWS and position < len(data):
        end = end_of_line(data, position)
        line = data[position:end]
        if b'"' in line:
            cells, end, _ = quoted(data, position, table.delimiter)
        else:
            cells = _cells(table, line, position)
        if line.strip():
            rows += 1
            fits += len(cells) == len(table.columns)
            if rows == 1 and not fits and not is_first:
                return None
        elif not is_first:
            break
        position = end + 1
    if not rows:
        # The rows may come with the next piece.
        return table
    return replace(table, is_file=is_first and fits * 10 >= rows * 6) if fits else None


def _cells(table: Table, line: bytes, offset: int) -> list[Cell]:
    bare = line.rstrip(b"\r")
    if table.kind == "delimited":
        return list(split(bare, table.delimiter, offset))
    if table.kind == "expanded":
        bar = bare.find(b"|")
        return [] if bar < 0 else [(offset, offset + bar), (offset + bar + 1, offset + len(bare))]
    if table.kind == "barred":
        return [(offset + first, offset + last) for first, last in barred(bare)]
    return aligned(bare, table.starts, offset)


def _delimiter_of(line: bytes) -> bytes:
    counts = {each.encode(): line.count(each.encode()) for each in _DELIMITERS}
    best = max(counts, key=lambda each: counts[each])
    return best if counts[best] else b""
