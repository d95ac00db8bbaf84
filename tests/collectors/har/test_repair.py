"""Any entry becomes a valid one."""

import json
from typing import Any

import fastjsonschema
from hypothesis import given, settings
from hypothesis import strategies as st

from diagpack.collectors.har.repair import EPOCH, repair
from diagpack.collectors.har.slim import dumped
from tests.collectors.har.schema import ENTRY
from tests.har_fixtures import har_entry

VALID = fastjsonschema.compile(ENTRY)
NAMES = st.sampled_from(
    "request response method url headers cookies name value content text size timings wait time pageref postData "
    "params startedDateTime _initiator stack parent callFrames _webSocketMessages data queryString status".split()
)
ANY = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=10),
    lambda each: st.lists(each, max_size=4) | st.dictionaries(NAMES, each, max_size=6),
    max_leaves=20,
)


@settings(max_examples=300, deadline=None)
@given(ANY)
def test_any_value_becomes_a_valid_entry(entry: Any) -> None:
    made = json.loads(dumped(repair(entry, 3)))

    VALID(made)
    assert made["_dpEntry"] == 3


def test_what_was_guessed_is_listed() -> None:
    made = repair({"request": {"url": "https://app.example.com/"}}, 0)

    assert made["startedDateTime"] == EPOCH
    assert made["_dpRepaired"] == ["startedDateTime", "request.method", "response"]


def test_joined_cookies_are_split_and_raw_header_copies_dropped() -> None:
    entry = har_entry(headers={"set-cookie": "a=1\nb=2"}, _headers={"request": ["Cookie: canary"]})

    made = repair(entry, 0)

    cookies = [each["value"] for each in made["response"]["headers"] if each["name"] == "set-cookie"]
    assert cookies == ["a=1", "b=2"]
    assert "canary" not in json.dumps(made)


def test_the_innermost_frames_are_kept_and_recursion_is_cut() -> None:
    stack: dict[str, Any] = {"callFrames": [{"functionName": "load", "url": "https://app.example.com/a.js"}]}
    for _ in range(10):
        stack = {"callFrames": [], "parent": stack}

    made = repair(har_entry(_initiator={"type": "script", "stack": stack}), 0)

    assert made["_initiator"]["stack"]["callFrames"][0]["functionName"] == "load"
    assert "parent" not in made["_initiator"]["stack"]


def test_the_issuer_of_the_certificate_stays_and_what_else_a_writer_adds_goes() -> None:
    made = repair(har_entry(_securityDetails={"issuer": "Example CA", "raw": "canary", "validFrom": 1767225600}), 0)

    assert made["_securityDetails"] == {"issuer": "Example CA", "validFrom": 1767225600}
