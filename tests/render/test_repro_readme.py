"""The page lists secrets and differences; capture text cannot format it."""

from diagpack.model.exchange import from_entry
from diagpack.model.repro import Slots, call_of
from diagpack.model.repro_plan import Plan
from diagpack.render.repro.readme import readme
from tests.har_fixtures import har_entry


def test_secrets_are_listed_with_origin_and_source() -> None:
    headers = {"Cookie": "a|b`c=dp-cookie-k3f9q2m7ab4t", "X-CSRF-Token": "dp-token-k3f9q2m7ab4t"}
    exchange = from_entry(har_entry("https://app.example.com/x`y", status=500, request_headers=headers))
    slots = Slots(["app.example.com"])
    call = call_of(exchange, "[har-1 #0]", slots)
    assert call is not None

    page = readme(Plan("har-1", (call,), call, "the server answered 500", slots.variables, exchange), "CS-1")

    assert "| `DP_COOKIE_A_B_C_1` | https://app.example.com | Cookie a/b'c |" in page
    assert "| `DP_CSRF_1` |" in page
    assert "Redirects are not followed" in page
    assert "x'y" in page
