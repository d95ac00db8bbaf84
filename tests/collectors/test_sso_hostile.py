"""Hostile input: bounded in time and memory, refused by name, and never an exception but CollectError."""

import contextlib
import json
import time
import tracemalloc
import zlib
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from diagpack.collectors.sso import COLLECTOR, diagnose
from diagpack.errors import CollectError
from tests.collectors.sso_samples import (
    CLAIMS,
    CONFIG,
    EVENT,
    b64,
    har,
    ids,
    key_pair,
    open_text,
    response,
    saml_login,
    signed,
    token,
)

_LAYERS = "".join(f'<!ENTITY a{n} "' + f"&a{n - 1};" * 10 + '">' for n in range(1, 10))
BOMB = f'<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a0 "canary-entity">{_LAYERS}]><r>&a9;</r>'
FILE_ENTITY = '<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/hostname">]><r>&x;</r>'
QUADRATIC = f'<!DOCTYPE r [<!ENTITY a "{"x" * 50_000}">]><r>{"&a;" * 5_000}</r>'


def bounded(data: bytes, seconds: float = 1.0) -> dict[str, Any]:
    """Diagnose within a time of this process."""
    start = time.process_time()
    found = diagnose(data, config={}, at=EVENT)
    assert time.process_time() - start < seconds
    return found


def peak_of(data: bytes) -> int:
    """Bytes of Python memory at the peak."""
    tracemalloc.start()
    try:
        diagnose(data, config={}, at=EVENT)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("text", [BOMB, FILE_ENTITY, QUADRATIC, "<!DOCTYPE x><r/>", "<!-- c --> <?p?><!doctype x><r/>"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "base64"])
def test_a_doctype_is_refused_and_nothing_is_expanded(text: str, encoding: str) -> None:
    data = b64(text).encode() if encoding == "base64" else text.encode(encoding)

    found = bounded(data)

    assert ids(found, "error") == {"saml.dtd"}
    assert "canary" not in str(found)


def test_a_doctype_inside_a_comment_or_cdata_is_none() -> None:
    found = diagnose(response(after="<!-- <!DOCTYPE x> -->").encode(), config={}, at=EVENT)

    assert "saml.dtd" not in ids(found)


def test_a_deflate_bomb_stops_at_the_cap() -> None:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = b"".join(packer.compress(b"\0" * 10_000_000) for _ in range(20)) + packer.flush()

    found = bounded(b64(packed).encode())

    assert ids(found) == {"saml.malformed"}
    assert "stopped" in found["findings"][0]["evidence"]
    assert peak_of(b64(packed).encode()) < 50_000_000


def test_a_document_over_a_megabyte_is_not_parsed() -> None:
    found = bounded(response(after=f"<!-- {'x' * 1_000_001} -->").encode())

    assert "not parsed" in found["findings"][0]["evidence"]


@pytest.mark.parametrize(
    "data",
    [
        b"<a>" * 300 + b"</a>" * 300,
        b"<a>" * 200_000,
        b"<input " * 400_000,
        b'<form><input a="' * 180_000,
        b"<form><input " + b"a" * 2_900_000,
        b"A" * 2_900_000,
        b"eyJ" + b"." * 2_900_000,
        b"&SAMLResponse=" * 200_000,
        b"SAMLResponse=" + b"%25" * 900_000,
        b"[" * 1_000_000,
        b'{"a":' * 100_000,
        b'{"log":{"entries":' + b"[" * 100_000,
        b"x" * 6_000_000,
        b"<!--" * 200_000,
        b"<?" * 400_000,
    ],
    ids=lambda data: f"{data[:12]!r}",
)
def test_shapes_that_cost_parsers_time_are_cheap_here(data: bytes) -> None:
    bounded(data, seconds=2.0)
    assert COLLECTOR.recognise(data[:65_536], "x") <= 1.0


def test_a_message_with_very_many_parts_stays_bounded() -> None:
    attribute = '<saml:Attribute Name="a"><saml:AttributeValue>x</saml:AttributeValue></saml:Attribute>'
    xml = response(attributes=f"<saml:AttributeStatement>{attribute * 10_000}</saml:AttributeStatement>")

    found = bounded(xml.encode(), seconds=3.0)

    assert len(json.dumps(found)) < 200_000


def test_very_many_signatures_stay_bounded() -> None:
    signature = '<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"/>'

    bounded(response(after=signature * 10_000).encode(), seconds=3.0)


def test_a_number_no_clock_can_show_is_a_wrong_type_and_no_exception() -> None:
    found = diagnose(token(CLAIMS | {"exp": 1e300, "iat": -1e18, "nbf": True}).encode(), config={}, at=EVENT)

    assert "oidc.claim_mismatch" in ids(found)


def test_lone_surrogates_in_a_har_do_no_harm() -> None:
    text = har(*saml_login(status=500)).decode().replace("canary-relay-state", "\\ud800")

    assert "saml.acs_500" in ids(diagnose(text.encode(), config={}, at=None))


SEEDS = [
    response().encode(),
    signed(response()).encode(),
    b64(response()).encode(),
    token(CLAIMS).encode(),
    har(*saml_login(status=500)),
    f"SAMLResponse={b64(response())}&RelayState=x".encode(),
]


def only_collect_errors(data: bytes) -> None:
    try:
        found = diagnose(data, config=CONFIG | {"idp_certificates": [key_pair()[1]]}, at=EVENT)
    except CollectError as error:
        leaks = "canary" in str(error) or error.__cause__ is not None
        if leaks:
            pytest.fail("a CollectError carries the input")
        return
    assert set(found) >= {"messages", "findings"}
    json.dumps(found, allow_nan=False)
    assert 0.0 <= COLLECTOR.recognise(data[:65_536], "x") <= 1.0


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.binary(max_size=600))
def test_any_bytes_are_survived(data: bytes) -> None:
    only_collect_errors(data)


@settings(max_examples=250, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(SEEDS), st.data())
def test_broken_messages_are_survived(seed: bytes, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(seed)))
    end = data.draw(st.integers(start, min(len(seed), start + 400)))
    only_collect_errors(seed[:start] + data.draw(st.binary(max_size=20)) + seed[end:])


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                "log entries request response url headers name value postData text params status content cookies "
                "startedDateTime method requests saml post _dpEntry queryString mimeType SAMLResponse id_token error "
                "payload signatures header protected ciphertext".split()
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=25,
)


@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
@given(_JSON, _JSON)
def test_json_of_any_shape_is_survived(inner: Any, entry: Any) -> None:
    only_collect_errors(json.dumps(inner).encode())
    only_collect_errors(json.dumps({"log": {"entries": [entry, inner]}}).encode())
    only_collect_errors(json.dumps({"requests": [{"url": "https://a.example", "post": entry}, inner]}).encode())


@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.dictionaries(st.sampled_from([*CLAIMS, "azp", "nbf", "auth_time", "_claim_names", "groups"]), _JSON), _JSON)
def test_claims_and_headers_of_any_type_are_survived(claims: dict[str, Any], header: Any) -> None:
    only_collect_errors(token(claims, {"alg": "RS256", "crit": header, "kid": header}).encode())
    diagnose(
        token(claims).encode(),
        config={"client_id": "c", "issuer": "i", "nonce": "n", "max_age": 5, "jwks": {"keys": [{"kty": "RSA"}]}},
        at=datetime(2026, 1, 1, tzinfo=UTC),
    )


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.dictionaries(st.text(max_size=12), _JSON, max_size=6))
def test_configurations_of_any_shape_are_survived(config: dict[str, Any]) -> None:
    known = (
        "acs_urls",
        "jwks",
        "idp_certificates",
        "tolerance_seconds",
        "required_attributes",
        "nameid_format",
        "max_age",
    )
    mixed = dict(zip(known, [*config.values()] * 7, strict=False)) if config else {}
    with contextlib.suppress(CollectError):
        assert "messages" in diagnose(response().encode(), config=mixed, at=EVENT)


def test_no_value_of_a_broken_message_is_shown() -> None:
    broken = response().replace("</saml:Subject>", "canary-broken")

    assert "canary" not in open_text(diagnose(broken.encode(), config={}, at=EVENT))


def test_a_signed_part_without_a_canonical_form_is_survived() -> None:
    xml = signed(response()).replace("<saml:Conditions", '<x xmlns="relative/uri"/><saml:Conditions', 1)

    found = diagnose(xml.encode(), config={}, at=EVENT)

    assert found["messages"][0]["kind"] == "response"
