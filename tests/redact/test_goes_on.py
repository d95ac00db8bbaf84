"""Escapes and stray quotes inside of a value: nothing of it is left behind them."""

import pytest

from tests.redact.planting import engine

_INSIDE = [r"\n", r"\t", r"\r", r"\"", r"\'", r"\\", r"\u0061", r"\x61", r"\$", r"\!", r"\ ", r"\/", '"', "'", r"\\n"]
_PLACES = [
    "password: {}",
    "password={} next",
    "DB_PASSWORD={}",
    "--password {} --host db",
    "api_key = {}",
    "GET /x?access_token={}&b=2",
    "curl -u app:{} https://x.example",
    "mysql -p{} -h db",
    "[password={}]",
]


def _shown(text: str) -> str:
    return engine().data(text.encode()).decode()


@pytest.mark.parametrize("place", _PLACES)
@pytest.mark.parametrize("inside", _INSIDE)
def test_an_escape_or_a_quote_inside_a_value_is_no_end(place: str, inside: str) -> None:
    shown = _shown(place.format(f"can{inside}ary-two"))

    assert "ary-two" not in shown
    assert _shown(shown) == shown


@pytest.mark.parametrize("inside", [",", ";", "&", "<", ">"])
def test_a_setting_that_fills_its_line_goes_with_every_sign_in_it(inside: str) -> None:
    shown = _shown(f"HOST=db\nexport DB_PASSWORD=can{inside}ary-two\nMODE=fast,safe\n")

    assert "ary-two" not in shown
    assert shown.startswith("HOST=db\nexport DB_PASSWORD=dp-password-")
    assert shown.endswith("\nMODE=fast,safe\n")


@pytest.mark.parametrize(
    ("text", "behind"),
    [
        (r'{"msg":"password: canary-1\nNext line: ok"}', r'\nNext line: ok"}'),
        (r'{"msg":"password=canary-1\nhost=db"}', r'\nhost=db"}'),
        (r'{"stack":"token=canary12345x\n\tat com.foo.Bar(Bar.java:1)"}', r'\n\tat com.foo.Bar(Bar.java:1)"}'),
        (r"{\"password\":\"canary-1\",\"x\":1}", r"\",\"x\":1}"),
        ("password=canary-1,host=db", ",host=db"),
        ("db_password='canary-1',mode='x'", "',mode='x'"),
        ("password: canary-1, and then", ", and then"),
        (r"url=/?token=canary12345x\u0026page=2", r"\u0026page=2"),
    ],
)
def test_what_stands_behind_a_value_stays(text: str, behind: str) -> None:
    shown = _shown(text)

    assert "canary" not in shown
    assert shown.endswith(behind)


def test_the_shell_joins_what_stands_behind_a_quote() -> None:
    shown = _shown("PASSWORD='can'\\''ary-two' next\nTOKEN_SECRET=\"can\"ary-two next")

    assert "ary-two" not in shown
    assert shown.count(" next") == 2


def test_an_element_may_hold_a_sign_of_markup() -> None:
    assert "ary-two" not in _shown("<x><password>can<ary-two</password><b>stays</b></x>")
    assert "<b>stays</b>" in _shown("<x><password>can<ary-two</password><b>stays</b></x>")


def test_a_literal_of_sql_goes_as_a_whole() -> None:
    values = [r"'can\'ary-two'", "'can''ary-two'", "N'nenary-two'", r"E'en\'ary-two'", "'nene-ary-two'", "'C:\\'"]
    rows = ",".join(f"({number},{value},'stays')" for number, value in enumerate(values))

    shown = _shown(f"INSERT INTO users (id, password, mode) VALUES {rows};")  # noqa: S608 - never run

    assert "ary-two" not in shown
    assert shown.count("'stays'") == len(values)
    assert shown.count("dp-password-") == len(values)


def test_a_short_password_of_a_setting_goes_and_a_count_stays() -> None:
    assert "x9" not in _shown("DB_PASS=x9")
    assert _shown("TESTS_PASS=12 BUILD_PASS=ok") == "TESTS_PASS=12 BUILD_PASS=ok"


def test_the_user_of_curl_needs_no_blank() -> None:
    shown = _shown("curl -uzofia.mikkelby:canary-7 https://x.example")

    assert "zofia" not in shown
    assert "canary" not in shown


@pytest.mark.parametrize(
    "text",
    [
        "-----END PRIVATE KEY-----password=canary-1x",
        "-----END PRIVATE KEY-----client_secret: canary-1x",
        "api key---password=canary-1x",
        "session: password=canary-1x",
        "api key: canary1x9z",
        "API Key = canaryEF12",
        "client secret: canary22",
    ],
)
def test_a_key_behind_dashes_or_of_two_words_names_its_value(text: str) -> None:
    assert "canary" not in _shown(text)


@pytest.mark.parametrize(
    "text", ["the access token: expired", "private key: /etc/x.pem", "Secret key: none", "a <b>=</b>"]
)
def test_words_behind_a_key_of_two_words_stay(text: str) -> None:
    assert _shown(text) == text


@pytest.mark.parametrize(
    ("before", "behind"), [(r'{"to":"\u0022', r'\u0022"}'), (r'{"text":"ask\n', r'"}'), (r'x "contact\t', r'\n" y')]
)
def test_an_address_behind_an_escape_leaves_the_escape(before: str, behind: str) -> None:
    shown = _shown(f"{before}anna@example.com{behind}")

    assert shown.startswith(before)
    assert shown.endswith(f"@dp.invalid{behind}")
    assert _shown(shown) == shown
