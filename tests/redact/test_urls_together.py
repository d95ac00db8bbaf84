"""URLs that are redacted together become what each becomes alone."""

import json
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diagpack.redact.learned import Learned
from diagpack.redact.tally import Tally
from diagpack.redact.urls_together import redact_urls
from diagpack.redact.walk_json import redact_json_text
from diagpack.redact.walk_url import is_walked, redact_url, texts_of
from tests.redact.planting import POLICY, engine

_PART = st.sampled_from(
    [
        "orders", "jo.canary@customer.example", "4111111111111111", "canary7k2m9q4x",
        "0b8f2a52-7c1d-4f1e-9a55-1f2e3d4c5b6a", "", "a b", "reset", "QWxhZGRpbjpvcGVuIHNlc2FtZQ==", "203.0.113.9", "https://h.example.com/?token=canary99x",
        "Canaryson", "ghp_0123456789abcdefghijABCDEFGHIJ012345", "é", "50%", "home;jsessionid=canary1234567",
    ]
)  # fmt: skip
_NAME = st.sampled_from(["page", "token", "sig", "email", "q", "user", "code", "redirect_uri", "id", "X-Amz-Signature"])


@st.composite
def _url(draw: st.DrawFn) -> str:
    head = draw(st.sampled_from(["https://app.example.com", "https://jo:canary12@h.example.com", ""]))
    path = "/" + "/".join(quote(each, safe=";=@") for each in draw(st.lists(_PART, max_size=4)))
    pairs = draw(st.lists(st.tuples(_NAME, _PART), max_size=4))
    query = "&".join(f"{name}={quote(value)}" for name, value in pairs)
    return head + path + ("?" + query if query else "") + draw(st.sampled_from(["", "#top", "#access_token=canary77x"]))


@given(st.lists(_url(), min_size=1, max_size=12, unique=True))
@settings(max_examples=120, deadline=None)
def test_urls_become_the_same_together_and_alone(urls: list[str]) -> None:
    together = engine()
    for url, (shown, counts) in redact_urls(together, urls):
        alone = engine()

        assert shown == redact_url(alone, url)
        assert Tally(counts) == alone.tally
    assert together.tally == {}


@given(st.lists(_url().filter(is_walked), min_size=9, max_size=14, unique=True))
@settings(max_examples=40, deadline=None)
def test_a_document_of_urls_becomes_the_same_as_its_urls(urls: list[str]) -> None:
    shown = json.loads(redact_json_text(engine(), json.dumps({"links": [{"link": each} for each in urls]})))

    assert [each["link"] for each in shown["links"]] == [redact_url(engine(), each) for each in urls]


def test_a_url_with_a_live_credential_is_left_to_the_walker() -> None:
    subject = engine(learned=Learned(POLICY))
    urls = [f"https://h.example.com/a?page={at}&x=plain" for at in range(3)]
    live = [
        "https://h.example.com/a?api_key=canary1234567",
        "https://h.example.com/x/ghp_0123456789abcdefghijABCDEFGHIJ0123456789",
    ]

    assert [url for url, _ in redact_urls(subject, [*urls, *live])] == urls


@pytest.mark.parametrize(
    ("text", "is_url"),
    [
        ("https://h.example.com/a b", False),
        ("https://h.example.com/a", True),
        ("/a?b=c", True),
        ("/a/b", False),
        ("/a?b=c d", False),
        ("data:text/plain,hello", True),
        ("words", False),
    ],
)
def test_what_is_taken_for_a_url(text: str, is_url: bool) -> None:
    assert is_walked(text) is is_url


def test_the_texts_of_a_url_are_decoded_and_named() -> None:
    found = list(texts_of("https://h.example.com/a%20b/c;x=1?d=e+f&g#h=i"))

    assert found[3:] == [("", "a b"), ("", "c"), ("d", "e f"), ("g", "")]
