"""A small collected case for the tests of reviewing, and a terminal to run commands in."""

import io
import json
import os
import pty
import select
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from PIL import Image

from diagpack.case.config import update_case_yaml
from diagpack.case.layout import CaseDir
from diagpack.model.case import case_id
from diagpack.pipeline.cases import ensure_case, record_decisions
from diagpack.pipeline.collecting import Inputs
from diagpack.pipeline.run import collect
from diagpack.pipeline.settings import Settings, load_settings

SECRET = "canary-Pass-7731xQ"
EMAIL = "canary.person@example.com"
NAME = "Zebulon Quuxley"
VALUES = (SECRET, EMAIL, "Zebulon", "Quuxley")
NOTE = f"""Spoke to {NAME} ({EMAIL}) about the export.
The passwort lautet blaubeerkuchen, they said.
Project Nightjar is affected. The login page works.
"""
LOG = f"""2026-03-03T10:19:40Z INFO [req=7f3a9c52-0b1d-4e7e-9d53-2c8f6a4b1e90] user={EMAIL} password={SECRET} signed in
2026-03-03T10:19:41Z ERROR [req=7f3a9c52-0b1d-4e7e-9d53-2c8f6a4b1e90] the password was refused
"""


def make_case(root: Path) -> tuple[CaseDir, Settings]:
    """A case with a note, a log, one approved picture; collected once, signed with a key that is then forgotten."""
    settings = load_settings(throwaway=True, use_keyring=False)
    given = root / "in"
    given.mkdir(parents=True)
    (given / "note.txt").write_text(NOTE)
    (given / "app.log").write_text(LOG)
    picture = io.BytesIO()
    Image.new("RGB", (40, 30), "white").save(picture, "PNG")
    (given / "screen.png").write_bytes(picture.getvalue())
    folder = CaseDir(root / "cases", case_id("CS-9"))
    ensure_case(folder)
    update_case_yaml(folder.yaml, {"people": [NAME], "title": "The export fails"})
    record_decisions(folder, withhold={}, approve_images=("source-3",))
    collect(folder, Inputs(paths=tuple(sorted(given.iterdir(), key=_order))), settings, _quiet)
    return folder, settings


def _order(path: Path) -> int:
    return ("note.txt", "app.log", "screen.png").index(path.name)


def _quiet(text: str) -> None:
    """No progress in tests."""


def open_files(folder: CaseDir) -> Iterator[tuple[str, bytes]]:
    """Every file of a case outside of the raw zone, and the encrypted map inside of it."""
    for path in sorted(folder.path.rglob("*")):
        is_raw = folder.raw in path.parents and path.name != "map"
        if path.is_file() and not is_raw and path != folder.yaml:
            yield str(path.relative_to(folder.path)), path.read_bytes()


def audit(folder: CaseDir) -> list[Mapping[str, object]]:
    return [json.loads(line) for line in folder.audit.read_text().splitlines()]


def in_terminal(*arguments: str | Path, answers: str = "", user: str = "ann", timeout: float = 240) -> tuple[int, str]:
    """The program on a pseudo-terminal: exit code, and everything the screen showed (typed answers included)."""
    master, slave = pty.openpty()
    environment = {**os.environ, "DIAGPACK_USER": user, "COLUMNS": "200"}
    environment.pop("CI", None)
    process = subprocess.Popen(
        [sys.executable, "-m", "diagpack.cli.main", *map(str, arguments)],
        stdin=slave,
        stdout=slave,
        stderr=slave,
        env=environment,
        start_new_session=True,
    )
    os.close(slave)
    os.write(master, answers.encode())
    screen, deadline = b"", time.monotonic() + timeout
    try:
        while time.monotonic() < deadline:
            if not select.select([master], [], [], 0.5)[0]:
                continue
            try:
                piece = os.read(master, 65536)
            except OSError:  # Linux: the other side is closed
                break
            if not piece:
                break
            screen += piece
        return process.wait(timeout=10), screen.decode("utf-8", "replace").replace("\r\n", "\n")
    finally:
        if process.poll() is None:
            process.kill()
        os.close(master)
