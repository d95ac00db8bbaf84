"""The cells of one line of a table, or of one record of a CSV file.

Enters: a line (a text, for a record whose quotes hold line ends) and how its cells are parted. Leaves: (start, end) of
each cell. Sources: RFC 4180; psql and mysql output; kubectl and PowerShell column output.
"""

from collections.abc import Iterator, Sequence

# A quoted cell that is not closed within this many bytes has a stray quote.
_LONGEST_CELL = 32 << 10

Cell = tuple[int, int]


def split(line: bytes, delimiter: bytes, offset: int) -> Iterator[Cell]:
    """Cells between delimiters; a blank as delimiter stands for several."""
    start = 0
    if delimiter == b" ":
        yield from ((offset + first, offset + last) for first, last in words(line, 1))
        return
    while (at := line.find(delimiter, start)) >= 0:
        yield offset + start, offset + at
        start = at + 1
    yield offset + start, offset + len(line)


def quoted(data: bytes, position: int, delimiter: bytes, *, is_inside: bool = False) -> tuple[list[Cell], int, bool]:
    """The cells of a record with quotes, which may hold delimiters and line ends.

    And where the record ends, and whether its last quote was closed. `is_inside`: it begins inside a quoted cell.
    """
    cells: list[Cell] = []
    size = len(data)
    while True:
        first = position if is_inside else position + 1
        if is_inside or data[position : position + 1] == b'"':
            closing = _closing(data, first)
            if closing < 0 and size - first < _LONGEST_CELL:
                # The rest of it comes with the next piece.
                return [*cells, (first, size)], size, False
        else:
            closing = -1
        is_inside = False
        if closing >= 0:
            cells.append((first, closing))
            position = closing + 1
            # What stands between the closing quote and the delimiter belongs to no cell.
            following = data.find(delimiter, position, end_of_line(data, position))
            end = end_of_line(data, position) if following < 0 else following
        else:
            line_end = end_of_line(data, position)
            following = data.find(delimiter, position, line_end)
            end = line_end if following < 0 else following
            cells.append((position, end - (data[end - 1 : end] == b"\r" and end == line_end)))
        position = end + 1
        if end >= size or data[end : end + 1] == b"\n":
            return cells, end, True


def _closing(data: bytes, position: int) -> int:
    """The quote that closes a cell (`""` is a quote inside), or -1."""
    limit = min(len(data), position + _LONGEST_CELL)
    while (at := data.find(b'"', position, limit)) >= 0:
        if data[at + 1 : at + 2] != b'"':
            return at
        position = at + 2
    return -1


def barred(line: bytes) -> list[Cell]:
    """The cells between bars; bars at the edges belong to the drawing."""
    cells, start = [], 0
    stripped = line.strip()
    if stripped.startswith(b"|"):
        start = line.index(b"|") + 1
    end = line.rindex(b"|") if stripped.endswith(b"|") and stripped != b"|" else len(line)
    while (at := line.find(b"|", start, end)) >= 0:
        cells.append((start, at))
        start = at + 1
    cells.append((start, max(start, end)))
    return cells


def aligned(line: bytes, starts: Sequence[int], offset: int) -> list[Cell]:
    """Cells by the column they start in; none when a word runs over a column's start."""
    if not line.isascii():
        # Columns are counted in characters.
        shown = line.decode("utf-8", "replace")
        starts = [len(shown[:at].encode("utf-8")) for at in starts]
    cells = []
    for first, last in zip(starts, [*starts[1:], len(line)], strict=True):
        if first and first < len(line) and line[first - 1 : first] not in (b" ", b"\t"):
            return []
        cells.append((offset + min(first, len(line)), offset + min(max(first, last), len(line))))
    return cells


def words(line: bytes, gap: int = 2) -> Iterator[Cell]:
    """(start, end) of the words of a line, parted by `gap` or more blanks."""
    position = 0
    while position < len(line):
        if line[position : position + 1] in (b" ", b"\t"):
            position += 1
            continue
        end = line.find(b" " * gap, position)
        end = len(line) if end < 0 else end
        yield position, end
        position = end


def trimmed(data: bytes, start: int, end: int) -> Cell:
    """Without the blanks and quotes around it."""
    while start < end and data[start] in b" \t\"'`":
        start += 1
    while end > start and data[end - 1] in b" \t\r\"'`":
        end -= 1
    return start, end


def end_of_line(data: bytes, position: int) -> int:
    """Where the line that `position` is in ends."""
    end = data.find(b"\n", position)
    return len(data) if end < 0 else end
