"""Generated inputs for both redactors: every kind of slot, value and encoding, combined.

Enters: nothing but a seed. Leaves: requests [function, arguments…] that mean the same in JavaScript and in Python.
"""

import json
import random
from typing import Any

from tests.guide.support import SAML, b64, deflated, jwt, percent

VALUES = (
    "canary-secret-8f3k2m9q",
    "canary.person@example.com",
    "Canary Person",
    "192.0.2.77",
    "10.1.2.3",
    "2001:db8:85a3::8a2e:370:7334",
    "4111 1111 1111 1111",
    "DE89370400440532013000",
    "sk_live_4eC39HqLyjWDarjtT1zdp7dc",
    "AKIAIOSFODNN7EXAMPLE",
    "ghp_0123456789abcdefghijABCDEFGHIJ012345",
    "Grüße an Zoë, naïve 日本語 🙂",
    "Falcon project",
    "true",
    "invalid_grant",
    "",
    "  padded value 12345678  ",
    "a\"b\\c'd<e>&f;g=h",
    "line one\nline two\tend",
    jwt(sub="canary-sub", email="canary@example.com", exp=1767225600, iss="https://idp.example.com/"),
    b64("user:canary-password-1"),
    b64(json.dumps({"password": "canary-inner", "n": 12345678901234567890})),
    "https://user:canary-pw@app.example.com/reset/canary0123456789?token=canary-q&x=1#access_token=canary-f",
    "/path/file?sig=canary-sig-0123456789&plain=yes",
    "%7B%22password%22%3A%22canary-enc%22%7D",
    "-----BEGIN PRIVATE KEY-----\nMIIcanary\n-----END PRIVATE KEY-----",
    "data:text/plain;base64," + b64("password=canary-data-1"),
    "-----BEGIN CERTIFICATE-----\nMIIBkTCB+wIJAKHBfpE\n-----END CERTIFICATE-----",
    "5f2b0a3e-1c4d-4e8f-9a7b-0c1d2e3f4a5b",
    "2026-11-23T10:15:30.123Z",
    "1234567890123456",
)
NAMES = (
    "password", "Authorization", "X-Api-Key", "user[email]", "data.attributes.token", "code", "state", "client_id",
    "session_id", "sub", "name", "RelayState", "X-Request-Id", "access_token", "zip", "key", "card_number", "pin",
    "Referer", "Cookie", "Set-Cookie", "X-Forwarded-For", "Link", "Location", "User-Agent", "ETag", "Falcon",
)  # fmt: skip


def requests(seed: int = 20261) -> list[list[Any]]:
    """More than 600 requests, always the same for one seed."""
    chance = random.Random(seed)  # noqa: S311 - test data
    made: list[list[Any]] = []
    for value in VALUES:
        made += [["value", value], ["url", value], ["log", value], ["form", value]]
        made += [["value", json.dumps(dict.fromkeys(chance.sample(NAMES, 4), value), ensure_ascii=False)]]
        made += [["value", json.dumps([{"name": chance.choice(NAMES), "value": value}, {"value": value, "key": "k"}])]]
        made += [[kind, chance.choice(NAMES), value] for kind in ("header", "parameter", "header", "parameter")]
        for wrap in WRAPS:
            made.append(["value", wrap(value, chance)])
            made.append(["log", f"2026-11-23 10:15:30 INFO {wrap(value, chance)} done"])
    made += [["parameter", "SAMLResponse", b64(SAML)], ["parameter", "SAMLResponse", deflated(SAML)], ["value", SAML]]
    made += [["value", f"SAMLResponse={percent(b64(SAML))}&RelayState=canary-relay-state-1"]]
    made += [["value", f"SAMLRequest={percent(deflated(SAML))}&RelayState=canary-relay-state-1"]]
    made += [["value", text] for text in STRUCTURES]
    made += [[kind, text] for text in SENTENCES for kind in ("prose", "log", "value")]
    made += [["learn", text] for text in TEACHING]
    made += [[kind, text] for text in TAUGHT for kind in ("log", "value", "prose")]
    return made


# Names and phone numbers in what a person types; numbers that are none.
SENTENCES = (
    "My name is Zanzibar Quillfeather and Maria Lopez-Garcia called me.",
    "Dear Dr. Canary,\nplease ask Sébastien Müller or J. Smith.\nRegards,\nAnna van der Berg",
    "Grüße, Jürgen Weiß; O'Neil and McAdam; SAML and JavaScript fail in Safari on Monday.",
    "Contact Frobnik Dazzlewort. The Server Block was Read by Admin. Hi Bob, will Will Hunt call Grace?",
    "Mr Tanaka saw 田中さん there; Élodie D'Arcy's phone rings.",
    "call me at +44 20 7946 0958 or (212) 555-0142, mobile: 0151 23456789, fax 030/901820",
    "Telefon 089 1234567, téléphone : 01 99 00 12 34, teléfono 910 123 456, 電話 03-1234-5678",
    "+14155550132 and 0049 30 901820 and 212-555-0142 and tel:+493012345678",
    "not phones: 2026-11-23 10:15:30 +0000, v10.2.3.4, 1700000000, id=4155550132, order 12345678, +86400000",
    "called at 2026-11-23 10:15, phone=true, call 1234567, phone_count=12345678, 5f2b0a3e-1c4d-4e8f-9a7b-0c1d2e3f4a5b",
    "The phone number is 4155550132. Mobile phone: +49 (0) 151 234 567 89.",
)
# Keyed values, then the same values without their keys.
TEACHING = (
    json.dumps(
        {
            "display_name": "Canary Quillfeather",
            "session_token": "canaryTOKEN0123456789",
            "last_name": "Dazzlewort",
            "email": "ada.lovelace@example.com",
            "name": "Authorization",
            "firstName": "Bob",
            "summary": "Server Error",
        }
    ),
    json.dumps(json.dumps({"fullName": "Inner Canaryworth", "api_key": "k-canary-99887766"})),
    json.dumps(
        [
            {"name": "Cookie", "value": "sid=canarycookie0123; theme=dark"},
            {"name": "X-Request-Id", "value": "canaryid0123456789"},
            {"name": "Authorization", "value": "Bearer canarybearer0123456789"},
            {"name": "surname", "value": "SSpecialcanary"},
        ]
    ),
    "GET /cb?access_token=canaryquery0123456789&request_id=canaryid0123456789&full_name=Percent%20Canaryson",
)
TAUGHT = (
    "CANARY QUILLFEATHER saw canaryTOKEN0123456789 and xcanaryTOKEN0123456789 and canarytoken0123456789",
    "Dazzlewort's mail to Ada Lovelace; Server Error; Authorization; Bob; dark",
    "Inner Canaryworth; k-canary-99887766; sid canarycookie0123, id canaryid0123456789, canarybearer0123456789",
    "canaryquery0123456789 Percent Canaryson SSpecialcanary",
    '{"note": "by Canary Quillfeather", "path": "/u/canarycookie0123/x"}',
    "Dazzlewort",
)

WRAPS = (
    lambda value, chance: f"{chance.choice(NAMES)}={value}",
    lambda value, chance: f'{chance.choice(NAMES)}: "{value}"',
    lambda value, chance: json.dumps(json.dumps({chance.choice(NAMES): value})),
    lambda value, chance: percent(json.dumps({chance.choice(NAMES): value})),
    lambda value, chance: b64(f"{chance.choice(NAMES)}={value}"),
    lambda value, chance: f"https://app.example.com/cb?{chance.choice(NAMES)}={percent(value)}&ok=1",
    lambda value, chance: (
        f'<input type="hidden" name="{chance.choice(NAMES)}" value="{percent(value)}"/><p>{value[:20]}</p>'
    ),
    lambda value, chance: f"curl -H 'Authorization: Bearer {value}' -H 'Cookie: sid={value}; b=2'",
)
STRUCTURES = (
    '{"a": [1, 2.50, 1e5, -0], "password": 123456, "card": 4111111111111111, "id": 98765432109876543210}',
    '{"broken": "value", "password": "canary-broken"',
    '{"password": "canary-1"}\n{"password": "canary-2"}\n',
    'data: {"token": "canary-event-token-1"}\n\nevent: x\ndata: plain\n\n',
    '--b0undary\r\nContent-Disposition: form-data; name="password"\r\n\r\ncanary-part\r\n--b0undary--\r\n',
    "<form action='/x?token=canary-1'><textarea>canary@example.com</textarea><password>canary-x</password></form>",
    '["\\ud83d\\ude00 \\ud800", "\\u0000", {"email\\u0020": "canary@example.com"}]',
    "Set-Cookie: sid=canary-cookie; Path=/; HttpOnly\nX-Api-Key: canary-api-key-0123",
    '42["message",{"auth":"canary-auth-0123456789"}]',
    'password="canary with \\" quote" token=canary-token-01234 user=canary',
    '\ufeff{"password": "canary-bom"}',
    "a=1;b=2;password=canary",
    "GET /reset-password/canary0123456789abcdef HTTP/1.1",
    "H4sIAAAAAAAAA0tMSk5JTUvPyMzKzsnNyy8oLCouKS0rr6isMgQAdrJ4jCAAAAA=",
)
