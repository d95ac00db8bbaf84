"""Properties of the engine over random documents: shape, counts, idempotence, no planted value in any decoding."""

import base64
import json
import random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from diagpack.redact.learned import Learned
from diagpack.redact.residue import ResidueScanner
from diagpack.redact.standalone import Standalone
from tests.redact.planting import ENCODERS, KEY, POLICY, har, har_entry

_ALONE = Standalone(KEY, POLICY)
_SETTINGS = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
_NAMES = st.sampled_from(["id", "note", "password", "items", "user", "email", "state", "x-request-id", "a b", "ключ"])
_LEAVES = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.text(max_size=30),
    st.sampled_from(["ann@example.com", "198.51.100.7", "Bearer canary0123456789", "password=canary-1x", "a=1&b=zz9"]),
)  # fmt: skip
_JSON = st.recursive(
    _LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_NAMES, inner, max_size=5), max_leaves=20
)
_SLOTS = (
    '{{"api_key": "{0}"}}',
    "access_token={0}&x=1",
    "Authorization: Bearer {0}",
    "<a><password>{0}</password></a>",
    "client_secret={0}",
    '{{"name": "X-Api-Key", "value": "{0}"}}',
    "/reset-password/{0}",
    "postgres://app:{0}@db.example/x",
)


def _keys(value: Any) -> int:
    if isinstance(value, dict):
        return len(value) + sum(map(_keys, value.values()))
    return sum(map(_keys, value)) if isinstance(value, list) else 0


@_SETTINGS
@given(_JSON)
def test_a_document_stays_json_with_as_many_keys_and_a_second_run_changes_nothing(document: Any) -> None:
    once = _ALONE.value(document)

    assert json.loads(json.dumps(once)) == once
    assert _keys(once) == _keys(document)
    assert _ALONE.value(once) == once
    assert Standalone(KEY, POLICY).value(document) == once


@_SETTINGS
@given(st.lists(_JSON, min_size=1, max_size=4))
def test_a_har_keeps_its_entries(bodies: list[Any]) -> None:
    entries = [
        har_entry(number, response={"content": {"mimeType": "application/json", "text": json.dumps([body])}})
        for number, body in enumerate(bodies)
    ]

    shown = _ALONE.har(har(*entries))

    assert [each["_dpEntry"] for each in shown["log"]["entries"]] == list(range(len(bodies)))
    for entry in shown["log"]["entries"]:
        json.loads(entry["response"]["content"]["text"])


@_SETTINGS
@given(
    st.lists(
        st.text(alphabet=st.characters(exclude_characters="\r\n\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"), max_size=60),
        max_size=8,
    )
)
def test_a_text_keeps_its_lines_and_a_second_run_changes_nothing(lines: list[str]) -> None:
    text = "\n".join([*lines, "password=canary-1x ann@example.com"])

    once = _ALONE.text(text)

    assert once.count("\n") == text.count("\n")
    assert "canary-1x" not in once
    assert _ALONE.text(once) == once


def _leftovers(seed: int, count: int) -> list[str]:
    """Canaries in random slots and encodings, nested up to three times; those that can still be read."""
    chance = random.Random(seed)  # noqa: S311 - reproducible, no secret
    left = []
    for number in range(count):
        canary = f"canary{number}" + "".join(chance.choices("abcdXYZ0189", k=10))
        text = chance.choice(_SLOTS).format(canary)
        chain = chance.choices(sorted(ENCODERS), k=chance.randrange(1, 4))
        for name in chain:
            text = ENCODERS[name](text)
        frame = chance.choice(["INFO payload {0} end", '{{"blob": "{0}"}}', "GET /x?data={0} HTTP/1.1", "{0}"])
        if '"blob"' in frame:
            text = json.dumps(text)[1:-1]
        shown = _ALONE.text(frame.format(text))
        scanner = ResidueScanner({canary: "secret"}, Learned(POLICY).prints(), lambda data: False)
        if any(hit.rule.startswith("value/") for hit in scanner.scan("a", shown.encode("utf-8", "surrogatepass"))):
            left.append(f"{'+'.join(chain)} in {frame}")
        assert base64.b64encode(canary.encode()).rstrip(b"=")[:-1].decode() not in shown
    return left


def test_no_planted_canary_is_left_in_any_decoding() -> None:
    assert _leftovers(1, 300) == []


@pytest.mark.deep
@pytest.mark.parametrize("seed", range(2, 12))
def test_no_planted_canary_of_thousands_is_left_in_any_decoding(seed: int) -> None:
    assert _leftovers(seed, 1000) == []
