"""`diagpack guide` as it is typed."""

import hashlib
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from diagpack.cli.main import app
from diagpack.errors import PackageError


def test_build_prints_the_file_its_checksum_expiry_and_contact(tmp_path: Path) -> None:
    options = [
        "--checklist",
        "sso-saml",
        "--lang",
        "de",
        "--contact",
        "Support",
        "--upload",
        "https://upload.example.com/",
    ]
    where = ["--out", str(tmp_path), "--cases", str(tmp_path / "cases"), "--json"]

    done = CliRunner().invoke(app, ["guide", "build", "CS-1042", *options, *where], catch_exceptions=False)

    told = json.loads(done.stdout)
    page = Path(told["path"]).read_bytes()
    assert told["schema"] == "diagpack.guide-build/1"
    assert told["sha256"] == hashlib.sha256(page).hexdigest()
    assert (told["contact"], told["upload_address"]) == ("Support", "https://upload.example.com/")
    assert len(told["steps"]) <= 5
    assert b'<html lang="de">' in page


def test_read_refuses_what_is_not_a_result_of_the_case(tmp_path: Path) -> None:
    cases = ["--cases", str(tmp_path / "cases")]
    CliRunner().invoke(app, ["guide", "build", "CS-1042", "--out", str(tmp_path), *cases], catch_exceptions=False)
    (tmp_path / "x.diagpack").write_bytes(b"canary")

    with pytest.raises(PackageError, match="cannot be opened"):
        CliRunner().invoke(
            app, ["guide", "read", str(tmp_path / "x.diagpack"), "--case", "CS-1042", *cases], catch_exceptions=False
        )
