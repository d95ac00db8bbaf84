"""Ids of messages and principals of services look like mail addresses and stay; people's addresses go."""

import pytest

from diagpack.redact.message_ids import parts_of
from diagpack.redact.standalone import Standalone
from tests.redact.planting import KEY, POLICY

_ALONE = Standalone(KEY, POLICY)


@pytest.mark.parametrize(
    "text",
    [
        "Message-ID: <20261130074112.7A1B2C3D@mail.example.com>",
        "postfix/cleanup[1]: 4F2C0E7B9A: message-id=<CAFx7+Kj2mQ4nXyZb8c=w@mail.example.com>",
        "References: <20261130074112.1@mail.example.com>\r\n <20261130074113.2@mail.example.com>",
        "In-Reply-To: <8A1B2C3D-1111-4222-8333-444455556666@mail.example.com>",
        "TGS_REQ: krbtgt/EXAMPLE.COM@EXAMPLE.COM, Additional pre-authentication required",
        "no key for HTTP/web1.example.com@EXAMPLE.COM in keytab, MSSQLSvc/db.example.com:1433@EXAMPLE.COM",
    ],
)
def test_what_belongs_to_nobody_stays(text: str) -> None:
    assert _ALONE.text(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "Message-ID: <canary.jo@mail.example.com>",
        "message-id=<canary.jo1980@mail.example.com>",
        "From: <canary2026113007@mail.example.com>",
        "host/canary2@EXAMPLE.COM.example canaryjo@EXAMPLE.COM",
        "Message-ID: none; to=<canary123456@mail.example.com>",
    ],
)
def test_an_address_that_may_be_somebodys_goes(text: str) -> None:
    assert "canary" not in _ALONE.text(text).replace("host/canary2", "")


def test_a_key_of_json_names_the_id_of_a_message() -> None:
    value = {"internetMessageId": "<20261130074112.7A1B2C3D@mail.example.com>", "messageId": "canary.jo@example.com"}

    shown = _ALONE.value(value)

    assert shown["internetMessageId"] == value["internetMessageId"]
    assert "canary" not in shown["messageId"]


def test_an_id_is_parted_around_its_host() -> None:
    assert parts_of("<20261130074112.1@mail.example.com>") == ("<20261130074112.1@", "mail.example.com", ">")
    assert parts_of("20261130074112@[192.0.2.1]") == ("20261130074112@", "[192.0.2.1]", "")
    assert parts_of("anna.beispiel@example.com") is None
    assert parts_of("no id") is None
