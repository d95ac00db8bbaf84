"""The book: what both redactors read is complete, and the words that trigger a rule never hide one of its matches."""

import json
import re
import shutil
import subprocess
from typing import Any

import pytest

from diagpack.errors import UsageError
from diagpack.guide.book import make_book, needed_words, needs_digit
from diagpack.guide.script.rules import VALIDATORS, Rule
from tests.guide.support import book, rules
from tests.guide.vectors import VALUES


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        (r"\bSG\.[A-Z]{5}", ["sg."]),
        (r"(?:abc|de)[0-9]+", ["abc", "de"]),
        (r"[a-z]+", []),
        (r"(?:abc)?[0-9]{3}", []),
        (r"(?:[0-9a-f]{2}[:-]){5}", ["-", ":"]),
    ],
)
def test_needed_words_stand_in_every_match(pattern: str, words: list[str]) -> None:
    assert needed_words(pattern) == words


def test_a_pattern_that_needs_a_digit_says_so() -> None:
    assert needs_digit(r"[0-9]{3}-[a-z]")
    assert not needs_digit(r"[a-z0-9]+")
    assert not needs_digit(r"(?:[0-9])?x")


def test_every_rule_compiles_and_every_validator_is_known() -> None:
    for rule in book()["rules"]:
        Rule(rule)
        assert {name for name, _ in rule.get("validators", ())} <= set(VALIDATORS)


def test_a_rule_finds_the_same_with_and_without_its_words() -> None:
    data = "\n".join(VALUES).encode()

    for fields in book()["rules"]:
        if list(Rule(fields).values(data, 256)):
            assert not fields["needs"] or any(each.encode() in data.lower() for each in fields["needs"]), fields["id"]


def test_the_page_goes_without_the_rules_for_servers_and_the_script_has_them() -> None:
    everything = {each["id"] for each in book()["rules"]}
    page = {each["id"] for each in make_book(rules(), is_page=True)["rules"]}

    assert {"cron-user", "redis-quoted-auth"} <= everything - page
    assert {"email", "netrc-password"} <= page


def test_rules_without_a_part_are_an_error() -> None:
    for missing in ("policy", "rules", "slots", "names"):
        with pytest.raises(UsageError, match="incomplete"):
            make_book({key: value for key, value in rules().items() if key != missing})


# V8 looks for interrupts while it backtracks: a pattern that runs away is ended after `limit` milliseconds.
_TIMES = """
const vm = require("vm");
const { rules, limit } = JSON.parse(require("fs").readFileSync(0, "utf8"));
const box = vm.createContext({});
const search = new vm.Script("for (const _ of text.matchAll(pattern));");
const slow = [];
for (const { id, pattern, flags, texts } of rules) {
  box.pattern = vm.runInContext(`new RegExp(${JSON.stringify(pattern)}, ${JSON.stringify("g" + (flags || ""))})`, box);
  for (const text of texts) {
    box.text = text;
    try { search.runInContext(box, { timeout: limit }); } catch (error) {
      if (error.code !== "ERR_SCRIPT_EXECUTION_TIMEOUT") throw error;
      slow.push(id);
      break;
    }
  }
}
process.stdout.write(JSON.stringify(slow));
"""
_PIECES = ("a", "0", "A0", "a.", "a-", " ", "=", "a=", "AKIA", "eyJ", "1 ", "a@", "0:", "%40", "/a", "ab1_")


def hostile(rule: dict[str, Any]) -> list[str]:
    """Texts that make a backtracking engine despair: long runs of what the pattern repeats, behind its own words."""
    starts = ["", *rule["needs"][:3]]
    runs = [*_PIECES, *characters_of(rule["pattern"])]
    return [start + piece * (6_000 // len(piece)) + "\n!" for start in starts for piece in runs]


def characters_of(pattern: str) -> list[str]:
    """Letters and signs that stand in a pattern: each literal, and the first of each range."""
    found = re.findall(r"(?<!\\)([A-Za-z0-9_ .:/-])", pattern)
    return sorted(set(found))[:10]


def slow_in_javascript(listed: list[dict[str, Any]], limit: int = 2000) -> list[str]:
    """Rules that need more than `limit` ms for one hostile text."""
    texts = [
        {**{name: each.get(name) for name in ("id", "pattern", "flags")}, "texts": hostile(each)} for each in listed
    ]
    node = shutil.which("node")
    assert node is not None
    given = json.dumps({"rules": texts, "limit": limit}).encode()
    done = subprocess.run([node, "-e", _TIMES], input=given, capture_output=True, timeout=240)
    assert done.returncode == 0, done.stderr.decode()[-500:]
    return list(json.loads(done.stdout))


@pytest.mark.tool("node")
def test_no_rule_backtracks_in_javascript() -> None:
    assert slow_in_javascript(book()["rules"]) == []


@pytest.mark.tool("node")
@pytest.mark.parametrize(
    "pattern", [r"(?:a+)+$", r"\bkey_(?:x|xx)*y", r"(?:[a-z]+[ .]?)*@@", r"(?:[0-9]{1,3}-?)+:[a-z]", r"(?:a|[a-f])*!c"]
)
def test_a_rule_that_backtracks_is_caught(pattern: str) -> None:
    planted = {"id": "planted", "class": "token", "pattern": pattern, "needs": needed_words(pattern), "digits": False}

    assert slow_in_javascript([*book()["rules"][:3], planted], limit=300) == ["planted"]
