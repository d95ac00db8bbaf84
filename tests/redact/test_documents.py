"""Many short JSON documents, walked together, become what each becomes alone."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diagpack.redact.documents import redact_documents
from diagpack.redact.walk_json import redact_json_text
from tests.redact.planting import engine
from tests.redact.recipes import seeded

_VALUES = [
    "red", "plain words", "jo.canary@customer.example", "canary7k2m9q4x", "--password", "#x", "", "4111111111111111",
    "0b8f2a52-7c1d-4f1e-9a55-1f2e3d4c5b6a", "https://app.example.com/a?token=canary1234567", 7, 1700000000123,
    4111111111111111, 0.8474337369372327, None, True, ["red", "big"], {"email": "jo.canary@customer.example"},
]  # fmt: skip
_NAMES = ["id", "title", "email", "firstName", "password", "amount", "tags", "owner", "message"]


@given(seed=st.integers(0, 2**32))
@settings(max_examples=80, deadline=None)
def test_documents_become_the_same_together_and_alone(seed: int) -> None:
    r = seeded(seed)
    kinds = [r.sample(_NAMES, r.randrange(1, 6)) for _ in range(2)]
    texts = [json.dumps({name: r.choice(_VALUES) for name in r.choice(kinds)}) for _ in range(r.randrange(1, 14))]

    shown = redact_documents(engine(), texts)

    assert [json.loads(each or "") for each in shown] == [
        json.loads(redact_json_text(engine(), each)) for each in texts
    ]


@pytest.mark.parametrize("text", ["no JSON", '{"a":', "", "[" * 600 + "]" * 600])
def test_what_is_no_json_is_left_to_others(text: str) -> None:
    shown = redact_documents(engine(), ['{"a":1}', text, '{"password":"canary-1"}'])

    assert shown[0] == '{"a":1}'
    assert shown[1] is None
    assert "canary" not in (shown[2] or "canary")


def test_only_what_changes_is_written_anew_and_in_its_own_layout() -> None:
    texts = [
        '{"a": 1.50, "b": [1, 2]}', ' {"a":1,"password":"canary-1"} ', '{"a": 1, "password": "canary-2"}\r',
        '{"a":1e2,"a":2}',
    ]  # fmt: skip

    shown = redact_documents(engine(), texts)

    assert shown[0] is texts[0]
    assert (shown[1] or "").startswith(' {"a":1,"password":"dp-')
    assert (shown[1] or "").endswith(" ")
    assert (shown[2] or "").startswith('{"a": 1, "password": "dp-')
    assert (shown[2] or "").endswith("\r")
    assert shown[3] is texts[3]


def test_how_a_number_is_written_stays_beside_a_replaced_value() -> None:
    texts = [f'{{"a":1.5{zeros},"password":"canary-{zeros}1"}}' for zeros in ("", "0", "00", "e2", "e300")]

    shown = redact_documents(engine(), texts)

    assert [(each or "").split(",")[0] for each in shown] == [each.split(",")[0] for each in texts]
