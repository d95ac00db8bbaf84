"""What no policy can do: call a secret something else, so that it may be kept."""

from pathlib import Path
from typing import Any

import pytest

from diagpack.errors import UsageError
from diagpack.redact.policy import load_policy
from diagpack.redact.spans import SECRET_CLASSES

KEPT_USERS = {"classes": {"user": "keep"}}


@pytest.mark.parametrize(
    ("overrides", "place"),
    [
        ({"names": {"user": {"words": ["password"]}}}, "names.user.words"),
        ({"names": {"user": {"words": ["Access_Token"]}}}, "names.user.words"),
        ({"names": {"id": {"stems": ["apikey"]}}}, "names.id.stems"),
        ({"ambiguous": ["client_secret"]}, "ambiguous"),
        ({"headers": {"user": ["Authorization"]}}, "headers.user"),
        ({"headers": {"secret_tail": ["x-api-key"]}}, "headers.secret_tail"),
        ({"jwt": {"keep": ["nonce"]}}, "jwt.keep"),
        ({"jwt": {"classes": {"sid": "keep"}}}, "jwt.classes.sid"),
        ({"jwt": {"classes": {"access_token": "id"}}}, "jwt.classes.access_token"),
        ({"saml": {"elements": {"SignatureValue": "text"}}}, "saml.elements.SignatureValue"),
        ({"saml": {"attributes": {"SessionIndex": "keep"}}}, "saml.attributes.SessionIndex"),
        ({"saml": {"values": {"password": "keep"}}}, "saml.values.password"),
    ],
)
def test_a_secret_cannot_be_called_something_else(overrides: dict[str, Any], place: str) -> None:
    with pytest.raises(UsageError, match="names a secret") as caught:
        load_policy(overrides=overrides)

    assert caught.value.id == "DP221"
    assert f"case.yaml policy: {place}:" in caught.value.message
    assert caught.value.hint


def test_a_secret_may_be_called_another_kind_of_secret() -> None:
    policy = load_policy(overrides={"names": {"password": {"words": ["sid"]}}, "jwt": {"classes": {"nonce": "token"}}})

    assert policy.classify("sid") in SECRET_CLASSES


def test_a_part_of_a_name_of_the_teams_own_does_not_hide_the_secret_in_the_rest() -> None:
    policy = load_policy(overrides={"names": {"user": {"stems": ["acme"]}}, **KEPT_USERS})

    assert policy.classify("acme_login") == "user"
    assert policy.classify("acme_token") in SECRET_CLASSES


def test_the_shipped_policy_and_the_teams_own_names_pass() -> None:
    load_policy()
    policy = load_policy(overrides={"names": {"user": {"words": ["kundennummer"]}}, "jwt": {"classes": {"foo": "id"}}})

    assert policy.classify("Kundennummer") == "user"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("words: {hide: [No]}", "words.hide: entry 1"),
        ("words: {hide: [Nightjar, 0123]}", "words.hide: entry 2"),
        ("words: {hide: [null]}", "words.hide: entry 1"),
        ("words: {hide: [{word: Nightjar}]}", "words.hide: entry 1"),
    ],
)
def test_a_word_that_yaml_reads_as_something_else_is_refused(tmp_path: Path, text: str, says: str) -> None:
    """`No` would be looked for as `False`, and `0123` as `83`: the word itself would stay."""
    path = tmp_path / "team.yaml"
    path.write_text(text)

    with pytest.raises(UsageError) as caught:
        load_policy([path])

    assert "team.yaml" in caught.value.message
    assert says in caught.value.message
    assert "quotes" in caught.value.hint


@pytest.mark.parametrize(
    "host", ["https://corp.example.com/", "corp.example.com:8443", "corp example", "(", "", "*", "*."]
)
def test_a_host_to_hide_is_a_name_and_nothing_else(host: str) -> None:
    """Anything else would hide nothing, or stop the run at the last look."""
    with pytest.raises(UsageError, match=r"hosts\.hide: entry 2") as caught:
        load_policy(overrides={"hosts": {"hide": ["corp.example.com", host]}})

    assert caught.value.id == "DP221"
    assert "corp.example.com" in caught.value.hint


@pytest.mark.parametrize(
    "host", ["Corp.Example.com", "*.corp.example.com", "db-*.corp.example.com", "intranet", "büro.example"]
)
def test_a_host_to_hide_may_have_wildcards_and_letters_of_any_language(host: str) -> None:
    load_policy(overrides={"hosts": {"hide": [host]}})


@pytest.mark.parametrize("entity", sorted(SECRET_CLASSES))
def test_the_message_names_the_file_the_place_and_what_to_do(tmp_path: Path, entity: str) -> None:
    path = tmp_path / "team.yaml"
    path.write_text(f"classes: {{{entity}: keep}}")

    with pytest.raises(UsageError, match=rf"team\.yaml: classes\.{entity}: ") as caught:
        load_policy([path])

    assert "pseudonymise" in caught.value.hint
