"""The page in real browsers, from file://, with the network refused: what a customer does, and what leaves."""

import json
import re
import zlib
from pathlib import Path
from typing import Any

import pytest

from diagpack.guide.build import LANGUAGES, build_page
from diagpack.guide.envelope import read_envelope
from tests.guide.support import CASE, NONCE, canary_har, checklist, common, drive, intake_key, rules

BROWSERS = [
    pytest.param("chromium", marks=pytest.mark.tool("chromium")),
    pytest.param("firefox", marks=pytest.mark.tool("firefox-esr")),
]
pytestmark = pytest.mark.tool("node", "npm:puppeteer-core", "npm:axe-core")
# What the browser itself asks for when it starts, whatever page is open.
OWN = re.compile(r"(?:google(?:apis)?|gvt1|mozilla|firefox|chromium)\.(?:com|org|net)")


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder with the page, a right recording and some wrong ones."""
    (tmp_path / "page.html").write_bytes(build_page(**common()))
    (tmp_path / "right.har").write_text(json.dumps(canary_har(extra="Falcon")), encoding="utf-8")
    (tmp_path / "other.har").write_text(json.dumps(canary_har("www.example.net")), encoding="utf-8")
    (tmp_path / "page.har").write_text("<!doctype html><title>x</title>", encoding="utf-8")
    (tmp_path / "down").mkdir()
    return tmp_path


def opened(place: Path) -> dict[str, str]:
    content = (place / "down" / f"{CASE}-result.diagpack").read_bytes()
    result = read_envelope(content, keys=[intake_key().private], case_id=CASE, nonce=NONCE)
    return {name: held.decode("utf-8") for name, held in result.files}


ANSWERS: list[list[Any]] = [
    ["click", "input[value=new]"], ["click", "#next"],
    ["fill", "#answer", "I cannot sign in as canary-typed@example.com"], ["click", "#next"],
    ["click", "#skip"], ["click", "input[name=reason]"], ["click", "#skip-confirm"],
    ["fill", "#window-start", "2026-11-23T10:00"], ["click", "#next"], ["wait", "details.viewer"],
]  # fmt: skip
SAVE: list[list[Any]] = [
    ["click", "#next"],
    ["click", "#next"],
    ["saved", f"{CASE}-result.diagpack"],
    ["wait", "#address"],
]


@pytest.mark.parametrize("browser", BROWSERS)
def test_from_the_first_click_to_the_encrypted_file_nothing_is_sent_and_no_canary_leaves(
    browser: str, place: Path
) -> None:
    actions = [
        ["click", "#start"],
        ["upload", "#file", str(place / "page.har")], ["wait", "#result .error"], ["text", "#result"],
        ["upload", "#file", str(place / "other.har")], ["wait", "#use-anyway"], ["text", "#result"],
        ["upload", "#file", str(place / "right.har")], ["click", "#next"],
        ["click", "#progress"], ["saved", f"{CASE}-progress.json"],
        *ANSWERS,
        ["fill", "#hide-word", "falcon"], ["click", "#hide-add"], ["wait", "#hidden-words:not(:empty)"],
        ["text", "#preview"], ["stores"], ["fetch", "https://app.example.com/collect"],
        *SAVE, ["text", "#address"],
    ]  # fmt: skip

    out = drive(browser, place / "page.html", actions, place / "down")

    assert out["requests"] in ([], ["https://app.example.com/collect"])  # the one this test made, which is refused
    assert "refused" in out["results"]
    assert [each for each in out["connections"] if not OWN.search(each)] == []
    assert "This is a web page, not a recording" in str(out["results"])
    assert "has no request to *.example.com. It has 5 × www.example.net" in str(out["results"])
    assert "https://upload.example.com/cs-1042" in out["results"][-1]
    files = opened(place)
    assert set(files) == {"answers.json", "har.har"}
    shown = "".join(files.values()) + str(out["results"]) + (place / "down" / f"{CASE}-progress.json").read_text()
    assert re.findall(r"canary[\w@.-]*", shown) == []
    assert "falcon" not in files["har.har"].lower()
    assert len(json.loads(files["har.har"])["log"]["entries"]) == 5


@pytest.mark.tool("chromium")
def test_the_answers_tell_the_engineer_what_was_skipped_and_how_the_file_was_checked(place: Path) -> None:
    actions = [["click", "#start"], ["upload", "#file", str(place / "right.har")], ["click", "#next"], *ANSWERS, *SAVE]

    drive("chromium", place / "page.html", actions, place / "down")

    steps = {each["id"]: each for each in json.loads(opened(place)["answers.json"])["steps"]}
    assert steps["expected"]["status"] == "skipped"
    assert steps["expected"]["reason"] == "other"
    assert steps["sso-new"]["value"] == "new"
    assert {each["id"] for each in steps["har"]["checks"]} >= {"har.parse", "har.has_host", "har.flow", "ids.found"}
    assert steps["har"]["facts"]["skew_seconds"] == 0
    assert "@dp.invalid" in steps["happened"]["value"]


@pytest.mark.tool("chromium")
def test_a_saved_session_is_taken_up_again(place: Path) -> None:
    first = [["click", "#start"], ["upload", "#file", str(place / "right.har")], ["click", "#next"], ["click", "#skip"],
             ["click", "input[value=other]"], ["click", "#skip-confirm"], ["click", "#progress"],
             ["saved", f"{CASE}-progress.json"]]  # fmt: skip
    drive("chromium", place / "page.html", first, place / "down")
    second = [["upload", "#resume-file", str(place / "down" / f"{CASE}-progress.json")], ["wait", "#result"],
              ["text", "#result"], ["upload", "#file", str(place / "right.har")], ["click", "#next"],
              ["text", "section"]]  # fmt: skip

    out = drive("chromium", place / "page.html", second, place / "down")

    assert "choose it again" in out["results"][2]
    assert "Skipped: Another reason" in out["results"][-1]


@pytest.mark.tool("chromium")
def test_the_keyboard_alone_is_enough(place: Path) -> None:
    def go(selector: str, *keys: str) -> list[list[Any]]:
        return [["tabto", selector], ["press", *keys]]

    actions = [
        *go("#start", "Enter"), ["tabto", "#choose"], ["choose", "Enter", str(place / "right.har")],
        ["wait", "#next:focus"],
        ["press", "Enter"], *go("input[name=answer]", "Space"), *go("#next", "Enter"),
        ["tabto", "#answer"], ["type", "It fails"], *go("#next", "Enter"),
        *go("#skip", "Enter"), ["wait", "input[name=reason]:focus"], ["press", "Space"], *go("#skip-confirm", "Enter"),
        ["tabto", "#window-start"], ["type", "11232026"], ["press", "Tab"], ["type", "1000AM"], *go("#next", "Enter"),
        ["wait", "details.viewer"], ["wait", "#next:not([disabled])"], *go("#next", "Enter"), *go("#next", "Enter"),
        ["saved", f"{CASE}-result.diagpack"], ["wait", "#address"],
    ]  # fmt: skip

    drive("chromium", place / "page.html", actions, place / "down")

    assert "har.har" in opened(place)


@pytest.mark.tool("chromium")
@pytest.mark.parametrize("language", ["en", "de", "ja"])
def test_no_page_has_a_serious_accessibility_fault(language: str, place: Path) -> None:
    (place / "page.html").write_bytes(build_page(**common(language=language)))
    recording = ["upload", "#file", str(place / "right.har")]
    first = [["axe"], ["click", "#start"], ["axe"], recording, ["wait", "#result .notes"], ["axe"], ["click", "#next"]]
    actions = [*first, ["axe"], *ANSWERS, ["axe"], ["click", "#next"], ["axe"], ["text", "body"]]

    out = drive("chromium", place / "page.html", actions, place / "down", language=language)

    found = [each for result in out["results"] if isinstance(result, list) for each in result]
    assert [each for each in found if each["impact"] in ("serious", "critical")] == []
    words = {"en": "Save the encrypted file", "de": "Verschlüsselte Datei sichern", "ja": "暗号化したファイルを保存"}
    assert words[language] in out["results"][-1]


@pytest.mark.tool("chromium")
def test_a_rule_that_runs_too_long_costs_its_value_and_not_the_page(place: Path) -> None:
    slow = {
        **rules()["rules"][0],
        "id": "slow",
        "pattern": "(?:a+)+!",
        "keywords": ["aaaa"],
        "validators": [],
        "group": 0,
    }
    book = {**rules(), "rules": [*rules()["rules"], slow]}
    (place / "page.html").write_bytes(build_page(**common(rules=book, rule_seconds=2)))
    (place / "slow.har").write_text(json.dumps(canary_har(extra="a" * 60)), encoding="utf-8")
    actions = [["click", "#start"], ["upload", "#file", str(place / "slow.har")], ["wait", "#result .notes"],
               ["text", "#result"], ["click", "#next"], *ANSWERS, *SAVE]  # fmt: skip

    out = drive("chromium", place / "page.html", actions, place / "down")

    assert "they took too long to check" in str(out["results"])
    assert "aaaaaaaa" not in opened(place)["har.har"]


def png() -> bytes:
    """One white pixel (PNG specification, 11.2)."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")

    head = (1).to_bytes(4, "big") * 2 + bytes([8, 0, 0, 0, 0])
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0\xff")) + chunk(b"IEND", b"")


@pytest.mark.tool("chromium")
def test_a_picture_goes_in_only_after_somebody_looked_and_names_meet_in_all_files(place: Path) -> None:
    (place / "page.html").write_bytes(build_page(**common(checklist=checklist("ui-error"))))
    (place / "shot.png").write_bytes(png())
    (place / "console.log").write_text("2026-11-23T10:00:00Z error seen by Zora Canaryfeather, req-4\n")
    har = canary_har()
    har["log"]["entries"][0]["response"]["content"] |= {"text": '{"displayName": "Wilma Canaryworth"}'}
    har["log"]["entries"][1]["response"]["content"] |= {"text": "Zora Canaryfeather met Wilma Canaryworth"}
    (place / "right.har").write_text(json.dumps(har), encoding="utf-8")
    actions = [
        ["click", "#start"], ["upload", "#file", str(place / "right.har")], ["click", "#next"],
        ["upload", "#file", str(place / "console.log")], ["wait", "#result .notes"], ["text", "#result"],
        ["click", "#next"],
        ["upload", "#file", str(place / "shot.png")], ["wait", "#looked"],
        ["evaluate", "document.getElementById('next').disabled"], ["click", "#looked"], ["click", "#next"],
        ["fill", "#answer", "/home"], ["click", "#next"],
        ["fill", "#answer", "Anna Canaryson told Zora Canaryfeather, call +44 20 7946 0958"], ["click", "#next"],
        ["wait", "img.picture"], *SAVE,
    ]  # fmt: skip

    out = drive("chromium", place / "page.html", actions, place / "down")

    assert True in out["results"]
    content = (place / "down" / f"{CASE}-result.diagpack").read_bytes()
    files = dict(read_envelope(content, keys=[intake_key().private], case_id=CASE, nonce=NONCE).files)
    assert set(files) == {"answers.json", "har.har", "console.log", "screenshot.png"}
    assert files["screenshot.png"] == png()
    assert b"anary" not in b"".join(files.values())
    assert b"7946" not in files["answers.json"]
    (zora,) = set(re.findall(rb"seen by (dp-name-\w+)", files["console.log"]))
    assert zora in files["har.har"]
    assert zora in files["answers.json"]
    steps = {each["id"]: each for each in json.loads(files["answers.json"])["steps"]}
    assert steps["screenshot"]["confirmed"] is True
    assert {each["id"]: each["level"] for each in steps["console"]["checks"]}["log.read"] == "ok"


@pytest.mark.deep
@pytest.mark.parametrize("browser", BROWSERS)
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("width", [360, 768, 1440])
def test_every_browser_language_and_width_comes_to_the_end(
    browser: str, language: str, width: int, place: Path
) -> None:
    (place / "page.html").write_bytes(build_page(**common(language=language)))
    wide = "'too wide by ' + (document.documentElement.scrollWidth - document.documentElement.clientWidth)"
    actions: list[list[Any]] = [["size", width, 800], ["axe"], ["click", "#start"]]
    actions += [["upload", "#file", str(place / "other.har")], ["wait", "#use-anyway"], ["axe"], ["evaluate", wide]]
    actions += [["upload", "#file", str(place / "right.har")], ["wait", "#next:not([disabled])"], ["evaluate", wide]]
    actions += [["click", "#next"], *ANSWERS, ["axe"], ["evaluate", wide], *SAVE, ["axe"], ["evaluate", wide]]

    out = drive(browser, place / "page.html", actions, place / "down", language=language)

    assert {each for each in out["results"] if str(each).startswith("too wide")} == {"too wide by 0"}
    found = [each for result in out["results"] if isinstance(result, list) for each in result]
    assert [each for each in found if each["impact"] in ("serious", "critical")] == []
    assert set(opened(place)) == {"answers.json", "har.har"}


def test_the_page_is_small_and_says_which_checklist_it_is_for() -> None:
    for language in LANGUAGES:
        for id in ("sso-saml", "api-failure"):
            page = build_page(**common(language=language, checklist=checklist(id)))
            assert len(page) <= 300 * 1024
            assert b"@@" not in page
