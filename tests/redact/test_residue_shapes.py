"""The scan's own list of shapes: each is found in raw text, and nothing the redactor writes looks like one."""

import pytest

from diagpack.redact.learned import Learned
from diagpack.redact.pseudonyms import Pseudonyms
from diagpack.redact.residue import ResidueScanner
from diagpack.redact.residue_shapes import SHAPES
from diagpack.redact.spans import PERSONAL_CLASSES, SECRET_CLASSES
from diagpack.redact.standalone import Standalone
from tests.redact.generated import log_lines
from tests.redact.planting import ENCODERS, KEY, POLICY, compact_jwt
from tests.redact.recipes import build, seeded

_TOKENS = Pseudonyms(KEY)
_SCANNER = ResidueScanner({}, Learned(POLICY).prints(), _TOKENS.is_token)
_EXAMPLES = [(name, recipe) for name, _, recipe in SHAPES if recipe]


def _rules(text: str) -> set[str]:
    return {hit.rule for hit in _SCANNER.scan("a.txt", text.encode())}


@pytest.mark.parametrize(("name", "recipe"), _EXAMPLES)
def test_a_shape_is_found_in_text_and_in_base64(name: str, recipe: str) -> None:
    example = build(recipe, seeded(name))

    assert f"shape/{name}" in _rules(f"the log says {example} and goes on")
    assert f"shape/{name}" in _rules(ENCODERS["base64"](f"the log says {example} and goes on"))


@pytest.mark.parametrize(("name", "recipe"), _EXAMPLES)
def test_what_the_redactor_makes_of_a_shape_passes(name: str, recipe: str) -> None:
    # If not, every case with such a token would stop at the scan.
    alone = Standalone(KEY, POLICY)
    for seed in range(3):
        example = build(recipe, seeded(f"{name}{seed}"))
        for text in (f"the log says {example} and goes on", f'{{"note": "{example}"}}', f"key={example}"):
            assert _rules(alone.text(text)) == set(), text.replace(example, "…")


def test_the_list_is_wide_and_its_names_are_unique() -> None:
    assert len(SHAPES) >= 60
    assert len({name for name, _, _ in SHAPES}) == len(SHAPES)


@pytest.mark.parametrize("entity", sorted(SECRET_CLASSES | PERSONAL_CLASSES))
def test_pseudonyms_are_no_shapes(entity: str) -> None:
    tokens = [_TOKENS.token(f"value {number}", entity) for number in range(200)]

    assert _rules(" ".join(tokens) + "," + "".join(f"/{each}" for each in tokens)) == set()


def test_identifiers_versions_hashes_and_times_are_no_shapes() -> None:
    lines = ["".join(text for text, kind in parts if kind not in ("secret", "personal"))
             for parts in log_lines(3000, seeded("harmless"))]  # fmt: skip

    assert _rules("\n".join(lines)) == set()


def test_a_token_of_another_case_does_not_excuse_a_jwt_or_a_password() -> None:
    foreign = Pseudonyms(type(KEY)(b"\x09" * 32)).token("canary", "token")
    head = compact_jwt({"iss": "https://idp.example.com"}).rsplit(".", 1)[0]

    assert _rules(f"{head}.{foreign}") == {"shape/jwt"}
    assert _rules(f"postgres://app:{foreign}@db.example/x") == {"shape/connection-password"}
    assert _rules(f"postgres://app:{_TOKENS.token('canary', 'password')}@db.example/x") == set()


@pytest.mark.parametrize(
    "text",
    [
        "Chrome 144.0.0.0",
        "SAML 2.0 Core 2.5.1.2",
        "Chrome/9.9.9.9",
        "version 9.9.9.9",
        "v9.9.9.9",
        "oid 1.3.9.9.9.9",
        "9.9.9.9.1",
        "section: 9.9.9.9",
        "lib-9.9.9.9.jar",
        "build=9.9.9.9-rc1",
    ],
)
def test_a_version_is_no_address_even_when_the_case_knows_the_number(text: str) -> None:
    learned = Learned(POLICY)
    for each in ("9.9.9.9", "144.0.0.0", "2.5.1.2", "3.9.9.9"):
        learned.note_shape(each, "ip")
    scanner = ResidueScanner({}, learned.prints(), _TOKENS.is_token)

    assert not list(scanner.scan("a.txt", text.encode()))
    assert [hit.rule for hit in scanner.scan("a.txt", b"GET http://9.9.9.9/x from 9.9.9.9, 9.9.9.9:443")] == [
        "value/ip"
    ]


def test_the_scan_shares_no_decision_with_the_redactor() -> None:
    import ast
    from pathlib import Path

    from diagpack.redact import (
        residue,
        residue_decode,
        residue_escapes,
        residue_forms,
        residue_ipv6,
        residue_ranges,
        residue_shapes,
    )

    own = (residue, residue_decode, residue_escapes, residue_forms, residue_ipv6, residue_ranges, residue_shapes)
    for module in own:
        tree = ast.parse(Path(str(module.__file__)).read_text("utf-8"))
        imported = {each.module for each in ast.walk(tree) if isinstance(each, ast.ImportFrom)}
        assert {each for each in imported if each and each.startswith("diagpack")} <= {each.__name__ for each in own}
