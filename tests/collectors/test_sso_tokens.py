"""Tokens: taken apart whatever their state, verified only with given keys, summarised without secrets."""

import base64
import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey, RSAKey

from diagpack.collectors.sso import diagnose
from tests.collectors.sso_samples import CLAIMS, EVENT, finding, ids, key_pair, open_text, token

CONFIG = {"client_id": "client-1", "issuer": "https://op.example.test", "nonce": "canary-nonce"}


def judged(text: str, **config: Any) -> dict[str, Any]:
    return diagnose(text.encode(), config=CONFIG | config, at=EVENT)


def claims(**changes: Any) -> dict[str, Any]:
    changed = CLAIMS | changes
    return {name: value for name, value in changed.items() if value is not ...}


RSA_KEY = RSAKey.generate_key(2048, {"kid": "k1"})
KEY_SET = {"keys": [RSA_KEY.as_dict(private=False)]}


def signed_token(key: Any = RSA_KEY, algorithm: str = "RS256", **changes: Any) -> str:
    return jwt.encode({"alg": algorithm, "kid": "k1"}, claims(**changes), key, algorithms=[algorithm])


def test_a_good_token_with_a_good_key_has_no_error() -> None:
    assert ids(judged(signed_token(), jwks=KEY_SET), "error") == set()


@pytest.mark.parametrize(
    ("changes", "id"),
    [
        ({"exp": int(EVENT.timestamp())}, "oidc.expired"),
        ({"nbf": int(EVENT.timestamp()) + 900}, "oidc.nbf"),
        ({"iat": int(EVENT.timestamp()) + 900}, "oidc.iat_future"),
        ({"iss": "https://op.example.test/"}, "oidc.iss_mismatch"),
        ({"aud": "client-2"}, "oidc.aud_mismatch"),
        ({"aud": ["client-1", "client-2"], "azp": "client-2"}, "oidc.azp"),
        ({"nonce": "other"}, "oidc.nonce_mismatch"),
        ({"nonce": ...}, "oidc.nonce_missing"),
        ({"sub": ...}, "oidc.claims_missing"),
        ({"exp": ...}, "oidc.claims_missing"),
        ({"aud": ...}, "oidc.claims_missing"),
        ({"exp": "tomorrow"}, "oidc.claim_mismatch"),
        ({"sub": 7}, "oidc.claim_mismatch"),
        ({"iss": ""}, "oidc.claim_mismatch"),
    ],
)
def test_a_wrong_claim_is_found(changes: dict[str, Any], id: str) -> None:
    assert id in ids(judged(token(claims(**changes))), "error")


def test_several_audiences_without_azp_are_a_hint_only() -> None:
    found = finding(judged(token(claims(aud=["client-1", "client-2"]))), "oidc.azp")

    assert (found["level"], found["certainty"]) == ("info", "hint")


def test_max_age_is_compared_with_auth_time() -> None:
    old = int(EVENT.timestamp()) - 4000

    assert "oidc.auth_time_too_old" in ids(judged(token(claims(auth_time=old)), max_age=3600), "error")
    assert "oidc.auth_time_too_old" in ids(judged(token(CLAIMS), max_age=3600), "error")
    assert "oidc.auth_time_too_old" not in ids(judged(token(claims(auth_time=old)), max_age=5000))


def test_groups_by_reference_are_an_overage() -> None:
    found = judged(token(claims(_claim_names={"groups": "src1"})))

    assert {"oidc.groups_overage", "oidc.claims_missing"} <= ids(found)


def test_a_changed_token_does_not_verify() -> None:
    head, _, signature = signed_token().split(".")
    changed = base64.urlsafe_b64encode(json.dumps(claims(sub="canary-other")).encode()).decode().rstrip("=")

    assert "oidc.sig_invalid" in ids(judged(f"{head}.{changed}.{signature}", jwks=KEY_SET), "error")


def test_a_key_that_is_not_in_the_set_is_named_by_its_kid() -> None:
    other = {"keys": [RSAKey.generate_key(2048, {"kid": "k2"}).as_dict(private=False)]}

    found = judged(signed_token(), jwks=other)

    assert "k2" in finding(found, "oidc.kid_unknown")["evidence"]
    assert "oidc.sig_invalid" in ids(found)


def test_a_shared_secret_against_public_keys_is_confusion() -> None:
    forged = signed_token(OctKey.import_key(json.dumps(KEY_SET)), "HS256")

    assert "oidc.hs_vs_rs" in ids(judged(forged, jwks=KEY_SET), "error")


def test_an_algorithm_of_another_family_is_named() -> None:
    made = signed_token(ECKey.generate_key("P-256"), "ES256")

    assert "oidc.alg_mismatch" in ids(judged(made, jwks=KEY_SET), "error")


def test_a_key_for_encryption_is_not_for_signatures() -> None:
    keys = {"keys": [RSA_KEY.as_dict(private=False) | {"use": "enc"}]}

    assert "oidc.key_use" in ids(judged(signed_token(), jwks=keys), "error")


def test_a_certificate_serves_as_key_when_no_key_set_is_given() -> None:
    key, certificate = key_pair()
    made = signed_token(RSAKey.import_key(_pem(key.public_key(), key)))

    assert not ids(judged(made, idp_certificates=[certificate]), "error")
    assert "oidc.sig_invalid" in ids(judged(signed_token(), idp_certificates=[certificate]), "error")


def _pem(_: rsa.RSAPublicKey, key: rsa.RSAPrivateKey) -> bytes:
    from cryptography.hazmat.primitives.serialization import NoEncryption, PrivateFormat

    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def test_a_key_set_may_be_a_pem_file(tmp_path: Any) -> None:
    pem = tmp_path / "key.pem"
    pem.write_bytes(key_pair()[0].public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))

    assert "oidc.sig_invalid" in ids(judged(signed_token(), jwks=str(pem)))


@pytest.mark.parametrize(
    ("header", "id"),
    [
        ({"alg": "none"}, "oidc.alg_none"),
        ({"alg": "RS256", "crit": ["b64"]}, "oidc.crit"),
        ({"alg": "RS256", "jku": "https://evil.example.test/keys"}, "oidc.jku_x5u_present"),
        ({"alg": "RS256", "nonce": "x"}, "oidc.nonce_in_header"),
        ({"alg": "RS256"}, "oidc.no_kid"),
        ({"typ": "JWT"}, "jwt.malformed"),
    ],
)
def test_the_header_is_read(header: dict[str, Any], id: str) -> None:
    assert id in ids(judged(token(CLAIMS, header)))


@pytest.mark.parametrize("signature", ["", "redacted", "[redacted]", "REDACTED"])
def test_a_stripped_token_is_still_decoded(signature: str) -> None:
    found = judged(token(CLAIMS, signature=signature))

    assert "oidc.token_stripped" in ids(found)
    assert {"claim": "iss", "is": "https://op.example.test"} in found["messages"][0]["claims"]


def test_other_kinds_are_named() -> None:
    five = f"{token(CLAIMS, {'alg': 'RSA-OAEP', 'enc': 'A256GCM'})}.x.y"
    detached = f"{token(CLAIMS).split('.')[0]}..c2ln"
    as_json = json.dumps({"payload": "e30", "signatures": [{"protected": "e30", "signature": "x"}]})

    assert "oidc.jwe" in ids(judged(five))
    assert "jwt.detached_payload" in ids(judged(detached))
    assert "jwt.jws_json" in ids(judged(as_json))
    assert "oidc.not_a_jwt" in ids(judged(token("just text")))
    assert "oidc.opaque" in ids(judged("access_token=0123456789abcdef"))
    assert "jwt.malformed" in ids(judged(token('{"iss": ')))


def test_names_that_stand_twice_are_noticed() -> None:
    assert "jwt.malformed" in ids(judged(token('{"sub": "a", "sub": "b"}')))


def test_persons_are_marked_and_unknown_values_left_out() -> None:
    found = judged(
        token(claims(given_name="canary-given", custom="canary-custom", ipaddr="192.0.2.7", groups=["canary-g"]))
    )

    shown = open_text(found)
    assert "canary" not in shown
    assert "192.0.2.7" not in shown
    by_name = {each["claim"]: each for each in found["messages"][0]["claims"]}
    assert by_name["sub"]["pseudonym"] == {"$sensitive": "user", "value": "canary-subject"}
    assert by_name["groups"] == {"claim": "groups", "count": 1}


def test_an_access_token_for_an_api_is_not_held_against_the_client() -> None:
    made = token({"iss": "https://op.example.test", "aud": "https://api.example.test", "scope": "a", "exp": 1e10})

    found = diagnose(made.encode(), config={"client_id": "client-1"}, at=EVENT)

    assert not ids(found, "error")


def test_an_unencoded_payload_is_not_malformed() -> None:
    header = base64.urlsafe_b64encode(b'{"alg":"HS256","b64":false,"crit":["b64"]}').decode().rstrip("=")

    found = judged(f"{header}.plain text".replace(" ", "-") + ".c2ln")

    assert "jwt.malformed" not in ids(found)
    assert {"oidc.crit", "oidc.not_a_jwt"} <= ids(found)


def test_a_short_key_in_a_certificate_is_no_reason_to_stop() -> None:
    assert "oidc.sig_invalid" in ids(judged(signed_token(), idp_certificates=[key_pair("small", bits=1024)[1]]))
