"""Writes the one file: compressed, with digests inside, encrypted by the machine's own openssl.

Enters: a session. Leaves: `CASE-result.diagpack`, written beside its place and moved there when complete. `openssl cms`
with AES-256-CBC carries no integrity of its own: the plain text begins with the SHA-256 of all that follows, and the
reader checks it before anything else.
"""

from __future__ import annotations

import base64
import contextlib
import gzip
import hashlib
import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .main import Session

LIMIT = 100 * 1024 * 1024
MARK = b"diagpack-script/1\n"


class SealError(Exception):
    """`key` names the sentence in the strings."""

    def __init__(self, key: str, reason: str = "") -> None:
        super().__init__(key)
        self.key, self.reason = key, reason


def check_tools(is_plain: bool) -> None:
    """Fail before the first question, not after the last."""
    if not is_plain and shutil.which("openssl") is None:
        raise SealError("script_no_openssl")


def write(data: dict[str, Any], session: Session, folder: Path, *, is_plain: bool) -> Path:
    """The path of the written file. Raises SealError; then nothing is left behind."""
    answers = json.dumps(session.document(), ensure_ascii=False).encode("utf-8", "replace")
    held = [("answers.json", answers), *((each.name, each.content or b"") for each in session.files.values())]
    files = [{"name": name, "size": len(each), "sha256": hashlib.sha256(each).hexdigest()} for name, each in held]
    head = {
        "schema": "diagpack.guided/1",
        "case": data["case"],
        "nonce": data["nonce"],
        "made_by": "script",
        "key": base64.b64encode(session.key).decode("ascii"),
        "files": files,
    }
    packed = gzip.compress(json.dumps(head).encode() + b"\n" + b"".join(each for _, each in held), 6)
    content = MARK + hashlib.sha256(packed).hexdigest().encode() + b"\n" + packed
    if len(content) > LIMIT:
        raise SealError("script_too_big")
    path = folder / (str(data["case"]) + "-result.diagpack")
    partial = path.with_suffix(".part")
    try:
        if is_plain:
            partial.write_bytes(content)
        else:
            _encrypt(content, data["certificates"], partial)
        os.replace(partial, path)
    except OSError as problem:
        raise SealError("script_not_written", problem.strerror or "") from None
    finally:
        # Whatever happened, an interrupt included: no half file stays.
        with contextlib.suppress(OSError):
            partial.unlink()
    return path


def _encrypt(content: bytes, certificates: list[str], partial: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        names = []
        for number, each in enumerate(certificates):
            name = os.path.join(folder, "intake-" + str(number) + ".pem")
            with open(name, "w", encoding="ascii") as stream:
                stream.write(each)
            names.append(name)
        # No -stream: what that writes cannot be read back. The plain text goes through a pipe, never to a disk.
        command = ["openssl", "cms", "-encrypt", "-binary", "-aes-256-cbc", "-outform", "DER", *names]
        done = subprocess.run(command, input=content, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False)  # noqa: S603
    if done.returncode != 0 or not done.stdout:
        raise SealError("script_openssl_failed")
    partial.write_bytes(done.stdout)
