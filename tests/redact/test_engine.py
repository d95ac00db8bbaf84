"""The engine: slots, texts, what stays, what is learned."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diagpack.redact.engine import Engine, canonical, is_public
from diagpack.redact.learned import Learned
from diagpack.redact.policy import load_policy
from tests.redact.planting import ENCODERS, POLICY, engine

_REQUEST_IDS = (
    "4bf92f35-77b3-4da6-a3ce-929d0e0e4736",
    "4bf92f3577b34da6a3ce929d0e0e4736",
    "00f067aa0ba902b7",
    "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
    "2026-01-02T03:04:05.678Z",
    "1767323045123",
    "v1.24.3-rc1",
)


def test_equal_values_in_different_encodings_get_one_token() -> None:
    made = engine()

    assert made.slot("ann@example.com", "email", "t") == made.slot("ann%40example.com", "user", "t")


@pytest.mark.parametrize("value", ["", "  ", "***", "[REDACTED]", "true", "null", "none"])
def test_what_is_no_value_stays(value: str) -> None:
    assert engine().slot(value, "password", "t") == value


def test_blanks_around_a_value_stay() -> None:
    assert engine().slot("  canary-1\n", "secret", "t").startswith("  dp-secret-")


def test_a_mailbox_becomes_a_name_and_an_address() -> None:
    shown = engine().slot("Ottilie Brandvold <ottilie@example.com>", "email", "t")

    assert shown.startswith("dp-name-")
    assert shown.endswith("@dp.invalid>")


@pytest.mark.parametrize("value", _REQUEST_IDS)
def test_diagnostic_values_stay_in_text(value: str) -> None:
    text = f"INFO request {value} done"

    assert engine().text(text) == text


def test_private_addresses_stay_and_public_ones_go() -> None:
    text = engine().text("from 10.1.2.3 and 127.0.0.1 to 198.51.100.7")

    assert "10.1.2.3" in text
    assert "127.0.0.1" in text
    assert "198.51.100.7" not in text


@pytest.mark.parametrize("first", sorted(ENCODERS))
@pytest.mark.parametrize("second", ["plain", "percent", "base64", "json-string", "gzip"])
def test_a_learned_value_is_found_in_encodings_nested_twice(first: str, second: str) -> None:
    made = engine(values={"Quillonberg": "name", "canary-opaque-77": "secret"})

    shown = made.value(ENCODERS[second](ENCODERS[first]("call Quillonberg about canary-opaque-77 now")))

    assert "Quillonberg" not in shown
    assert "canary-opaque-77" not in shown
    assert sum(made.tally.values()) >= 2


def test_a_secret_in_a_keyed_place_is_learned_and_a_word_is_not() -> None:
    learned = Learned(POLICY)
    made = engine(learned=learned)

    made.value('{"password": "canary-Secret1", "api_key": "password"}')

    assert learned.values == {"canary-Secret1": "password"}
    assert learned.not_searched["key"] == 1


def test_a_value_with_a_shape_is_never_kept_as_a_literal() -> None:
    learned = Learned(POLICY)

    engine(learned=learned).text("mail ann@example.com from 198.51.100.7, card 4111 1111 1111 1111")

    assert learned.values == {}
    assert len(learned.prints()) >= 2


def test_a_policy_drops_a_class() -> None:
    made = engine(policy=load_policy(overrides={"classes": {"email": "drop"}}))

    once = made.text("to ann@example.com")

    assert once == "to dropped-email"
    assert made.text(once) == once


def test_a_policy_keeps_a_class() -> None:
    text = "to ann@example.com"

    assert engine(policy=load_policy(overrides={"classes": {"email": "keep"}})).text(text) == text


def test_too_many_layers_are_replaced_as_a_whole() -> None:
    text = "password=canary-deep-1"
    for _ in range(12):
        text = ENCODERS["base64"](text)

    shown = engine().value(text)

    for _ in range(12):
        assert "canary" not in shown
        try:
            import base64

            shown = base64.b64decode(shown, validate=True).decode()
        except ValueError:
            break


def test_a_short_text_in_a_batch_is_redacted_like_alone() -> None:
    texts = ["mail ann@example.com", "nothing here", "password=canary-1x", "from 198.51.100.7"]

    assert engine().texts(texts) == [engine().text(each) for each in texts]


def test_a_key_block_over_several_texts_is_replaced_in_each() -> None:
    texts = ["-----BEGIN PRIVATE KEY-----", "MIIEcanaryAAAABBBBCCCC", "-----END PRIVATE KEY-----", "after"]

    shown = engine().texts(texts)

    assert "canary" not in "".join(shown)
    assert shown[3] == "after"


@given(st.text(max_size=300))
@settings(max_examples=60, deadline=None)
def test_redacting_twice_changes_nothing(text: str) -> None:
    once = engine().value(text)

    assert engine().value(once) == once


@pytest.mark.parametrize(
    "text",
    [
        "password=canary-1x user=bob.smith token: canary2x3y4z",
        "https://bob:canary-pw@example.com/a?code=canary-1&x=%20y#access_token=canary3",
        "Cookie: a=canary1; b=canary2",
        "Authorization: Bearer canaryAAAABBBB1111",
        "postgres://svc:canary-pw1@db.example.com:5432/app?sslmode=require",
        "mail ann%40example.com, 198.51.100.7, 2a00:1450:4001:81b::200e, +1 202 555 0143",
        '{"password":"canary-1","pin":123456,"dob":"1980-02-03","lat":52.5200066}',
    ],
)
def test_typical_lines_are_stable_after_one_pass(text: str) -> None:
    once = engine().value(text)

    assert "canary" not in once
    assert engine().value(once) == once


def test_canonical_forms_undo_percent_and_quotes() -> None:
    assert canonical('"a%2540b.test"') == "a@b.test"


@pytest.mark.parametrize(
    ("value", "public"), [("8.8.8.8", True), ("10.0.0.1", False), ("::1", False), ("203.0.113.9", True)]
)
def test_addresses_are_public_or_not(value: str, public: bool) -> None:
    assert is_public(value) is public


def test_a_word_to_keep_stays_but_never_as_a_secret() -> None:
    made = engine(policy=load_policy((), {"words": {"keep": ["Northwind", "canary-kept"]}}))

    assert made.slot("northwind", "company", "t") == "northwind"
    assert made.slot("canary-kept", "password", "t").startswith("dp-password-")


def test_what_returns_in_one_place_is_redacted_once_and_counted_each_time() -> None:
    calls: list[str] = []

    def redact(each: Engine, text: str) -> str:
        calls.append(text)
        return each.slot(text, "user", "place")

    one = engine(values={})

    assert one.once("header x", "canary-user", redact) == one.once("header x", "canary-user", redact)
    assert calls == ["canary-user"]
    assert one.tally == {"user/place": 2}
