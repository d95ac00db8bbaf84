"""A result of the script opens when every byte is right; it is never called authenticated."""

import base64
import gzip
import hashlib
import json
import random
import subprocess
from pathlib import Path

import pytest

from diagpack.errors import PackageError
from diagpack.guide.cms import is_cms, is_plain_result, read_cms
from diagpack.guide.container import Opened
from diagpack.guide.envelope import refusal
from diagpack.guide.script.sealing import MARK
from tests.guide.support import CASE, NONCE, intake_key, other_key

pytestmark = pytest.mark.tool("openssl")


def plain() -> bytes:
    answers = json.dumps({"schema": "diagpack.guided-answers/1", "case": CASE, "steps": []}).encode()
    listed = [{"name": "answers.json", "size": len(answers), "sha256": hashlib.sha256(answers).hexdigest()}]
    head = {"schema": "diagpack.guided/1", "case": CASE, "nonce": NONCE, "made_by": "script", "files": listed}
    head["key"] = base64.b64encode(b"k" * 32).decode()
    packed = gzip.compress(json.dumps(head).encode() + b"\n" + answers)
    return MARK + hashlib.sha256(packed).hexdigest().encode() + b"\n" + packed


def encrypted(place: Path, *certificates: bytes) -> bytes:
    names = []
    for number, each in enumerate(certificates):
        (place / f"{number}.pem").write_bytes(each)
        names.append(str(place / f"{number}.pem"))
    command = ["openssl", "cms", "-encrypt", "-binary", "-aes-256-cbc", "-outform", "DER", *names]
    return subprocess.run(command, input=plain(), capture_output=True, check=True).stdout


def opened(content: bytes, key: object = None) -> Opened:
    return read_cms(content, key=key or intake_key(), case_id=CASE, nonces={NONCE})  # type: ignore[arg-type]


def test_what_openssl_encrypted_opens_for_each_recipient(tmp_path: Path) -> None:
    content = encrypted(tmp_path, other_key().certificate, intake_key().certificate)

    assert is_cms(content[:65536])
    assert not opened(content).is_authenticated
    assert opened(content, other_key()).files == opened(content).files


def test_a_thousand_flips_and_cuts_are_all_refused_in_the_same_words(tmp_path: Path) -> None:
    content = encrypted(tmp_path, intake_key().certificate)
    chance = random.Random(11)  # noqa: S311 - damage, not secrets
    damaged = []
    for _ in range(500):
        at, bit = chance.randrange(len(content)), 1 << chance.randrange(8)
        damaged.append(content[:at] + bytes([content[at] ^ bit]) + content[at + 1 :])
        damaged.append(content[: chance.randrange(len(content))])

    for each in [*damaged, content + b"\0"]:
        with pytest.raises(PackageError) as caught:
            opened(each)
        assert (caught.value.id, str(caught.value)) == ("DP701", str(refusal()))


def test_an_unencrypted_result_is_checked_the_same_way() -> None:
    content = plain()

    assert is_plain_result(content)
    assert opened(content).made_by == "script"
    for at in range(0, len(content), 7):
        with pytest.raises(PackageError, match="cannot be opened"):
            opened(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])


def test_another_key_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PackageError, match="cannot be opened"):
        opened(encrypted(tmp_path, intake_key().certificate), other_key())
