"""Every check says what it saw: shared recordings in, ids and levels out (run in Node, as the page runs it)."""

import copy
import json
import re
import shutil
import subprocess
from typing import Any

import pytest

from diagpack.guide.build import LANGUAGES, load_strings
from diagpack.redact.rulebook import portable_engine
from tests.guide.support import PAGE, canary_har

pytestmark = pytest.mark.tool("node")
CONTEXT: dict[str, Any] = {
    "hosts": ["*.example.com"],
    "window": None,
    "slack": 900,
    "zone": "UTC",
    "browser": "chrome",
    "ids": [],
}


def checked(read: dict[str, Any], wanted: list[Any], **context: Any) -> dict[str, Any]:
    names = {"tokens": "Tokens", "packing": "Packing", "redactor": "GuideRedactor", "checks": "Checks"}
    source = portable_engine().replace("const PortableRules", "globalThis.PortableRules", 1)
    for name, constant in names.items():
        text = (PAGE / f"{name}.js").read_text("utf-8")
        source += "\n" + text.replace(f"const {constant} =", f"globalThis.{constant} =", 1)
    source += 'const given = JSON.parse(require("fs").readFileSync(0, "utf8"));'
    source += "process.stdout.write(JSON.stringify(Checks.run(given.read, given.wanted, given.context)));"
    given = {"read": read, "wanted": wanted, "context": {**CONTEXT, **context}}
    node = shutil.which("node")
    assert node is not None
    done = subprocess.run([node, "-e", source], input=json.dumps(given).encode(), capture_output=True, timeout=60)
    assert done.returncode == 0, done.stderr.decode()[-800:]
    return dict(json.loads(done.stdout))


def har(change: Any = None) -> dict[str, Any]:
    document = copy.deepcopy(canary_har())
    if change is not None:
        change(document["log"]["entries"])
    return {"kind": "har", "document": document}


def levels(found: dict[str, Any]) -> dict[str, str]:
    return {each["id"]: each["level"] for each in found["checks"]}


def _each(name: str, value: Any) -> Any:
    def change(entries: list[Any]) -> None:
        for entry in entries:
            part, _, field = name.partition(".")
            entry[part][field] = value if not callable(value) else value(entry[part][field])

    return change


def _late(entries: list[Any]) -> None:
    for entry in entries:
        entry["startedDateTime"] = "2026-11-23T09:50:00Z"


def _blocked(entries: list[Any]) -> None:
    entries[0]["_error"] = "net::ERR_BLOCKED_BY_CLIENT"


def _callback(entries: list[Any]) -> None:
    entries[0]["request"]["url"] = "https://app.example.com/cb?code=canary"


@pytest.mark.parametrize(
    ("change", "wanted", "expected"),
    [
        (None, ["har.has_host"], {"har.parse": "ok", "har.has_host": "ok", "ids.found": "ok"}),
        (_each("request.url", "https://other.example.net/"), ["har.has_host"], {"har.has_host": "error"}),
        (_each("response.status", 200), ["har.has_failure"], {"har.has_failure": "warn"}),
        (_late, [], {"har.skew": "warn"}),
        (_blocked, [], {"har.blocked": "warn"}),
        (_callback, ["har.preserve_log"], {"har.preserve_log": "warn"}),
        (_each("request.headers", []), [], {}),
        (_each("response.content", {"size": 9, "mimeType": "text/html"}), [], {"har.bodies": "warn"}),
    ],
)
def test_a_check_sees_what_is_wrong_with_a_recording(change: Any, wanted: list[str], expected: dict[str, str]) -> None:
    found = levels(checked(har(change), [[each, {}] for each in wanted]))

    assert {name: found.get(name) for name in expected} == expected


def test_a_recording_of_another_time_is_told_with_both_times() -> None:
    window = {"start": "2026-11-20T09:00:00Z", "end": "2026-11-20T09:30:00Z"}

    (found,) = [
        each for each in checked(har(), [["har.window", {}]], window=window)["checks"] if each["id"] == "har.window"
    ]

    assert found["level"] == "warn"
    assert found["data"]["start"] == window["start"]


def test_a_missing_sign_in_names_how_far_it_came() -> None:
    def no_answer(entries: list[Any]) -> None:
        entries[1]["request"].pop("postData")
        entries[1]["request"]["url"] = "https://idp.example.com/sso?SAMLRequest=abc"

    found = [
        each for each in checked(har(no_answer), [["har.flow", {"flow": "saml"}]])["checks"] if each["id"] == "har.flow"
    ]

    assert found == [{"id": "har.flow", "level": "warn", "data": {"reached": "request"}}]


def test_an_expired_sign_in_message_is_seen_before_it_is_redacted() -> None:
    assert levels(checked(har(), [["har.flow", {"flow": "saml"}]]))["saml.expired"] == "warn"


def test_facts_are_read_and_never_asked() -> None:
    def behind_proxy(entries: list[Any]) -> None:
        entries[0]["response"]["headers"].append({"name": "Via", "value": "1.1 proxy"})
        entries[0]["serverIPAddress"] = "10.0.0.1"

    facts = checked(har(behind_proxy), [])["facts"]

    assert facts["proxy_headers"] == ["via"]
    assert facts["private_server"] == 1
    assert facts["browser"] == "WebInspector 537.36"
    assert facts["skew_seconds"] == 0


WINDOW = {"start": "2026-11-21T09:00:00Z", "end": "2026-11-21T10:00:00Z"}


@pytest.mark.parametrize(
    ("text", "context", "expected"),
    [
        ("2026-11-20 08:55:00 up", {}, {"log.zone": "warn"}),
        ("2026-11-20T08:55:00Z up", {"window": WINDOW}, {"log.window": "warn"}),
        ("2026-11-21T09:30:00Z up", {"window": WINDOW}, {"log.window": "ok"}),
        ("2026-11-21T09:30:00Z up", {"ids": ["req-1"]}, {"log.ids": "warn"}),
        ("no time at all", {}, {"log.times": "info"}),
    ],
)  # fmt: skip
def test_a_log_is_held_against_the_time_and_the_ids(
    text: str, context: dict[str, Any], expected: dict[str, str]
) -> None:
    found = levels(
        checked({"kind": "log", "text": text}, [[f"log.{each}", {}] for each in ("window", "zone", "ids")], **context)
    )

    assert {name: found.get(name) for name in expected} == expected


def test_every_check_of_a_checklist_and_every_problem_has_words() -> None:
    source = (PAGE / "checks.js").read_text() + (PAGE / "reading.js").read_text()

    strings = load_strings("en")
    for problem in re.findall(r'problem: "(\w+)"', source):
        assert f"problem_{problem}" in strings or f"har.parse.{problem}" in strings, problem
    for name, level in re.findall(r'check\("([\w.]+)", "(ok|warn|error|info)"', source):
        assert any(key.startswith((f"{name}.{level}", name)) for key in strings), (name, level)


def test_translations_have_the_same_placeholders() -> None:

    english = load_strings("en")
    for language in LANGUAGES:
        for key, text in load_strings(language).items():
            assert set(re.findall(r"\{\w+\}", text)) == set(re.findall(r"\{\w+\}", english[key])), (language, key)
