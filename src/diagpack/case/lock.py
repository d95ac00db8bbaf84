"""One run at a time on one case.

Enters: a case. Leaves: a context in which no other diagpack process works on it; the system frees the lock when the
process dies, so a killed run leaves nothing to clean up.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from diagpack.case.layout import CaseDir
from diagpack.case.locking import acquire, release
from diagpack.errors import UsageError


@contextmanager
def case_lock(case: CaseDir) -> Iterator[None]:
    """Raises UsageError (DP601) when the case does not exist, (DP602) when another run is at work on it."""
    if not case.path.is_dir():
        raise UsageError("DP601", f"there is no case {case.id}", hint=f"diagpack new {case.id}")
    with case.lock.open("a+b") as stream:
        if not acquire(stream, wait=False):
            raise UsageError(
                "DP602", "another diagpack run is working on this case", hint="wait for it to end, then run this again"
            )
        try:
            yield
        finally:
            release(stream)
