"""The zip application: standard library only, old Pythons, equal bytes for equal input."""

import ast
import io
import json
import re
import sys
import zipfile
from datetime import UTC, datetime

import pytest

from diagpack.errors import UsageError
from diagpack.guide.script_build import build_script, record_host
from tests.guide.support import common


@pytest.fixture(scope="module")
def archive() -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(build_script(**common())))


def test_every_module_is_python_3_8_and_standard_library_only(archive: zipfile.ZipFile) -> None:
    names = [each for each in archive.namelist() if each.endswith(".py")]
    assert len(names) > 10

    for name in names:
        tree = ast.parse(archive.read(name), feature_version=(3, 8))
        for node in ast.walk(tree):
            modules = [each.name for each in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.level == 0:
                modules = [node.module or ""]
            for module in modules:
                assert module.split(".")[0] in {*sys.stdlib_module_names, "collector"}, (name, module)


def test_only_the_probe_and_only_openssl_reach_outside(archive: zipfile.ZipFile) -> None:
    for name in archive.namelist():
        text = archive.read(name).decode("utf-8")
        if name.endswith(".py") and "probing" not in name:
            assert not re.search(r"\bimport (?:socket|ssl|urllib\.request|http)\b", text), name
        if name.endswith(".py") and "sealing" not in name:
            assert "subprocess" not in text, name


def test_it_carries_certificates_and_no_private_key(archive: zipfile.ZipFile) -> None:
    data = json.loads(archive.read("collector/data.json"))

    assert data["certificates"][0].startswith("-----BEGIN CERTIFICATE-----")
    assert "BEGIN PRIVATE" not in json.dumps(data["certificates"])
    assert len(data["steps"]) <= 5


def test_equal_input_gives_equal_bytes() -> None:
    fixed = common(expires=datetime(2026, 12, 1, tzinfo=UTC))

    assert build_script(**fixed) == build_script(**fixed)


def test_a_host_that_cannot_be_reached_is_a_sentence() -> None:
    with pytest.raises(UsageError, match="cannot be reached"):
        record_host("localhost:1")
