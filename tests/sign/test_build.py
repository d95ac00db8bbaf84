"""Scanned files become a signed package, which other programs verify too."""

import hashlib
import subprocess
from pathlib import Path

import pytest

from diagpack.errors import PackageError, RedactionError
from diagpack.model._seal import Sealer
from diagpack.model.package import FIRST, NAMESPACE, SIGNATURE, SUMS
from diagpack.model.redacted import ScannedFiles
from diagpack.sign.build import build
from diagpack.sign.container import read_package
from diagpack.sign.signer import throwaway_signer
from diagpack.sign.sums import parse_sums
from tests.sign.keys import PRINCIPAL, require
from tests.sign.packages import TOP, contents, scanned

SIGNER = throwaway_signer(PRINCIPAL)


def test_every_file_is_listed_and_the_list_is_signed() -> None:
    files = contents()

    top, read = read_package(build(scanned(files), TOP, SIGNER))

    assert top == TOP
    assert parse_sums(read[SUMS]) == {path: hashlib.sha256(content).hexdigest() for path, content in files.items()}
    assert {path: read[path] for path in files} == files


def test_what_people_look_for_stands_first() -> None:
    files = dict(reversed(contents(**{"timeline.jsonl": b"{}\n", "audit.txt": b""}).items()))

    _, read = read_package(build(scanned(files), TOP, SIGNER))

    first = [name for name in FIRST if name in read]
    assert list(read) == [*first, "audit.txt", "evidence/har/har-1.har", "timeline.jsonl"]


def test_the_same_files_and_key_give_the_same_bytes() -> None:
    assert build(scanned(contents()), TOP, SIGNER) == build(scanned(contents()), TOP, SIGNER)


@pytest.mark.parametrize("name", [SUMS, SIGNATURE])
def test_a_renderer_cannot_bring_its_own_signature(name: str) -> None:
    with pytest.raises(PackageError) as caught:
        build(scanned(contents(**{name: b"x"})), TOP, SIGNER)

    assert caught.value.id == "DP458"


def test_files_that_were_not_scanned_cannot_be_handed_over() -> None:
    with pytest.raises(RedactionError):
        ScannedFiles(contents(), Sealer(b"k" * 32).seal(b"something else"))


def test_unzip_ssh_keygen_and_sha256sum_verify_it(tmp_path: Path) -> None:
    """The commands of README.txt, on the real programs."""
    for tool in ("unzip", "ssh-keygen", "sha256sum"):
        require(tool)
    (tmp_path / "package.zip").write_bytes(build(scanned(contents()), TOP, SIGNER))
    trust = tmp_path / "allowed_signers"
    trust.write_text(f'{PRINCIPAL} namespaces="{NAMESPACE}" {SIGNER.public_line}\n')
    script = f"""
    set -eu
    unzip -q package.zip && cd {TOP}
    P=$(ssh-keygen -Y find-principals -s SHA256SUMS.sig -f "{trust}")
    test "$P" = "{PRINCIPAL}"
    ssh-keygen -Y verify -f "{trust}" -I "$P" -n {NAMESPACE} -s SHA256SUMS.sig < SHA256SUMS
    sha256sum -c --quiet --strict SHA256SUMS
    cut -c67- SHA256SUMS | sort > ../listed
    find . ! -type d ! -path ./SHA256SUMS ! -path ./SHA256SUMS.sig | sed 's#^./##' | sort > ../found
    diff ../listed ../found
    """

    done = subprocess.run(["sh", "-c", script], cwd=tmp_path, capture_output=True, text=True)

    assert done.returncode == 0, done.stderr
    assert "Good" in done.stdout


def test_sha256sum_notices_a_changed_file(tmp_path: Path) -> None:
    require("sha256sum")
    for path, content in read_package(build(scanned(contents()), TOP, SIGNER))[1].items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(content)
    (tmp_path / "report.html").write_bytes(b"changed")

    done = subprocess.run(["sha256sum", "-c", "--quiet", SUMS], cwd=tmp_path, capture_output=True, text=True)

    assert done.returncode != 0
    assert "report.html" in done.stdout
