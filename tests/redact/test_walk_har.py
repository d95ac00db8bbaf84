"""HAR: every place has a rule; what has none is dropped; viewers still load the file."""

import base64
import json
from typing import Any

import pytest

from diagpack.redact.walk_har import HarWalker
from tests.redact.planting import compact_jwt, engine, har, har_entry, views

_PLACES: dict[str, dict[str, Any]] = {
    "url query": har_entry(url="https://h.example.com/?access_token=CANARY"),
    "url fragment": har_entry(url="https://h.example.com/#id_token=CANARY&x=1"),
    "url user info": har_entry(url="https://u:CANARY@h.example.com/"),
    "url path parameter": har_entry(url="https://h.example.com/a;jsessionid=CANARY/b"),
    "reset link": har_entry(url="https://h.example.com/account/reset-password/CANARY"),
    "presigned url": har_entry(url="https://b.example.com/k?X-Amz-Signature=CANARY&X-Amz-Expires=60"),
    "e-mail in path": har_entry(url="https://h.example.com/users/CANARY%40example.com/x"),
    "cookie header": har_entry(request={"headers": [{"name": "Cookie", "value": "a=CANARY; b=CANARY"}]}),
    "header object": har_entry(request={"headers": {"Authorization": "Bearer CANARY"}}),
    "header pair": har_entry(request={"headers": [["X-Api-Key", "CANARY"]]}),
    "header list value": har_entry(request={"headers": [{"name": "X-Auth-Token", "value": ["CANARY", "CANARY"]}]}),
    "set-cookie lines": har_entry(
        response={"headers": [{"name": "Set-Cookie", "value": "a=CANARY; Path=/\nb=CANARY"}]}
    ),
    "location": har_entry(response={"headers": [{"name": "Location", "value": "/cb?code=CANARY&state=CANARY"}]}),
    "redirect": har_entry(response={"redirectURL": "https://h.example.com/cb?code=CANARY"}),
    "referer": har_entry(request={"headers": [{"name": "Referer", "value": "https://h.example.com/?token=CANARY"}]}),
    "cookie list": har_entry(request={"cookies": [{"name": "sid", "value": "CANARY", "path": "/"}]}),
    "query list": har_entry(request={"queryString": [{"name": "code", "value": "CANARY"}]}),
    "form text": har_entry(
        request={"postData": {"mimeType": "application/x-www-form-urlencoded", "text": "u=1&password=CANARY"}}
    ),
    "form params": har_entry(
        request={"postData": {"mimeType": "x", "params": [{"name": "password", "value": "CANARY"}]}}
    ),
    "multipart": har_entry(
        request={
            "postData": {
                "mimeType": "multipart/form-data; boundary=b",
                "text": '--b\r\nContent-Disposition: form-data; name="password"\r\n\r\nCANARY\r\n--b--\r\n',
            }
        }
    ),
    "graphql": har_entry(
        request={
            "postData": {
                "mimeType": "application/json",
                "text": json.dumps(
                    {"query": "mutation($p:String){login(password:$p)}", "variables": {"password": "CANARY"}}
                ),
            }
        }
    ),
    "json body": har_entry(
        response={"content": {"mimeType": "application/json", "text": '{"refresh_token":"CANARY"}'}}
    ),
    "base64 body": har_entry(
        response={
            "content": {
                "mimeType": "application/json",
                "encoding": "base64",
                "text": base64.b64encode(b'{"refresh_token":"CANARY"}').decode(),
            }
        }
    ),
    "binary body": har_entry(
        response={
            "content": {
                "mimeType": "image/png",
                "encoding": "base64",
                "text": base64.b64encode(b"\x89PNG CANARY").decode(),
            }
        }
    ),
    "hidden input": har_entry(
        response={
            "content": {
                "mimeType": "text/html",
                "text": '<html><form><input type="hidden" name="csrf_token" value="CANARY">',
            }
        }
    ),
    "javascript": har_entry(
        response={"content": {"mimeType": "text/javascript", "text": 'var c={"apiKey":"CANARY"};'}}
    ),
    "comment": har_entry(comment="CANARY"),
    "content comment": har_entry(response={"content": {"mimeType": "text/plain", "text": "x", "comment": "CANARY"}}),
    "vendor field": har_entry(_full_url="https://h.example.com/?CANARY"),
    "vendor headers": har_entry(_headers={"request": ["Cookie: CANARY"]}),
    "initiator": har_entry(_initiator={"url": "CANARY", "stack": {"parent": {"callFrames": [{"url": "CANARY"}]}}}),
    "base64 twin": har_entry(request={"postData": {"mimeType": "x", "text": "", "_textBase64": "CANARY"}}),
    "websocket": har_entry(
        _webSocketMessages=[{"type": "send", "opcode": 1, "data": '42["auth",{"token":"CANARY"}]', "time": 1}]
    ),
    "binary websocket": har_entry(
        _webSocketMessages=[
            {"type": "send", "opcode": 2, "data": base64.b64encode(b"\x00\x01CANARY").decode(), "time": 1}
        ]
    ),
    "event stream": har_entry(_eventSourceMessages=[{"data": '{"token":"CANARY"}', "eventId": "1"}]),
    "stream body": har_entry(
        response={"content": {"mimeType": "text/event-stream", "text": 'event: m\ndata: {"access_token":"CANARY"}\n\n'}}
    ),
    "certificate": har_entry(_securityDetails={"issuer": "Gateway CA", "sanList": ["CANARY"]}),
    "etag": har_entry(response={"headers": [{"name": "ETag", "value": '"CANARY"'}]}),
    "cache etag": har_entry(cache={"beforeRequest": {"eTag": "CANARY", "comment": "CANARY"}}),
}
_CANARY = "canaryZ7x9Q2w8"


def _redact(entry: dict[str, Any]) -> dict[str, Any]:
    document = json.loads(json.dumps(har(entry)).replace("CANARY", _CANARY))
    walked: dict[str, Any] = HarWalker(engine()).har(document)
    return walked


@pytest.mark.parametrize("place", sorted(_PLACES))
def test_no_place_keeps_a_canary(place: str) -> None:
    entry = json.loads(json.dumps(_PLACES[place]))
    for side in ("request", "response"):
        text = entry[side].get("postData", {}).get("text", "") or entry[side].get("content", {}).get("text", "")
        if text and "CANARY" not in text:
            _swap_base64(entry[side])

    shown = json.dumps(_redact(entry))

    for view in views(shown.encode()):
        assert _CANARY.encode() not in view


def _swap_base64(message: dict[str, Any]) -> None:
    for body in (message.get("postData"), message.get("content")):
        if body and body.get("encoding") == "base64":
            plain = base64.b64decode(body["text"]).replace(b"CANARY", _CANARY.encode())
            body["text"] = base64.b64encode(plain).decode()


def test_what_engineering_needs_stays() -> None:
    entry = har_entry(
        7,
        url="https://app.example.com/api/v1/items/42?page=3&sort=name",
        request={
            "headers": [
                {"name": "X-Request-Id", "value": "req-7f3a9c"},
                {"name": "traceparent", "value": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"},
                {
                    "name": "User-Agent",
                    "value": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/126.0.6478.127",
                },
                {"name": "Content-Type", "value": "application/json; charset=utf-8"},
            ]
        },
        response={
            "status": 503,
            "headers": [{"name": "cf-ray", "value": "8c1f2d3e4a5b6c7d-FRA"}, {"name": "Retry-After", "value": "120"}],
            "content": {
                "mimeType": "application/json",
                "text": '{"error":{"code":"E1234","message":"upstream timeout"}}',
            },
        },
        _resourceType="fetch",
        _error="net::ERR_CONNECTION_RESET",
    )

    assert HarWalker(engine()).har(har(entry)) == har(entry)


def test_a_jwt_keeps_its_protocol_claims() -> None:
    token = compact_jwt({"iss": "https://idp.example.com", "aud": "app", "sub": "canary-sub", "exp": 1})
    entry = har_entry(request={"headers": [{"name": "Authorization", "value": f"Bearer {token}"}]})

    value = HarWalker(engine()).har(har(entry))["log"]["entries"][0]["request"]["headers"][0]["value"]

    head, body, signature = value.removeprefix("Bearer ").split(".")
    claims = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    assert claims["iss"] == "https://idp.example.com"
    assert claims["aud"] == "app"
    assert claims["sub"].startswith("dp-user-")
    assert signature.startswith("dp-token-")
    assert json.loads(base64.urlsafe_b64decode(head + "=" * (-len(head) % 4)))["alg"] == "RS256"


def test_names_and_attributes_of_cookies_stay() -> None:
    entry = har_entry(
        response={
            "headers": [{"name": "Set-Cookie", "value": "sid=canary-1; Path=/; Max-Age=60; Secure; SameSite=Lax"}]
        }
    )

    value = HarWalker(engine()).har(har(entry))["log"]["entries"][0]["response"]["headers"][0]["value"]

    assert value.startswith("sid=dp-cookie-")
    assert value.endswith("; Path=/; Max-Age=60; Secure; SameSite=Lax")


def test_entries_that_are_no_objects_survive() -> None:
    walked = HarWalker(engine()).har({"log": {"entries": [None, "x", 3, [], {}], "pages": [1]}})

    assert walked["log"]["entries"] == [None, "x", 3, [], {}]


def test_what_is_no_har_is_an_error() -> None:
    for document in ([], {"log": []}, {}, None):
        with pytest.raises(ValueError):
            HarWalker(engine()).har(document)
