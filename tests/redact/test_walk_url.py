"""URLs: only what is sensitive changes."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diagpack.redact.walk_url import is_url, redact_url
from tests.redact.planting import engine


@pytest.mark.parametrize(
    "url",
    [
        "https://bob:canary-1@h.example.com/",
        "https://h.example.com/a;jsessionid=canary1;v=2/b",
        "https://h.example.com/invite/canary1234567890",
        "https://h.example.com/x?sig=canary-1&se=2026-01-02",
        "https://h.example.com/x?user%5Bpassword%5D=canary-1",
        "https://h.example.com/#/cb?access_token=canary-1",
        "https://h.example.com/x?next=https%3A%2F%2Fi.example.com%2F%3Ftoken%3Dcanary-1",
        "/cb?code=canary-1",
        "blob:https://h.example.com/?token=canary-1",
        "data:application/json,%7B%22password%22%3A%22canary-1%22%7D",
        "data:image/png;base64," + "canary12" * 20,
        "postgres://svc:canary-1@db.example.com/app",
    ],
)
def test_secrets_in_urls_go(url: str) -> None:
    shown = redact_url(engine(), url)

    assert "canary" not in shown
    assert redact_url(engine(), shown) == shown


@pytest.mark.parametrize(
    "url",
    [
        "https://app.example.com/api/v1/items/42?page=3&sort=-created&filter%5Bname%5D=a%20b",
        "https://app.example.com/a%2Fb/c?x=1+2&y=%7B%7D#section-3",
        "https://idp.example.com/authorize?response_type=code&client_id=app-1&scope=openid+email",
        "/items/4bf92f35-77b3-4da6-a3ce-929d0e0e4736",
        "https://app.example.com/reset/done",
        "//cdn.example.com/x.js?v=1.2.3",
    ],
)
def test_other_urls_stay_byte_for_byte(url: str) -> None:
    assert redact_url(engine(), url) == url


@given(st.text(max_size=120))
@settings(max_examples=60, deadline=None)
def test_no_text_is_too_strange_for_the_url_walker(text: str) -> None:
    redact_url(engine(), "https://h.example.com/" + text)


def test_a_url_is_recognised_only_as_a_whole() -> None:
    assert is_url("https://h.example.com/a")
    assert not is_url("see https://h.example.com/a")


def test_a_session_in_the_path_ends_where_the_query_begins() -> None:
    """What stands behind it was taken for a part of it: an address there stayed, or the query went with the session."""
    url = "https://h.example.com/home;jsessionid=canary1234567?redirect_uri=203.0.113.9&token=canaryword&page=2"

    for shown in (redact_url(engine(), url), engine().text(url), engine().data(f"GET {url} 200".encode()).decode()):
        assert "canary" not in shown
        assert "203.0.113.9" not in shown
        assert ";jsessionid=dp-" in shown
        assert "?redirect_uri=2" in shown
        assert "&page=2" in shown

    empty = "https://h.example.com/home;jsessionid=canary1234567?token="
    assert engine().text(empty).endswith("?token=")
