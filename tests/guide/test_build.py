"""The page as a file: one policy that forbids every connection, digests that fit, nothing hidden."""

import base64
import hashlib
import html
import json
import re
from datetime import UTC, datetime

import pytest

from diagpack.errors import UsageError
from diagpack.guide.build import LANGUAGES, LIMIT, build_page, load_strings
from tests.guide.support import common, intake_key, rules


@pytest.fixture(scope="module")
def page() -> str:
    return build_page(**common()).decode("utf-8")


def policy(page: str) -> dict[str, str]:
    found = re.search(r'http-equiv="Content-Security-Policy" content="([^"]+)"', page)
    assert found is not None
    pairs = (each.strip().partition(" ") for each in html.unescape(found.group(1)).split(";"))
    return {name: value for name, _, value in pairs}


def test_the_policy_forbids_every_connection(page: str) -> None:
    found = policy(page)

    for name in ("default-src", "connect-src", "form-action", "base-uri"):
        assert found[name] == "'none'"
    assert found["worker-src"] == "blob:"
    assert "unsafe" not in str(found)


def test_the_one_script_and_the_one_style_have_the_digests_of_the_policy(page: str) -> None:
    (script,) = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    (style,) = re.findall(r"<style>(.*?)</style>", page, re.DOTALL)

    for name, text in (("script-src", script), ("style-src", style)):
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert policy(page)[name] == f"'sha256-{digest}'"


def test_the_source_is_readable_and_reaches_for_nothing(page: str) -> None:
    scripts = "".join(re.findall(r"<script[^>]*>(.*?)</script>", page, re.DOTALL)[1:])

    for word in (
        "innerHTML",
        "eval(",
        "XMLHttpRequest",
        "fetch(",
        "WebSocket",
        "sendBeacon",
        "localStorage",
        "indexedDB",
    ):
        assert word not in scripts
    assert max(map(len, scripts.splitlines())) < 300
    assert scripts.count("\n") > 1000


def test_it_carries_the_public_key_only_and_what_it_is_for(page: str) -> None:
    (data,) = re.findall(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)
    told = json.loads(data)

    assert told["case"] == "CS-1042"
    assert set(told["recipients"][0]) == {"kid", "spki"}
    assert intake_key().certificate.decode() not in page
    assert told["contact"] == "support@example.com"


def test_words_of_a_case_cannot_break_out_of_the_page() -> None:
    hostile = "</script><script>alert(1)</script><!--"

    page = build_page(**common(contact=hostile, upload_address=hostile)).decode()

    assert hostile not in page
    assert page.count("<script") == build_page(**common()).decode().count("<script")


def test_equal_input_gives_equal_bytes() -> None:
    fixed = common(expires=datetime(2026, 12, 1, tzinfo=UTC))

    assert build_page(**fixed) == build_page(**fixed)


def test_what_cannot_be_built_is_a_sentence() -> None:
    for changes, words in (
        ({"language": "xx"}, "does not speak"),
        ({"rules": {**rules(), "engine": ""}}, "without their engine"),
        ({"contact": "x" * LIMIT}, "larger than 300 KB"),
        ({"known": [each.id for each in common()["checklist"].items]}, "nothing to ask"),
    ):
        with pytest.raises(UsageError, match=words):
            build_page(**common(**changes))


def test_every_language_has_its_own_words() -> None:
    starts = {load_strings(language)["start"] for language in LANGUAGES}

    assert len(starts) == len(LANGUAGES)
