"""Records that are alike, walked by columns, become what each becomes by itself."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diagpack.redact import ahead, walk_records
from diagpack.redact.json_text import Document
from diagpack.redact.walk_json import JsonWalker, redact_json_text
from diagpack.redact.walk_records import FEW, Records
from tests.redact.planting import engine

_LEAF = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**18), 10**18),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from(
        [
            "plain words of a title", "jo.canary@customer.example", "203.0.113.9", "4111111111111111", "secret",
            "0b8f2a52-7c1d-4f1e-9a55-1f2e3d4c5b6a", "2026-03-02T09:00:00.000Z", "password=canary99", "-u", "#mark",
            "--password", "https://app.example.com/a?token=canary1234567", "Jo Canary", "", "x",
        ]
    ),
    st.text(max_size=12),
)  # fmt: skip
_NAMES = [
    "id",
    "title",
    "email",
    "owner",
    "firstName",
    "note",
    "tags",
    "amount",
    "password",
    "createdAt",
    "role",
    "data",
]
_VALUE = st.recursive(
    _LEAF,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(_NAMES), inner, max_size=3),
    max_leaves=5,
)


@st.composite
def _rows(draw: st.DrawFn) -> list[dict[str, Any]]:
    names = draw(st.lists(st.sampled_from(_NAMES), min_size=1, max_size=6, unique=True))
    kinds = [draw(st.sampled_from([_LEAF, _VALUE])) for _ in names]
    count = draw(st.integers(FEW, 7))
    return [{name: draw(kind) for name, kind in zip(names, kinds, strict=True)} for _ in range(count)]


@given(_rows())
@settings(max_examples=150, deadline=None)
def test_records_become_the_same_together_and_alone(rows: list[dict[str, Any]]) -> None:
    together, alone = engine(), engine()
    text = json.dumps(rows)
    alone.ahead.read_all([(text, rows)])

    shown = json.loads(redact_json_text(together, text))
    walker = JsonWalker(alone, Document())

    assert shown == [walker.walk(row, "", "", 1) for row in rows]
    assert together.tally == alone.tally


@given(_rows())
@settings(max_examples=60, deadline=None)
def test_records_are_changed_in_place_only_for_their_owner(rows: list[dict[str, Any]]) -> None:
    before = json.dumps(rows)
    JsonWalker(engine(), Document()).walk(rows)

    assert json.dumps(rows) == before


def test_a_column_that_holds_nothing_stays_the_same_object() -> None:
    rows = [
        {"title": f"order {at}", "amount": at / 4, "isDone": None, "tags": ["red", "big", "new"]} for at in range(9)
    ]
    subject = engine()
    subject.ahead.read(rows)

    assert Records(JsonWalker(subject, Document())).alike(rows, 1) is rows


def test_records_with_other_members_are_not_alike() -> None:
    records = Records(JsonWalker(engine(), Document()))

    assert records.alike([{"title": "a"}, {"other": "a"}], 1) is None
    assert records.alike([{"title": "a"}, {"title": "a", "b": 1}], 1) is None
    assert records.alike([{"title": "a"}, "title"], 1) is None


def test_a_record_in_which_one_member_speaks_of_another_has_no_plan() -> None:
    records = Records(JsonWalker(engine(), Document()))

    assert records.plan({"name": "password", "value": "canary"}) is None
    assert records.plan({"title": "a", "amount": 1}) == (True, True)


def test_flags_and_long_numbers_in_a_column_of_lists_are_looked_at() -> None:
    rows = [{"args": ["run", "--password", "canaryword", "x"], "n": 4111111111111111} for _ in range(6)]

    shown = redact_json_text(engine(), json.dumps(rows))

    assert "canaryword" not in shown
    assert "4111111111111111" not in shown


def test_a_list_with_more_texts_than_are_remembered_is_searched_in_portions(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [
        {"id": at, "title": f"order of the day {at}", "email": f"canary{at}@customer.example", "at": 1700000000000 + at}
        for at in range(60)
    ]
    rows[41] = {"other": "jo.canary@customer.example"}
    text = json.dumps({"data": rows})
    whole = redact_json_text(engine(), text)

    monkeypatch.setattr(ahead, "_MOST_TEXTS", 20)
    monkeypatch.setattr(walk_records, "_PORTION", 7)

    assert redact_json_text(engine(), text) == whole
    assert "canary" not in whole


def test_long_numbers_of_a_column_are_searched_together_and_cards_among_them_go() -> None:
    rows = [{"at": 1700000000000 + at, "score": 0.8474337369372327 + at} for at in range(20)]
    rows[7]["at"] = 4111111111111111

    shown = json.loads(redact_json_text(engine(), json.dumps(rows)))

    assert shown[7]["at"] != rows[7]["at"]
    assert [each for index, each in enumerate(shown) if index != 7] == rows[:7] + rows[8:]
