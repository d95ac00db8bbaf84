"""Builders for the tests of this room: a signed package, and a zip made field by field."""

import hashlib
import json
import struct
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field

from diagpack.model._seal import Sealer
from diagpack.model.package import NAMESPACE, SIGNATURE, SUMS
from diagpack.model.redacted import ScannedFiles, describe_files
from diagpack.sign.container import write_zip
from diagpack.sign.signer import Signer
from diagpack.sign.sums import write_sums

TOP = "CS-1042-esc1"
PRINCIPAL = "analyst@vendor.example"


def contents(top: str = TOP, **extra: bytes) -> dict[str, bytes]:
    """The files of a small package, before it is signed."""
    return {
        "README.txt": b"how to verify\n",
        "report.html": b"<!doctype html><title>report</title>\n",
        "manifest.json": json.dumps({"id": top, "case": "CS-1042"}).encode(),
        "run.json": json.dumps({"signer": PRINCIPAL, "signed_at": "2026-11-20T10:00:00+00:00"}).encode(),
        "evidence/har/har-1.har": b'{"log": {}}' * 50,
        **extra,
    }


def scanned(files: Mapping[str, bytes]) -> ScannedFiles:
    """Files as the residue scan hands them over."""
    digests = {path: hashlib.sha256(content).hexdigest() for path, content in files.items()}
    return ScannedFiles(files, Sealer(b"k" * 32).seal(describe_files(digests)))


def signed_files(signer: Signer, files: Mapping[str, bytes], namespace: str = NAMESPACE) -> dict[str, bytes]:
    """Files with SHA256SUMS and its signature."""
    sums = write_sums({path: hashlib.sha256(content).hexdigest() for path, content in files.items()})
    return {**files, SUMS: sums, SIGNATURE: signer.sign(sums, namespace)}


def package(signer: Signer, files: Mapping[str, bytes] | None = None, top: str = TOP) -> bytes:
    """A whole signed package."""
    return write_zip(top, signed_files(signer, files if files is not None else contents(top)))


@dataclass
class Member:
    """One entry of a hand-made zip. Fields that are not set follow from the content; `local` changes the local header
    only."""

    name: bytes = b"top/a.txt"
    content: bytes = b"content of a"
    method: int = 8
    flags: int = 0
    version: int = 20
    made_by: int = (3 << 8) | 20
    external: int = 0o100644 << 16
    extra: bytes = b""
    comment: bytes = b""
    disk: int = 0
    time: int = 0
    date: int = 33
    packed: bytes | None = None
    crc: int | None = None
    size: int | None = None
    compressed: int | None = None
    offset: int | None = None
    before: bytes = b""
    after: bytes = b""
    local: dict[str, int | bytes] = field(default_factory=dict)
    magic: bytes = b"PK\1\2"


@dataclass
class End:
    """The end record; None means the true value."""

    disk: int = 0
    start_disk: int = 0
    here: int | None = None
    total: int | None = None
    size: int | None = None
    offset: int | None = None
    comment: bytes = b""
    comment_length: int | None = None


def deflated(content: bytes) -> bytes:
    deflater = zlib.compressobj(9, zlib.DEFLATED, -15)
    return deflater.compress(content) + deflater.flush()


def crafted(*members: Member, end: End | None = None, gap: bytes = b"", directory_extra: bytes = b"") -> bytes:
    """A zip with exactly these fields. `gap` stands before the end record, `directory_extra` inside the directory."""
    data, directory = bytearray(), bytearray()
    for member in members:
        packed = member.packed
        if packed is None:
            packed = member.content if member.method == 0 else deflated(member.content)
        values: dict[str, int | bytes] = {
            "version": member.version,
            "flags": member.flags,
            "method": member.method,
            "time": member.time,
            "date": member.date,
            "crc": zlib.crc32(member.content) if member.crc is None else member.crc,
            "compressed": len(packed) if member.compressed is None else member.compressed,
            "size": len(member.content) if member.size is None else member.size,
            "name": member.name,
            "extra": b"",
            "magic": b"PK\3\4",
        }
        data += member.before
        offset = len(data) if member.offset is None else member.offset
        local = values | member.local
        data += struct.pack(
            "<4s5H3L2H",
            local["magic"],
            *(local[each] for each in ("version", "flags", "method", "time", "date", "crc", "compressed", "size")),
            len(local["name"]),
            len(local["extra"]),
        )
        data += local["name"] + local["extra"] + packed + member.after
        directory += struct.pack(
            "<4s6H3L5H2L",
            member.magic,
            member.made_by,
            *(values[each] for each in ("version", "flags", "method", "time", "date", "crc", "compressed", "size")),
            len(member.name),
            len(member.extra),
            len(member.comment),
            member.disk,
            0,
            member.external,
            offset,
        )
        directory += member.name + member.extra + member.comment
    directory += directory_extra
    end = end or End()
    record = struct.pack(
        "<4s4H2LH",
        b"PK\5\6",
        end.disk,
        end.start_disk,
        len(members) if end.here is None else end.here,
        len(members) if end.total is None else end.total,
        len(directory) if end.size is None else end.size,
        len(data) if end.offset is None else end.offset,
        len(end.comment) if end.comment_length is None else end.comment_length,
    )
    return bytes(data + directory + gap + record + end.comment)
