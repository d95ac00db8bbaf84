"""HTTP exchanges of the evidence as people read them."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diagpack.model.evidence import EvidenceSet
from diagpack.render._exchanges import form_lines, http_text, indented_json, most_important, recorded
from tests.render.escalations import REQUEST_ID, escalation
from tests.support import evidence as support


def test_times_are_on_the_corrected_clock() -> None:
    call = recorded(escalation().evidence)[7]

    assert call.started == datetime(2026, 3, 3, 9, 14, 15, 600_000, UTC)


def test_request_ids_of_both_directions_are_found_the_response_first() -> None:
    names = [name for name, _ in recorded(escalation().evidence)[7].request_ids]

    assert names == ["X-Request-Id", "traceparent"]


def test_an_api_exchange_is_cited_by_its_pointer() -> None:
    exchange = {
        "request": {"method": "POST", "url": "https://app.example.com/hook", "headers": []},
        "response": {"status": 401, "headers": [], "content": {"text": "no"}},
        "started": "2026-03-03T09:00:00Z",
        "duration_ms": 12,
        "origin": "https://app.example.com",
        "run": 1,
    }

    (call,) = recorded(EvidenceSet([support.api([exchange])]))

    assert str(call.ref) == "[api-1 /exchanges/0]"
    assert call.is_failing


def test_the_product_s_own_failure_counts_more_than_a_third_party_s() -> None:
    entries = [
        support.har_entry(0, "https://app.example.com/", mime="text/html", resource="document"),
        support.har_entry(1, "https://ads.example.net/pixel", status=503),
        support.har_entry(2, "https://app.example.com/api", status=400),
    ]

    found = most_important(recorded(EvidenceSet([support.har(entries)])))

    assert found is not None
    assert str(found.ref) == "[har-1 #2]"


def test_a_call_without_an_answer_says_why() -> None:
    entry = support.har_entry(0, "https://app.example.com/api", status=0)
    entry["response"]["_error"] = "net::ERR_NAME_NOT_RESOLVED"

    (call,) = recorded(EvidenceSet([support.har([entry])]))

    assert call.status_line == "no response: the host name could not be resolved"


def test_the_transcript_is_short() -> None:
    body = "[" + ",".join(map(str, range(1000))) + "]"
    entry = support.har_entry(0, "https://app.example.com/api", status=500, body=body, posted=body)

    lines = http_text(recorded(EvidenceSet([support.har([entry])]))[0], body_lines=12).splitlines()

    assert len(lines) <= 40
    assert "… 990 more lines" in lines
    assert REQUEST_ID not in lines


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ('{"a":1.10,"b":[]}', '{\n  "a": 1.10,\n  "b": []\n}'),
        ('[{},"x, {y}"]', '[\n  {},\n  "x, {y}"\n]'),
        ("not json", "not json"),
        ('{"a":\n1}', '{"a":\n1}'),
        ('{"a', '{\n  "a'),
    ],
)
def test_json_is_indented_and_every_token_stays_as_it_was(text: str, shown: str) -> None:
    assert indented_json(text) == shown


@given(st.text('{}[]",:\\ a1', max_size=80))
def test_indenting_never_loses_a_character(text: str) -> None:
    assert "".join(indented_json(text).split()) == "".join(text.split())


def test_a_form_body_is_decoded_line_by_line() -> None:
    mime = "application/x-www-form-urlencoded; charset=UTF-8"

    assert form_lines("RelayState=%2Fhome&user=a+b&empty=", mime) == "RelayState = /home\nuser = a b\nempty = "
    assert form_lines("a=1", "application/json") == "a=1"
    assert form_lines("&".join(["a=1"] * 500), mime) == "&".join(["a=1"] * 500)


def test_an_encoded_message_is_cut_in_the_transcript() -> None:
    entry = support.har_entry(0, "https://app.example.com/acs", method="POST", form={"SAMLResponse": "QUJD" * 500})

    text = http_text(recorded(EvidenceSet([support.har([entry])]))[0])

    assert "… (2013 characters)" in text
    assert len(max(text.splitlines(), key=len)) < 120
