"""One exclusive lock on an open file, on every system."""

import sys
from typing import BinaryIO

if sys.platform == "win32":
    import msvcrt

    def acquire(stream: BinaryIO, *, wait: bool) -> bool:
        """Lock; False when another process holds it and `wait` is False."""
        stream.seek(0)
        try:
            # LK_LOCK tries for ten seconds and then raises.
            msvcrt.locking(stream.fileno(), msvcrt.LK_LOCK if wait else msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

    def release(stream: BinaryIO) -> None:
        stream.seek(0)
        msvcrt.locking(stream.fileno(), msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def acquire(stream: BinaryIO, *, wait: bool) -> bool:
        """Lock; False when another process holds it and `wait` is False."""
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            return False
        return True

    def release(stream: BinaryIO) -> None:
        fcntl.flock(stream, fcntl.LOCK_UN)
