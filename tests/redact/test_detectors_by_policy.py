"""Detectors that only a policy or a case switches on: hidden hosts, added keys."""

import pytest

from diagpack.redact.detectors.hidden_hosts import HiddenHosts
from diagpack.redact.detectors.policy_keys import PolicyKeys


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (b"https://app.fjordwerk.test/x", [b"app.fjordwerk.test"]),
        (b"FJORDWERK.test.", [b"FJORDWERK.test"]),
        (b"myfjordwerk.test fjordwerk.test.evil.example fjordwerk.tests", []),
        (b"db-12.corp.test db.corp.test", [b"db-12.corp.test"]),
    ],
)
def test_a_named_host_goes_with_its_subdomains(text: bytes, found: list[bytes]) -> None:
    detector = HiddenHosts(["*.Fjordwerk.test", "db-*.corp.test"])

    assert [text[each.start : each.end] for each in detector.scan(text)] == found


@pytest.mark.parametrize(
    "text",
    [b"launch_code=canary1", b'"launchCode": "canary1"', b'\\"launch-code\\":\\"canary1\\"', b"LAUNCH CODE = canary1;"],
)
def test_an_added_key_names_its_value_in_text(text: bytes) -> None:
    detector = PolicyKeys({"launch_code": "secret"})

    assert [(text[each.start : each.end], each.entity) for each in detector.scan(text)] == [(b"canary1", "secret")]


def test_without_configuration_nothing_is_looked_for() -> None:
    assert list(HiddenHosts().scan(b"a.example")) == []
    assert list(PolicyKeys().scan(b"a=b")) == []
