"""Request IDs are gathered from every place, rare ones only, failing calls first."""

import json
from pathlib import Path
from typing import Any

import pytest

from diagpack.collectors.har.collector import COLLECTOR as HAR
from diagpack.collectors.request_ids import COLLECTOR, is_common
from diagpack.errors import CollectError
from tests.har_fixtures import Context, har, har_entry, source, written

TRACE = "0af7651916cd43dd8448eb211c80319c"


def collected(folder: Path, *entries: Any) -> list[dict[str, Any]]:
    context = Context(folder)
    (made,) = HAR.collect(source(written(folder / "a.har", har(*entries))), context)
    again = source(made.raw_path, label="har-1", origin="har-1")
    found = list(COLLECTOR.collect(again, context))
    return json.loads(found[0].raw_path.read_bytes())["ids"] if found else []


def test_an_id_is_listed_with_place_status_and_spellings(tmp_path: Path) -> None:
    id = "0af76519-16cd-43dd-8448-eb211c80319c"

    (found,) = collected(tmp_path, har_entry(), har_entry(status=500, headers={"x-ms-request-id": id}))

    assert found["refs"] == ["[har-1 #1]"]
    assert found["statuses"] == [500]
    assert found["is_failing"] is True
    assert found["direction"] == "response"
    assert id.replace("-", "") in found["spellings"]


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"traceparent": f"00-{TRACE}-b7ad6b7169203331-01"}, TRACE),
        ({"server-timing": f'x;dur=1, traceparent;desc="00-{TRACE}-b7ad6b7169203331-01"'}, TRACE),
        ({"baggage": f"sentry-environment=prod,sentry-trace_id={TRACE}"}, TRACE),
        ({"b3": "80f198ee56343ba864fe8b2a57d3eff7-e457b5a2e4d86bd1-1"}, "80f198ee56343ba864fe8b2a57d3eff7"),
        ({"x-cloud-trace-context": "105445aa7843bc8bf206b12000100000/1;o=1"}, "105445aa7843bc8bf206b12000100000"),
        ({"x-amzn-trace-id": "Self=1-67-2;Root=1-67891233-abcdef012345"}, "1-67891233-abcdef012345"),
        ({"x-datadog-trace-id": "5208512171318403364"}, "5208512171318403364"),
        ({"cf-ray": "8f1a2b3c4d5e6f70-FRA"}, "8f1a2b3c4d5e6f70-FRA"),
        ({"x-acme-request-id": "acme-000123"}, "acme-000123"),
    ],
)
def test_header_families_are_reduced_to_what_logs_hold(tmp_path: Path, headers: dict[str, str], expected: str) -> None:
    found = collected(tmp_path, har_entry(), har_entry(headers=headers))

    assert [each["id"] for each in found] == [expected]


@pytest.mark.parametrize(
    ("mime", "body", "expected"),
    [
        ("application/problem+json", '{"title":"x","traceId":"tr-00017"}', "tr-00017"),
        ("application/json", '{"errors":[{"message":"x","extensions":{"requestId":"gq-00042"}}]}', "gq-00042"),
        ("application/xml", "<Error><RequestId>AWS0123456789</RequestId></Error>", "AWS0123456789"),
        ("application/json", '{"error":{"innerError":{"request-id":"gr-000815"}}}', "gr-000815"),
        ("text/html", "<p>Ray ID: <code>8f1a2b3c4d5e6f70</code></p>", "8f1a2b3c4d5e6f70"),
    ],
)
def test_bodies_of_errors_are_searched(tmp_path: Path, mime: str, body: str, expected: str) -> None:
    found = collected(tmp_path, har_entry(status=500, mime=mime, body=body))

    assert [each["id"] for each in found] == [expected]


def test_a_value_on_every_call_is_no_request_id(tmp_path: Path) -> None:
    calls = [har_entry(headers={"x-correlation-id": "session-0001"}) for _ in range(8)]

    assert collected(tmp_path, *calls) == []


def test_common_is_three_in_five_and_at_least_five() -> None:
    assert is_common(5, 8)
    assert not is_common(4, 4)
    assert not is_common(5, 100)


def test_pasted_ids_are_taken_and_garbage_is_refused(tmp_path: Path) -> None:
    context = Context(tmp_path)
    pasted = source(written(tmp_path / "p", "req-0001, req-0002\n"), origin="request-id")

    (made,) = COLLECTOR.collect(pasted, context)

    assert [each["id"] for each in json.loads(made.raw_path.read_bytes())["ids"]] == ["req-0001", "req-0002"]
    with pytest.raises(CollectError, match="not one"):
        list(COLLECTOR.collect(source(written(tmp_path / "q", "§§§"), origin="request-id"), context))
