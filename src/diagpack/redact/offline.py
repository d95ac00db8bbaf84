"""Keeps a library from opening a socket just because it is imported.

urllib3, which Presidio brings along, binds a socket to ::1 at import to learn whether IPv6 works
(`urllib3.util.connection._has_ipv6`). Nothing here ever uses urllib3.
"""

import socket
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def no_probe() -> Iterator[None]:
    """Inside, IPv6 looks absent, which is what urllib3 asks first."""
    found = socket.has_ipv6
    socket.has_ipv6 = False
    try:
        yield
    finally:
        socket.has_ipv6 = found
