from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diagpack.assess.view import SERIOUS_BELOW, calls, detail_of, first_party_hosts, moment, short, skew_of
from tests.support.evidence import api, evidence, har, har_entry

HOSTS = ["app.example.com"]


def one(**changes: Any) -> Any:
    return calls(evidence(har([har_entry(0, "https://app.example.com/x", **changes)])), HOSTS)[0]


@pytest.mark.parametrize(
    ("status", "body", "says"),
    [
        (500, "", "the server answered 500"),
        (422, '{"detail": "name is missing"}', "the server answered 422 (name is missing)"),
        (400, '{"error": {"message": "no such item"}}', "the server answered 400 (no such item)"),
        (
            200,
            '{"errors": [{"message": "denied"}], "data": null}',
            "200, but the GraphQL answer carries 1 error(s) (denied)",
        ),
        (200, '{"success": false}', '200, but the answer says "success": false'),
        (200, '{"status": "failed", "message": "row 3"}', "200, but the answer says that it failed (row 3)"),
        (200, '{"errors": []}', ""),
        (200, "[" * 5000 + "]" * 5000, ""),
        (302, "", ""),
    ],
)
def test_failures_are_told_in_words_with_the_message_of_the_body(status: int, body: str, says: str) -> None:
    assert one(status=status, body=body).failure == says


def test_a_call_without_an_answer_says_why() -> None:
    found = one(status=0, _error="net::ERR_NAME_NOT_RESOLVED")

    assert (found.outcome, found.kind) == ("no answer", "har.network.dns")
    assert "could not be resolved" in found.failure


def test_a_page_about_errors_is_not_an_error() -> None:
    assert one(mime="text/html", body='<p>"success": false</p>').failure == ""


def test_a_missing_picture_is_less_grave_than_a_refused_call() -> None:
    picture = one(status=404, mime="image/png", resource="image")
    refused = one(status=403, resource="xhr")

    assert refused.rank < SERIOUS_BELOW < picture.rank


@pytest.mark.parametrize(
    "body", ["", "no json", "[" * 5000, '{"detail": 3}', "[]", '{"error": {"error": {"error": {}}}}']
)
def test_a_body_without_a_message_has_no_detail(body: str) -> None:
    assert detail_of(body) == ""


def test_a_missing_icon_is_noise() -> None:
    found = calls(evidence(har([har_entry(0, "https://app.example.com/favicon.ico", status=404)])), HOSTS)

    assert found[0].failure == ""


def test_recorded_times_are_corrected_by_the_captures_skew() -> None:
    capture = har([har_entry(0, "https://app.example.com/", started="2026-03-03T11:07:00+02:00")], skew_seconds=420)

    found = calls(evidence(capture), HOSTS)[0]

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

    found = calls(evidence(api([recorded, {**recorded, "run": 1}])), HOSTS)

    assert [str(each.ref) for each in found] == ["[api-1 /exchanges/0]", "[api-1 /exchanges/1]"]
    assert [each.is_replay for each in found] == [False, True]
    assert found[0].request_ids == (("x-request-id", "req-0002"), ("x-correlation-id", "corr-0001"))
    assert found[0].failure == "the server answered 502"


def test_request_ids_come_from_the_answer_first_then_its_body_then_the_request() -> None:
    found = one(
        status=500,
        response_headers={"X-Request-Id": "resp-0001"},
        request_headers={"traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"},
        body='{"error": {"requestId": "body-0001", "message": "x"}}',
    )

    assert [name for name, _ in found.request_ids] == ["x-request-id", "requestId", "traceparent"]


def test_first_party_hosts_come_from_case_and_profile() -> None:
    assert first_party_hosts({"environment": {"hosts": ["a"]}}, {"hosts": ["b"]}) == ["a", "b"]
    assert first_party_hosts({}, {"production": ["*.example.com"]}) == ["*.example.com"]
    assert first_party_hosts({"environment": None}, {}) == []


def test_without_hosts_the_pages_of_the_capture_say_who_is_first_party() -> None:
    page = har_entry(0, "https://app.example.com/", request_headers={"Accept": "text/html"})
    found = calls(
        evidence(har([page, har_entry(1, "https://api.example.com/x"), har_entry(2, "https://x.example.net/")]))
    )

    assert [each.is_first_party for each in found] == [True, True, False]


@pytest.mark.parametrize("value", [None, 3, "", "yesterday", "2026-13-01", "9999-12-31T23:59:59-23:59"])
def test_an_unreadable_time_is_none(value: Any) -> None:
    assert moment(value) is None


def test_an_absurd_skew_counts_as_none() -> None:
    assert skew_of({"skew_seconds": 1e12}) == 0.0
    assert skew_of({"skew_seconds": None}) == 0.0
    assert skew_of({"skew_seconds": -3}) == -3.0


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
    found = calls(evidence(har([{"_dpEntry": 0, **entry}]), api([entry])), HOSTS)

    assert len(found) == 2
