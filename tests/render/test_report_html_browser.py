"""report.html in a real browser: nothing runs, nothing is fetched, the keyboard works, everyone can use it.

Needs Chromium, Node and the npm packages puppeteer-core and axe-core under tests/npm (see tests/node_tools.py).
"""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from diagpack.render.report_html import RENDERER
from tests.node_tools import MODULES
from tests.render.escalations import REQUEST_ID, escalation
from tests.render.hostile import PAYLOADS, poisoned, rotation

_HERE = Path(__file__).parent
_CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome") or ""
_NODE = shutil.which("node") or ""
_LACKING = [
    name
    for name, is_there in (
        ("chromium", bool(_CHROMIUM)),
        ("node", bool(_NODE)),
        ("puppeteer-core", (MODULES / "puppeteer-core").is_dir()),
        ("axe-core", (MODULES / "axe-core").is_dir()),
    )
    if not is_there
]

pytestmark = [
    pytest.mark.tool("chromium"),
    pytest.mark.tool("node"),
    pytest.mark.skipif(
        bool(_LACKING) and not os.environ.get("DIAGPACK_REQUIRE_TOOLS"), reason=f"not installed: {', '.join(_LACKING)}"
    ),
]


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("pages")
    pages = [escalation(), *(poisoned(rotation(start)) for start in range(len(PAYLOADS) // 6))]
    paths = []
    for number, each in enumerate(pages):
        path = folder / f"report-{number}.html"
        path.write_bytes(next(RENDERER.render(each))[1])
        paths.append(str(path))
    done = subprocess.run(
        [_NODE, str(_HERE / "browse.mjs"), _CHROMIUM, *paths],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
        env={**os.environ, "DIAGPACK_NODE_MODULES": str(MODULES)},
    )
    assert done.returncode == 0, done.stderr[-2000:]
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_no_script_runs_from_any_payload_in_any_field(seen: dict[str, Any]) -> None:
    for page in seen["pages"]:
        assert page["after"]["pwned"] == 0
        assert page["after"]["scripts"] == 1
        assert page["dialogs"] == 0


def test_the_page_stays_where_it_is(seen: dict[str, Any]) -> None:
    for page in seen["pages"]:
        assert page["after"]["location"] == page["expectedUrl"]


def test_nothing_is_written_to_the_console(seen: dict[str, Any]) -> None:
    for page in seen["pages"]:
        assert page["console"] == []
        assert page["errors"] == []


def test_nothing_is_fetched(seen: dict[str, Any]) -> None:
    for page in seen["pages"]:
        assert page["requests"] == [f"file://{page['expectedUrl']}"]


def test_the_page_opens_in_under_a_second(seen: dict[str, Any]) -> None:
    # The first page pays for the browser's own start; any other shows the page's own cost.
    assert min(page["loadMs"] for page in seen["pages"]) < 1000


def test_the_keyboard_moves_between_findings_and_failing_calls(seen: dict[str, Any]) -> None:
    keys = seen["keys"]

    assert keys["j"]["focus"] == "finding-1"
    assert keys["jj"]["focus"] == "finding-2"
    assert keys["k"]["focus"] == "finding-1"
    assert (keys["bracket"]["focus"], keys["back"]["focus"]) == ("finding-2", "finding-1")
    assert keys["n"]["focus"] == "SUMMARY"


def test_the_filter_hides_what_does_not_match_and_escape_brings_it_back(seen: dict[str, Any]) -> None:
    keys = seen["keys"]

    assert keys["f"]["focus"] == keys["slash"]["focus"] == "filter"
    assert 0 < keys["filtered"]["hidden"] < keys["filtered"]["rows"]
    shown = keys["filtered"]["rows"] - keys["filtered"]["hidden"]
    assert keys["filtered"]["shown"] == f"{shown} of {keys['filtered']['rows']}"
    assert keys["filtered"]["sections"] == ["findings", "timeline", "logs", "checklist", "evidence"]
    assert keys["cleared"]["hidden"] == 0
    assert len(keys["cleared"]["sections"]) == 13


def test_help_opens_and_closes(seen: dict[str, Any]) -> None:
    assert seen["keys"]["help"]["dialog"] is True
    assert seen["keys"]["closed"]["dialog"] is False


def test_t_switches_between_light_and_dark(seen: dict[str, Any]) -> None:
    assert seen["keys"]["theme"]["theme"] == "dark"


def test_the_copy_button_copies_the_request_id(seen: dict[str, Any]) -> None:
    assert seen["copied"] == [REQUEST_ID, "copied"]


@pytest.mark.parametrize("view", ["light", "dark", "narrow"])
def test_axe_finds_nothing_serious(seen: dict[str, Any], view: str) -> None:
    assert [each for each in seen[f"axe_{view}"] if each["impact"] in ("serious", "critical")] == []


@pytest.mark.parametrize("view", ["light", "dark", "narrow"])
def test_the_page_is_never_wider_than_the_window(seen: dict[str, Any], view: str) -> None:
    assert seen[f"overflow_{view}"] <= 0


def test_the_first_screen_needs_no_script(seen: dict[str, Any]) -> None:
    first = seen["noScript"]

    for words in (
        REQUEST_ID,
        "500",
        "POST",
        "S2",
        "UTC",
        "Europe/Berlin",
        "CS-812",
        "diagpack verify CS-1042-esc1.zip",
    ):
        assert words in first["text"]
    assert first["bottom"] <= 800
    assert first["buttons"] == 0


def test_every_link_leads_to_a_visible_place(seen: dict[str, Any]) -> None:
    assert seen["links"] == []
