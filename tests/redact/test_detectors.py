"""Each family of values by example: what is found, exactly how much of it, and what only looks like it."""

import pytest

from diagpack.redact.detect import TextDetectors
from diagpack.redact.detectors._engine import RuleScanner
from diagpack.redact.detectors._rules import RuleDetector
from diagpack.redact.detectors.phone_number import is_valid
from diagpack.redact.detectors.vendor_secrets import VendorSecrets
from diagpack.redact.rulebook import load_rules
from tests.redact.recipes import build, card, iban, seeded

DETECTORS = TextDetectors.load()


def found(text: str) -> list[str]:
    data = text.encode()
    return [data[span.start : span.end].decode() for span in DETECTORS.scan(data)]


def names(text: str) -> list[str]:
    data = text.encode()
    return [data[span.start : span.end].decode() for span in DETECTORS.names_in_prose(data)]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("password=canary-1 next", "canary-1"),
        ("password: 'canary 2' next", "canary 2"),
        ('{"password": "can\\"ary", "n": 1}', 'can\\"ary'),
        ('msg="{\\"clientSecret\\": \\"canary-3\\"}"', "canary-3"),
        ('{\\\\\\"password\\\\\\":\\\\\\"canary-4\\\\\\"}', "canary-4"),
        ('{"name": "x-api-key", "value": "canary-5"}', "canary-5"),
        ('{\n "name": "Authorization",\n "value": "Bearer canary-6"}', "canary-6"),
        ("<Password>canary-7</Password>", "canary-7"),
        ("&quot;password&quot;:&quot;canary-8&quot;", "canary-8"),
        ("a=1%26password%3Dcanary-9%26b=2", "canary-9"),
        ("/cb?code=canary-a&page=2", "canary-a"),
        ("url=%2Fcb%3Fcode%3Dcanary-z%26state%3Dq", "canary-z"),
        ("mysql --password canary-b db", "canary-b"),
        ("export DB_PASS=canary-c", "canary-c"),
        ("Authorization: Basic Y2FuYXJ5OmNhbmFyeQ== rest", "Y2FuYXJ5OmNhbmFyeQ=="),
        ("proxy-authorization=Token canary-d", "canary-d"),
        ("pin=4711 &otp=123456", "123456"),
        ("otp_code=123456", "123456"),
        ("Server=db;User Id=app;Password=canary;Pwd=x", "canary"),
    ],
)
def test_a_value_is_found_behind_its_key_in_any_spelling(text: str, value: str) -> None:
    assert value in found(text)


def test_cookie_values_go_and_names_and_attributes_stay() -> None:
    text = "Set-Cookie: sid=canary-1; Path=/; Expires=Wed, 21 Oct 2026 07:28:00 GMT; HttpOnly, b=canary-2; Max-Age=5"

    assert found(text) == ["canary-1", "canary-2"]
    assert found("Cookie: a=canary-3; _ga=GA1.2.3 status=200") == ["canary-3", "GA1.2.3"]


def test_parameters_of_a_digest_or_signed_header_go_as_one() -> None:
    text = 'Authorization: Digest username="canary", nonce="n", response="r"\nHost: x'

    assert found(text) == ['username="canary", nonce="n", response="r"']


@pytest.mark.parametrize(
    "text",
    [
        "unexpected token: EOF",
        "token_type=Bearer expires_in=3600",
        "password: required",
        "state=OPEN code=E42 session 12",
        "basic authentication and bearer authentication",
        "csrf_enabled=true signature_algorithm=RS256",
        '"code": "invalid_grant", "state": "open"',
        "name=worker-7 user=root",
        "PWD=/srv/build passwordStatus: Ok cmds=MAIL:RCPT user=--",
        "rcpt=<folsomstreet> id=7 table=<user>, more=<x>",
    ],
)
def test_words_that_only_sound_secret_stay(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("mail jane@canary.example now", "jane@canary.example"),
        ("email=jane%40canary.example&x", "jane%40canary.example"),
        ('"to":"jane\\u0040canary.example"', "jane\\u0040canary.example"),
        ("jürgen@bücher.example schrieb", "jürgen@bücher.example"),
        ("path=/u/jane@corp.local/x", "jane@corp.local"),
        ("user='jane@canary.example", "jane@canary.example"),
    ],
)
def test_an_email_is_found_with_its_borders(text: str, value: str) -> None:
    assert found(text) == [value]


def test_pictures_and_decorators_are_no_emails() -> None:
    assert found("icon@2x.png @dataclass a@b user@") == []


@pytest.mark.parametrize(
    "address", ["198.51.100.7", "203.0.113.255", "2001:db8::1", "2001:db8:1:2:3:4:5:6", "2606:4700::1111"]
)
def test_a_public_address_is_found(address: str) -> None:
    assert found(f"from {address} port 80") == [address]


@pytest.mark.parametrize(
    "text",
    [
        "10.0.0.1 192.168.1.1 127.0.0.1 169.254.1.1 fe80::1 ::1 fd00::1",
        "Chrome/10.15.7.1 version 1.2.3.4 1.2.3.4.5 1.3.6.1.4.1 300.1.1.1 01.2.3.4",
        "std::a::b 10:11:12 a::b ::ffff dead::",
    ],
)
def test_internal_addresses_and_lookalikes_stay(text: str) -> None:
    assert found(text) == []


def test_cards_ibans_and_national_ids_pass_their_checks() -> None:
    source = seeded(7)
    number, account = card(source), iban(source)

    assert found(f"paid with {number} today") == [number]
    assert found("card 4111-1111-1111-1111.") == ["4111-1111-1111-1111"]
    assert found("amex 3782 822463 10005 ok") == ["3782 822463 10005"]
    assert found(f"to {account} and") == [account]
    assert found("GB82 WEST 1234 5698 7654 32 is it") == ["GB82 WEST 1234 5698 7654 32"]
    assert found("ssn 123-45-6789 now") == ["123-45-6789"]
    assert found("passport number 912345678 of") == ["912345678"]


@pytest.mark.parametrize(
    "text",
    [
        "4111111111111112 1772359872 2026 1772359872123",
        "000-12-3456 666-12-3456 912-34-5678 build 123-45-67890",
        "DE00000000000000000000 AB12CDEF3456",
        "00:00:00:00:00:00 ff:ff:ff:ff:ff:ff",
    ],
)
def test_numbers_that_fail_their_check_stay(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("call me at +44 20 7946 0958.", "+44 20 7946 0958"),
        ("tel 030 901820 please", "030 901820"),
        ("fax: (212) 555-0143", "(212) 555-0143"),
        ("reach us: 212-555-0143", "212-555-0143"),
    ],
)
def test_a_phone_number_is_found_by_form_or_context(text: str, value: str) -> None:
    assert found(text) == [value]


@pytest.mark.parametrize(
    "text",
    [
        "offset 2125550143",
        "v1.2.3 bytes=2125550143 number 5",
        "partition 212 555 0143 lag",
        "error number 1772359872",
        'footer-mobile.png HTTP/1.1" 200 62894',
    ],
)
def test_numbers_without_form_or_context_are_no_phones(text: str) -> None:
    assert found(text) == []


def test_many_candidates_are_never_passed_for_lack_of_time() -> None:
    text = " ".join(f"call {number}" for number in range(70_000_000, 70_000_600))

    assert len(found(text)) >= 300


def test_validity_needs_a_region_or_a_country_code() -> None:
    assert is_valid("+4930901820", ())
    assert not is_valid("030901820", ("US",))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("/home/canaryuser/app.log", "canaryuser"),
        ("/Users/c.nary/x", "c.nary"),
        ("C:\\Users\\Canary Bird\\file", "Canary Bird"),
        ("C:\\\\Users\\\\canary\\\\file", "canary"),
        ("12 Canary Street", "12 Canary Street"),
        ("Musterstraße 12 in", "Musterstraße 12"),
        ("10, rue de la Paix", "10, rue de la Paix"),
        ("at 48.13743, 11.57549 now", "48.13743, 11.57549"),
        ("born on 3 March 1980.", "3 March 1980"),
    ],
)
def test_paths_streets_positions_and_birthdays(text: str, value: str) -> None:
    assert found(text) == [value]


def test_accounts_of_machines_in_paths_stay() -> None:
    assert found("/home/ubuntu/x C:\\Users\\Public\\x /home/runner/work") == []


def test_key_blocks_tokens_and_url_passwords() -> None:
    block = "-----BEGIN " + "PRIVATE KEY-----\\nQ0FOQVJZ\\n-----END " + "PRIVATE KEY-----"

    assert found(f'"k":"{block}"') == [block]
    assert found("-----BEGIN " + "CERTIFICATE-----") == []
    assert found("jwt eyJhbGciOiJub25lIn0.eyJzdWIiOiJjIn0.c2ln end") == ["eyJhbGciOiJub25lIn0.eyJzdWIiOiJjIn0.c2ln"]
    assert found("amqp://app:canary@q.example/") == ["canary"]


def test_a_token_across_two_blocks_of_a_long_line_is_found() -> None:
    token = build("ghp_{alnum:36}", seeded(3))
    for shift in (-20, -3, 0, 5):
        data = b"y" * ((1 << 16) + shift - 1) + b" " + token.encode() + b" " + b"z" * 100_000

        spans = list(VendorSecrets().scan(data))

        assert [data[span.start : span.end].decode() for span in spans] == [token]


def test_customer_words_are_whole_words_in_any_case() -> None:
    detectors = TextDetectors.load(words={"Acme": "company", "Müller": "name"})
    data = "ACME acme Acmes MÜLLER müller".encode()

    assert [data[span.start : span.end].decode() for span in detectors.scan(data)] == [
        "ACME",
        "acme",
        "MÜLLER",
        "müller",
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("I spoke with Hannah Wagner yesterday", ["Hannah Wagner"]),
        ("Mr. Zorblax called", ["Zorblax"]),
        ("my name is Zorblax Quux, thanks", ["Zorblax Quux"]),
        ("Best regards,\nXiomara Quux", ["Xiomara Quux"]),
        ("José García-López wrote", ["José García-López"]),
        ("Grace Hopper's laptop", ["Grace Hopper"]),
        ("please contact Zorblax Quux today", ["Zorblax Quux"]),
    ],
)
def test_names_in_prose(text: str, expected: list[str]) -> None:
    assert names(text) == expected


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("Zofia Mikkelby\nAm Kieswerk 7\n68309 Mannheim\n", ["Am Kieswerk 7", "68309 Mannheim"]),
        ("Address: Beim Kanarienhof 12a, 68309 Mannheim", ["Beim Kanarienhof 12a", "68309 Mannheim"]),
        ("> Zofia Mikkelby\r\n> Kanarienhof 7\r\n> A-1010 Wien\r\n", ["Kanarienhof 7", "A-1010 Wien"]),
        ("Zofia Mikkelby, Im Kieswerk 7", ["Im Kieswerk 7"]),
        ("She lives in Leeds, LS1 4AP.", ["LS1 4AP"]),
        ("postcode: SW1A 1AA", ["SW1A 1AA"]),
        ("10 Canary Mews\nLondon\nSW1A 2AA", ["10 Canary Mews", "SW1A 2AA"]),
        ("12 High Street, Norwich NR1 4AB", ["12 High Street", "Norwich", "NR1 4AB"]),
        ("4 Kings Road, Stoke on Trent, ST1 2AB", ["4 Kings Road", "Stoke on Trent", "ST1 2AB"]),
        ("Annas-iPhone.local joined", ["Annas"]),
        ("host ANNAS-PC joined, ZOFIA-LAPTOP$ left", ["ANNAS", "ZOFIA"]),
        ("Anna's iPad and iPhone von Anna", ["Anna's", "Anna"]),
    ],
)
def test_an_address_or_an_owner_is_found_by_what_stands_beside_it(text: str, values: list[str]) -> None:
    assert found(text) == values


@pytest.mark.parametrize(
    "text",
    [
        "Worker 7\n12345 requests served",
        "Chapter 7\n2024 Annual Report",
        "Im Schritt 3",
        "Im Jahr 24, am Ende",
        "Am Server 7 gab es Fehler",
        "MacBook M1 8GB, M1 16GB",
        "load E1 2AB F0 0DE",
        "Windows-PC and Users-iPhone and This-Phone",
        "OFFICE-PC, IBM-PC, WIN-PC, DC01-PC, DESKTOP-9A8B7C6, LAPTOP-4F7K2, TEST-NB",
        "it's phone number, the user's laptop",
    ],
)
def test_numbers_beside_words_and_devices_of_nobody_stay(text: str) -> None:
    assert found(text) == []


def test_a_person_who_is_mentioned_goes_from_prose_and_a_package_stays() -> None:
    text = "@zofia.mikkelby can you look? see @angular/core, @test.run(x), jo@mail.example"

    assert names(text) == ["zofia.mikkelby"]


@pytest.mark.parametrize(
    "text",
    [
        "The Chrome Browser on Windows Server",
        "May I ask Support Team to check Azure Active Directory?",
        "Single Sign On fails with Access Denied in JavaScript",
        "Hi Team, Read Server Block",
        "Mark the message and Bill the customer in Spring Boot",
    ],
)
def test_ordinary_capitalised_words_stay(text: str) -> None:
    assert names(text) == []


@pytest.mark.parametrize(
    ("text", "gone", "stays"),
    [
        ("card 4111 1111 1111 1111 12/27 cvv", "1111", "12/27"),
        ("card 4111-1111-1111-1111 99", "4111", " 99"),
        ("tel +1 415 555 0132 2026-01-01", "555", "2026-01-01"),
        ("call +49 30 901820 17:30", "901820", "17:30"),
    ],
)
def test_a_number_is_found_in_front_of_a_date_a_time_or_another_number(text: str, gone: str, stays: str) -> None:
    spans = DETECTORS.scan(text.encode())

    kept = text
    for span in reversed(spans):
        kept = kept[: span.start] + kept[span.end :]
    assert gone not in kept
    assert stays in kept


def test_a_mail_address_behind_a_percent_escape_starts_behind_it() -> None:
    text = b"to=%3Cann%40example.com%3E and %253Cbob@example.com and 100%cd@example.com"

    found = [text[span.start : span.end] for span in DETECTORS.scan(text) if span.entity == "email"]

    assert found == [b"ann%40example.com", b"bob@example.com", b"cd@example.com"]


def test_an_iban_is_sought_by_its_country_and_found_as_before() -> None:
    rule = next(each for each in load_rules("personal") if each.id == "iban")
    alone, union = RuleScanner(rule), RuleDetector("x", ("iban",), ("iban",))
    texts = [
        b"af83-bd05-61e6211c70cf", b"DE89 3704 0044 0532 0130 00", b"de89370400440532013000", b"GB82WEST12345698765432",
        b"XX12 ZZ89 DE89 3704 0044 0532 0130 00", b"aa00-DE89370400440532013000", b"IBAN:NO9386011117947.", b"DE89",
    ]  # fmt: skip

    for text in texts:
        assert [(each.start, each.end) for each in union.scan(text)] == list(alone.values(text)), text
    assert sum(1 for text in texts for _ in union.scan(text)) >= 4


def test_a_value_met_before_is_judged_by_its_neighbours_again() -> None:
    number = b"4111111111111111"
    text = b"%b %b, x%b %b5 %b" % ((number,) * 5)

    for _ in range(2):
        starts = [span.start for span in DETECTORS.scan(text) if span.entity == "card"]

        assert starts == [0, 17, len(text) - 16]
        assert DETECTORS.scan(b"x%b" % number) == []
        assert [span[:3] for span in DETECTORS.scan(number)] == [(0, 16, "card")]
