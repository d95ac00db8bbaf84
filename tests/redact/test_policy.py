"""The policy: what names mean, how files join, what no policy can do."""

import re
from pathlib import Path

import pytest

from diagpack.errors import UsageError
from diagpack.redact.policy import load_policy, policy_from
from diagpack.redact.spans import SECRET_CLASSES


@pytest.mark.parametrize(
    ("name", "entity"),
    [
        ("password", "password"),
        ("user_password", "password"),
        ("X-Api-Key", "key"),
        ("client_secret", "secret"),
        ("refreshToken", "token"),
        ("JSESSIONID", "cookie"),
        ("firstName", "name"),
        ("user[email]", "email"),
        ("data.user.name", "user"),
        ("token_type", "keep"),
        ("issuer", "keep"),
        ("x-request-id", "keep"),
        ("expires_in", "keep"),
        ("colour", ""),
    ],
)
def test_names_carry_classes(name: str, entity: str) -> None:
    policy = load_policy()

    found = policy.classify(name)

    assert found == entity or (name == "data.user.name" and found in ("name", "user"))


@pytest.mark.parametrize("name", ["X-Request-Id", "traceparent", "cf-ray", "Content-Type", "WWW-Authenticate"])
def test_diagnostic_headers_stay(name: str) -> None:
    assert load_policy().classify_header(name) == "keep"


@pytest.mark.parametrize("entity", sorted(SECRET_CLASSES))
def test_no_policy_keeps_a_secret_class(entity: str) -> None:
    with pytest.raises(UsageError, match="cannot keep a secret class"):
        load_policy(overrides={"classes": {entity: "keep"}})


def test_an_unknown_key_is_an_error_with_the_nearest_name() -> None:
    with pytest.raises(UsageError) as caught:
        load_policy(overrides={"clases": {"email": "keep"}})

    assert caught.value.id == "DP221"
    assert "'classes'" in caught.value.hint


def test_there_is_no_switch_for_the_residue_scan() -> None:
    for name in ("residue", "residue_scan", "scan"):
        with pytest.raises(UsageError):
            load_policy(overrides={name: False})


def test_an_empty_list_does_not_switch_the_defaults_off() -> None:
    policy = load_policy(overrides={"names": {"password": {"stems": []}}})

    assert policy.classify("password") == "password"


@pytest.mark.parametrize("name", ["pwd", "password", "db_password", "apiKey", "session_token"])
def test_a_name_of_a_secret_cannot_be_kept(name: str) -> None:
    with pytest.raises(UsageError, match="names a secret"):
        load_policy(overrides={"names": {"keep": {"words": [name]}}})
    assert load_policy(overrides={"vendor_ids": {"names": [name]}}).classify(name) in SECRET_CLASSES


def test_team_and_case_add_to_the_defaults(tmp_path: Path) -> None:
    team = tmp_path / "team.yaml"
    team.write_text("names: {secret: {words: [launchcode]}}\nclasses: {ip: keep}\n")

    policy = load_policy([team], {"vendor_ids": {"names": ["tenant_key"]}})

    assert policy.classify("launch-code") == "secret"
    assert policy.action("ip") == "keep"
    assert policy.classify("password") == "password"


def test_the_digest_follows_the_content(tmp_path: Path) -> None:
    assert load_policy().sha256 == load_policy().sha256
    assert load_policy().sha256 != load_policy(overrides={"classes": {"ip": "drop"}}).sha256


@pytest.mark.parametrize("text", ["- a list", "a: [", "\xff"])
def test_a_file_that_is_no_policy_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "team.yaml"
    path.write_bytes(text.encode("latin-1"))

    with pytest.raises(UsageError, match=r"team\.yaml"):
        load_policy([path])


@pytest.mark.parametrize(
    "overrides",
    [
        {"classes": {"email": "hide"}},
        {"limits": {"depth": 0}},
        {"private_ip": "no"},
        {"words": []},
        {"words": {"hide": "x"}},
    ],
)
def test_a_value_that_is_not_allowed_is_refused(overrides: dict[str, object]) -> None:
    with pytest.raises(UsageError):
        load_policy(overrides=overrides)


def test_a_worker_rebuilds_the_same_policy() -> None:
    policy = load_policy()

    assert policy_from(dict(policy.data)).sha256 == policy.sha256


def test_no_word_of_the_packages_own_instructions_is_searched_for_everywhere() -> None:
    """An account called `report` would else be found in README.txt, and every run of the case would stop."""
    from diagpack.render import readme

    words = {each.lower() for each in re.findall(r"[A-Za-z]{5,}", readme._TEXT)}

    assert {"report", "signature"} <= words
    assert sorted(words - {each.lower() for each in load_policy().words("common")}) == []
