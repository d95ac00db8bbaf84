"""The last look finds what was left, in any encoding, and nothing else."""

import base64
import time

import numpy as np
import pytest

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

    assert [(each.path, each.rule) for each in hits] == [("evidence/Quillon.txt", "value/name")]


def test_values_too_short_to_search_are_counted() -> None:
    scanner = _scanner({"abc": "secret", "Bo": "name"})

    assert scanner.not_searched == {"secret": 1, "name": 1}


def test_hostile_files_take_linear_time() -> None:
    scanner = _scanner({"canary-Opaque77": "secret"}, ("198.51.100.7", "ip"))
    for text in (
        "a@" * 100_000,
        "1.1.1." * 40_000,
        "%25" * 80_000,
        "eyJa." * 50_000,
        "&amp;" * 50_000,
        "YWFh" * 60_000,
    ):
        started = time.process_time()
        list(scanner.scan("a", text.encode()))
        assert time.process_time() - started < 3


def test_nothing_learned_means_nothing_found() -> None:
    scanner = ResidueScanner({}, np.empty(0, dtype=np.uint64), _TOKENS.is_token)

    assert _rules(scanner, "plain text with ann@example.com") == set()
