"""The optional look at the network: names, connection, TLS issuer, clock, proxy, timings.

Enters: hosts with what the vendor saw when this program was built. Leaves: facts. Each action is printed first; 5 s a
host, 30 s in all. Never host or user names of this machine, its environment, its processes.
"""

from __future__ import annotations

import hashlib
import socket
import ssl
import time
from collections.abc import Callable
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies

TOTAL_SECONDS = 30
HOST_SECONDS = 5
_NAMES = {b"\x55\x04\x03": "CN", b"\x55\x04\x0a": "O"}


def probe(hosts: list[dict[str, Any]], say: Callable[[str], None], strings: dict[str, str]) -> dict[str, Any]:
    """Look at every host in turn; a failure is a fact too."""
    end = time.monotonic() + TOTAL_SECONDS
    say(strings["probe_proxy"])
    out: dict[str, Any] = {"proxy": proxies(), "hosts": []}
    for recorded in hosts:
        left = end - time.monotonic()
        if left <= 0:
            out["hosts"].append({"host": recorded["host"], "error": "no time left"})
            continue
        say(strings["probe_host"].format(host=recorded["host"]))
        found = look(recorded["host"], min(HOST_SECONDS, left))
        issuer = found.get("issuer")
        if issuer and recorded.get("issuer") and issuer != recorded["issuer"] and found["spki"] != recorded.get("spki"):
            found["inspected_by"] = issuer
            say("[!] " + strings["probe_inspected"].format(issuer=issuer))
        out["hosts"].append(found)
    return out


def proxies() -> dict[str, str]:
    """Scheme to host and port; user names and passwords are left out."""
    found = {}
    for scheme, address in getproxies().items():
        if scheme in ("http", "https", "all", "ftp"):
            parts = urlsplit(address if "://" in address else "//" + address)
            found[scheme] = (parts.hostname or "?") + (":" + str(parts.port) if parts.port else "")
    return found


def look(name: str, seconds: float) -> dict[str, Any]:
    """What one host shows: `{host, addresses, dns_ms, tcp_ms, tls_ms, tls, is_trusted, issuer, spki, skew_seconds}`."""
    host, _, port = name.partition(":")
    found: dict[str, Any] = {"host": name}
    try:
        started = time.monotonic()
        answers = socket.getaddrinfo(host, int(port or 443), type=socket.SOCK_STREAM)
        found["dns_ms"] = _ms(started)
        found["addresses"] = sorted({str(each[4][0]) for each in answers})
        started = time.monotonic()
        with socket.create_connection((host, int(port or 443)), timeout=seconds):
            found["tcp_ms"] = _ms(started)
        _look_at_tls(host, int(port or 443), seconds, found)
    except (OSError, ValueError, IndexError) as problem:
        found["error"] = type(problem).__name__
    return found


def _look_at_tls(host: str, port: int, seconds: float, found: dict[str, Any]) -> None:
    try:
        _handshake(ssl.create_default_context(), host, port, seconds, found)
        found["is_trusted"] = True
    except ssl.SSLError:
        # Not trusted by this machine: look again, only to read who issued the certificate. Nothing is sent.
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        found["is_trusted"] = False
        _handshake(context, host, port, seconds, found)


def _handshake(context: ssl.SSLContext, host: str, port: int, seconds: float, found: dict[str, Any]) -> None:
    with socket.create_connection((host, port), timeout=seconds) as plain:
        started = time.monotonic()
        with context.wrap_socket(plain, server_hostname=host) as secured:
            found["tls_ms"] = _ms(started)
            found["tls"] = secured.version()
            found["issuer"], found["spki"] = certificate_facts(secured.getpeercert(True) or b"")
            if context.verify_mode == ssl.CERT_REQUIRED:
                _read_clock(secured, host, found)


def _read_clock(secured: ssl.SSLSocket, host: str, found: dict[str, Any]) -> None:
    started = time.monotonic()
    secured.sendall(b"HEAD / HTTP/1.1\r\nHost: " + host.encode("idna") + b"\r\nConnection: close\r\n\r\n")
    head = secured.recv(8192).decode("latin-1")
    found["first_byte_ms"] = _ms(started)
    for line in head.split("\r\n"):
        if line.lower().startswith("date:"):
            # +: this machine's clock is ahead. Half a second is the rounding of the header.
            found["skew_seconds"] = round(time.time() - parsedate_to_datetime(line[5:].strip()).timestamp() - 0.5)


def _ms(started: float) -> int:
    return round((time.monotonic() - started) * 1000)


def certificate_facts(der: bytes) -> tuple[str, str]:
    """(issuer as "O, CN", SHA-256 of the public key) of a certificate (RFC 5280, 4.1). Raises ValueError."""
    fields = children(children(children(der)[0][1])[0][1])
    at = 1 if fields[0][0] == 0xA0 else 0
    names: dict[str, str] = {}
    for _, relative, _ in children(fields[at + 2][1]):
        for _, pair, _ in children(relative):
            oid, value = children(pair)[:2]
            if oid[1] in _NAMES:
                names[_NAMES[oid[1]]] = value[1].decode("utf-8", "replace")
    issuer = ", ".join(names[each] for each in ("O", "CN") if each in names)
    return issuer, hashlib.sha256(fields[at + 5][2]).hexdigest()


def children(data: bytes) -> list[tuple[int, bytes, bytes]]:
    """(tag, content, whole) of each DER element."""
    out, at = [], 0
    while at < len(data):
        start, tag, size = at, data[at], data[at + 1]
        at += 2
        if size & 0x80:
            count = size & 0x7F
            size = int.from_bytes(data[at : at + count], "big")
            at += count
        if at + size > len(data):
            raise ValueError("cut short")
        out.append((tag, data[at : at + size], data[start : at + size]))
        at += size
    return out
