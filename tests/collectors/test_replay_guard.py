"""The guard knows hosts, and where a call goes."""

import pytest

from diagpack.collectors.replay_guard import ReplayPolicy, check, target_of
from diagpack.errors import UsageError
from diagpack.model.exchange import from_entry
from diagpack.model.repro import Call, Slots, call_of
from tests.har_fixtures import har_entry


def call(url: str) -> Call:
    made = call_of(from_entry(har_entry(url)), "[har-1 #0]", Slots(()))
    assert made is not None
    return made


def test_a_base_url_changes_the_target_and_must_be_named() -> None:
    policy = ReplayPolicy(hosts=("staging.example.com",), base_url="https://staging.example.com/ignored")

    check([call("https://app.example.com/x")], policy, lambda sentence: "")

    assert target_of(call("https://app.example.com/x"), policy) == "https://staging.example.com"


@pytest.mark.parametrize("production", ["app.example.com", "*.example.com", "https://app.example.com", "example.com"])
def test_production_is_recognised_in_every_spelling(production: str) -> None:
    policy = ReplayPolicy(hosts=("app.example.com",), production=(production,))

    with pytest.raises(UsageError) as caught:
        check([call("https://app.example.com/x")], policy, lambda sentence: "")

    assert caught.value.id == "DP523"
