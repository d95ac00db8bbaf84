"""Names of fields that programs and page builders compose, in forms, JSON and text."""

import json

import pytest

from diagpack.redact.field_names import is_password_of, last_part, of_widget
from diagpack.redact.standalone import Standalone
from diagpack.redact.walk_form import redact_form
from tests.redact.planting import KEY, POLICY, engine

_ALONE = Standalone(KEY, POLICY)


@pytest.mark.parametrize(
    "name",
    ["txtPassword", "ctl00$Main$tbPwd", "ctl00$Main$txtPass", "loginForm:pass", "inputPass", "edit-pass", "adminPass",
     "data[User][pass]", "wifi_psk"],
)  # fmt: skip
def test_a_password_goes_behind_a_composed_name_in_a_form_and_in_json(name: str) -> None:
    form = redact_form(engine(), f"a=1&{name}=hunterpass&z=2")
    member = _ALONE.value({name: "hunterpass", "z": 2})

    assert "hunterpass" not in form
    assert f"&{name}=dp-password-" in form
    assert member[name].startswith("dp-password-")
    assert member["z"] == 2


@pytest.mark.parametrize("name", ["txtUser", "ctl00$Main$txtUserName", "tfUSERNAME", "loginForm:user"])
def test_a_user_goes_behind_a_composed_name(name: str) -> None:
    assert redact_form(engine(), f"{name}=zofia&z=2").startswith(f"{name}=dp-user-")


def test_the_form_of_wordpress_names_its_user_log() -> None:
    form = "log=zofia&pwd=hunterpass&wp-submit=In"
    for shown in (redact_form(engine(), form), _ALONE.text(f"POST {form} 302")):
        assert "zofia" not in shown
        assert "hunterpass" not in shown
        assert "wp-submit=In" in shown

    assert redact_form(engine(), "log=debug&level=2") == "log=debug&level=2"


def test_what_says_little_says_as_little_behind_a_path_of_names() -> None:
    told = {
        "process.state": "running", "login.code": "invalid_grant", "http.auth": "basic", "event.key": "abc",
        "aws.session": "warm", "tests_pass": 12, "firstPass": "shadowmap", "smtp_auth": "required", "pass": 12,
        "inputCode": "E17", "fieldState": "open",
    }  # fmt: skip

    assert _ALONE.value(told) == told


def test_user_and_password_go_behind_a_name_that_ends_in_auth() -> None:
    assert _ALONE.value({"proxyAuth": "zofia:hunterpass"})["proxyAuth"].startswith("dp-token-")
    for line in ("X_AUTH=zofia:hunterpass", 'proxy_auth: "zofia:hunterpass"', "X-Auth: zofia:hunterpass"):
        shown = _ALONE.text(f"start\n{line}\nend")
        assert "zofia" not in shown
        assert "hunterpass" not in shown
    for line in ("http_auth=basic", "smtp_auth: 12:30", "client_auth=https://login.example.com/x"):
        assert _ALONE.text(line) == line


@pytest.mark.parametrize("line", ["psk=hunterhunter", "psk: hunterhunter", 'network={ psk="hunterhunter" }'])
def test_the_key_of_a_wireless_network_may_be_a_word(line: str) -> None:
    assert "hunterhunter" not in _ALONE.text(line)


def test_a_password_that_is_a_word_goes_in_the_record_of_an_account() -> None:
    shown = json.dumps(_ALONE.value({"user": "zofia", "pass": "blueberry"}))

    assert "blueberry" not in shown


def test_parts_of_composed_names() -> None:
    assert last_part("data[User][pin]") == "pin"
    assert last_part("ctl00$Main$txtUser") == "txtUser"
    assert of_widget("txtUser") == "user"
    assert of_widget("text") == ""
    assert of_widget("user") == ""
    assert is_password_of("db.adminPass")
    assert not is_password_of("bypass")
    assert not is_password_of("lowPass")
