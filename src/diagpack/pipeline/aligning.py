"""Values of the customer's file and of the analyst's files meet: one value, one pseudonym in the package.

The customer's collector replaces values under a random key of its own, which travels inside the encrypted file. Enters:
that key (kept in the raw zone, encrypted under the case key: closing the case deletes both) and the raw artifacts.
Leaves: for the redactor, which of the customer's tokens stand for a value that other evidence of the case holds too.
"""

import base64
import mmap
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from diagpack.case import jsonl
from diagpack.guide.script.tokens import Pseudonyms
from diagpack.model.keys import CaseKey
from diagpack.model.raw import RawArtifact

_FILE: Final = "guided.jsonl"
_PURPOSE: Final = b"diagpack/1/guided"
_TOKEN: Final = re.compile(rb"dp-([a-z]+)-([a-z2-7]{10})[a-z2-7]{2}|([a-z2-7]{10})[a-z2-7]{2}@dp\.invalid")
_PLAIN: Final = re.compile(rb"\b(?:99[0-9]{13}|2[45][0-9](?:\.[0-9]{1,3}){3})\b")
_MOST_TOKENS: Final = 100_000


def remember(raw_zone: Path, key: CaseKey, secret: bytes, sources: Sequence[str]) -> None:
    """Keep the pseudonym key of one customer's file. `sources`: SHA-256 of its inner files."""
    path = raw_zone / _FILE
    known = [each["sources"] for each in jsonl.read(path)] if path.exists() else []
    if list(sources) in known:
        return
    nonce = os.urandom(12)
    sealed = nonce + AESGCM(key.subkey("guided")).encrypt(nonce, secret, _PURPOSE)
    jsonl.append(path, {"sources": list(sources), "key": base64.b64encode(sealed).decode("ascii")})


def _keys(raw_zone: Path, key: CaseKey) -> Iterator[tuple[frozenset[str], bytes]]:
    path = raw_zone / _FILE
    for record in jsonl.read(path) if path.exists() else ():
        sealed = base64.b64decode(record["key"])
        try:
            yield frozenset(record["sources"]), AESGCM(key.subkey("guided")).decrypt(sealed[:12], sealed[12:], _PURPOSE)
        except InvalidTag:
            continue  # of an earlier key of this case: the tokens stay as they are


class CustomersTokens:
    """Satisfies what the redactor asks of `aligned`: see redact/passes.py."""

    def __init__(self, artifacts: Mapping[str, RawArtifact], makers: Sequence[Pseudonyms]) -> None:
        self.artifacts = frozenset(artifacts)
        self._makers = makers
        self._found = _found(artifacts.values(), makers)

    def tokens(self) -> dict[str, str]:
        """The customer's tokens in these artifacts, with their classes."""
        return dict(self._found)

    def aliases(self, mapped: Mapping[str, str]) -> dict[str, str]:
        """The customer's token to the case's own, for every value that both know. `mapped`: own token to value."""
        by_body: dict[str, set[str]] = {}
        for token in [*self._found, *filter(self._is_theirs, mapped.values())]:
            by_body.setdefault(_body(token), set()).add(token)
        known: dict[str, list[str]] = {}
        for own, value in sorted(mapped.items()):
            if self._is_theirs(value):
                continue
            for theirs in {each for maker in self._makers for each in _theirs(maker, value)}:
                for token in by_body.get(_body(theirs), ()):
                    known.setdefault(token, []).append(own)
        # A value that stood in places of several classes: the token of the same class, if there is one.
        return {token: min(owns, key=lambda own: (_class(own) != _class(token), own)) for token, owns in known.items()}

    def _is_theirs(self, text: str) -> bool:
        return any(maker.is_token(text) for maker in self._makers)


def _class(token: str) -> str:
    return "email" if token.endswith("@dp.invalid") else "-".join(token.split("-")[:2])


def _theirs(maker: Pseudonyms, value: str) -> Iterator[str]:
    """What the customer's collector made of a value: exact, folded, as an address, as a number."""
    yield maker.token(value, "token")
    yield maker.token(value, "name")
    if value.count(".") == 3 or ":" in value:
        yield maker.token(value, "ip")
    if value.isascii() and value.isdigit():
        yield maker.number(value)


def _body(token: str) -> str:
    """The ten characters that only the value decides; the whole token where it has none."""
    match = _TOKEN.fullmatch(token.encode("utf-8", "replace"))
    return token if match is None else (match.group(2) or match.group(3)).decode("ascii")


def _found(artifacts: Iterable[RawArtifact], makers: Sequence[Pseudonyms]) -> dict[str, str]:
    """Tokens that one of the keys made; addresses have no check and count only when a known value leads to them."""
    found: dict[str, str] = {}
    for artifact in artifacts:
        if not artifact.size_bytes:
            continue
        with artifact.open_raw() as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as content:
            for match in _TOKEN.finditer(content):
                token = match.group(0).decode("ascii")
                if token not in found and any(maker.is_token(token) for maker in makers):
                    found[token] = (match.group(1) or b"email").decode("ascii")
            for match in _PLAIN.finditer(content):
                plain = match.group(0).decode("ascii")
                if "." in plain or any(maker.is_token(plain) for maker in makers):
                    found.setdefault(plain, "ip" if "." in plain else "id")
        if len(found) > _MOST_TOKENS:
            break
    return found


def customers_tokens(
    raw_zone: Path, key: CaseKey, raws: Sequence[RawArtifact], sources: Mapping[str, str]
) -> CustomersTokens | None:
    """For one run. `sources`: label to SHA-256 of every source of the case. None when no customer sent anything."""
    kept = list(_keys(raw_zone, key))
    guided = {label for label, digest in sources.items() if any(digest in each for each, _ in kept)}
    artifacts: dict[str, RawArtifact] = {}
    for raw in raws:
        # In the order they were made: what is cut from a customer's artifact is the customer's too.
        if raw.source in guided or raw.source in artifacts:
            artifacts[raw.id] = raw
    return CustomersTokens(artifacts, [Pseudonyms(secret) for _, secret in kept]) if artifacts else None
