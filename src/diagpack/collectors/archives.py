"""Archives as input: zip, tar and compressed single files, taken apart without trusting a byte of them.

Enters: a file the analyst gave. Leaves: its members as numbered files in a folder of ours. A member's own name is
evidence and is never used as a path. Anything an honest export has no need of (links, devices, absolute or climbing
names, passwords, two members of one name, more data than the limits allow) refuses the whole archive in one sentence;
what was already written is removed again. Sizes are counted while inflating: a declared size is only ever a reason to
refuse, never a promise.
"""

import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from diagpack.collectors import _zip
from diagpack.collectors._compressed import compression, first_bytes, open_inflated
from diagpack.collectors._tar import is_tar, tar_members
from diagpack.collectors.har.beside import is_har_with_bodies
from diagpack.collectors.logs.recognition import looks_like_log
from diagpack.errors import CollectError

_PIECE = 1 << 18
_HEAD = 1 << 16


@dataclass(frozen=True, slots=True)
class Limits:
    """Sizes in bytes. `ratio` is inflated to compressed, judged once `ratio_from` bytes were inflated."""

    total: int = 1 << 30
    entries: int = 2_000
    depth: int = 3
    ratio: int = 300
    ratio_from: int = 8 << 20


@dataclass(frozen=True, slots=True)
class Member:
    """One file of an archive. `name` (with the names of the archives around it) is evidence; `path` is ours."""

    name: str
    path: Path
    size_bytes: int
    depth: int

    def __repr__(self) -> str:
        return f"Member({self.path.name}, {self.size_bytes} bytes)"


@dataclass(slots=True)
class _Budget:
    """What one whole expansion, nested archives included, has used up."""

    limits: Limits
    inflated: int = 0
    entries: int = 0
    written: list[Path] = field(default_factory=list)

    def count_entry(self) -> None:
        self.entries += 1
        if self.entries > self.limits.entries:
            raise _too_big(f"it has more than {self.limits.entries} members")

    def count_bytes(self, size: int) -> None:
        self.inflated += size
        if self.inflated > self.limits.total:
            raise _too_big(f"it holds more than {self.limits.total >> 20} MiB")


def is_archive(head: bytes) -> bool:
    """Whether a file that starts with these bytes is to be expanded.

    A compressed single log is not an archive: the log collector reads it as a stream.
    """
    if _zip.is_zip(head) or is_tar(head):
        return True
    kind = compression(head)
    if kind is None:
        return False
    return not looks_like_log(first_bytes(head, _HEAD))


def is_one_capture(path: Path) -> bool:
    """Whether a zip is one HAR with its bodies beside it (Playwright): it is read as a whole, not taken apart."""
    try:
        with zipfile.ZipFile(path) as archive:
            return is_har_with_bodies(archive.namelist()[:20_000])
    except (OSError, ValueError, zipfile.BadZipFile, NotImplementedError, RuntimeError):
        return False


def expand(path: Path, into: Path, *, limits: Limits | None = None) -> Iterator[Member]:
    """The members of an archive, nested archives taken apart, as files in `into` (which must exist).

    Raises CollectError (DP140 to DP147) and leaves nothing behind when the archive is refused.
    """
    budget = _Budget(limits or Limits())
    try:
        members = list(_expand(path, into, budget, "", 1))
    except BaseException:
        for each in budget.written:
            each.unlink(missing_ok=True)
        raise
    yield from members


def _expand(path: Path, into: Path, budget: _Budget, prefix: str, depth: int) -> Iterator[Member]:
    if depth > budget.limits.depth:
        raise CollectError(
            "DP146",
            f"this archive nests other archives more than {budget.limits.depth} deep",
            hint="send the inner files themselves",
        )
    seen: set[str] = set()
    for name, stream in _contents(path, budget):
        _check_name(name, seen)
        budget.count_entry()
        member = _write(name, stream, into, budget, path.stat().st_size)
        full_name = f"{prefix}{name}"
        if _is_nested(member):
            yield from _expand(member, into, budget, f"{full_name}/", depth + 1)
            member.unlink()
        elif member.stat().st_size:
            yield Member(full_name, member, member.stat().st_size, depth)


def _contents(path: Path, budget: _Budget) -> Iterator[tuple[str, BinaryIO]]:
    with path.open("rb") as stream:
        head = stream.read(_HEAD)
    if _zip.is_zip(head):
        yield from _zip.zip_members(path, entries=budget.limits.entries, total=budget.limits.total)
        return
    kind = compression(head)
    with path.open("rb") as raw:
        plain: BinaryIO = raw if kind is None else open_inflated(raw, kind)
        watched = _Watched(plain, budget, path.stat().st_size if kind else 0)
        if is_tar(head) or (kind and is_tar(first_bytes(head, _HEAD))):
            yield from tar_members(watched.read)
        else:
            yield "content", watched  # type: ignore[misc]


class _Watched:
    """Counts what a decompressor gives, so that padding between tar members counts too."""

    def __init__(self, stream: BinaryIO, budget: _Budget, compressed_bytes: int) -> None:
        self._stream, self._budget, self._compressed = stream, budget, compressed_bytes
        self._given = 0

    def read(self, size: int) -> bytes:
        piece = _guarded(lambda: self._stream.read(size))
        self._given += len(piece)
        if self._compressed:
            _check_ratio(self._given, self._compressed, self._budget.limits)
            if self._given > self._budget.limits.total:
                raise _too_big(f"it holds more than {self._budget.limits.total >> 20} MiB")
        return piece


def _write(name: str, stream: BinaryIO, into: Path, budget: _Budget, compressed_bytes: int) -> Path:
    target = into / f"member-{len(budget.written) + 1:05d}"
    size = 0
    with target.open("xb") as output:
        budget.written.append(target)
        while piece := _guarded(lambda: stream.read(_PIECE)):
            size += len(piece)
            budget.count_bytes(len(piece))
            _check_ratio(size, compressed_bytes, budget.limits)
            output.write(piece)
    return target


def _guarded(read: Callable[[], bytes]) -> bytes:
    try:
        return read()
    except CollectError:
        raise
    except Exception:  # a hostile stream may make zlib, bz2, lzma or zipfile raise anything
        raise CollectError(
            "DP145", "this archive is damaged or cut off", hint="make it again, or send the files themselves"
        ) from None


def _check_ratio(inflated: int, compressed: int, limits: Limits) -> None:
    if inflated > limits.ratio_from and inflated > limits.ratio * max(compressed, 1):
        raise _too_big(f"it inflates to more than {limits.ratio} times its size")


def _check_name(name: str, seen: set[str]) -> None:
    """Names are never used as paths; a name that tries to climb still says what the archive is."""
    slashed = name.replace("\\", "/")
    parts = PurePosixPath(slashed).parts
    has_drive = len(slashed) > 1 and slashed[1] == ":"
    if slashed.startswith("/") or ".." in parts or has_drive or "\0" in name:
        raise CollectError(
            "DP141", "this archive has a member with an absolute or climbing path", hint="send the files themselves"
        )
    normal = "/".join(parts)
    if normal in seen:
        raise CollectError("DP147", "two members of this archive share one name", hint="send the files themselves")
    seen.add(normal)


def _is_nested(member: Path) -> bool:
    with member.open("rb") as stream:
        return is_archive(stream.read(_HEAD))


def _too_big(reason: str) -> CollectError:
    return CollectError(
        "DP140", f"this archive is refused: {reason}", hint="send the files that matter, not the whole archive"
    )
