"""A customer's file opens as a whole, for its case and its key, or not at all, and always with the same words."""

import base64
import gzip
import hashlib
import json
import random
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from diagpack.errors import PackageError
from diagpack.guide.container import Opened
from diagpack.guide.envelope import is_envelope, read_envelope, refusal
from diagpack.guide.intake import recipient_of
from tests.guide.support import CASE, NONCE, intake_key, other_key

ANSWERS = json.dumps({"schema": "diagpack.guided-answers/1", "case": CASE, "steps": []}).encode()
HAR = b'{"log": {"entries": []}}'


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def container(**changes: Any) -> bytes:
    files = [("answers.json", ANSWERS), ("har.har", HAR)]
    head: dict[str, Any] = {"schema": "diagpack.guided/1", "case": CASE, "nonce": NONCE, "made_by": "page"}
    head["key"] = base64.b64encode(b"k" * 32).decode()
    head["files"] = [{"name": n, "size": len(c), "sha256": hashlib.sha256(c).hexdigest()} for n, c in files]
    return gzip.compress(json.dumps({**head, **changes}).encode() + b"\n" + ANSWERS + HAR, mtime=0)


def sealed(content: bytes, certificates: list[bytes], pieces: int = 3, **changes: Any) -> bytes:
    """What the page writes, made in Python."""
    size = -(-len(content) // pieces)
    lines, previous = [], ""
    for n in range(pieces):
        for certificate in certificates:
            fields = {"case": CASE, "nonce": NONCE, "n": n, "last": n == pieces - 1, "prev": previous, **changes}
            line = f'"{_jwe(content[n * size : (n + 1) * size], certificate, fields)}"\n'.encode()
            previous = _text(hashlib.sha256(line).digest())
            lines.append(line)
    return b"".join(lines)


def _jwe(piece: bytes, certificate: bytes, fields: dict[str, Any]) -> str:
    kid = recipient_of(certificate)["kid"]
    header = _text(json.dumps({"alg": "RSA-OAEP-256", "enc": "A256GCM", "kid": kid, **fields}).encode())
    public = x509.load_pem_x509_certificate(certificate).public_key()
    oaep = padding.OAEP(padding.MGF1(hashes.SHA256()), hashes.SHA256(), None)
    wrapped = public.encrypt(b"c" * 32, oaep)  # type: ignore[union-attr]
    out = AESGCM(b"c" * 32).encrypt(b"i" * 12, piece, header.encode())
    return ".".join([header, _text(wrapped), _text(b"i" * 12), _text(out[:-16]), _text(out[-16:])])


def opened(content: bytes, key: Any = None, **changes: str) -> Opened:
    keys = [(key or intake_key()).private]
    return read_envelope(content, keys=keys, **{"case_id": CASE, "nonce": NONCE, **changes})


def test_what_was_sealed_opens_with_its_files_and_key() -> None:
    result = opened(sealed(container(), [intake_key().certificate]))

    assert result.files == (("answers.json", ANSWERS), ("har.har", HAR))
    assert result.key == b"k" * 32
    assert result.is_authenticated


def test_the_recovery_key_opens_it_too() -> None:
    content = sealed(container(), [other_key().certificate, intake_key().certificate])

    assert opened(content, other_key()).files == opened(content).files


@pytest.mark.parametrize(("recipients", "count"), [(1, 500), (2, 250), pytest.param(2, 1000, marks=pytest.mark.deep)])
def test_a_thousand_flips_and_cuts_are_all_refused_in_the_same_words(recipients: int, count: int) -> None:
    content = sealed(container(), [other_key().certificate, intake_key().certificate][-recipients:], pieces=2)
    chance = random.Random(7)  # noqa: S311 - damage, not secrets
    damaged = []
    for _ in range(count):
        at, bit = chance.randrange(len(content)), 1 << chance.randrange(8)
        damaged.append(content[:at] + bytes([content[at] ^ bit]) + content[at + 1 :])
        damaged.append(content[: chance.randrange(len(content))])
    damaged += [content[:-1], content + b"\n", content + b'"', b""]

    for each in damaged:
        with pytest.raises(PackageError) as caught:
            opened(each)
        assert (caught.value.id, str(caught.value)) == ("DP701", str(refusal()))


def test_lines_out_of_order_left_out_or_twice_are_refused() -> None:
    lines = sealed(container(), [intake_key().certificate]).splitlines(keepends=True)

    for order in ([1, 0, 2], [0, 2], [0, 1], [0, 0, 1, 2], [1, 2], [0, 1, 2, 2]):
        with pytest.raises(PackageError, match="cannot be opened"):
            opened(b"".join(lines[each] for each in order))


def test_another_case_another_collector_and_another_key_are_refused() -> None:
    content = sealed(container(), [intake_key().certificate])

    for attempt in ({"case_id": "CS-1043"}, {"nonce": "other"}):
        with pytest.raises(PackageError, match="cannot be opened"):
            opened(content, **attempt)
    with pytest.raises(PackageError, match="cannot be opened"):
        opened(content, other_key())


@pytest.mark.parametrize(
    "fields", [{"alg": "RSA1_5"}, {"alg": "dir"}, {"enc": "A128GCM"}, {"zip": "DEF"}, {"crit": ["x"]}]
)
def test_no_other_algorithm_or_header_is_accepted(fields: dict[str, Any]) -> None:
    with pytest.raises(PackageError, match="cannot be opened"):
        opened(sealed(container(), [intake_key().certificate], **fields))


@pytest.mark.parametrize(
    "changes",
    [
        {"case": "CS-1043"},
        {"nonce": "other"},
        {"key": "AA=="},
        {"files": []},
        {"files": [{"name": "../x.har", "size": 1, "sha256": "0"}]},
        {"files": [{"name": "answers.json", "size": len(ANSWERS), "sha256": "0" * 64}]},
        {"schema": "other"},
    ],
)
def test_a_container_that_contradicts_itself_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(PackageError, match="cannot be opened"):
        opened(sealed(container(**changes), [intake_key().certificate]))


def test_a_bomb_is_stopped_at_the_cap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("diagpack.guide.envelope.INFLATED_LIMIT", 100_000)
    bomb = gzip.compress(b"{" + b" " * 50_000_000)

    with pytest.raises(PackageError, match="cannot be opened"):
        opened(sealed(bomb, [intake_key().certificate], pieces=1))


def test_only_the_collectors_own_files_are_recognised() -> None:
    content = sealed(container(), [intake_key().certificate])

    assert is_envelope(content[:65536])
    assert not is_envelope(b'{"log": {}}')
    assert not is_envelope(b'"eyJhbGciOiJub25lIn0.x"\n')
