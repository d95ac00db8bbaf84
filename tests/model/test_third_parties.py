"""Hosts that serve many products, and theirs alone."""

from diagpack.model.third_parties import is_third_party


def test_a_listed_site_and_its_subdomains_are_third_parties() -> None:
    assert is_third_party("www.google-analytics.com")
    assert is_third_party("o123.ingest.sentry.io")
    assert not is_third_party("notgoogle-analytics.com")
    assert not is_third_party("app.example.com")
    assert not is_third_party("")
