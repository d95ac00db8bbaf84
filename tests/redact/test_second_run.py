"""Redacting twice changes nothing: each example once changed, and stands for a mechanism that was mended."""

import json
from typing import Any

import pytest

from diagpack.redact.standalone import Standalone
from tests.redact.planting import KEY, POLICY, har, har_entry

_ALONE = Standalone(KEY, POLICY)
_EXAMPLES: dict[str, Any] = {
    "a token makes an ambiguous list look secret": [{"state": [0, "0@0.A0"]}],
    "a token beside a word under an ambiguous key": {"Authorization": {"state": "user=zofia"}},
    "a token is a key": {"0049 30 901820": "x *z1.&", "pairs": {"DE89 3704 0044 0532 0130 00": "68.0977"}},
    "a token names a class in text": "DE89 3704 0044 0532 0130 00: +1 415 555 0132 and /home/zofia: 17",
    "a token behind a percent escape": "to=%3Cann%40example.com%3E and %3cz%40m.example%3e",
    "two findings that touch": "AKIAIOSFODNN7EXAMPLEann@example.com curl -u a:b5>AKIAIOSFODNN7EXAMPLE",
    "several addresses in one header": [{"name": "ip", "value": "/\n.#=@z;198.51.100.7: 203.0.113.9: z"}],
    "a path of several lines": "/reset/abc123def456\n-----BEGIN PRIVATE KEY-----\nabc\n;%40",
    "a table in a list of strings": {"a b": "id,password\n1,x9", **{f"k{n}": f"ann{n}@example.com" for n in range(9)}},
    "a card before a date": "4111 1111 1111 1111 12/27, 4111 1111 1111 1111 0@0.A0",
    "a parameter with several values": {"code": "0@0.A0;AKIAIOSFODNN7EXAMPLE;]+%+;"},
    "a message in a log line": 'INFO {"password": "canary-1x"} user=zofia From: Z M <z@m.example>',
    "a token at the end of a sentence": "got eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.. and eyJhbGciOiJub25lIn0.eyJ9.abc.",
}


@pytest.mark.parametrize("name", _EXAMPLES)
def test_a_second_run_changes_nothing(name: str) -> None:
    value = _EXAMPLES[name]
    body = json.dumps(value)
    recording = har(
        har_entry(0, url=f"https://h.example/{body[:200]}", response={
            "headers": [{"name": "ip", "value": body}, {"name": "Set-Cookie", "value": body}],
            "content": {"mimeType": "application/json", "text": body},
        })
    )  # fmt: skip

    once, text, page = _ALONE.value(value), _ALONE.text(body), _ALONE.har(recording)

    assert _ALONE.value(once) == once
    assert _ALONE.text(text) == text
    assert _ALONE.har(page) == page


def test_a_forged_token_beside_a_secret_does_not_save_it() -> None:
    shown = _ALONE.value({"password": "dp-password-aaaaaaaaaaaa canary-1x", "x": "dp-password-aaaaaaaaaaaa: canary"})

    assert "canary-1x" not in json.dumps(shown)
