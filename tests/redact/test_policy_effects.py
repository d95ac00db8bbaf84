"""Every key of the policy has an effect on the output; no key can switch off what must go."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from diagpack.errors import UsageError
from diagpack.redact.boundary import redact_case
from diagpack.redact.policy import load_policy
from diagpack.redact.seeds import Seeds
from diagpack.redact.spans import PERSONAL_CLASSES, SECRET_CLASSES
from diagpack.redact.standalone import Standalone
from tests.redact.planting import KEY, compact_jwt, har, har_entry, raw

_SAML = (
    '<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol"><Subject><{0}>canary-x1</{0}></Subject>'
    '<Attribute Name="urn:{1}"><AttributeValue>canary-x2</AttributeValue></Attribute><Sub {2}="canary-x3"/>'
    "</samlp:Response>"
)


def _har(**entry: Any) -> Any:
    return har(har_entry(**entry))


# Where the change is made, what it is, what is redacted, a text that the change must move in or out of the output.
_EFFECTS: list[tuple[Mapping[str, Any], Any, str]] = [
    ({"classes": {"email": "keep"}}, "mail ann@example.com", "ann@example.com"),
    ({"classes": {"email": "drop"}}, "mail ann@example.com", "dropped-email"),
    ({"classes": {"host": "pseudonymise"}}, "to db.fjordwerk.test now", "db.fjordwerk.test"),
    ({"private_ip": "pseudonymise"}, "from 10.1.2.3 now", "10.1.2.3"),
    ({"private_ip": "drop"}, "from 10.1.2.3 now", "dropped-ip"),
    ({"names": {"secret": {"words": ["launch_code"]}}}, {"launchCode": "canary-x1"}, "canary-x1"),
    ({"names": {"secret": {"words": ["launch_code"]}}}, "INFO launch_code=canary-x1 ok", "canary-x1"),
    ({"names": {"secret": {"stems": ["sesame"]}}}, {"mySesameWord": "canary-x1"}, "canary-x1"),
    ({"names": {"user": {"words": ["operator"]}}}, 'INFO {\\"operator\\":\\"canary-x1\\"}', "canary-x1"),
    ({"names": {"keep": {"words": ["nickname"]}}}, {"nickname": "Canary One"}, "Canary One"),
    ({"ambiguous": ["username"]}, {"username": "small"}, "small"),
    (
        {"headers": {"secret": ["x-seal"]}},
        _har(request={"headers": [{"name": "X-Seal", "value": "canary-x1"}]}),
        "canary-x1",
    ),
    ({"headers": {"secret": ["x-seal"]}}, "X-Seal: canary-x1", "canary-x1"),
    (
        {"headers": {"user": ["x-who"]}},
        _har(request={"headers": [{"name": "X-Who", "value": "canary-x1"}]}),
        "canary-x1",
    ),
    (
        {"headers": {"email": ["x-mail-to"]}},
        _har(request={"headers": [{"name": "X-Mail-To", "value": "canary-x1"}]}),
        "canary-x1",
    ),
    (
        {"headers": {"ip": ["x-peer"]}, "private_ip": "drop"},
        _har(request={"headers": [{"name": "X-Peer", "value": "10.20.30.40"}]}),
        "",
    ),
    (
        {"headers": {"geo": ["x-place"]}},
        _har(request={"headers": [{"name": "X-Place", "value": "canary-x1"}]}),
        "canary-x1",
    ),
    (
        {"headers": {"secret_tail": ["x-tag"]}},
        _har(response={"headers": [{"name": "X-Tag", "value": "canary-x1"}]}),
        "canary-x1",
    ),
    ({"har": {"keep": ["_mine"]}}, _har(_mine="plain-x1"), "plain-x1"),
    ({"har": {"text": ["_words"]}}, _har(_words="plain-x1"), "plain-x1"),
    ({"har": {"messages": ["_frames"]}}, _har(_frames=[{"type": "send", "data": "plain-x1"}]), "plain-x1"),
    (
        {"har": {"text_types": ["x-own"]}},
        _har(
            response={
                "content": {"mimeType": "application/x-own", "encoding": "base64", "text": "cGxhaW4teDEgaGVyZQ=="}
            }
        ),
        "cGxhaW4teDEgaGVyZQ==",
    ),
    ({"saml": {"elements": {"Ticket": "token"}}}, _SAML.format("Ticket", "x:tenantid", "a"), "canary-x1"),
    ({"saml": {"values": {"shoes": "keep"}}}, _SAML.format("Issuer", "x:shoes", "a"), "canary-x2"),
    ({"saml": {"attributes": {"Seal": "token"}}}, _SAML.format("Issuer", "x:tenantid", "Seal"), "canary-x3"),
    ({"jwt": {"keep": ["plan"]}}, compact_jwt({"plan": "gold-x1"}), ""),
    ({"jwt": {"classes": {"plan": "drop-me"}}}, "", "refused"),
    ({"jwt": {"classes": {"plan": "name"}}}, compact_jwt({"plan": "gold-x1"}), ""),
    ({"urls": {"reset_words": ["opensesame"]}}, "GET /opensesame/canary1x2y3z HTTP/1.1", "canary1x2y3z"),
    ({"hosts": {"hide": ["fjordwerk.test"]}}, "GET https://app.fjordwerk.test/a and fjordwerk.test", "fjordwerk.test"),
    ({"hosts": {"hide": ["db-*.corp.test"]}}, "host db-7.corp.test and x.db-8.corp.test", "corp.test"),
    (
        {"hosts": {"keep": ["fjordwerk.test"]}, "classes": {"host": "pseudonymise"}},
        "to db.fjordwerk.test and db.other.test",
        "db.other.test",
    ),
    ({"words": {"hide": ["Nightjar"]}}, "project NIGHTJAR", "NIGHTJAR"),
    ({"words": {"keep": ["Quillonberg"]}}, "firstName=Quillonberg", "Quillonberg"),
    ({"words": {"common": ["quillonberg"]}}, "firstName=Quillonberg, then Quillonberg", "then Quillonberg"),
    ({"vendor_ids": {"names": ["customerId"]}}, {"customerId": "Kx82-Lm91-Qz"}, "Kx82-Lm91-Qz"),
    ({"vendor_ids": {"patterns": ["acct_[a-z0-9]+"]}}, {"user": "acct_9x8y7z"}, "acct_9x8y7z"),
    ({"national_ids": {"us_ssn": False}}, "x=219-09-9999 here", "219-09-9999"),
    ({"national_ids": {"gb_nino": False}}, "the number AB 12 34 56 C here", "AB 12 34 56 C"),
    ({"limits": {"depth": 1}}, {"a": json.dumps({"b": json.dumps({"c": "plain"})})}, "plain"),
    ({"limits": {"inflate_bytes": 10}}, {"a": "H4sIAAAAAAACAyvISczMU6gwVMhILUpVKBjlQXkAaPm42hgBAAA="}, ""),
]


def _shown(policy: Any, content: Any) -> str:
    alone = Standalone(KEY, policy)
    if isinstance(content, dict) and "log" in content:
        return json.dumps(alone.har(content))
    return json.dumps(alone.value(content)) if isinstance(content, dict) else alone.text(content)


@pytest.mark.parametrize(
    ("overrides", "content", "moved"), _EFFECTS, ids=[json.dumps(each[0])[:60] for each in _EFFECTS]
)
def test_a_key_of_the_policy_changes_the_output(overrides: Mapping[str, Any], content: Any, moved: str) -> None:
    if moved == "refused":
        with pytest.raises(UsageError):
            load_policy(overrides=overrides)
        return
    before, after = _shown(load_policy(), content), _shown(load_policy(overrides=overrides), content)

    assert before != after
    if moved:
        assert (moved in before) != (moved in after)


@pytest.mark.parametrize("limit", ["json_depth", "document_bytes", "dictionary_values", "dictionary_bytes"])
def test_a_limit_withholds_what_goes_beyond_it(tmp_path: Path, limit: str) -> None:
    content = json.dumps({"a": {"b": {"password": "canary-x1", "secret": "canary-x2"}}})
    document = raw(tmp_path, "config-1", content, media_type="application/json")

    for policy, count in ((load_policy(), 1), (load_policy(overrides={"limits": {limit: 1}}), 0)):
        done = redact_case([document], key=KEY, policy=policy, seeds=Seeds(), evidence_dir=tmp_path / str(count))
        assert len(done.artifacts) == count


def test_every_key_of_the_defaults_is_covered_here() -> None:
    covered = {".".join(path) for overrides, _, _ in _EFFECTS for path in _paths(overrides)}
    covered |= {"limits.json_depth", "limits.document_bytes", "limits.dictionary_values", "limits.dictionary_bytes"}
    wanted = {".".join(path) for path in _paths(load_policy().data)}
    # A test per class of key: names and classes share one code path each, whatever the class.
    wanted = {
        each for each in wanted if each.split(".")[0] not in ("classes", "names", "national_ids", "version", "review")
    }

    assert {each for each in wanted if each not in covered and not each.startswith(("saml.", "jwt."))} == set()
    assert {each.split(".")[1] for each in covered if each.startswith("saml.")} == {"elements", "attributes", "values"}


def _paths(section: Mapping[str, Any], head: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    found = []
    for name, value in section.items():
        found += _paths(value, (*head, str(name))) if isinstance(value, Mapping) else [(*head, str(name))]
    return found


@pytest.mark.parametrize("entity", sorted(PERSONAL_CLASSES - {"id"}))
def test_every_class_of_personal_data_can_be_kept_or_dropped(entity: str) -> None:
    from tests.redact.planting import engine

    for action, shown in (("keep", "Quillon-77"), ("drop", f"dropped-{entity}")):
        made = engine(policy=load_policy(overrides={"classes": {entity: action}}))
        assert made.slot("Quillon-77", entity, "t") == shown


_SECRETS = {
    "password": "canary-x1",
    "client_secret": "canary-x2",
    "access_token": "canary-x3",
    "api_key": "canary-x4",
    "sessionid": "canary-x5",
}


@pytest.mark.parametrize(
    "overrides",
    [
        {"names": {"keep": {"words": ["foo"]}}, "words": {"keep": ["canary"]}},
        {"classes": dict.fromkeys(sorted(PERSONAL_CLASSES), "keep"), "private_ip": "keep"},
        {"vendor_ids": {"names": list(_SECRETS), "patterns": ["canary.*"]}},
        {"hosts": {"keep": ["canary-x1"]}},
        {"ambiguous": ["colour"]},
        {"names": {"password": {"stems": [], "words": []}}, "headers": {"secret": []}},
        {"words": {"common": ["canary-x1", "canary-x2", "canary-x3", "canary-x4", "canary-x5"]}},
        {"har": {"keep": list(_SECRETS)}},
        {"urls": {"reset_words": []}, "national_ids": {"us_ssn": False}},
    ],
)
def test_no_override_lets_a_secret_pass(overrides: Mapping[str, Any]) -> None:
    policy = load_policy(overrides=overrides)

    text = " ".join(f"{name}={value}" for name, value in _SECRETS.items())
    shown = (
        _shown(policy, _SECRETS) + _shown(policy, text) + _shown(policy, "Authorization: Bearer canary-bearer-12345")
    )
    shown += _shown(policy, _har(request={"headers": [{"name": "Cookie", "value": "a=canary-x6"}]}))

    assert "canary-" not in shown


@pytest.mark.parametrize("entity", sorted(SECRET_CLASSES))
@pytest.mark.parametrize("action", ["keep", "KEEP", True, None, ""])
def test_a_secret_class_has_no_way_to_be_kept(entity: str, action: object) -> None:
    with pytest.raises(UsageError):
        load_policy(overrides={"classes": {entity: action}})


@pytest.mark.parametrize("name", ["version", "limits", "national_ids"])
def test_a_value_of_another_type_or_version_is_refused(name: str) -> None:
    wrong = {"version": 2, "limits": {"depth": "deep"}, "national_ids": {"us_ssn": "no"}}[name]

    with pytest.raises(UsageError):
        load_policy(overrides={name: wrong})
