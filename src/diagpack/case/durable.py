"""Writing so that a crash leaves the old content or the new, never half of it.

Enters: a path and bytes. Leaves: a file on disk, synced, its folder synced. Windows cannot sync a folder and has no
mode bits; there the rename alone is relied on.
"""

import os
import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

PRIVATE_FILE = 0o600
PRIVATE_FOLDER = 0o700


def sync_folder(path: Path) -> None:
    """Make renames and new names in a folder durable."""
    if sys.platform == "win32":
        return
    handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sync_tree(path: Path) -> None:
    """Make every file and folder below a folder durable."""
    for folder, _, files in os.walk(path):
        for name in files:
            # Windows syncs only what is open for writing.
            handle = os.open(Path(folder, name), os.O_RDWR if sys.platform == "win32" else os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)
        sync_folder(Path(folder))


def private_folder(path: Path) -> Path:
    """A folder of the case that only its owner reads, with its parents. An existing one is closed to others."""
    path.mkdir(parents=True, exist_ok=True, mode=PRIVATE_FOLDER)
    if sys.platform != "win32":
        path.chmod(PRIVATE_FOLDER)
    return path


@contextmanager
def new_private_file(folder: Path) -> Iterator[tuple[BinaryIO, Path]]:
    """A new file of its own name in a folder, 0600, never followed through a link; removed when the block raises."""
    path = folder / f".new-{secrets.token_hex(8)}"
    flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0)
    handle = os.open(path, flags, PRIVATE_FILE)
    try:
        with os.fdopen(handle, "wb") as stream:
            yield stream, path
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def sync(stream: BinaryIO) -> None:
    stream.flush()
    os.fsync(stream.fileno())


def write_atomically(path: Path, content: bytes) -> None:
    """Replace a file as a whole."""
    with new_private_file(path.parent) as (stream, temporary):
        stream.write(content)
        sync(stream)
        stream.close()
        temporary.replace(path)
    sync_folder(path.parent)


def write_once(path: Path, content: bytes) -> bool:
    """Create a file as a whole; False when there is one already, which stays."""
    with new_private_file(path.parent) as (stream, temporary):
        stream.write(content)
        sync(stream)
        stream.close()
        try:
            os.link(temporary, path)  # fails where the name is taken, unlike a rename
        except FileExistsError:
            return False
        except OSError:
            # A file system without links: not atomic, but still never over an existing file.
            return _write_exclusively(path, content)
        finally:
            temporary.unlink(missing_ok=True)
    sync_folder(path.parent)
    return True


def _write_exclusively(path: Path, content: bytes) -> bool:
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), PRIVATE_FILE)
    except FileExistsError:
        return False
    with os.fdopen(handle, "wb") as stream:
        stream.write(content)
        sync(stream)
    sync_folder(path.parent)
    return True


def remove_tree(path: Path) -> None:
    """Remove a folder or file and everything below; links are removed, not followed."""
    if path.is_dir() and not path.is_symlink():
        for child in path.iterdir():
            remove_tree(child)
        path.rmdir()
    else:
        path.unlink(missing_ok=True)
