"""What came in place of a HAR is named, with what to do; nothing of its content is quoted."""

import io
import zipfile
from pathlib import Path

import pytest

from diagpack.collectors.har.inspect import inspect
from diagpack.errors import CollectError
from tests.har_fixtures import written


def saz() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("raw/01_c.txt", "GET /canary HTTP/1.1")
    return stream.getvalue()


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"\x89PNG\r\n\x1a\ncanary", "a picture"),
        (b"\xd4\xc3\xb2\xa1canary", "packet capture"),
        (b"\xac\xed\x00\x05canary", "Charles session"),
        (b"%PDF-1.7 canary", "a PDF"),
        (b"MIME-Version: 1.0\r\ncanary", "MHTML"),
        (b"fetch('https://app.example.com/canary')", "fetch command"),
        (b"7z\xbc\xaf\x27\x1ccanary", "7z archive"),
        (b'{"traceEvents":[{"canary":1}]}', "performance trace"),
        (b'{"info":{"_postman_id":"canary"},"item":[]}', "Postman collection"),
        (b'{"openapi":"3.0.3","paths":{"/canary":{}}}', "OpenAPI"),
        (saz(), "Fiddler archive"),
    ],
)
def test_other_files_are_named(tmp_path: Path, content: bytes, says: str) -> None:
    with pytest.raises(CollectError) as caught:
        inspect(written(tmp_path / "x.har", content))

    assert says in caught.value.message
    assert caught.value.hint
    assert "canary" not in str(caught.value)
