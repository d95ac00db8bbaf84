"""What the pipeline tests share: run the real program on real files, and search everything it made for canaries."""

import base64
import json
import subprocess
import sys
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote


def diagpack(
    *arguments: str | Path, cwd: Path, env: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """The program as a user runs it, in its own process."""
    import os

    return subprocess.run(
        [sys.executable, "-m", "diagpack.cli.main", *map(str, arguments)],
        cwd=cwd,
        env={**os.environ, **(env or {})},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def collect(case: str, *arguments: str | Path, cwd: Path) -> tuple[subprocess.CompletedProcess[str], dict[str, Any]]:
    """`collect --json --no-input` in `cwd/cases`, with its parsed result (empty when it printed none)."""
    result = diagpack("collect", case, *arguments, "--cases", cwd / "cases", "--json", "--no-input", cwd=cwd)
    return result, json.loads(result.stdout) if result.stdout.strip() else {}


def members(package: Path) -> dict[str, bytes]:
    """Path in the package (without the top folder) to content."""
    with zipfile.ZipFile(package) as archive:
        return {name.split("/", 1)[1]: archive.read(name) for name in archive.namelist()}


def forms(value: str) -> Iterator[bytes]:
    """A value in plain, percent-encoded, JSON-escaped and base64 form (three alignments, both alphabets), and hex."""
    raw = value.encode()
    yield raw
    yield quote(value, safe="").encode()
    yield quote(quote(value, safe=""), safe="").encode()
    yield json.dumps(value)[1:-1].encode()
    yield raw.hex().encode()
    for shift in range(3):
        packed = base64.b64encode(b"\0" * shift + raw)
        core = packed[(0, 2, 3)[shift] :].rstrip(b"=")
        if (len(raw) + shift) % 3:
            core = core[:-1]
        yield core
        yield core.translate(bytes.maketrans(b"+/", b"-_"))


def leaks(value: str, package: Path) -> list[str]:
    """Members of the package in which the value stands, in any of its forms."""
    return [
        path
        for path, content in members(package).items()
        if any(form in content or form in path.encode() for form in forms(value))
    ]
