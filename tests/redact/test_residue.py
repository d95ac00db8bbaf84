"""The last look finds what was left, in any encoding, and nothing else."""

import base64
import json
import random
import time
from collections.abc import Sequence

import numpy as np
import pytest

from diagpack.redact import residue
from diagpack.redact.learned import Learned
from diagpack.redact.pseudonyms import Pseudonyms
from diagpack.redact.residue import ResidueScanner
from tests.redact.planting import ENCODERS, KEY, POLICY, compact_jwt

_TOKENS = Pseudonyms(KEY)


def _scanner(values: dict[str, str], *shaped: tuple[str, str]) -> ResidueScanner:
    learned = Learned(POLICY)
    for value, entity in shaped:
        learned.note_shape(value, entity)
    return ResidueScanner(values, learned.prints(), _TOKENS.is_token)


def _rules(scanner: ResidueScanner, text: str) -> set[str]:
    return {hit.rule for hit in scanner.scan("a.txt", text.encode())}


@pytest.mark.parametrize("first", sorted(ENCODERS))
@pytest.mark.parametrize("second", sorted(ENCODERS))
def test_a_value_is_found_in_encodings_nested_twice(first: str, second: str) -> None:
    scanner = _scanner({"canary-Opaque77": "secret"})

    assert "value/secret" in _rules(scanner, "x " + ENCODERS[second](ENCODERS[first]("say canary-Opaque77 now")) + " y")


@pytest.mark.parametrize("filler", ["", "x", "xy"])
def test_a_short_value_is_found_at_every_alignment_of_binary_base64(filler: str) -> None:
    scanner = _scanner({"Quillon": "name"})
    run = base64.b64encode(b"\xff\xfe" + filler.encode() + b"Quillon\x00\xff").decode()

    assert _rules(scanner, run) == {"value/name"}


def test_shaped_values_are_found_by_fingerprint() -> None:
    scanner = _scanner({}, ("ann@example.com", "email"), ("198.51.100.7", "ip"))

    assert _rules(scanner, "to Ann@Example.com and 198.51.100.7") == {"value/email", "value/ip"}
    assert _rules(scanner, "to bob@example.com, version 198.51.100.7, SAML/198.51.100.7") == set()


@pytest.mark.parametrize(
    "text",
    [
        "2a00:1450:4001:82b::200e",
        "[2A00:1450:4001:082B:0000:0000:0000:200E]:443",
        "from:2a00:1450:4001:82b:0:0:0:200e.",
        "2a00%3A1450%3a4001:82b::200e",
        "2a00:1450:4001:82b::200e%eth0",
    ],
)
def test_an_address_of_the_newer_kind_is_found_in_every_spelling(text: str) -> None:
    scanner = _scanner({}, ("2a00:1450:4001:82B:0::200e", "ip"))

    assert _rules(scanner, f"peer {text} down") == {"value/ip"}
    assert _rules(scanner, "peer 2a00:1450:4001:82b::200f at 09:20:00:11:12:13:14:15, std::dead::beef") == set()


@pytest.mark.parametrize(
    "text",
    [
        "From: ann=40customer.example wrote",
        "Subject: =3D invoice of ann=\r\n@customer.example",
        "Content-Transfer-Encoding: quoted-printable\n\nann@cust=\nomer.example",
        "Content-Transfer-Encoding: quoted-printable\n\na=6e=6E@customer.example",
    ],
)
def test_quoted_printable_is_undone(text: str) -> None:
    assert _rules(_scanner({}, ("ann@customer.example", "email")), text) == {"value/email"}


_KINDS = {
    "percent": "%{:02X}",
    "json": "\\u{:04x}",
    "decimal": "&#{};",
    "hexadecimal": "&#x{:x};",
    "printable": "={:02X}",
}


def _dense(r: random.Random, planted: Sequence[str]) -> str:
    """Words in escapes of every kind, without a blank between them, with planted texts among them."""
    parts = []
    for each in planted:
        for _ in range(6):
            word = "".join(r.choices('abcdefgh@.=&%\\"ij klm0123', k=r.randrange(4, 24)))
            parts.append("".join(_KINDS[r.choice(sorted(_KINDS))].format(ord(sign)) for sign in word))
        parts += [" =3D ", each, " "]
    return "".join(parts)


@pytest.mark.parametrize("small", [1 << 20, -(1 << 30)], ids=["every order", "all together"])
@pytest.mark.parametrize("second", sorted(ENCODERS))
def test_in_a_dense_line_a_value_is_found_whatever_its_encoding(
    monkeypatch: pytest.MonkeyPatch, second: str, small: int
) -> None:
    monkeypatch.setattr(residue, "_READ_APART", small)
    r = random.Random(second)  # noqa: S311 - the same text in every run
    for first in ENCODERS:
        planted = ENCODERS[second](ENCODERS[first]("say canary=41%Opaque77 now"))
        scanner = _scanner({"canary=41%Opaque77": "secret"})

        assert _rules(scanner, _dense(r, [planted])) == {"value/secret"}, first


def test_a_long_dense_line_ends_no_scan() -> None:
    """Two megabytes of all kinds, with a value in its midst and without one."""
    r = random.Random(7)  # noqa: S311 - the same text in every run
    parts = [_dense(r, [""] * 50) for _ in range(150)]
    line = "".join(parts)
    scanner = _scanner({"canary-Opaque77": "secret"})

    assert len(line) > 2_000_000
    assert _rules(scanner, line) == set()
    parts.insert(70, ENCODERS["all-percent"](ENCODERS["unicode-escape"]("say canary-Opaque77 now")))
    assert _rules(scanner, "".join(parts)) == {"value/secret"}


@pytest.mark.parametrize(
    "text",
    [
        "-----BEGIN RSA PRIVATE KEY-----",
        "AKIA" + "Z2" * 8,
        "ghp_" + "a1" * 18,
        compact_jwt({"sub": "canary-subject"}),
    ],
)
def test_shapes_of_credentials_are_found(text: str) -> None:
    assert any(rule.startswith("shape/") for rule in _rules(_scanner({}), f"x {text} y"))


def test_a_redacted_jwt_and_plain_words_are_fine() -> None:
    token = compact_jwt({"iss": "https://idp.example.com"})
    redacted = token.rsplit(".", 1)[0] + "." + _TOKENS.token("canary", "token")

    assert _rules(_scanner({"Quillon": "name"}), f"{redacted} Quillonia github gho st") == set()


def test_a_file_name_counts_too() -> None:
    hits = list(_scanner({"Quillon": "name"}).scan("evidence/Quillon.txt", b""))

    assert [(each.path, each.rule) for each in hits] == [("the name of a file", "value/name")]


@pytest.mark.parametrize(
    "text",
    [
        # An escape in one part of a value, of a word, of a line.
        "mail from Zo&euml; Quillonsky to all",
        "mail from Zo\\u00eb Quillonsky to all",
        "mail from Zo%C3%AB Quillonsky to all",
        "mail from Zo&euml Quillonsky to all",
        json.dumps({"a": json.dumps({"b": json.dumps({"c": "Zoë Quillonsky"})})}),
        json.dumps({"a": json.dumps({"b": "line\nZoë Quillonsky\tx"}, ensure_ascii=False)}, ensure_ascii=False),
        "name=Zo%C3%AB+Quillonsky&x=1",
        "Zoe\u0308 Quillonsky",
    ],
)
def test_a_value_is_found_when_an_escape_touches_a_part_of_it(text: str) -> None:
    assert _rules(_scanner({"Zoë Quillonsky": "name"}), f"first line\n{text}\nlast line") == {"value/name"}


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ('canary "x" 77', 'note: "a canary \\"x\\" 77"'),
        ('canary "x" 77', json.dumps({"a": json.dumps({"b": 'canary "x" 77'})})),
        ('canary "x" & 77', '{"a": "1"}, {"b": "canary \\"x\\" &amp; 77", "c": "2"}'),
        ("canary\\tail77\\", json.dumps({"a": "canary\\tail77\\"})),
        ("canary\\tail77", json.dumps({"a": json.dumps({"b": "canary\\tail77"})})),
        ("canary one\ncanary two", json.dumps({"a": "canary one\ncanary two"})),
        ("canary one\ncanary & two", "x\ncanary one\ncanary &amp; two\ny"),
        ("canary-😀-77", json.dumps({"a": "canary-😀-77"})),
    ],
)
def test_a_value_with_quotes_backslashes_or_lines_is_found(value: str, text: str) -> None:
    assert _rules(_scanner({value: "secret"}), text) == {"value/secret"}


@pytest.mark.parametrize("text", ["write to ann@example.com.", "<ann@example.com>", "to -ann@example.com, -x"])
def test_an_address_is_found_at_the_end_of_a_sentence(text: str) -> None:
    assert _rules(_scanner({}, ("ann@example.com", "email")), text) == {"value/email"}


def test_readable_base64_is_found_behind_a_path_and_wide_text_in_both_byte_orders() -> None:
    scanner = _scanner({}, ("ann@example.com", "email"))
    run = base64.b64encode(b"this text was written by ann@example.com today").decode()

    for filler in ("x", "xy", "xyz", "xyzz"):
        assert _rules(scanner, f"GET /{filler}/{run}") == {"value/email"}
    for codec in ("utf-16-le", "utf-16-be"):
        assert {hit.rule for hit in scanner.scan("a", "written by ann@example.com today".encode(codec))} == {
            "value/email"
        }


def test_an_escape_elsewhere_does_not_turn_a_version_or_a_part_of_a_word_into_a_hit() -> None:
    scanner = _scanner({"Quillon": "name", 'say "Hi" there': "word"}, ("9.9.9.9", "ip"))

    assert _rules(scanner, '{"note": "a%20b", "version": "9.9.9.9 &amp; Quillonia %41"}') == set()
    assert _rules(scanner, "C:\\newQuillon McQuillon%20 &amp;Quillonia") == set()


@pytest.mark.parametrize("values", [{"canary-Opaque77": "secret"}, {'canary "quoted" 77': "secret"}])
def test_hostile_files_take_linear_time(values: dict[str, str]) -> None:
    scanner = _scanner(values, ("198.51.100.7", "ip"))
    for text in (
        "a@",
        "1.1.1.",
        "%25",
        "eyJa.",
        "&amp;",
        "YWFh",
        "\\",
        '"%41',
        ',"&amp;',
        ', "&amp;x", "y"',
        "YWFhYWFh/",
        "MTIzNDU2Nzg5MDEy\n",
        "<td>a &lt; b</td>\n<td>plain</td>\n",
        "<td>a &lt; b</td>" + "<td>plain</td>" * 9,
        '{"name": "a%20b", "b": [1, 2]}\n',
    ):
        content = (text * (800_000 // len(text))).encode()
        started = time.process_time()
        list(scanner.scan("a", content))
        assert time.process_time() - started < 4, text


def test_nothing_learned_means_nothing_found() -> None:
    scanner = ResidueScanner({}, np.empty(0, dtype=np.uint64), _TOKENS.is_token)

    assert _rules(scanner, "plain text with ann@example.com") == set()


def test_with_many_values_the_automaton_knows_heads_only_and_nothing_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(residue, "_MANY_FORMS", 0)
    values = {f"customer-{number}-canary": "secret" for number in range(2000)} | {"Quillon": "name", "customer": "word"}
    scanner = _scanner(values)

    assert _rules(scanner, "say customer-7-canary") == {"value/secret", "value/word"}
    assert _rules(scanner, "say customer-77777-canary Quillonia customers Customer-7-Canar") == {"value/word"}
    assert _rules(scanner, base64.b64encode(b"\xff\xfe customer-1999-canary\xff").decode()) >= {"value/secret"}
    assert _rules(scanner, "to quillon.") == {"value/name"}
    # A form that begins near the end of one step of the search is found whole.
    assert _rules(scanner, "x" * (residue._STEP - 4) + " customer-1999-canary") >= {"value/secret"}
