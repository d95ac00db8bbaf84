"""Odd HARs: each fault that writers and transfers make, alone and in pairs. None loses an entry, none raises."""

import copy
import gzip
import io
import itertools
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import fastjsonschema
import pytest

from diagpack.collectors.har.inspect import inspect
from diagpack.errors import CollectError
from tests.collectors.har.schema import HAR
from tests.har_fixtures import har, har_entry, written

VALID = fastjsonschema.compile(HAR)
COUNT = 4
Har = dict[str, Any]


def base() -> Har:
    made = har(
        har_entry(request_headers={"cookie": "a=1"}),
        har_entry(status=500, method="POST", post='{"a":1}'),
        har_entry("https://cdn.example.net/x.png", mime="image/png", body="", kind="image"),
        har_entry(status=0, body=None, _error="net::ERR_CONNECTION_RESET"),
    )
    assert len(made["log"]["entries"]) == COUNT
    return made


def each_entry(change: Callable[[dict[str, Any]], object]) -> Callable[[Har], Har]:
    def apply(document: Har) -> Har:
        for entry in document["log"]["entries"]:
            if isinstance(entry, dict):
                change(entry)
        return document

    return apply


def each_side(change: Callable[[dict[str, Any]], object]) -> Callable[[Har], Har]:
    def both(entry: dict[str, Any]) -> None:
        for side in ("request", "response"):
            if isinstance(entry.get(side), dict):
                change(entry[side])

    return each_entry(both)


def of_log(**values: Any) -> Callable[[Har], Har]:
    def apply(document: Har) -> Har:
        document["log"].update(values)
        return document

    return apply


def without(*path: str) -> Callable[[Har], Har]:
    def drop(entry: dict[str, Any]) -> None:
        node: Any = entry
        for name in path[:-1]:
            node = node.get(name) if isinstance(node, dict) else None
        if isinstance(node, dict):
            node.pop(path[-1], None)

    return each_entry(drop)


def setting(value: Any, *path: str) -> Callable[[Har], Har]:
    def put(entry: dict[str, Any]) -> None:
        node: Any = entry
        for name in path[:-1]:
            node = node.get(name) if isinstance(node, dict) else None
        if isinstance(node, dict):
            node[path[-1]] = copy.deepcopy(value)

    return each_entry(put)


def deep(levels: int) -> Any:
    node: Any = {"callFrames": [{"functionName": "f", "url": "https://app.example.com/a.js"}]}
    for _ in range(levels):
        node = {"parent": node, "callFrames": []}
    return node


def listed(side: dict[str, Any]) -> None:
    if isinstance(side.get("headers"), list):
        whole = [each for each in side["headers"] if isinstance(each, dict) and {"name", "value"} <= set(each)]
        side["headers"] = [[each["name"], each["value"]] for each in whole]


SHAPES: dict[str, Callable[[Har], Har]] = {
    "no pages": lambda document: (document["log"].pop("pages", None), document)[1],
    "null pages": of_log(pages=None),
    "odd pages": of_log(pages=[None, {}, {"id": 7}]),
    "no creator": lambda document: (document["log"].pop("creator", None), document)[1],
    "creator text": of_log(creator="Old Tool"),
    "creator null": of_log(creator=None, version=None),
    "version number": of_log(version=1.2),
    "browser null": of_log(browser=None),
    "no pageref": without("pageref"),
    "null pageref": setting(None, "pageref"),
    "unknown pageref": setting("page_99", "pageref"),
    "null time": setting(None, "time"),
    "time text": setting("12.5", "time"),
    "time infinite": setting(float("inf"), "time"),
    "no timings": without("timings"),
    "timings null": setting(None, "timings"),
    "timings text": setting({"send": "1", "wait": "20", "receive": "NaN"}, "timings"),
    "no start": without("startedDateTime"),
    "start number": setting(1700000000, "startedDateTime"),
    "start garbage": setting("NaN-NaN", "startedDateTime"),
    "start seven digits": setting("2026-03-02T09:00:00.1234567+01:00", "startedDateTime"),
    "no request": without("request"),
    "request text": setting("https://app.example.com/x", "request"),
    "method null": setting(None, "request", "method"),
    "no url": without("request", "url"),
    "url bad": setting("https://[::1", "request", "url"),
    "url huge": setting("https://app.example.com/" + "a" * 17_000, "request", "url"),
    "no headers": without("request", "headers"),
    "headers null": each_side(lambda side: side.update(headers=None)),
    "headers pairs": each_side(listed),
    "headers object": each_side(lambda side: side.update(headers={"Accept": "*/*", "X": ["a", "b"]})),
    "headers odd": each_side(lambda side: side.update(headers=[None, 3, {}, {"name": "x"}, ["a"], {"value": "y"}])),
    "header list value": each_side(lambda side: side.update(headers=[{"name": "x", "value": ["1", "2"]}])),
    "header name a line": each_side(lambda side: side.update(headers=[{"name": "GET / " * 300, "value": "1"}])),
    "cookies object": each_side(lambda side: side.update(cookies={"name": "a", "value": "b"})),
    "cookies odd": each_side(lambda side: side.update(cookies=[None, {"name": None, "expires": 3, "secure": "true"}])),
    "cookies joined": setting([{"name": "set-cookie", "value": "a=1\nb=2"}], "response", "headers"),
    "query null": setting(None, "request", "queryString"),
    "post null": setting(None, "request", "postData"),
    "post text": setting("a=1", "request", "postData"),
    "post params": setting({"mimeType": "x", "params": [{"name": "a", "value": {"b": 1}}]}, "request", "postData"),
    "post base64": setting({"mimeType": "x", "_textBase64": "AAEC"}, "request", "postData"),
    "post odd": setting({"mimeType": None, "text": 7, "params": "x", "encoding": 1}, "request", "postData"),
    "request content": setting({"mimeType": "a/b", "text": "x", "size": 1}, "request", "content"),
    "no response": without("response"),
    "response null": setting(None, "response"),
    "status text": setting("500", "response", "status"),
    "status null": setting(None, "response", "status"),
    "status -2": setting(-2, "response", "status"),
    "no content": without("response", "content"),
    "content null": setting(None, "response", "content"),
    "text missing": without("response", "content", "text"),
    "text number": setting(12, "response", "content", "text"),
    "base64": setting({"size": 3, "text": "YWJj", "encoding": "base64"}, "response", "content"),
    "base64 wrong": setting({"size": 3, "text": "not base64!", "encoding": "base64"}, "response", "content"),
    "size text": setting("12", "response", "content", "size"),
    "sizes null": each_side(lambda side: side.update(headersSize=None, bodySize=None)),
    "ie redirect": setting("https://app.example.com/y", "response", "redirectionURL"),
    "error object": setting({"code": "X", "message": "y"}, "response", "_error"),
    "initiator text": setting("https://app.example.com/a.js", "_initiator"),
    "initiator deep": setting({"type": "script", "stack": deep(60)}, "_initiator"),
    "messages": setting([{"type": "send", "data": "x", "opcode": 1, "time": 1}, None], "_webSocketMessages"),
    "messages null": setting(None, "_webSocketMessages"),
    "cache null": setting(None, "cache"),
    "connection number": setting(443, "connection"),
    "webpagetest": setting({"request": ["GET / HTTP/1.1", "Cookie: canary"]}, "_headers"),
    "surrogate": setting("\ud800 lone", "response", "statusText"),
    "extra entries": lambda document: document,
}  # fmt: skip


def zipped(content: bytes, beside: str = "other.txt") -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("a/export.har", content)
        archive.writestr(beside, b"x")
    return stream.getvalue()


WRAPPINGS: dict[str, Callable[[bytes], bytes]] = {
    "plain": lambda content: content,
    "bom": lambda content: b"\xef\xbb\xbf" + content,
    "utf-16": lambda content: content.decode().encode("utf-16"),
    "gzip": gzip.compress,
    "zip": zipped,
    "jsonp": lambda content: b"onInputData(" + content + b");",
    "nul tail": lambda content: content + b"\0" * 64,
    "list": lambda content: json.dumps(json.loads(content)["log"]["entries"]).encode(),
    "entries only": lambda content: json.dumps({"entries": json.loads(content)["log"]["entries"]}).encode(),
    "latin-1 bytes": lambda content: content.replace(b"Orders", b"Auftr\xe4ge"),
    "blanks": lambda content: b" \r\n\t" + content + b"\n\n",
    "NaN": lambda content: content.replace(b"40.0", b"NaN").replace(b'"wait": 30', b'"wait": -Infinity'),
    "raw line ends": lambda content: content.replace(b"Orders", b"Two\nlines"),
    "sorted keys": lambda content: json.dumps(json.loads(content), sort_keys=True).encode(),
    "wrapped": lambda content: b'{"status":0,"value":' + content + b"}",
    "list of HARs": lambda content: b"[" + content + b"]",
    "entries by name": lambda content: json.dumps(
        {"log": {"entries": {str(at): each for at, each in enumerate(json.loads(content)["log"]["entries"])}}}
    ).encode(),
    "macOS zip": lambda content: zipped(content, "__MACOSX/a/._export.har"),
}

PAIRS = list(itertools.combinations(SHAPES, 2))
CASES = [
    *((shape,) for shape in SHAPES),
    *PAIRS[:: max(1, len(PAIRS) // 150)],
]


def checked(path: Path, content: bytes) -> dict[str, Any]:
    view = inspect(written(path, content))
    document = json.loads(b"".join(view.content()))
    VALID(document)
    assert view.facts["entries_total"] == COUNT
    assert [each["_dpEntry"] for each in document["log"]["entries"]] == list(range(COUNT))
    assert view.facts["truncated"] is None
    return document


@pytest.mark.parametrize("names", CASES, ids="+".join)
def test_no_entry_is_lost_and_the_result_is_valid(tmp_path: Path, names: tuple[str, ...]) -> None:
    document = base()
    for name in names:
        document = SHAPES[name](document)
    wrapping = list(WRAPPINGS.values())[len("+".join(names)) % 7]

    made = checked(tmp_path / "odd.har", wrapping(json.dumps(document).encode()))

    assert "canary" not in json.dumps(made)


@pytest.mark.deep
@pytest.mark.parametrize("first", SHAPES)
def test_every_pair_of_faults(tmp_path: Path, first: str) -> None:
    """All pairs, in both orders; about 4,600 documents."""
    for second in SHAPES:
        document = SHAPES[second](SHAPES[first](base()))
        checked(tmp_path / "odd.har", json.dumps(document).encode())


@pytest.mark.parametrize("name", WRAPPINGS)
def test_every_wrapping_is_undone(tmp_path: Path, name: str) -> None:
    checked(tmp_path / "odd.har", WRAPPINGS[name](json.dumps(base()).encode()))


@pytest.mark.parametrize("share", range(5, 100, 5))
def test_a_file_cut_anywhere_gives_what_came_before_or_one_clear_line(tmp_path: Path, share: int) -> None:
    whole = json.dumps(har(*[har_entry(seconds=each) for each in range(40)])).encode()
    path = written(tmp_path / "cut.har", whole[: len(whole) * share // 100])

    view = inspect(path)

    assert view.facts["entries_total"] >= 40 * share // 100 - 3
    # The length that the whole should have had is not known, so no share of it is claimed.
    assert view.facts["truncated"]["percent"] is None
    assert view.facts["truncated"]["entry"] == view.facts["entries_total"]


def test_there_are_two_hundred_odd_hars() -> None:
    assert len(CASES) + len(WRAPPINGS) >= 200


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "empty"),
        (b"\n \n", "empty"),
        (b"<html><body>canary</body></html>", "web page"),
        (b"bplist00\x01canary", "webarchive"),
        (b'{"requests":[{"method":"canary"}]}', "SAML-tracer"),
        (b'{"constants":{"logEventTypes":{}},"events":[]}', "NetLog"),
        (b'{"log":{"entries":[]}}', "no entries"),
        (b'{"log":{"entries":null}}', "no entries"),
        (b'{"canary":1}', "not a HAR"),
        (b"canary", "not a HAR"),
        (b"PK\x03\x04canary", "damaged"),
        (b"\x1f\x8bcanary", "damaged"),
        (zipped(b"").replace(b".har", b".txt"), "0 HAR files"),
        (bytes(range(256)) * 10, "not a HAR"),
        (b'{"log":{"entries":[' + b'{"a":[' * 50_000, "damaged"),
    ],
)
def test_what_is_not_a_har_gets_one_clear_line(tmp_path: Path, content: bytes, says: str) -> None:
    with pytest.raises(CollectError) as caught:
        inspect(written(tmp_path / "x.har", content))

    assert says in caught.value.message
    assert "canary" not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_gzip_bomb_is_refused(tmp_path: Path) -> None:
    content = gzip.compress(b'{"log":{"entries":[{"a":"' + b"a" * (80 << 20))

    with pytest.raises(CollectError, match="larger"):
        inspect(written(tmp_path / "bomb.har.gz", content))


def test_a_gzip_bomb_of_many_entries_is_refused(tmp_path: Path) -> None:
    content = gzip.compress(b'{"log":{"entries":[' + b'{"request":{}},' * (1 << 19))

    with pytest.raises(CollectError, match="larger"):
        inspect(written(tmp_path / "bomb.har.gz", content))
