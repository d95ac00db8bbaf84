"""Opens what the customer's page wrote: JSON Lines of compact JWEs, every one checked before anything is parsed.

Enters: the bytes of a `.diagpack` file and private keys. Leaves: `Opened`. Each line is a JWE (RFC 7516; RSA-OAEP-256,
A256GCM, nothing else) whose protected header holds {alg, enc, kid, case, nonce, n, last, prev}; `prev` is the SHA-256
of the line before. Every refusal is the same PackageError (DP701), so that nothing is learned from trying.
"""

import base64
import binascii
import contextlib
import hashlib
import json
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwe import JWERegistry
from joserfc.jwk import RSAKey
from joserfc.registry import HeaderParameter

from diagpack.errors import PackageError
from diagpack.guide.container import Opened, parse_container
from diagpack.guide.intake import key_id

LINE_LIMIT: Final = 4 * 1024 * 1024
INFLATED_LIMIT: Final = 768 * 1024 * 1024
_ALGORITHMS: Final = ["RSA-OAEP-256", "A256GCM"]
_FIELDS: Final = {"alg", "enc", "kid", "case", "nonce", "n", "last", "prev"}
_LINE: Final = re.compile(
    rb'"([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]{16})\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]{22})"\n'
)
_HEAD: Final = re.compile(rb'"(eyJ[A-Za-z0-9_-]{40,1200})\.[A-Za-z0-9_-]')


class _Registry(JWERegistry):
    """joserfc's registry with the sizes and header fields of this format."""

    max_ciphertext_length = LINE_LIMIT


@dataclass(frozen=True, slots=True)
class _Line:
    token: str
    header: dict[str, Any]


def refusal() -> PackageError:
    """The one error for everything that does not open."""
    return PackageError(
        "DP701",
        "this file cannot be opened for this case: it is damaged, incomplete, for another case or another key",
        hint="ask the customer to send it again; it must be the file of this case's collector",
    )


def is_envelope(head: bytes) -> bool:
    """Whether a file that starts so was written by the collector page."""
    match = _HEAD.match(head)
    if match is None:
        return False
    try:
        header = _header(match.group(1))
    except (ValueError, binascii.Error):
        return False
    return set(header) >= _FIELDS


def read_envelope(
    source: Path | bytes, *, keys: Sequence[RSAPrivateKey], case_id: str, nonce: str | Collection[str] | None
) -> Opened:
    """Open a file for one case. `nonce`: the one of the collector that was built, or all of them; None: any.

    Raises PackageError (DP701), always with the same words, when it does not open as a whole.
    """
    content = source if isinstance(source, bytes) else source.read_bytes()
    nonces = {nonce} if isinstance(nonce, str) else {nonce_of(content[:65536])} if nonce is None else set(nonce)
    try:
        compressed = b"".join(_pieces(content, keys, case_id, nonces))
        opened = parse_container(compressed, case_id, nonces, limit=INFLATED_LIMIT)
    except (ValueError, KeyError, TypeError, JoseError, binascii.Error, RecursionError, OverflowError):
        raise refusal() from None
    return opened


def _pieces(content: bytes, keys: Sequence[RSAPrivateKey], case_id: str, nonces: Collection[str]) -> Iterator[bytes]:
    """The plaintext of the lines for one of the keys, in order; raises ValueError for anything out of place."""
    lines = list(_lines(content))
    if not lines:
        raise ValueError("empty")
    _check_order(lines, case_id, nonces)
    by_id = {key_id(each.public_key()): each for each in keys}
    kid = next((each.header["kid"] for each in lines if each.header["kid"] in by_id), None)
    if kid is None:
        raise ValueError("no key")
    # Made from the opened key: reading it again would check its primes again, a quarter of a second each time.
    key = RSAKey(by_id[kid], by_id[kid])
    registry = _Registry(header_registry=_header_registry(), algorithms=_ALGORITHMS)
    plain = [
        jwe.decrypt_compact(each.token, key, registry=registry).plaintext for each in lines if each.header["kid"] == kid
    ]
    yield from (each or b"" for each in plain)


def _lines(content: bytes) -> Iterator[_Line]:
    """Strictly the form the page writes: one quoted token a line, canonical base64url, each line chained."""
    at, previous = 0, ""
    while at < len(content):
        end = content.find(b"\n", at, at + LINE_LIMIT + 1) + 1
        match = _LINE.fullmatch(content, at, end) if end else None
        if match is None:
            raise ValueError("line")
        for part in match.groups():
            if base64.urlsafe_b64encode(_decoded(part)).rstrip(b"=") != part:
                raise ValueError("not canonical")
        header = _header(match.group(1))
        if set(header) != _FIELDS or header["prev"] != previous:
            raise ValueError("header")
        if [header["alg"], header["enc"]] != _ALGORITHMS:
            raise ValueError("algorithm")
        line = content[at:end]
        previous = base64.urlsafe_b64encode(hashlib.sha256(line).digest()).rstrip(b"=").decode("ascii")
        yield _Line(line[1:-2].decode("ascii"), header)
        at = end


def _check_order(lines: Sequence[_Line], case_id: str, nonces: Collection[str]) -> None:
    """Every recipient has every piece, in order, and only the last one says so."""
    kids = list(dict.fromkeys(each.header["kid"] for each in lines))
    count, rest = divmod(len(lines), len(kids))
    if rest:
        raise ValueError("incomplete")
    for index, line in enumerate(lines):
        header = line.header
        if type(header["n"]) is not int or type(header["last"]) is not bool or header["case"] != case_id:
            raise ValueError("header")
        if header["n"] != index // len(kids) or header["kid"] != kids[index % len(kids)]:
            raise ValueError("order")
        if header["last"] != (header["n"] == count - 1) or header["nonce"] not in nonces:
            raise ValueError("last or nonce")


def _header(part: bytes) -> dict[str, Any]:
    header = json.loads(_decoded(part))
    if not isinstance(header, dict):
        raise ValueError("header")
    return header


def _decoded(part: bytes) -> bytes:
    return base64.urlsafe_b64decode(part + b"=" * (-len(part) % 4))


def _header_registry() -> dict[str, HeaderParameter]:
    return {
        "case": HeaderParameter("Case", "str"),
        "nonce": HeaderParameter("Nonce", "str"),
        "n": HeaderParameter("Piece", "int"),
        "last": HeaderParameter("Last piece", "bool"),
        "prev": HeaderParameter("Digest of the line before", "str"),
    }


def nonce_of(head: bytes) -> str:
    """The nonce a file claims (not proven before it is opened), to say which collector it came from; "" if none."""
    match = _HEAD.match(head)
    if match is not None:
        with contextlib.suppress(ValueError, binascii.Error):
            return str(_header(match.group(1)).get("nonce", ""))
    return ""
