"""Bodies beside the HAR, as Playwright packs them, are put back; a hostile name reads nothing."""

import hashlib
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from diagpack.collectors.archives import is_one_capture
from diagpack.collectors.har.beside import is_har_with_bodies
from diagpack.collectors.har.inspect import inspect
from tests.har_fixtures import har, har_entry, written

BODY = b'{"error":{"message":"no stock"}}'
NAME = f"{hashlib.sha1(BODY).hexdigest()}.json"  # noqa: S324 - Playwright's own naming


def attached(name: str, **more: Any) -> dict[str, Any]:
    entry = har_entry(status=500, body=None, **more)
    entry["response"]["content"].update(_file=name, size=len(BODY))
    return entry


def zipped(folder: Path, document: Any, **members: bytes) -> Path:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
        archive.writestr("har.har", json.dumps(document))
    return written(folder / "trace.zip", stream.getvalue())


def content_of(path: Path) -> dict[str, Any]:
    document = json.loads(b"".join(inspect(path).content()))
    return dict(document["log"]["entries"][0]["response"]["content"])


def test_a_body_beside_the_har_is_put_inside(tmp_path: Path) -> None:
    path = zipped(tmp_path, har(attached(NAME)), **{NAME: BODY})

    assert content_of(path)["text"] == BODY.decode()
    assert is_one_capture(path)


def test_a_binary_body_is_base64(tmp_path: Path) -> None:
    path = zipped(tmp_path, har(attached("a" * 40)), **{"a" * 40: b"\xff\x00\x01"})

    (finding,) = [each for each in inspect(path).facts["dropped"] if each["reason"] == "binary body"]
    assert finding["count"] == 1


@pytest.mark.parametrize(
    "name", ["/etc/passwd", "../har.har", "har.har", "../../" + "a" * 40, "a" * 40 + "/../har.har", "", "b" * 40]
)
def test_a_name_that_is_no_member_reads_nothing_and_is_said(tmp_path: Path, name: str) -> None:
    path = zipped(tmp_path, har(attached(name)), **{NAME: BODY})

    assert "text" not in content_of(path)
    (message,) = [each["message"] for each in inspect(path).facts["capture"] if each["id"] == "har.bodies"]
    assert message.startswith("1 bodies are in files beside the HAR")


def test_the_har_alone_asks_for_the_zip(tmp_path: Path) -> None:
    (ask,) = [
        each["ask"]
        for each in inspect(written(tmp_path / "a.har", har(attached(NAME)))).facts["capture"]
        if each["id"] == "har.bodies"
    ]

    assert ".zip" in ask


def test_a_body_that_unpacks_to_far_too_much_stays_out(tmp_path: Path) -> None:
    path = zipped(tmp_path, har(attached("c" * 40)), **{"c" * 40: b"a" * (5 << 20)})

    assert "text" not in content_of(path)


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["har.har", NAME], True),
        (["har.har"], False),
        (["har.har", "app.log"], False),
        (["a.har", "b.har", NAME], False),
        ([NAME], False),
    ],
)
def test_what_is_one_capture(names: list[str], expected: bool) -> None:
    assert is_har_with_bodies(names) is expected
