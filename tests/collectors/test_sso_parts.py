"""The small parts of the SSO collector: times, addresses, configuration, keys, cookies."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from diagpack.collectors.sso import urls
from diagpack.collectors.sso.aadsts import find_errors
from diagpack.collectors.sso.certificates import load
from diagpack.collectors.sso.clock import from_epoch, parse_http_date, parse_time, stamp
from diagpack.collectors.sso.config import certificates_in, read_config
from diagpack.collectors.sso.jose import decode
from diagpack.collectors.sso.saml_subject import value_type
from diagpack.errors import CollectError
from tests.collectors.sso_samples import IDP, b64, key_pair


@pytest.mark.parametrize(
    ("text", "hour"),
    [
        ("2026-03-04T12:00:00Z", 12),
        ("2026-03-04T12:00:00.123456789Z", 12),
        ("2026-03-04T12:00:00", 12),
        ("2026-03-04T12:00:00+00:00", 12),
        ("2026-03-04T12:00:00+02:00", 10),
        ("2026-03-04T12:00:00-0500", 17),
    ],
)
def test_times_are_read_as_products_write_them(text: str, hour: int) -> None:
    found = parse_time(text)

    assert found is not None
    assert (found.hour, found.tzinfo) == (hour, UTC)


@pytest.mark.parametrize(
    "text", [None, "", "2018/09/10", "2026-13-01T00:00:00Z", "0000-01-01T00:00:00Z", "9999-12-31T23:59:59-23:00"]
)
def test_an_unreadable_time_is_none(text: str | None) -> None:
    assert parse_time(text) is None


def test_dates_of_headers_and_tokens_are_utc() -> None:
    assert stamp(parse_http_date("Wed, 04 Mar 2026 12:00:00 GMT")) == "2026-03-04T12:00:00Z"
    assert parse_http_date("soon") is None
    assert from_epoch(0) == datetime(1970, 1, 1, tzinfo=UTC)
    assert from_epoch(float("nan")) is None


@pytest.mark.parametrize(
    ("one", "other", "words"),
    [
        ("https://a.example/x", "https://a.example/x", ()),
        ("https://a.example/x", "http://a.example/x", ("scheme",)),
        ("https://a.example/x", "https://b.example/x", ("host",)),
        ("https://a.example/x", "https://a.example:8443/x", ("port",)),
        ("https://a.example/x", "https://a.example/x/", ("trailing slash",)),
        ("https://a.example/x", "https://a.example/X", ("upper and lower case",)),
        ("https://a.example/x", "https://a.example/y", ("path",)),
        ("https://a.example/x?a", "https://a.example/x?b", ("query",)),
        ("https://a.example/x ", "https://a.example/x", ("blanks at an end",)),
        ("{audience}", "https://a.example/x", ("placeholder not filled in",)),
        ("urn:one", "urn:two", ("value",)),
    ],
)
def test_differences_are_named(one: str, other: str, words: tuple[str, ...]) -> None:
    assert urls.differences(one, other) == words


def test_a_quoted_url_has_no_user_and_no_query() -> None:
    assert urls.bare("https://user:canary@a.example/x?canary#canary") == "https://a.example/x"


def test_certificates_are_read_from_pem_der_base64_and_base64_of_pem() -> None:
    pem = key_pair()[1]
    der = certificates_in(pem.encode())[0]

    assert certificates_in(der) == [der]
    assert certificates_in(b64(der).encode()) == [der]
    assert certificates_in(b64(pem).encode()) == [der]
    assert certificates_in(b"nothing") == []


def test_a_damaged_certificate_keeps_its_fingerprint() -> None:
    damaged = load(b"\x30\x82broken")

    assert damaged.parsed is None
    assert len(damaged.summary()["sha256"]) == 64


def test_metadata_gives_entity_id_and_certificates(tmp_path: Path) -> None:
    body = "".join(key_pair()[1].splitlines()[1:-1])
    metadata = tmp_path / "idp.xml"
    metadata.write_text(
        f'<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="{IDP}"><md:IDPSSODescriptor>'
        '<md:KeyDescriptor><ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:X509Data>'
        f"<ds:X509Certificate>{body}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>"
        "</md:IDPSSODescriptor></md:EntityDescriptor>"
    )

    found = read_config({"idp_metadata": str(metadata)})

    assert found.idp_entity_id == IDP
    assert len(found.certificates) == 1


@pytest.mark.parametrize(
    ("config", "id"),
    [({"idp_certificates": ["/nowhere/canary.pem"]}, "DP122"), ({"jwks": "/nowhere/canary.json"}, "DP123")],
)
def test_a_file_that_cannot_be_read_is_named_by_its_setting(config: dict[str, object], id: str) -> None:
    with pytest.raises(CollectError) as error:
        read_config(config)

    assert error.value.id == id
    assert "canary" not in str(error.value)


def test_vendor_codes_come_with_meaning_and_ids() -> None:
    found = find_errors("AADSTS50011: reply. Trace ID: 11112222-aaaa Correlation ID: 33334444-bbbb E0000004")

    assert [each.code for each in found] == ["AADSTS50011", "E0000004"]
    assert found[0].ids == ("trace id 11112222-aaaa", "correlation id 33334444-bbbb")


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ("a@example.com", "email"),
        ("0a0a0a0a-1111-2222-3333-444444444444", "guid"),
        ("CN=x,OU=y", "dn"),
        ("https://a.example", "url"),
        ("42", "int"),
        ("true", "bool"),
        ("", "empty"),
        ("x y", "text"),
    ],
)
def test_the_shape_of_a_value_is_named(value: str, kind: str) -> None:
    assert value_type(value) == kind


def test_a_token_of_four_parts_is_malformed() -> None:
    assert decode(b"eyJhIjoxfQ.e30.e30.e30").kind == "malformed"
