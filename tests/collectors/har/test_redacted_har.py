"""The HAR of a package, slimmed and redacted, is still a HAR that other programs load."""

import json
from pathlib import Path

import fastjsonschema
import pytest
from haralyzer import HarParser

from diagpack.collectors.har.inspect import inspect
from diagpack.model.keys import CaseKey
from diagpack.pipeline import demo_case
from diagpack.redact.policy import load_policy
from diagpack.redact.standalone import Standalone
from tests.collectors.har.schema import HAR


@pytest.fixture(scope="module")
def redacted(tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    path = tmp_path_factory.mktemp("har") / "login.har"
    path.write_bytes(demo_case.demo_files(demo_case.planted())["login.har"])
    document = json.loads(b"".join(inspect(Path(path)).content()))
    made: dict[str, object] = Standalone(CaseKey(b"k" * 32), load_policy()).har(document)
    return json.loads(json.dumps(made))


def test_it_validates_against_har_1_2(redacted: dict[str, object]) -> None:
    fastjsonschema.compile(HAR)(redacted)


def test_haralyzer_loads_every_entry(redacted: dict[str, object]) -> None:
    assert sum(len(page.entries) for page in HarParser(redacted).pages) == 10
