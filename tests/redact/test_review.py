"""Redaction seen from its result: tokens with context, and words that hold a secret."""

import base64
import json
from urllib.parse import quote

import pytest

from diagpack.redact.policy import load_policy
from diagpack.redact.pseudonyms import Pseudonyms
from diagpack.redact.review import class_of, removals, secret_in, without_tokens
from tests.redact.planting import KEY, POLICY

MADE = Pseudonyms(KEY)
FOREIGN = "dp-email-aaaaaaaaaaaa"


@pytest.mark.parametrize(
    ("value", "entity"),
    [("ann@example.com", "email"), ("canary", "password"), ("198.51.100.7", "ip"), ("2001:db8::7", "ip")],
)
def test_every_token_in_plain_sight_is_found_with_place_and_context(value: str, entity: str) -> None:
    token = MADE.token(value, entity)
    line = json.dumps({"line": 4, "text": f"before {token} after"}).encode()

    (found,) = removals(line, "application/jsonl", MADE)

    assert (found.token, found.entity, found.place) == (token, entity, "L4")
    assert found.context == f"before {token} after"


def test_context_names_the_field_and_is_cut() -> None:
    token = MADE.token("canary", "token")
    document = json.dumps({"headers": [{"name": "X-Key", "value": "x" * 90 + " " + token + " " + "y" * 90}]}).encode()

    (found,) = removals(document, "application/json", MADE)

    assert found.context.startswith("X-Key: …x")
    assert found.context.endswith("y…")
    assert len(found.context) < 150


def test_a_token_of_another_case_is_data_and_a_dropped_value_is_a_removal() -> None:
    found = list(removals(f"{FOREIGN} dropped-secret undropped-secret".encode(), "text/plain", MADE))

    assert [(each.token, each.entity) for each in found] == [("dropped-secret", "secret")]


def test_masked_text_has_no_token_left() -> None:
    token = MADE.token("canary", "secret")

    assert without_tokens(f"password: {token}!", MADE, "_") == f"password: {'_' * len(token)}!"
    assert without_tokens("é nothing", MADE) == "é nothing"


def test_classes_come_from_the_token_alone() -> None:
    assert class_of(MADE.token("a@example.com", "email")) == "email"
    assert class_of(MADE.number("123456789012")) == "number"
    assert class_of("dropped-name") == "name"


LEARNED = "Canary-Learned-99!"
ENCODERS = {
    "plain": str,
    "upper": str.upper,
    "inside": lambda text: f"see {text} there",
    "percent": lambda text: quote(text, safe=""),
    "base64": lambda text: base64.b64encode(text.encode()).decode(),
    "hex": lambda text: text.encode().hex(),
}


@pytest.mark.parametrize("form", sorted(ENCODERS))
def test_a_word_that_holds_a_learned_secret_in_any_encoding_is_known(form: str) -> None:
    tokens = {MADE.token(LEARNED, "password"): LEARNED}

    assert secret_in(ENCODERS[form](LEARNED), tokens, key=KEY, policy=POLICY) == "password"


@pytest.mark.parametrize("word", ["AKIA" + "Q7" * 8, "password=canary-Pass-7731xQ", "ghp_" + "a1B2c3D4e5F6" * 3])
def test_a_word_that_a_rule_for_secrets_finds_is_known_without_the_map(word: str) -> None:
    assert secret_in(word, {}, key=KEY, policy=POLICY) != ""


@pytest.mark.parametrize("word", ["Nightjar", "ann@example.com", "Jo Doe", "", "198.51.100.7"])
def test_other_words_hold_no_secret(word: str) -> None:
    tokens = {MADE.token("Jo Doe", "name"): "Jo Doe", MADE.token(LEARNED, "password"): LEARNED}

    assert secret_in(word, tokens, key=KEY, policy=load_policy()) == ""
