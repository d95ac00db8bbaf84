"""A new capture says whether the failing call works again."""

from typing import Any

import pytest

from diagpack.analyze.validate import validate
from diagpack.model.compare import Verdict
from diagpack.model.exchange import exchanges_of, from_entry
from tests.har_fixtures import har, har_entry

FAILING = from_entry(har_entry("https://app.example.com/api/orders/1", status=500))


def again(**values: Any) -> Any:
    return har_entry("https://app.example.com/api/orders/2", **values)


@pytest.mark.parametrize(
    ("entries", "verdict", "sentence"),
    [
        ([again(), again(), again()], Verdict.NOT_REPRODUCED, "not reproduced, 3 of 3, on 4.2.1"),
        ([again(), again(status=500)], Verdict.REPRODUCED, "reproduced 1 of 2, on 4.2.1"),
        ([again(status=403)], Verdict.FAILS_OTHERWISE, "fails otherwise, 1 of 1: the server answered 403, on 4.2.1"),
        ([har_entry()], Verdict.NOT_TRIED, "not tried: the new capture has no such call, on 4.2.1"),
    ],
)
def test_verdicts(entries: list[Any], verdict: Verdict, sentence: str) -> None:
    found = validate(FAILING, exchanges_of(har(*entries)), version="4.2.1")

    assert found.verdict is verdict
    assert found.sentence == sentence
