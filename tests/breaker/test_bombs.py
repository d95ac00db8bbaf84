"""Hostile archives through the ingest of `collect`: refused within a second and 100 MB, nothing written elsewhere."""

import bz2
import gzip
import io
import json
import lzma
import struct
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

CHILD = """
import json, resource, sys, time
from pathlib import Path
from diagpack.case.layout import CaseDir
from diagpack.case.store import RawStore
from diagpack.model.case import case_id
from diagpack.pipeline.cases import ensure_case
from diagpack.pipeline.collecting import Inputs, ingest_all

folder = CaseDir(Path(sys.argv[1]), case_id("B-1"))
ensure_case(folder)
def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // (1024 if sys.platform != "darwin" else 1 << 20)
base, seen = peak(), {}
for each in sys.argv[2:]:
    start = time.process_time()
    missing = ingest_all(RawStore(folder), Inputs(paths=(Path(each),)), folder.raw / "expand.new",
                         is_result=lambda head: False, opener=lambda path: ())
    seen[Path(each).name] = [[gap.id for gap in missing], time.process_time() - start]
files = sum(path.stat().st_size for path in folder.path.rglob("*") if path.is_file())
print(json.dumps({"seen": seen, "peak": peak() - base, "files": files, "left": (folder.raw / "expand.new").exists()}))
"""


def _zip(*members: tuple[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return out.getvalue()


def _tar(name: str, kind: bytes = tarfile.REGTYPE, link: str = "", content: bytes = b"", size: int = -1) -> bytes:
    info = tarfile.TarInfo(name)
    info.type, info.linkname, info.size = kind, link, len(content) if size < 0 else size
    return info.tobuf() + content + b"\0" * (-len(content) % 512) + b"\0" * 1024


def _nested(zeros: bytes) -> bytes:
    inner = _zip(("a.log", zeros))
    for level in range(4):
        inner = _zip(*((f"{level}-{number}.zip", inner) for number in range(10)))
    return inner


def _overlapping(zeros: bytes) -> bytes:
    """500 entries of the directory that all point at the same compressed bytes."""
    whole = _zip(("00000", zeros))
    start = whole.index(b"PK\x01\x02")
    entry = whole[start : whole.index(b"PK\x05\x06")]
    entries = b"".join(entry[:46] + b"%05d" % number + entry[51:] for number in range(500))
    return whole[:start] + entries + struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 500, 500, len(entries), start, 0)


def _memory_bomb() -> bytes:
    filters = [{"id": lzma.FILTER_LZMA2, "preset": 6, "dict_size": 64 << 20}]
    data = bytearray(lzma.compress(b"x" * 1000, filters=filters))
    # The header asks for a window of 4 GiB: property byte 40; its checksum is made to fit.
    import zlib

    place = data.index(bytes([0x21, 0x01]), 12) + 2
    data[place] = 40
    size = (data[12] + 1) * 4
    data[12 + size - 4 : 12 + size] = zlib.crc32(bytes(data[12 : 12 + size - 4])).to_bytes(4, "little")
    return bytes(data)


BOMBS: dict[str, Callable[[bytes], bytes]] = {
    "plain.zip": lambda zeros: _zip(("a.log", zeros)),
    "nested.zip": _nested,
    "overlapping.zip": _overlapping,
    "bomb.gz": lambda zeros: gzip.compress(zeros),
    "twice.gz": lambda zeros: gzip.compress(gzip.compress(zeros)),
    "bomb.bz2": lambda zeros: bz2.compress(zeros),
    "bomb.xz": lambda zeros: lzma.compress(zeros, preset=1),
    "memory.xz": lambda zeros: _memory_bomb(),
    # A frame that asks for a window of 2 GiB (RFC 8878 3.1.1.1.2), then one raw block.
    "memory.zst": lambda zeros: b"\x28\xb5\x2f\xfd\x00\xa8" + b"\x29\x00\x00hello",
    "bomb.tar.gz": lambda zeros: gzip.compress(_tar("a.log", content=zeros)),
    "lie.tar": lambda zeros: _tar("a.log", size=1 << 32),
    "symlink.tar": lambda zeros: _tar("a", tarfile.SYMTYPE, "/etc/passwd"),
    "hardlink.tar": lambda zeros: _tar("a", tarfile.LNKTYPE, "/etc/passwd"),
    "device.tar": lambda zeros: _tar("a", tarfile.CHRTYPE),
    "pipe.tar": lambda zeros: _tar("a", tarfile.FIFOTYPE),
    "climbing.tar": lambda zeros: _tar("../../escaped", content=b"evil"),
    "climbing.zip": lambda zeros: _zip(("../../escaped", b"evil")),
    "windows.zip": lambda zeros: _zip(("..\\..\\escaped", b"evil")),
}


@pytest.mark.skipif(sys.platform == "win32", reason="needs the resource module")
def test_every_hostile_archive_is_refused_fast_and_small(tmp_path: Path) -> None:
    zeros = bytes(64 << 20)
    folder = tmp_path / "in" / "deep"
    folder.mkdir(parents=True)
    for name, make in BOMBS.items():
        (folder / name).write_bytes(make(zeros))
    before = sorted(path for path in tmp_path.rglob("*"))

    child = subprocess.run(
        [sys.executable, "-c", CHILD, str(tmp_path / "cases"), *(str(folder / name) for name in BOMBS)],
        capture_output=True,
        text=True,
        check=False,
        timeout=200,
    )

    assert child.returncode == 0, child.stderr
    result = json.loads(child.stdout)
    accepted = [name for name, (ids, _) in result["seen"].items() if not ids or not ids[0].startswith("DP14")]
    assert accepted == []
    assert {name: spent for name, (_, spent) in result["seen"].items() if spent > 1} == {}
    assert result["peak"] < 100
    assert result["files"] < 1 << 20
    assert not result["left"]
    outside = [path for path in tmp_path.rglob("*") if tmp_path / "cases" not in (path, *path.parents)]
    assert sorted(outside) == before
