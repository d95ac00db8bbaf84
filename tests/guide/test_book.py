"""The book: what both redactors read is complete, and the words that trigger a rule never hide one of its matches."""

import json
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
        assert {name for name, _ in rule["validators"]} <= set(VALIDATORS)


def test_a_rule_finds_the_same_with_and_without_its_words() -> None:
    data = "\n".join(VALUES).encode()

    for fields in book()["rules"]:
        if list(Rule(fields).values(data, 256)):
            assert not fields["needs"] or any(each.encode() in data.lower() for each in fields["needs"]), fields["id"]


def test_rules_without_a_part_are_an_error() -> None:
    for missing in ("policy", "rules", "slots"):
        with pytest.raises(UsageError, match="incomplete"):
            make_book({key: value for key, value in rules().items() if key != missing})


_TIMES = """
const book = JSON.parse(require("fs").readFileSync(0, "utf8"));
const slow = [];
for (const rule of book.rules) {
  const pattern = new RegExp(rule.pattern, "g" + rule.flags);
  for (const text of book.texts) {
    const began = performance.now();
    for (const _ of text.matchAll(pattern));
    if (performance.now() - began > book.limit) { slow.push(rule.id); break; }
  }
}
process.stdout.write(JSON.stringify(slow));
"""


def slow_in_javascript(listed: list[dict[str, Any]], limit: int = 2500) -> list[str]:
    """Rules that need more than `limit` ms for one of the texts that make backtracking engines despair."""
    pieces = ("a", "0", "A0", "a.", "a-", " ", "=", "a=", "AKIA", "eyJ", "1 ", "a@", "0:", "%40", "/a", "ab1_")
    size = 24 if any(each["id"] == "slow" for each in listed) else 20_000
    texts = [piece * (size // len(piece)) + "!" for piece in pieces]
    words = [word for each in listed for word in each["needs"][:1]]
    texts += [(word + "a") * 400 for word in words[:40]]
    given = {"rules": listed, "texts": texts, "limit": limit}
    node = shutil.which("node")
    assert node is not None
    done = subprocess.run([node, "-e", _TIMES], input=json.dumps(given).encode(), capture_output=True, timeout=240)
    assert done.returncode == 0, done.stderr.decode()[-500:]
    return list(json.loads(done.stdout))


@pytest.mark.tool("node")
def test_no_rule_backtracks_in_javascript() -> None:
    assert slow_in_javascript(book()["rules"]) == []


@pytest.mark.tool("node")
def test_a_rule_that_backtracks_is_caught() -> None:
    bad = {**book()["rules"][0], "id": "slow", "pattern": "(?:a+)+$"}

    assert slow_in_javascript([bad], limit=100) == ["slow"]
