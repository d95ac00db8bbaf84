from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diagpack.assess.view import exchanges, first_party_hosts, moment, short, skew_of, why_failed
from tests.support.evidence import api, evidence, har, har_entry

HOSTS = ["app.example.com"]


def one(**changes: Any) -> Any:
    return exchanges(evidence(har([har_entry(0, "https://app.example.com/x", **changes)])), HOSTS)[0]


@pytest.mark.parametrize(
    ("status", "body", "says"),
    [
        (500, "", "answered 500"),
        (422, '{"detail": "name is missing"}', "answered 422: name is missing"),
        (400, '{"error": {"message": "no such item"}}', "answered 400: no such item"),
        (200, '{"errors": [{"message": "denied"}], "data": null}', "answered 200 with an error inside: denied"),
        (200, '{"success": false}', "answered 200 with an error inside: the body reports a failure"),
        (200, '{"status": "failed", "message": "row 3"}', "answered 200 with an error inside: row 3"),
        (0, "", "got no answer (net::ERR_FAILED)"),
        (200, '{"errors": []}', ""),
        (200, "not json", ""),
        (200, "[" * 5000, ""),
        (302, "", ""),
    ],
)
def test_failures_are_told_in_words(status: int, body: str, says: str) -> None:
    assert why_failed(status, "application/json", body, "net::ERR_FAILED" if status == 0 else "") == says


def test_a_page_about_errors_is_not_an_error() -> None:
    assert why_failed(200, "text/html", '{"success": false}', "") == ""


def test_a_missing_icon_is_noise() -> None:
    found = exchanges(evidence(har([har_entry(0, "https://app.example.com/favicon.ico", status=404)])), HOSTS)

    assert found[0].failure == ""


def test_recorded_times_are_corrected_by_the_captures_skew() -> None:
    capture = har([har_entry(0, "https://app.example.com/", started="2026-03-03T11:07:00+02:00")], skew_seconds=420)

    found = exchanges(evidence(capture), HOSTS)[0]

    assert found.at is not None
    assert found.at.isoformat() == "2026-03-03T09:00:00+00:00"
    assert found.skew_seconds == 420


def test_an_api_exchange_has_the_same_shape_and_a_replay_is_marked() -> None:
    recorded = {
        "request": {
            "method": "POST",
            "url": "https://app.example.com/v1",
            "headers": {"X-Correlation-Id": "corr-0001"},
        },
        "response": {"status": 502, "headers": [["X-Request-Id", "req-0002"]], "body": {"title": "bad gateway"}},
        "started": "2026-03-03T09:00:00Z",
        "duration_ms": 5,
    }

    found = exchanges(evidence(api([recorded, {**recorded, "run": 1}])), HOSTS)

    assert [str(each.ref) for each in found] == ["[api-1 /exchanges/0]", "[api-1 /exchanges/1]"]
    assert [each.is_replay for each in found] == [False, True]
    assert found[0].request_ids == (("x-request-id", "req-0002"), ("x-correlation-id", "corr-0001"))


def test_request_ids_come_from_the_answer_first_then_its_body_then_the_request() -> None:
    found = one(
        status=500,
        response_headers={"X-Request-Id": "resp-0001"},
        request_headers={"traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"},
        body='{"error": {"requestId": "body-0001", "message": "x"}}',
    )

    assert [name for name, _ in found.request_ids] == ["x-request-id", "requestId", "traceparent"]


def test_first_party_hosts_come_from_the_case_then_the_profile_then_the_first_page() -> None:
    found = evidence(har([har_entry(0, "https://first.example.com/")]))

    assert first_party_hosts({"environment": {"hosts": ["a"]}}, {"hosts": ["b"]}, found) == ["a", "b"]
    assert first_party_hosts({}, {"production": ["*.example.com"]}, found) == ["*.example.com"]
    assert first_party_hosts({}, {}, found) == ["first.example.com"]
    assert first_party_hosts({}, {}, evidence()) == []


@pytest.mark.parametrize("value", [None, 3, "", "yesterday", "2026-13-01", "9999-12-31T23:59:59-23:59"])
def test_an_unreadable_time_is_none(value: Any) -> None:
    assert moment(value) is None


def test_an_absurd_skew_counts_as_none() -> None:
    assert skew_of(har([], skew_seconds=1e12)) == 0.0
    assert skew_of(har([], skew_seconds=None)) == 0.0


@given(st.text(max_size=50), st.integers(2, 20))
def test_short_text_is_one_line_within_its_limit(text: str, limit: int) -> None:
    assert len(short(text, limit)) <= limit
    assert "\n" not in short(text, limit)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-1, 999) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["url", "name", "status"]), inner),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(["request", "response", "time", "startedDateTime", "_error", "run"]), JSON))
def test_no_shape_of_an_entry_raises(entry: dict[str, Any]) -> None:
    found = exchanges(evidence(har([{"_dpEntry": 0, **entry}]), api([entry])), HOSTS)

    assert len(found) == 2
