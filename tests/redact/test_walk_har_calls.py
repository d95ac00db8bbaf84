"""Saved API calls are HTTP messages: their cookies and headers are redacted part by part, as in a HAR."""

from diagpack.model.keys import CaseKey
from diagpack.redact.policy import load_policy
from diagpack.redact.standalone import Standalone
from diagpack.redact.walk_har import HarWalker


def test_cookies_of_an_api_call_keep_their_names_and_lose_their_values() -> None:
    redact = Standalone(CaseKey(b"k" * 32), load_policy())
    headers = [{"name": "Cookie", "value": "sid=canary-cookie-1; theme=canary-cookie-2"}]
    document = {"exchanges": [{"request": {"method": "GET", "url": "https://example.com/", "headers": headers}}]}

    walked = redact._walked(document, lambda engine, parsed: HarWalker(engine).calls(parsed))

    value = walked["exchanges"][0]["request"]["headers"][0]["value"]
    assert value.startswith("sid=dp-cookie-")
    assert "; theme=dp-cookie-" in value
    assert "canary" not in str(walked)
