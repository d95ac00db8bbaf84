"""The rule book is data that RE2 and JavaScript read alike."""

import json
import os
import random
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from diagpack.errors import UsageError
from diagpack.redact import rulebook
from diagpack.redact.detectors._engine import RuleScanner
from diagpack.redact.rulebook import FILES, Rule, folded, load_rules, portable_engine, rules_as_json, slots
from diagpack.redact.spans import PERSONAL_CLASSES, SECRET_CLASSES
from tests.redact.recipes import build, seeded

RULES = [rule for file in FILES for rule in load_rules(file)]
_NODE = shutil.which("node")
needs_node = pytest.mark.skipif(
    _NODE is None and not os.environ.get("DIAGPACK_REQUIRE_TOOLS"), reason="node is not installed"
)
# What neither RE2 nor a portable pattern may hold: inline flags, lookaround, named groups, back-references,
# possessive or atomic groups, `\s`, `\w` and `.` (their sets differ between the two engines).
_OUTSIDE = re.compile(r"\(\?(?!:)|\\[1-9kpPsSwWdDzZAQEGhHvRXCB]|[*+?}]\+|\(\*|(?<!\\)\.")
_CLASS = re.compile(r"\[(?:\\.|[^\]\\])*\]")
_PLACE = re.compile(r"\{[A-Za-z0-9]+:\d+\}")


def run_node(script: str, stdin: str, *, timeout: int = 120) -> str:
    assert _NODE is not None
    done = subprocess.run([_NODE, "-e", script], input=stdin, capture_output=True, text=True, timeout=timeout)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def vectors(rule: Rule, source: random.Random) -> list[str]:
    """Inputs for one rule: its example in several surroundings, damaged, and beside other text."""
    example = build(rule.example, source)
    other = build(rule.example, source)
    middle = len(example) // 2
    return [
        f"before {example} after",
        f'{{"k":"{example}"}}',
        f"{example}\n{other}",
        f"x{example}",
        f"{example}9z",
        f"./{example}/",
        example[:-3],
        example[:middle] + "\n" + example[middle:],
        example.swapcase(),
        f"café {example} naïve",
        f"a=1&x={example}&order_id={other} traceId={example} Span.Ref={other} XRequestIDs={example} =",
    ]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_every_rule_stays_inside_the_portable_subset(rule: Rule) -> None:
    assert rule.pattern.isascii()
    assert _OUTSIDE.search(_CLASS.sub("[]", rule.pattern)) is None
    assert not any(part in rule.pattern for part in (r"\s", r"\w", r"\d"))
    assert set(rule.flags) <= {"i"}
    assert all(int(each) <= 1000 for each in re.findall(r"[{,](\d+)", rule.pattern))
    assert all(keyword == keyword.lower() and keyword.isascii() for keyword in rule.keywords)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_every_rule_finds_its_own_example_whole(rule: Rule) -> None:
    source = seeded(rule.id)
    for _ in range(5):
        text = f"x {build(rule.example, source)} y"
        found = list(RuleScanner(rule).values(text.encode()))

        assert len(found) == 1
        assert not rule.keywords or any(keyword in text.lower() for keyword in rule.keywords)


def test_every_rule_names_a_class_of_the_policy_and_a_source() -> None:
    assert len({rule.id for rule in RULES}) == len(RULES)
    for rule in RULES:
        assert rule.entity in SECRET_CLASSES | PERSONAL_CLASSES
        assert rule.source.startswith("https://")


def test_there_are_at_least_120_vendor_rules_and_all_of_them_are_secrets() -> None:
    rules = load_rules("secrets")

    assert len(rules) >= 120
    assert all(rule.entity in SECRET_CLASSES and rule.vendor for rule in rules)


def test_entropy_is_asked_for_only_behind_a_prefix_or_keyword() -> None:
    for rule in load_rules("secrets"):
        if any(name == "entropy" for name, _argument in rule.validators):
            assert rule.keywords or re.match(r"\\b[A-Za-z]", rule.pattern)


def test_a_misspelt_field_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rulebook, "load_data", lambda name: {"rules": [{"id": "x", "validator": []}]})

    with pytest.raises(UsageError) as caught:
        rulebook.load_rules.__wrapped__("secrets")

    assert caught.value.id == "DP250"


@pytest.mark.tool("node")
@needs_node
def test_javascript_gives_the_same_answer_as_re2_on_shared_vectors() -> None:
    inputs = [
        (number, text.encode().decode("latin1"))
        for number, rule in enumerate(RULES)
        for text in vectors(rule, seeded(number))
    ]
    expected = [
        [list(span) for span in RuleScanner(RULES[number]).values(text.encode("latin1"))] for number, text in inputs
    ]
    script = (
        portable_engine()
        + """
    const {book, inputs} = JSON.parse(require("fs").readFileSync(0, "utf8"));
    const compiled = book.rules.map(PortableRules.compile);
    console.log(JSON.stringify(inputs.map(([n, text]) => PortableRules.values(compiled[n], text, book.left_limit))));
    """
    )

    answers = json.loads(run_node(script, json.dumps({"book": rules_as_json(), "inputs": inputs})))

    assert len(inputs) >= 300
    different = [
        (RULES[number].id, text)
        for (number, text), mine, theirs in zip(inputs, expected, answers, strict=True)
        if mine != theirs
    ]
    assert different == []
    assert sum(bool(each) for each in expected) > len(inputs) / 2


@pytest.mark.tool("node")
@needs_node
def test_no_pattern_backtracks_catastrophically_in_javascript() -> None:
    soups = [
        "a",
        "1",
        "1.1.",
        "a@",
        "a.",
        "1 1 1 ",
        "4111 ",
        "%40a",
        "::",
        "0:",
        "A1b2",
        "/home/",
        "-",
        " ",
        "Aa ",
        '="',
    ]
    texts = [[soup * (20_000 // len(soup)) for soup in soups], []]
    for rule in RULES:
        example = build(rule.example, seeded(rule.id))
        texts[1].append(
            [(piece * (20_000 // len(piece) + 1))[:20_000] for piece in (example[:-1], example[:6], example)]
        )
    script = (
        portable_engine()
        + """
    const {book, soups, own} = JSON.parse(require("fs").readFileSync(0, "utf8"));
    const slow = [];
    book.rules.map(PortableRules.compile).forEach((compiled, number) => {
      for (const text of [...soups, ...own[number]]) {
        // Processor time, so that a busy machine makes no pattern slow.
        const started = process.cpuUsage();
        PortableRules.values(compiled, text, book.left_limit);
        const used = process.cpuUsage(started);
        const took = (used.user + used.system) / 1000;
        if (took > 1000) slow.push([compiled.rule.id, text.slice(0, 12), took]);
      }
    });
    console.log(JSON.stringify(slow));
    """
    )

    slow = json.loads(
        run_node(script, json.dumps({"book": rules_as_json(), "soups": texts[0], "own": texts[1]}), timeout=300)
    )

    assert slow == []


def test_the_exported_book_is_plain_json_with_everything_an_engine_needs() -> None:
    book = json.loads(json.dumps(rules_as_json()))

    assert len(book["rules"]) == len(RULES)
    assert {each["id"] for each in book["rules"] if "not_named" in each} == {"card"}
    assert set(book["rules"][0]) == {
        "id", "class", "pattern", "flags", "keywords", "group", "left", "trim", "not_before", "not_after", "validators",
    }  # fmt: skip
    assert "authorization" in book["slots"]["secret_headers"]


def test_no_real_looking_token_stands_in_the_data_files() -> None:
    scanners = [RuleScanner(rule) for rule in load_rules("secrets")]
    folder = Path(rulebook.__file__).parent / "rules"
    for file in folder.glob("*.yaml"):
        # The comments and values a person reads, not the patterns themselves.
        text = yaml.safe_dump(yaml.safe_load(file.read_text("utf-8")), allow_unicode=True, width=1000)
        lines = [_PLACE.sub("", line) for line in text.splitlines() if "pattern:" not in line and "source:" not in line]
        hits = [each.rule.id for each in scanners for line in lines if any(each.values(line.encode()))]
        assert hits == [], file.name


class TestSlots:
    @pytest.mark.parametrize(
        ("key", "where", "entity"),
        [
            ("Authorization", "header", "token"),
            ("Set-Cookie", "header", "cookie"),
            ("X-Api-Key", "header", "token"),
            ("db_password_2", "json", "password"),
            ("clientSecret", "json", "secret"),
            ("GITHUB_TOKEN", "text", "token"),
            ("dbPass", "json", "password"),
            ("code", "query", "token"),
            ("SAMLResponse", "form", "secret"),
            ("sid", "json", "token"),
        ],
    )
    def test_a_key_that_names_a_secret_is_known_in_its_place(self, key: str, where: str, entity: str) -> None:
        assert slots().secret(key, where) == entity

    @pytest.mark.parametrize(
        ("key", "where"),
        [
            ("token_type", "json"),
            ("code", "json"),
            ("state", "text"),
            ("X-Request-Id", "header"),
            ("max_tokens", "json"),
            ("compass", "json"),
            ("code_challenge_method", "query"),
            ("status", "json"),
        ],
    )
    def test_a_key_that_only_looks_like_a_secret_is_not(self, key: str, where: str) -> None:
        assert slots().secret(key, where) is None

    @pytest.mark.parametrize(
        ("key", "where", "entity"),
        [
            ("firstName", "json", "name"),
            ("customer_email", "text", "email"),
            ("name", "json", "name"),
            ("user", "text", "user"),
            ("dateOfBirth", "json", "dob"),
            ("shippingAddress", "json", "address"),
        ],
    )
    def test_a_key_that_names_personal_data_is_known(self, key: str, where: str, entity: str) -> None:
        assert slots().personal(key, where) == entity

    def test_bare_name_and_city_are_trusted_only_in_structured_places(self) -> None:
        assert slots().personal("name", "text") is None
        assert slots().personal("email_verified", "json") is None

    def test_folding_ignores_case_and_separators(self) -> None:
        assert folded("X-Api_Key") == folded("xApiKey") == "xapikey"
