"""JWT, JWS, JWE: claims of the protocol stay, people and signatures go."""

import base64
import json

import pytest

from diagpack.redact.learned import Learned
from diagpack.redact.walk_jose import redact_compact
from tests.redact.planting import POLICY, compact_jwt, engine


def _claims(token: str) -> dict[str, object]:
    segment = token.split(".")[1]
    loaded: dict[str, object] = json.loads(base64.urlsafe_b64decode(segment + "=" * (-len(segment) % 4)))
    return loaded


def test_claims_follow_their_table() -> None:
    made = engine(learned=Learned(POLICY))
    token = compact_jwt(
        {
            "iss": "https://i.test",
            "exp": 5,
            "sub": "canary-s",
            "email": "canary@a.test",
            "custom": "canary-c",
            "groups": ["canary-g"],
            "n": 7,
        }
    )

    shown = redact_compact(made, token)

    assert shown is not None
    claims = _claims(shown)
    assert claims["iss"] == "https://i.test"
    assert claims["exp"] == 5
    assert claims["n"] == 7
    assert "canary" not in json.dumps(claims)
    assert made.live.counts() == {("JWT", "", 5): 1}
    assert redact_compact(engine(), shown) == shown


def test_the_same_signature_gives_the_same_token() -> None:
    one, two = (redact_compact(engine(), compact_jwt({"sub": "canary"})) for _ in range(2))

    assert one == two


def test_a_jwe_keeps_its_header_only() -> None:
    head = base64.urlsafe_b64encode(b'{"alg":"RSA-OAEP","enc":"A256GCM","kid":"k"}').rstrip(b"=").decode()

    shown = redact_compact(engine(), f"{head}.canaryKEY.canaryIV.canaryTEXT.canaryTAG")

    assert shown is not None
    assert shown.startswith(head + ".")
    assert "canary" not in shown
    assert shown.count(".") == 4


@pytest.mark.parametrize("text", ["eyJx", "eyJh.eyJi", "eyJhbGciOiJub25lIn0.not-json.x", "a.b.c", ""])
def test_what_is_no_token_is_left_to_others(text: str) -> None:
    assert redact_compact(engine(), text) is None
