"""Faults of the machine are told apart from faults of the evidence."""

import errno
import gzip

from diagpack.model.machine import machine_fault


def test_a_full_disk_is_the_machines_fault() -> None:
    assert machine_fault(OSError(errno.ENOSPC, "No space left on device")) == "No space left on device"


def test_a_broken_or_closed_file_is_not() -> None:
    assert machine_fault(gzip.BadGzipFile("Not a gzipped file (b'canary')")) == ""
    assert machine_fault(PermissionError(errno.EACCES, "Permission denied")) == ""
    assert machine_fault(ValueError("x")) == ""
