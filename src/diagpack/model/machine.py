"""Faults of the machine, told apart from faults of the evidence.

Enters: an exception. Leaves: the operating system's own words when the disk or the system gave up, else "". A full disk
concerns the whole run: to go on with the next input would only blame the evidence for it.
"""

import errno
from typing import Final

_FAULTS: Final = frozenset(
    getattr(errno, name)
    for name in ("ENOSPC", "EDQUOT", "EROFS", "EIO", "EMFILE", "ENFILE", "ENOMEM", "EFBIG")
    if hasattr(errno, name)
)


def machine_fault(error: BaseException) -> str:
    """What the operating system says, for example `No space left on device`; "" when the machine is not at fault."""
    if isinstance(error, OSError) and error.errno in _FAULTS:
        return error.strerror or "the operating system refused"
    return ""
