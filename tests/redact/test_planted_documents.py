"""Documents as services write them, with a value planted where only the neighbours say what it is."""

import base64
import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from diagpack.redact.standalone import Standalone
from tests.redact.planting import KEY, POLICY, har, har_entry

_ALONE = Standalone(KEY, POLICY)


def shown(value: Any) -> Any:
    return _ALONE.value(value)


@pytest.mark.parametrize(
    "value",
    [
        {"Name": "Canary", "FirstName": "Canary", "MailingCity": "Canarytown", "Email": "jo@example.com"},
        {"name": "Canary Person", "alias": "canaryjo", "city": "Canarytown", "phone": "+49 151 00000000"},
        {"sub": "canaryjo", "iss": "https://idp.example.com"},
        {"sub": "canaryjo", "preferred_username": "canaryjo", "locality": "Canarytown"},
        {"from": {"address": "jo@example.com", "name": "Canary Person"}},
        {"login": "canaryjo", "password": "canaryword"},
        {"organizations": [{"id": 7, "name": "Canary Foundry"}]},
        {"name": {"formatted": "Canary Person", "familyName": "Canaryson"}},
        {"address": {"formatted": "Canaryway 1, Canarytown", "locality": "Canarytown"}},
        {"members": [{"value": "2819c223-7f76-453a-919d-413861904646", "display": "Canary Person"}]},
        {"adminPassword": {"value": "canaryword"}, "apiKey": {"S": "canaryword"}, "password": {"_text": "canaryword"}},
        {"id_token": {"sub": {"value": "canaryjo"}}},
        {"op": "replace", "path": "name.familyName", "value": "Canaryson"},
        {"op": "replace", "path": "password", "value": "canaryword"},
        {"op": "replace", "path": 'emails[type eq "work"].display', "value": "Canary Person"},
        {"op": "replace", "path": "/user/password", "value": "canaryword"},
        {"jsonrpc": "2.0", "method": "auth.login", "params": ["canaryjo", "canaryword"], "id": 1},
        {"params": {"service": "common", "method": "login", "args": ["db", "canaryjo", "canaryword"]}},
        {"Args": ["--password", "canaryword", "-u", "canaryjo:canaryword", "--requirepass", "canaryword"]},
        {"attr": {"principalName": "canaryjo"}, "deviceFingerprint": "ca4a4ca4a4ca4a4ca4a4ca4a4ca4a4canary"},
        {"signature": "Kind regards, Anna Johnson-Canary", "comment": "Great support by Anna Johnson-Canary"},
        {"form": {"g-recaptcha-response": "canary7x9K2mQ4canary", "__VIEWSTATE": "canary7x9K2mQ4canary"}},
        {"payload": base64.b64encode(b"\n\x18canary.jo@corp.example.com\x12\x08canaryjo").decode()},
        {"shipping": {"name": "Canary", "address": {"line1": "Canaryway 1"}}},
        {"rows": [["id", "first_name", "password"], [1, "Canary", "canaryword"], [2, "Canary", "canaryword"]]},
        {"columns": ["last_name", "n"], "data": [["Canaryson", 1]]},
        {"columns": [{"name": "last_name"}, {"name": "n"}], "rows": [{"values": ["Canaryson", 1], "at": 7}]},
        {"rawHeaders": ["Host", "x", "Cookie", "a=canary1", "X-Api-Key", "canaryword"]},
        {"fields": [{"label": "First name", "value": "Canary"}, {"field": "password", "old": "canary1", "new": "x"}]},
        {"changes": {"password": {"old": "canaryword", "new": "canaryword"}}},
        {"user": {"name": {"first": "Canary", "last": "Canaryson"}}},
        {"message": "Duplicate entry 'canaryjo' for key 'users.username'"},
        {"AuthParameters": {"SRP_A": "canary7f", "SALT": "canary7f", "USER_ID_FOR_SRP": "canaryjo"}},
        {"idToken": {"claims": {"sub": "canaryjo", "name": "Canary Person"}}},
        {"sender": {"login": "canaryjo", "id": 7, "type": "User"}},
        {"values": [{"key": "whatever", "value": "canaryword", "type": "secret"}]},
        {"FromCity": "Canarytown", "enduser.id": "canaryjo"},
        [{"by": f"Canary Person{each} <jo@example.com>", "n": each} for each in "abcdefghijkl"],
        [{"sql": "INSERT INTO u (last_name) VALUES ('Canary@')".replace("@", each)} for each in "abcdefghij"],
    ],
)  # fmt: skip
def test_a_value_goes_where_its_neighbours_say_what_it_is(value: Any) -> None:
    assert "anary" not in json.dumps(shown(value))


def test_a_one_time_code_of_digits_goes() -> None:
    assert "483921" not in json.dumps(shown({"input": {"otp": "483921"}}))


@pytest.mark.parametrize(
    "value",
    [
        {"name": "orders-api", "email": "", "version": "1.2.3"},
        {"name": "orders", "host": "db.internal", "port": 5432, "username": "", "password": None},
        {"subject": "Cannot log in", "status": "open"},
        {"method": "POST", "params": ["page"], "args": ["x"]},
        {"op": "replace", "path": "status", "value": "active"},
        {"display": "page", "value": "2"},
        {"columns": ["page", "size"], "rows": [["a", 1]]},
        {"rows": [["a", "b", "c"], ["d", "e", "f"]], "from": "2026-01-01", "to": "2026-01-31"},
        {"rawHeaders": ["Host", "app.example.com", "Accept", "text/html"]},
        {"paging": {"first": "a", "last": "b"}, "error": "Duplicate entry '42' for key 'PRIMARY'"},
        {"ctx": "conn162095", "msg": "Slow query"},
        {"password": {"type": "string", "description": "at least 12 characters"}},
        {"Args": ["--verbose", "run", "--log-level", "debug"]},
        {"organization": {"id": 7, "plan": "enterprise"}},
        {"payload": base64.b64encode(bytes(range(256))).decode()},
        {"description": "The Session Manager restarts the Gateway Service after Monday"},
    ],
)
def test_a_record_of_a_program_stays(value: Any) -> None:
    assert shown(value) == value


def exchange(**more: Any) -> dict[str, Any]:
    return har(har_entry(**more))


def redacted(document: dict[str, Any], folder: Path) -> dict[str, Any]:
    source, out = folder / "in.har", folder / "out.har"
    source.write_text(json.dumps(document))
    _ALONE.file(source, out, "in.har")
    read: dict[str, Any] = json.loads(out.read_text())
    return read


@pytest.mark.parametrize(
    ("message", "stays"),
    [
        ("CONNECT\nhost:broker.example.com\nlogin:canaryjo\npasscode:canaryword\n\n\0", "host:broker.example.com\n"),
        ('MESSAGE\nmessage-id:abc-1\n\n{"lastName":"Canaryson"}\0', "message-id:abc-1\n"),
        ('a["CONNECTED\\nversion:1.2\\nuser-name:canaryjo\\n\\n\\u0000"]', "version:1.2"),
        ('{"type":1,"arguments":[{"userName":"canaryjo"}]}\x1e{"type":6}\x1e', '{"type":6}\x1e'),
        ('{"type":"connection_init","payload":{"authToken":"canaryword"}}', "connection_init"),
        ('42["login",{"password":"canaryword"}]', '42["login",'),
    ],
)
def test_messages_of_protocols_over_websockets_keep_their_form(message: str, stays: str, tmp_path: Path) -> None:
    frame = {"type": "send", "time": 1.5, "opcode": 1, "data": message}

    entry = redacted(exchange(_webSocketMessages=[frame]), tmp_path)["log"]["entries"][0]

    assert "anary" not in json.dumps(entry)
    assert stays in entry["_webSocketMessages"][0]["data"]


@pytest.mark.parametrize(
    ("name", "value", "stays"),
    [
        ("Sec-WebSocket-Protocol", "graphql-ws, access_token, canary7x9K2mQ4canary", "graphql-ws, access_token, "),
        ("Sec-WebSocket-Protocol", "base64url.bearer.authorization.k8s.io.canary7x", "base64url.bearer."),
        ("X-Customer-Name", "Canary Person", "dp-name-"),
        ("Content-Disposition", 'attachment; filename="CV Anna Johnson-Canary.pdf"', "attachment; filename="),
        ("Content-Disposition", "attachment; filename=CV_Anna_Johnson-Canary.pdf", ".pdf"),
    ],
)
def test_headers_that_carry_a_person_or_a_token_lose_them(name: str, value: str, stays: str, tmp_path: Path) -> None:
    document = exchange(request={"headers": [{"name": name, "value": value}]})

    header = redacted(document, tmp_path)["log"]["entries"][0]["request"]["headers"][0]

    assert "anary" not in header["value"]
    assert stays in header["value"]


def test_titles_file_names_and_bodies_in_binary_lose_their_people(tmp_path: Path) -> None:
    document = exchange(
        request={"postData": {"mimeType": "application/grpc-web-text", "text": base64.b64encode(
            b"\0\0\0\0\x1d\n\x18canary.jo@corp.example.com").decode() + "gAAAAA=="}},
        response={"content": {"size": 1, "mimeType": "text/event-stream",
                              "text": "event: token\ndata: canary7x9K2\n\n"}},
    )  # fmt: skip
    document["log"]["pages"] = [
        {"id": "p1", "startedDateTime": "2026-01-02T03:04:05Z", "title": "Inbox - Anna Johnson-Canary"}
    ]

    out = redacted(document, tmp_path)["log"]

    assert "anary" not in json.dumps(out)
    assert out["entries"][0]["request"]["postData"]["text"] == ""
    assert out["pages"][0]["title"].startswith("Inbox - dp-name-")
    assert out["entries"][0]["response"]["content"]["text"].startswith("event: token\ndata: dp-token-")


def test_where_the_browser_goes_after_a_sign_in_stays_a_url(tmp_path: Path) -> None:
    document = exchange(
        request={"postData": {"mimeType": "application/x-www-form-urlencoded", "params": [
            {"name": "RelayState", "value": "https://app.example.com/deep?token=canary1"}]}}
    )  # fmt: skip

    out = redacted(document, tmp_path)["log"]["entries"][0]["request"]["postData"]["params"][0]["value"]

    assert out.startswith("https://app.example.com/deep?token=dp-token-")


def test_a_compressed_body_is_read_and_packed_again(tmp_path: Path) -> None:
    packed = base64.b64encode(gzip.compress(b'{"password":"canaryword","page":2}')).decode()
    content = {"size": 1, "mimeType": "application/json", "encoding": "base64", "text": packed}

    out = redacted(exchange(response={"content": content}), tmp_path)["log"]["entries"][0]["response"]["content"]

    inside = json.loads(gzip.decompress(base64.b64decode(out["text"])))
    assert inside["password"].startswith("dp-password-")
    assert inside["page"] == 2
