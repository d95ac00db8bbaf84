"""What members of a record say about each other, before anything is replaced."""

import pytest

from diagpack.redact.walk_record import (
    arguments,
    class_in_account,
    class_in_person,
    columns_of,
    formatted,
    heading_of,
    holder,
    is_account,
    is_company,
    is_doubtful,
    is_person,
    is_sign_in,
    patched,
    told,
)
from tests.redact.planting import POLICY


def test_a_record_is_a_persons_by_its_other_members() -> None:
    assert is_person(["id", "First_Name"])
    assert is_person(["sub", "iss"])
    assert not is_person(["sub", "plan"])
    assert is_account(["host", "password"])
    assert not is_account(["host", "port"])


@pytest.mark.parametrize(
    ("name", "value", "in_person", "in_account"),
    [
        ("name", "Zofia", "name", ""),
        ("Name", "Zofia Mikkelby", "name", "name"),
        ("name", "orders-api", "", ""),
        ("name", 7, "", ""),
        ("login", "zofia", "user", "user"),
        ("city", "Oslo", "address", ""),
        ("login", "4711", "", ""),
        ("page", "two", "", ""),
    ],
)
def test_doubtful_members_count_beside_others(name: str, value: object, in_person: str, in_account: str) -> None:
    assert class_in_person(POLICY, name, value) == in_person
    assert class_in_account(POLICY, name, value) == in_account


def test_only_doubtful_names_wait_for_their_neighbours() -> None:
    assert is_doubtful(POLICY, "Name")
    assert is_doubtful(POLICY, "login")
    assert not is_doubtful(POLICY, "password")


def test_a_record_of_a_company_is_known_by_the_key_above() -> None:
    assert is_company("organizations")
    assert not is_company("application")


@pytest.mark.parametrize(
    ("record", "member"),
    [
        ({"value": 1}, "value"),
        ({"Value": 1, "Type": "string"}, "Value"),
        ({"S": "x"}, "S"),
        ({"value": 1, "unit": "ms"}, ""),
        ({"type": "string"}, ""),
        ({}, ""),
    ],
)
def test_a_wrapped_value_is_all_there_is(record: dict[str, object], member: str) -> None:
    assert holder(record) == member


def test_the_path_of_a_patch_names_the_value_from_its_end() -> None:
    assert patched({"op": "add", "path": 'emails[type eq "work"].value', "value": 1}) == ["value", "emails"]
    assert patched({"op": "add", "path": "/users/0/password", "value": 1}) == ["password", "users"]
    assert patched({"op": "add", "path": "urn:ietf:params:scim:User:userName", "value": 1}) == ["userName"]
    assert patched({"path": "/a", "value": 1}) == []


def test_a_sign_in_and_a_formatted_name_are_known() -> None:
    assert is_sign_in({"method": "Session.logIn"})
    assert not is_sign_in({"method": "GET"})
    assert formatted({"formatted": "x", "familyName": "y"}) == "name"
    assert formatted({"formatted": "x", "locality": "y"}) == "address"
    assert formatted({"formatted": "x"}) == ""


@pytest.mark.parametrize(
    ("record", "key", "found"),
    [
        ({"old": "a", "new": "b"}, "password", {"old": "password", "new": "password"}),
        ({"old": "a", "new": "b"}, "page", {}),
        ({"field": "lastName", "from": "a", "to": "b", "at": 1}, "", {"from": "name", "to": "name"}),
        ({"first": "a", "last": "b"}, "name", {"first": "name", "last": "name"}),
        ({"first": 1, "last": 20}, "pages", {}),
        ({"name": "Zofia", "street": "Storgata 1"}, "shipTo", {"name": "name"}),
        ({"name": "orders", "port": 1}, "db", {}),
        ({"name": "Acme"}, "organization", {"name": "company"}),
    ],
)
def test_what_is_told_about_members(record: dict[str, object], key: str, found: dict[str, str]) -> None:
    def class_of(name: str, value: object) -> str:
        return POLICY.classify(name)

    assert told(POLICY, class_of, record, key) == found


def test_columns_are_named_beside_the_rows_or_by_the_first_of_them() -> None:
    assert columns_of(POLICY, {"columns": [{"name": "last_name"}, {"name": "page"}], "rows": []}) == [
        "last_name",
        "page",
    ]
    assert columns_of(POLICY, {"columns": ["page", "size"], "rows": []}) == []
    assert columns_of(POLICY, {"columns": ["last_name"]}) == []
    assert heading_of(POLICY, [["id", "page", "last_name"], [1, 2, "x"]]) == ["id", "page", "last_name"]
    assert heading_of(POLICY, [["id", "page", "size"], [1, 2, 3]]) == []
    assert heading_of(POLICY, [["id", "page", "last_name"], [1, 2]]) == []


def test_values_behind_flags_have_the_class_of_the_flag() -> None:
    listed = ["run", "--password", "a", "-u", "jo:b", "-u", "jo", "--port", "80", "--token", "--verbose", "--", 7]

    assert list(arguments(POLICY, listed)) == [(2, "password"), (4, "password")]
