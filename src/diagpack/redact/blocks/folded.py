"""Base64 and hex that were folded into lines: a part of a mail, a wrapped body in a log.

Enters: a chunk of text. Leaves: groups of neighbouring lines that hold nothing else, the runs of them that a program
wrote as one text, and the way back into the same number of lines. Sources: RFC 2045 6.8 (76 characters a line), RFC
7468 (64).
"""

from collections.abc import Iterator, Sequence

from diagpack.redact.detectors._engine import compiled

_RUN = r"[A-Za-z0-9+/]"
_LINE = rf"[ \t>\"']*{_RUN}+={{0,2}}\r?"
# The first line may begin with something else, and the last one go on with it: then they are long or in quotes.
_FIRST = rf"(?:^{_LINE}|{_RUN}{{20}}{_RUN}*={{0,2}}\r?)"
_LAST = rf"[ \t>\"']*(?:{_RUN}{{20}}{_RUN}*={{0,2}}|{_RUN}+={{0,2}}(?:[\"'<]|\r?$)|{_RUN}{{2,}}={{1,2}}[^A-Za-z0-9+/=])"
# Two lines of nothing else; quoting and indentation may stand in front.
SOURCE = rf"{_FIRST}\n{_LAST}"
_GROUP = compiled(rf"(?m){_FIRST}\n(?:{_LINE}\n)*{_LAST}")
_CHARACTERS = compiled(rf"{_RUN}+={{0,2}}")
_ONLY = compiled(rf"{_LINE}\n")
# A longer line is no folded one.
_LONGEST = 4096
_QUOTES = b" \t>\"'"
# What is shorter holds no key with a value.
_LEAST = 16

Line = tuple[int, int]
HEX = frozenset(b"0123456789abcdefABCDEF")


def groups(data: bytes) -> Iterator[list[Line]]:
    """Where the characters of each line stand, for every group of two lines or more."""
    for first, last in _GROUP.spans(data):
        lines, at = [], first
        for line in data[first:last].split(b"\n"):
            bare = line.lstrip(_QUOTES)
            start = at + len(line) - len(bare)
            at += len(line) + 1
            lines.append((start, start + len(bare.rstrip(b"\r"))))
        # Behind the characters of the last line something else may stand.
        lines[-1] = lines[-1][0], _CHARACTERS.at(data, lines[-1][0])
        if sum(end - start for start, end in lines) >= _LEAST:
            yield lines


def first_line(data: bytes) -> Line | None:
    """Where the characters of the first line stand, when it holds nothing else."""
    end = data.find(b"\n")
    line = data[: len(data) if end < 0 else end]
    start = len(line) - len(line.lstrip(_QUOTES))
    return (start, _CHARACTERS.at(data, start)) if _ONLY.at(line + b"\n", 0) > 0 else None


def last_lines(data: bytes, most: int) -> list[bytes]:
    """The characters of the last lines that hold nothing else."""
    lines: list[bytes] = []
    end = len(data) - data.endswith(b"\n")
    while len(lines) < most and end > 0:
        start = data.rfind(b"\n", 0, end) + 1
        line = data[start:end]
        if len(line) > _LONGEST or _ONLY.at(line + b"\n", 0) < 0:
            break
        bare = line.lstrip(_QUOTES)
        lines.insert(0, bare[: _CHARACTERS.at(bare, 0)])
        end = start - 1
    return lines if sum(map(len, lines)) >= _LEAST else []


def kinds(line: bytes) -> tuple[str, ...]:
    """What a line may be."""
    return ("hex", "base64") if HEX.issuperset(line) else ("base64",)


class Runs:
    """What lines may be as one text of one program, and where it may end. Linear in the lines, for all of them."""

    def __init__(self, lines: Sequence[bytes]) -> None:
        self._sizes = list(map(len, lines))
        self._ends = {
            "base64": _run_ends(lines, [True] * len(lines)),
            "hex": _run_ends(lines, [HEX.issuperset(each) for each in lines]),
        }

    def behind(self, first: int) -> Iterator[tuple[str, int]]:
        """(kind, end) of what may begin with a line.

        Such lines are equally long, and one that may be shorter ends them.
        """
        for kind in ("hex", "base64"):
            last = self._ends[kind][first]
            if last - first > 1:
                yield kind, last
            if last - first > 2 and self._sizes[last - 1] < self._sizes[first]:
                # The shorter one may be something else.
                yield kind, last - 1


def _run_ends(lines: Sequence[bytes], is_fitting: Sequence[bool]) -> list[int]:
    """Where each run ends; right behind a line that is of another kind. What equal lines begin ends at one place."""
    ends = list(range(1, len(lines) + 1))
    for first in range(len(lines) - 2, -1, -1):
        width, following = len(lines[first]), len(lines[first + 1])
        if not (is_fitting[first] and is_fitting[first + 1]) or following > width or lines[first].endswith(b"="):
            continue
        ends[first] = ends[first + 1] if following == width else first + 2
    return ends


def spread(packed: bytes, width: int, count: int, *, is_last: bool) -> list[bytes]:
    """The characters in as many lines: equally long ones, the last may be shorter, and some empty.

    `is_last`: nothing follows that could be taken for one more line.
    """
    width = max(width, (-(-len(packed) // count) + 3) // 4 * 4)
    if not is_last and len(packed) % width == 0 and not packed.endswith(b"="):
        width += 4
    pieces = [packed[at : at + width] for at in range(0, len(packed), width)]
    return [*pieces, *[b""] * (count - len(pieces))]
