"""The `allowed_signers` format of OpenSSH: read a line, write a line.

Enters: the team's file. Leaves: trusted keys. Source: ssh-keygen(1), "ALLOWED SIGNERS". Principals are exact: a
wildcard would let a key sign as anyone (DP455).
"""

import base64
import binascii
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from diagpack.errors import UsageError
from diagpack.sign.public_keys import parse

_OPTION = re.compile(r'([a-z-]+)(?:="([^"]*)")?(?:,|$)', re.ASCII | re.IGNORECASE)
_FIELD = re.compile(r'(?:[^\s"]|"[^"]*")+')
_PRINCIPAL = re.compile(r"[^\s,\"*?!]{1,200}")
_TIMES = ("%Y%m%d", "%Y%m%d%H%M", "%Y%m%d%H%M%S")
_KEY_TYPE = re.compile(r"(ssh-|ecdsa-|sk-)")


@dataclass(frozen=True, slots=True)
class TrustedKey:
    """One key and what it may do. No namespaces means every one; times are aware, both ends optional."""

    principal: str
    blob: bytes
    namespaces: tuple[str, ...] = ()
    not_before: datetime | None = None
    not_after: datetime | None = None
    revoked_at: datetime | None = None

    def refusal(self, namespace: str, at: datetime) -> str:
        """Why this key does not count for a signature made for `namespace` and judged at `at`; "" when it does."""
        if self.revoked_at is not None:
            return "the key was revoked"
        if self.namespaces and namespace not in self.namespaces:
            return "the key is trusted, but not for this purpose"
        if self.not_before is not None and at < self.not_before:
            return "the key is not valid yet"
        if self.not_after is not None and at >= self.not_after:
            return "the key has expired"
        return ""


def read_allowed_signers(text: str) -> Iterator[TrustedKey]:
    """Every key of the file. Raises UsageError (DP455) naming the line."""
    for number, line in enumerate(text.splitlines(), start=1):
        stripped = line.strip()
        if stripped and not stripped.startswith("#"):
            try:
                yield from _line(stripped)
            except (ValueError, binascii.Error) as error:
                raise UsageError(
                    "DP455", f"allowed signers, line {number}: {error}", hint="each line: principal, options, key"
                ) from None


def write_allowed_signers(keys: Iterable[TrustedKey]) -> str:
    """Lines for `ssh-keygen -Y verify`: exact principals and namespaces only, since `valid-*` breaks OpenSSH < 8.7."""
    lines = []
    for key in keys:
        options = f' namespaces="{",".join(key.namespaces)}"' if key.namespaces else ""
        kind = parse(key.blob).kind
        lines.append(f"{key.principal}{options} {kind} {base64.b64encode(key.blob).decode()}\n")
    return "".join(lines)


def read_public_line(line: str) -> bytes:
    """The key blob of `type base64 comment`. Raises ValueError."""
    fields = line.split()
    if len(fields) < 2:
        raise ValueError("a public key is a type and a base64 text")
    blob = base64.b64decode(fields[1], validate=True)
    if parse(blob).kind != fields[0]:
        raise ValueError("the key is of another type than it says")
    return blob


def check_principal(principal: str) -> str:
    """An exact principal. Raises ValueError on wildcards, lists and blanks."""
    if _PRINCIPAL.fullmatch(principal) is None:
        raise ValueError("a principal is one exact name, without wildcards")
    return principal


def _line(line: str) -> Iterator[TrustedKey]:
    principals, *fields = _FIELD.findall(line)
    options: dict[str, str] = {}
    if fields and _KEY_TYPE.match(fields[0]) is None:
        options = _options(fields.pop(0))
    blob = read_public_line(" ".join(fields))
    namespaces = tuple(each for each in options.get("namespaces", "").split(",") if each)
    if "namespaces" in options and not namespaces:
        raise ValueError("its list of namespaces is empty")
    for principal in principals.strip('"').split(","):
        yield TrustedKey(
            check_principal(principal),
            blob,
            namespaces,
            _time(options.get("valid-after")),
            _time(options.get("valid-before")),
        )


def _options(text: str) -> dict[str, str]:
    options: dict[str, str] = {}
    position = 0
    while position < len(text):
        match = _OPTION.match(text, position)
        if match is None:
            raise ValueError("its options cannot be read")
        name, value = match.group(1).lower(), match.group(2)
        if name == "cert-authority":
            raise ValueError("certificate authorities are not supported; list each key")
        if name not in ("namespaces", "valid-after", "valid-before") or value is None or name in options:
            raise ValueError("it has an option that is not known")
        options[name] = value
        position = match.end()
    return options


def _time(text: str | None) -> datetime | None:
    if text is None:
        return None
    # Without Z OpenSSH takes the reader's local time; a trust decision must not depend on where it is made.
    digits = text.removesuffix("Z")
    for form in _TIMES:
        try:
            if len(digits) == len(datetime(2000, 1, 1, tzinfo=UTC).strftime(form)):
                return datetime.strptime(digits, form).replace(tzinfo=UTC)
        except ValueError:
            continue
    raise ValueError("a time is written YYYYMMDD or YYYYMMDDHHMM[SS], with Z for UTC")
