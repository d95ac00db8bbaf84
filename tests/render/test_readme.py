"""README.txt: what it says works."""

import hashlib
import re
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest

from diagpack.model.package import NAMESPACE, SIGNATURE, SUMS
from diagpack.plugins import discover
from diagpack.render.readme import RENDERER
from diagpack.render.run import render
from tests.render.escalations import escalation

_TOOLS = ("bash", "ssh-keygen", "sha256sum", "unzip", "diff")
_LACKING = [tool for tool in _TOOLS if shutil.which(tool) is None]


def text() -> str:
    return dict(RENDERER.render(escalation()))["README.txt"].decode("ascii")


def commands() -> list[str]:
    """The four shell commands, each on one line."""
    block = text().split("from a package.\n\n", 1)[1].split("\n\n", 1)[0]
    return [line.strip() for line in block.replace("\\\n", "").splitlines()]


def test_it_names_the_package_and_the_namespace() -> None:
    assert text().startswith("CS-1042-esc1\n============\n")
    assert f"-n {NAMESPACE}" in text()


def test_there_are_four_commands() -> None:
    assert [line.split()[0] for line in commands()] == ["unzip", "ssh-keygen", "sha256sum", "diff"]


@pytest.fixture
def signed(tmp_path: Path) -> Path:
    """A signed package, zipped, beside a trust list."""
    top = tmp_path / "CS-1042-esc1"
    files = render(escalation(), [each.plugin for each in discover("diagpack.render", "RENDERER")])
    for path, content in files.items():
        (top / path).parent.mkdir(parents=True, exist_ok=True)
        (top / path).write_bytes(content)
    lines = [f"{hashlib.sha256(content).hexdigest()}  {path}\n" for path, content in files.items()]
    (top / SUMS).write_text("".join(lines), "utf-8")
    key = tmp_path / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", str(key)], check=True)
    subprocess.run(
        ["ssh-keygen", "-q", "-Y", "sign", "-f", str(key), "-n", NAMESPACE, str(top / SUMS)],
        check=True,
        capture_output=True,
    )
    assert (top / SIGNATURE).is_file()
    (tmp_path / "TRUST").write_text(f"analyst@example.com {key.with_suffix('.pub').read_text()}")
    with zipfile.ZipFile(tmp_path / "CS-1042-esc1.zip", "w") as package:
        for each in sorted(top.rglob("*")):
            package.write(each, str(each.relative_to(tmp_path)))
    shutil.rmtree(top)
    return tmp_path


def run_commands(folder: Path, damage: str = ":") -> subprocess.CompletedProcess[str]:
    unpack, verify, digests, extra = (line.replace("TRUST", str(folder / "TRUST")) for line in commands())
    script = "\n".join(["set -e", unpack, damage, verify, digests, extra])
    return subprocess.run(["bash", "-c", script], cwd=folder, capture_output=True, text=True, check=False)


needs_tools = pytest.mark.skipif(bool(_LACKING), reason=f"not installed: {', '.join(_LACKING)}")


@needs_tools
@pytest.mark.tool("ssh-keygen")
def test_the_four_commands_accept_an_intact_package(signed: Path) -> None:
    done = run_commands(signed)

    assert done.returncode == 0, done.stderr
    assert re.search(r"Good \"diagpack-escalation@v1\" signature for analyst@example.com", done.stdout)


@needs_tools
@pytest.mark.tool("ssh-keygen")
@pytest.mark.parametrize(
    "damage",
    [
        "echo x >> report.md",
        "echo x > extra.txt",
        f"echo x > evidence/{SUMS}",
        "ln -s /etc/passwd evidence/link.txt",
        "rm ticket.md",
        f"sed -i s/report.md/report.txt/ {SUMS}",
    ],
)
def test_the_four_commands_refuse_a_changed_package(signed: Path, damage: str) -> None:
    assert run_commands(signed, damage).returncode != 0
