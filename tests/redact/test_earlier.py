"""A long text is read in ranges by several processes: what its earlier lines told still counts in each of them."""

import io
import json
from collections.abc import Callable

import pytest

from diagpack.redact.lines import redact_jsonl_stream
from diagpack.redact.text_stream import redact_text_stream
from tests.redact.planting import engine, log

_COPY = (
    "--\n-- dump\n--\n\nCOPY public.people (id, api_key, note) FROM stdin;\n"
    + "".join(f"{n}\tcanary-{n}word\tfine {n}\n" for n in range(12))
    + "\\.\n\n"
    + "".join(f"{n}\tplain-{n}word\tstays {n}\n" for n in range(6))
)
_INTO = "INSERT INTO `people` VALUES"
_DUMP = (
    "CREATE TABLE `people` (\n  `id` int NOT NULL,\n  `password` varchar(20),\n  `note` text,\n  KEY (`id`)\n);\n"
    + "".join(f"{_INTO} ({n},'canary-{n}word','fine {n}');\n" for n in range(12))
    + f"{_INTO}\n"
    + ",\n".join(f"({n},'canary-{n}word','stays {n}')" for n in range(20, 30))
    + ";\nSELECT 1;\n"
)
_ROWS = (
    "INSERT INTO people (id, password, note) VALUES\n"
    + ",\n".join(f"({n}, 'canary-{n}word', 'fine {n}')" for n in range(12))
    + ";\n"
)
_W3C = (
    "#Software: Microsoft Internet Information Services 10.0\n#Version: 1.0\n#Fields: date time cs-username sc-status\n"
    + "".join(f"2026-01-02 03:04:{n:02} canary-{n}word 200\n" for n in range(10, 20))
    + "#Fields: date time sc-status cs-username cs(Cookie)\n"
    + "".join(f"2026-01-02 03:05:{n:02} 401 canary-{n}word a=canary-{n}bord\n" for n in range(10, 20))
)
_CSV = "id,password,note\n" + "".join(f"{n},canary-{n}word,fine {n}\n" for n in range(12))
_TEXTS = {"copy": _COPY, "dump": _DUMP, "rows": _ROWS, "w3c": _W3C, "csv": _CSV}


def _text(content: bytes, cut: int) -> bytes:
    parts = []
    for start, end in ((0, cut), (cut, len(content))):
        parts += redact_text_stream(engine(), io.BytesIO(content), start, end)
    return b"".join(parts)


def _records(content: bytes, cut: int) -> bytes:
    lines = log(*content.decode().splitlines())
    at = len(b"".join(lines.splitlines(keepends=True)[: content[:cut].count(b"\n")]))
    parts = []
    for start, end in ((0, at), (at, len(lines))):
        parts += redact_jsonl_stream(engine(), io.BytesIO(lines), start, end)
    return "".join(f"{json.loads(each)['text']}\n" for each in b"".join(parts).splitlines()).encode()


@pytest.mark.parametrize("read", [_text, _records])
@pytest.mark.parametrize("name", _TEXTS)
def test_columns_that_were_told_count_in_every_later_range(name: str, read: Callable[[bytes, int], bytes]) -> None:
    content = _TEXTS[name].encode()
    # Behind the heading: a definition that is cut in two is another matter.
    first = content.index(b"canary")
    cuts = [at + 1 for at, each in enumerate(content) if each == 10 and at > first]

    for cut in cuts:
        shown = read(content, cut)

        assert b"canary" not in shown, cut
        assert shown.count(b"\n") == content.count(b"\n")
        for kept in (b"fine 3", b"stays", b"2026-01-02 03:04:11", b"401", b"SELECT 1;", b"plain-3word"):
            assert (kept in shown) == (kept in content)


def test_a_range_that_asks_for_nothing_is_not_searched() -> None:
    class Counting(io.BytesIO):
        read_bytes = 0

        def read(self, size: int | None = -1, /) -> bytes:
            data = super().read(size)
            self.read_bytes += len(data)
            return data

    content = b"2026-01-02 03:04:05 INFO nothing to see here\n" * 100_000
    cut = content.index(b"\n", 3_000_000) + 1
    stream = Counting(content)

    for _ in redact_text_stream(engine(), stream, cut, cut + 4500):
        pass

    assert stream.read_bytes < 400_000
