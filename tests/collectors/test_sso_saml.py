"""SAML responses: each fault is found, named by its id, and quoted; a good response has no error."""

import pytest

from diagpack.collectors.sso import diagnose
from tests.collectors.sso_samples import (
    ACS,
    CONFIG,
    EVENT,
    IDP,
    SP,
    STATUS,
    b64,
    finding,
    ids,
    key_pair,
    request,
    response,
    signed,
)


def judged(xml: str, **config: object) -> dict[str, object]:
    return diagnose(xml.encode(), config=CONFIG | config, at=EVENT)


def test_a_response_that_fits_has_no_error() -> None:
    found = judged(signed(signed(response()), "response"), idp_certificates=[key_pair()[1]])

    assert ids(found, "error") == set()


@pytest.mark.parametrize(
    ("codes", "id"),
    [
        (("Responder",), "saml.status.responder"),
        (("Requester",), "saml.status.requester"),
        (("Responder", "AuthnFailed"), "saml.status.authnfailed"),
        (("Requester", "InvalidNameIDPolicy"), "saml.status.invalidnameidpolicy"),
        (("Requester", "RequestDenied"), "saml.status.requestdenied"),
        (("Responder", "NoPassive"), "saml.status.nopassive"),
        (("AuthnFailed",), "saml.status.authnfailed"),
        (("Responder", "VendorOwn"), "saml.status.unknown"),
    ],
)
def test_a_status_other_than_success_is_named(codes: tuple[str, ...], id: str) -> None:
    inner = f'<samlp:StatusCode Value="{STATUS}{codes[1]}"/>' if len(codes) > 1 else ""
    status = f'<samlp:Status><samlp:StatusCode Value="{STATUS}{codes[0]}">{inner}</samlp:StatusCode></samlp:Status>'

    found = judged(response(status=status, assertion=""))

    assert id in ids(found, "error")
    assert codes[-1] in finding(found, id)["evidence"]


@pytest.mark.parametrize(
    ("changes", "id"),
    [
        ({"status": ""}, "saml.no_status"),
        ({"status": "<samlp:Status/>"}, "saml.no_status"),
        ({"assertion": ""}, "saml.no_assertion"),
        ({"version": "1.1"}, "saml.bad_version"),
        ({"id": ""}, "saml.no_id"),
        ({"assertion_id": ""}, "saml.no_id"),
        ({"issued": "yesterday"}, "saml.bad_timestamp"),
        ({"issued": "2026/03/04"}, "saml.bad_timestamp"),
        ({"destination": ""}, "saml.no_destination"),
        ({"destination": 'Destination=""'}, "saml.empty_destination"),
        ({"destination": 'Destination="https://app.example.com/saml/acs/"'}, "saml.bad_destination"),
        ({"destination": 'Destination="https://other.example.com/saml/acs"'}, "saml.destination_recipient_disagree"),
        ({"issuer": ""}, "saml.no_issuer"),
        ({"assertion_issuer": "<saml:Issuer/>"}, "saml.no_issuer"),
        ({"issuer": "<saml:Issuer>https://other.example.test</saml:Issuer>"}, "saml.bad_issuer"),
        ({"issuer": "<saml:Issuer>https://other.example.test</saml:Issuer>"}, "saml.issuer_mismatch_inside"),
        ({"issuer": f'<saml:Issuer Format="urn:x:y">{IDP}</saml:Issuer>'}, "saml.issuer_format"),
        ({"in_response_to": 'InResponseTo="_other"'}, "saml.bad_inresponseto"),
        ({"in_response_to": ""}, "saml.no_inresponseto"),
        ({"subject": ""}, "saml.nameid_missing"),
        ({"name_id": ""}, "saml.nameid_missing"),
        ({"name_id": "<saml:NameID/>"}, "saml.nameid_empty"),
        ({"name_id": "<saml:NameID>a<!-- b -->c</saml:NameID>"}, "saml.comment_in_nameid"),
        ({"name_id": "<saml:NameID><![CDATA[a]]></saml:NameID>"}, "saml.cdata_in_nameid"),
        ({"name_id": '<saml:NameID SPNameQualifier="other">a</saml:NameID>'}, "saml.spnamequalifier"),
        ({"name_id": '<saml:NameID NameQualifier="">a</saml:NameID>'}, "saml.namequalifier"),
        ({"name_id": '<saml:NameID NameQualifier="urn:other">a</saml:NameID>'}, "saml.namequalifier"),
        ({"data": ""}, "saml.sc_no_data"),
        ({"data": f'<saml:SubjectConfirmationData Recipient="{ACS}"/>'}, "saml.sc_no_notonorafter"),
        ({"data": '<saml:SubjectConfirmationData NotOnOrAfter="2026-03-04T12:05:00Z"/>'}, "saml.no_recipient"),
        ({"data": '<saml:SubjectConfirmationData Recipient="https://app.example.com/x"/>'}, "saml.bad_recipient"),
        ({"data": '<saml:SubjectConfirmationData NotBefore="2026-03-04T11:00:00Z"/>'}, "saml.sc_has_notbefore"),
        ({"data": '<saml:SubjectConfirmationData NotOnOrAfter="2026-03-04T11:00:00Z"/>'}, "saml.sc_expired"),
        ({"confirmation": " "}, "saml.no_bearer_confirmation"),
        (
            {"confirmation": '<saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:holder-of-key"/>'},
            "saml.holder_of_key",
        ),
        ({"conditions": ""}, "saml.no_conditions"),
        ({"conditions": '<saml:Conditions NotBefore="2026-03-04T11:59:00Z"/>'}, "saml.no_time_window"),
        ({"conditions": '<saml:Conditions NotOnOrAfter="2026-03-04T12:05:00Z"/>'}, "saml.no_audience"),
        ({"conditions": '<saml:Conditions NotOnOrAfter="2026-03-04T11:55:00Z"/>'}, "saml.expired"),
        ({"conditions": '<saml:Conditions NotBefore="2026-03-04T12:30:00Z"/>'}, "saml.not_yet_valid"),
        (
            {"conditions": "<saml:Conditions><saml:AudienceRestriction/></saml:Conditions>"},
            "saml.empty_audience",
        ),
        ({"authn": ""}, "saml.no_authnstatement"),
        ({"authn": '<saml:AuthnStatement AuthnInstant="2026-03-04T12:00:00Z"/>'}, "saml.no_authncontext"),
        (
            {"authn": '<saml:AuthnStatement SessionNotOnOrAfter="2026-03-04T11:00:00Z"/>'},
            "saml.session_expired",
        ),
        ({"attributes": ""}, "saml.no_attributes"),
        (
            {"attributes": '<saml:AttributeStatement><saml:Attribute Name="mail"/></saml:AttributeStatement>'},
            "saml.attr_empty",
        ),
        (
            {
                "attributes": '<saml:AttributeStatement><saml:Attribute Name="a"/><saml:Attribute Name="a"/>'
                "</saml:AttributeStatement>"
            },
            "saml.attr_duplicate",
        ),
        ({"after": "<samlp:Status/>"}, "saml.schema_invalid"),
    ],
)
def test_a_fault_is_found(changes: dict[str, str], id: str) -> None:
    assert id in ids(judged(response(**changes)))


def test_differences_of_addresses_are_said_in_words() -> None:
    found = judged(response(destination='Destination="http://app.example.com/saml/acs?x=canary-query"'))

    evidence = finding(found, "saml.bad_destination")["evidence"]
    assert "scheme" in evidence
    assert "canary-query" not in evidence


def test_an_audience_that_differs_only_in_case_is_named_so() -> None:
    found = judged(response(conditions=response_conditions(SP.upper())))

    assert "upper and lower case" in finding(found, "saml.bad_audience")["evidence"]


def response_conditions(audience: str) -> str:
    return (
        '<saml:Conditions NotBefore="2026-03-04T11:59:00Z" NotOnOrAfter="2026-03-04T12:05:00Z">'
        f"<saml:AudienceRestriction><saml:Audience>{audience}</saml:Audience></saml:AudienceRestriction></saml:Conditions>"
    )


def test_without_a_time_nothing_is_called_expired() -> None:
    found = diagnose(response().encode(), config=CONFIG, at=None)

    assert "saml.capture_time_unknown" in ids(found)
    assert "saml.expired" not in ids(found)


def test_with_only_a_present_clock_expiry_is_a_hint() -> None:
    found = diagnose(response().encode(), config=CONFIG, at=None, now=EVENT.replace(year=2027))

    assert finding(found, "saml.expired")["certainty"] == "hint"


def test_a_required_attribute_under_another_name_is_called_renamed() -> None:
    attribute = (
        '<saml:Attribute Name="http://schemas.example.com/claims/E-Mail"><saml:AttributeValue>x</saml:AttributeValue>'
    )
    xml = response(attributes=f"<saml:AttributeStatement>{attribute}</saml:Attribute></saml:AttributeStatement>")

    found = judged(xml, required_attributes=["email", "phone"])

    assert {"saml.attr_renamed", "saml.attr_missing"} <= ids(found)


def test_the_expected_nameid_format_is_compared() -> None:
    wanted = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"

    assert finding(judged(response(), nameid_format=wanted), "saml.nameid_format")["certainty"] == "config"


def test_a_response_that_nobody_asked_for_is_idp_initiated() -> None:
    data = f'<saml:SubjectConfirmationData Recipient="{ACS}" NotOnOrAfter="2026-03-04T12:05:00Z"/>'

    found = judged(response(in_response_to="", data=data), request_id="")

    assert "saml.idp_initiated" in ids(found)


def test_other_messages_are_named_and_not_judged_as_a_login() -> None:
    found = judged(request())

    assert "saml.not_a_response" in ids(found)
    assert not ids(found) & {"saml.no_status", "saml.no_assertion", "saml.idp_initiated", "saml.unsigned"}


@pytest.mark.parametrize(
    ("xml", "id"),
    [
        ('<Response xmlns="urn:oasis:names:tc:SAML:1.0:protocol"/>', "saml.saml11"),
        ('<a xmlns="http://docs.oasis-open.org/ws-sx/ws-trust/200512"/>', "saml.wsfed"),
        ("<note>hello</note>", "saml.not_saml"),
        ("<html><body>sign in</body></html>", "saml.not_saml"),
        ("<html><body>AADSTS700016: not found. Trace ID: 0000-aaaa-1111</body></html>", "saml.idp_error_page"),
    ],
)
def test_what_is_no_saml_2_message_is_named(xml: str, id: str) -> None:
    assert id in ids(judged(xml))


def test_an_artifact_response_is_opened() -> None:
    wrapped = (
        '<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body><samlp:ArtifactResponse '
        f'xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol">{response()}</samlp:ArtifactResponse></e:Body></e:Envelope>'
    )

    found = judged(wrapped)

    assert "saml.artifact_response" in ids(found)
    assert found["messages"][0]["in_response_to"] == "_req1"


def test_encrypted_parts_are_named_with_their_algorithms() -> None:
    method = '<x:EncryptionMethod xmlns:x="http://www.w3.org/2001/04/xmlenc#" Algorithm="urn:example:aes"/>'

    found = judged(response(assertion=f"<saml:EncryptedAssertion>{method}</saml:EncryptedAssertion>"))

    assert "urn:example:aes" in finding(found, "saml.encrypted")["evidence"]
    assert "saml.no_assertion" not in ids(found)


def test_every_pointer_leads_into_the_summary() -> None:
    found = judged(response(status="", conditions="", authn=""))

    for each in found["findings"]:
        place: object = found
        for part in each["ref"].split("/")[1:]:
            place = place[int(part)] if isinstance(place, list) else place[part]  # type: ignore[index]


def test_a_message_cut_off_in_the_middle_is_called_cut_off() -> None:
    whole = response()

    found = diagnose(b64(whole[: len(whole) // 2]).encode(), config={}, at=None)

    assert ids(found) & {"saml.truncated", "saml.malformed"}
