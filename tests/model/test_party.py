"""Which hosts are the product's is guessed from pages, else from where calls come from; trackers never are."""

from typing import Any

from diagpack.model.exchange import from_entry
from diagpack.model.party import Party
from tests.har_fixtures import har_entry


def party(*entries: Any) -> Party:
    return Party((), [from_entry(each) for each in entries])


def test_a_frame_inside_the_page_is_not_the_product() -> None:
    page = har_entry("https://app.example.com/", kind="document")
    frame = har_entry("https://ads.example.net/f", kind="document", request_headers={"sec-fetch-dest": "iframe"})

    found = party(page, frame)

    assert found.includes("api.example.com")
    assert not found.includes("ads.example.net")


def test_without_pages_the_site_that_calls_come_from_decides() -> None:
    calls = [
        har_entry(f"https://api.example.com/{each}", request_headers={"origin": "https://app.example.com"})
        for each in range(3)
    ]
    other = har_entry("https://x.example.net/", request_headers={"referer": "https://other.example.org/"})

    found = party(*calls, other)

    assert found.includes("api.example.com")
    assert not found.includes("x.example.net")


def test_trackers_are_never_the_product_unless_the_case_says_so() -> None:
    calls = [har_entry("https://api.example.com/1"), har_entry("https://www.google-analytics.com/g/collect")]

    assert not party(*calls).includes("www.google-analytics.com")
    assert party(*calls).includes("api.example.com")
    assert Party(["google-analytics.com"]).includes("www.google-analytics.com")
