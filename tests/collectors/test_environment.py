"""The HAR's own facts about the client, each with where it stands."""

import json
from pathlib import Path
from typing import Any

import pytest

from diagpack.collectors.environment import COLLECTOR
from diagpack.errors import CollectError
from tests.collectors._lent import Lent, content, source

CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"
)
FIREFOX = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:143.0) Gecko/20100101 Firefox/143.0"
SAFARI = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 Version/18.6 Safari/604.1"


def _entry(index: int, sent: dict[str, str], received: dict[str, str] | None = None, **changes: Any) -> dict[str, Any]:
    def headers(values: dict[str, str]) -> list[dict[str, str]]:
        return [{"name": name, "value": value} for name, value in values.items()]

    request = {"method": "GET", "url": changes.pop("url", "https://app.example.com/"), "headers": headers(sent)}
    response = {"status": 200, "httpVersion": "h2", "headers": headers(received or {})} | changes
    return {
        "_dpEntry": index,
        "startedDateTime": "2026-03-03T10:11:12.000+02:00",
        "request": request,
        "response": response,
    }


def _facts(tmp_path: Path, *entries: dict[str, Any], **log: Any) -> dict[str, Any]:
    har = json.dumps({"log": {"version": "1.2", "entries": list(entries)} | log}).encode()
    (artifact,) = COLLECTOR.collect(source(tmp_path, har, origin="har-1", label="har-1"), Lent(tmp_path))
    assert (artifact.kind, artifact.folder, artifact.media_type) == ("environment", "env", "application/json")
    return dict(json.loads(content(artifact)))


@pytest.mark.parametrize(
    ("agent", "browser", "system"),
    [
        (CHROME, "Chrome 140.0.0.0", "Windows 10 or 11"),
        (CHROME + " Edg/140.0.0.0", "Edge 140.0.0.0", "Windows 10 or 11"),
        (FIREFOX, "Firefox 143.0", "macOS 10.15"),
        (SAFARI, "Safari 18.6", "iOS 18.6"),
    ],
)
def test_browser_and_system_come_from_the_user_agent(tmp_path: Path, agent: str, browser: str, system: str):
    facts = _facts(tmp_path, _entry(3, {"User-Agent": agent}))

    assert facts["browser"] == {"value": browser, "refs": ["[har-1 #3]"]}
    assert facts["os"] == {"value": system, "refs": ["[har-1 #3]"]}


def test_client_hints_tell_windows_11_from_10(tmp_path: Path):
    sent = {"User-Agent": CHROME, "Sec-CH-UA-Platform": '"Windows"', "Sec-CH-UA-Platform-Version": '"15.0.0"'}

    assert _facts(tmp_path, _entry(0, sent))["os"]["value"] == "Windows 11"


def test_the_most_common_browser_is_the_one(tmp_path: Path):
    entries = [_entry(n, {"User-Agent": CHROME if n else FIREFOX}) for n in range(3)]

    assert _facts(tmp_path, *entries)["browser"] == {"value": "Chrome 140.0.0.0", "refs": ["[har-1 #1]", "[har-1 #2]"]}


def test_proxies_zone_protocols_blocks_and_extensions_are_told(tmp_path: Path):
    facts = _facts(
        tmp_path,
        _entry(0, {"Proxy-Connection": "keep-alive"}, {"Via": "1.1 proxy.example.com"}),
        _entry(1, {}, {}, status=0, _error="net::ERR_BLOCKED_BY_CLIENT"),
        _entry(2, {}, {}, url="chrome-extension://abcdefgh/inject.js"),
        _entry(3, {}, {}, status=0, _error="net::ERR_CERT_AUTHORITY_INVALID"),
        creator={"name": "WebInspector", "version": "537.36"},
    )

    assert facts["proxy"]["value"] == ["a proxy or CDN named itself in Via", "an explicit proxy"]
    assert facts["time_zone"]["value"] == "+02:00"
    assert facts["protocols"]["value"] == {"h2": 4}
    assert facts["blocked"] == {"value": ["net::ERR_BLOCKED_BY_CLIENT"], "refs": ["[har-1 #1]"]}
    assert facts["extensions"]["value"] == ["abcdefgh"]
    assert facts["network_errors"]["value"] == ["ERR_CERT_AUTHORITY_INVALID"]
    assert facts["capture_tool"] == {"value": "WebInspector 537.36", "refs": ["[har-1]"]}


def test_what_the_har_does_not_show_is_absent(tmp_path: Path):
    assert set(_facts(tmp_path, _entry(0, {}))) == {"protocols", "time_zone"}


def test_odd_entries_do_not_stop_it(tmp_path: Path):
    odd: list[Any] = [
        None,
        3,
        {"request": []},
        {"request": {"headers": {"a": 1}}, "response": None, "startedDateTime": 5},
    ]

    assert _facts(tmp_path, *odd, _entry(4, {"User-Agent": CHROME}))["browser"]["refs"] == ["[har-1 #4]"]


def test_a_har_without_entries_gives_nothing(tmp_path: Path):
    har = source(tmp_path, b'{"log": {"entries": []}}', origin="har-1")

    assert list(COLLECTOR.collect(har, Lent(tmp_path))) == []


@pytest.mark.parametrize("data", [b"", b'{"log": {"entries": [{"canary', b"canary"])
def test_a_broken_har_is_one_clear_error(tmp_path: Path, data: bytes):
    with pytest.raises(CollectError) as caught:
        list(COLLECTOR.collect(source(tmp_path, data, origin="har-1"), Lent(tmp_path)))

    assert caught.value.id == "DP152"
    assert "canary" not in str(caught.value)
    assert caught.value.__suppress_context__
