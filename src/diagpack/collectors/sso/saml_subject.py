"""Who the user is: NameID and attributes. Values are described by type and length; they are shown only as marks."""

import re
from collections import Counter
from typing import Any

from diagpack.collectors.sso.config import Expectation
from diagpack.collectors.sso.report import Report
from diagpack.collectors.sso.saml_message import Message, attributes
from diagpack.collectors.sso.xml import Element, child, children, has_comment, text_of
from diagpack.model.collector import sensitive

_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]{1,255}")
_GUID = re.compile(r"\{?[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\}?", re.IGNORECASE)
_URL = re.compile(r"[a-z][a-z0-9+.-]*://\S+", re.IGNORECASE)
_DN = re.compile(r"(?:cn|uid|ou|dc|o)\s*=.+,.+", re.IGNORECASE)
_GROUPS_LINK = "http://schemas.microsoft.com/claims/groups.link"
_GROUP_CAP = 150  # Entra sends at most 150 groups in SAML
_CLASSES = {"email": "email", "guid": "id", "dn": "user", "int": "id"}


def value_type(value: str) -> str:
    """The shape of a value: email, guid, dn, url, int, bool, empty or text."""
    for name, is_one in (
        ("empty", not value),
        ("email", bool(_EMAIL.fullmatch(value))),
        ("guid", bool(_GUID.fullmatch(value))),
        ("url", bool(_URL.fullmatch(value))),
        ("dn", bool(_DN.fullmatch(value))),
        ("int", value.isascii() and value.isdigit()),
        ("bool", value.lower() in {"true", "false"}),
    ):
        if is_one:
            return name
    return "text"


def described(value: str, fallback: str = "user") -> dict[str, Any]:
    """Type, length and flags of one value, and the value itself as a mark for the redactor."""
    kind = value_type(value.strip())
    facts: dict[str, Any] = {
        "type": kind,
        "length": len(value),
        "has_blanks": value != value.strip() or " " in value,
        "has_capitals": value != value.lower(),
    }
    if value.strip():
        facts["pseudonym"] = sensitive(value.strip(), _CLASSES.get(kind, fallback))
    return facts


def check_subject(message: Message, expected: Expectation, report: Report) -> None:
    """NameID presence, format, qualifiers, and tricks inside it."""
    subject = child(message.assertion, "saml:Subject")
    check_name_id(subject, expected, message.issuer, report)


def check_name_id(holder: Element | None, expected: Expectation, issuer: str, report: Report) -> None:
    """`holder` is the Subject of an assertion, or a LogoutRequest."""
    if holder is None:
        return
    name_id = child(holder, "saml:NameID")
    if name_id is None:
        if child(holder, "saml:EncryptedID") is None and child(holder, "saml:BaseID") is None:
            report.add("saml.nameid_missing", "no NameID", "/subject")
        return
    value = text_of(name_id)
    if not value:
        report.add("saml.nameid_empty", f"NameID without text; Format {name_id.get('Format') or 'none'}", "/subject")
    if has_comment(name_id):
        report.add(
            "saml.comment_in_nameid", f"comment inside NameID; whole text has {len(value)} characters", "/subject"
        )
    if _has_cdata(name_id):
        report.add(
            "saml.cdata_in_nameid", f"CDATA section inside NameID; whole text has {len(value)} characters", "/subject"
        )
    _format(name_id, value, expected, report)
    _qualifiers(name_id, expected, issuer, report)


def _has_cdata(element: Element) -> bool:
    from lxml import etree

    return b"<![CDATA[" in etree.tostring(element, with_tail=False)


def _format(name_id: Element, value: str, expected: Expectation, report: Report) -> None:
    form = str(name_id.get("Format") or "").strip()
    wanted = expected.nameid_format.strip()
    if wanted and form != wanted and not form.endswith(f":{wanted}"):
        text = f"Format {form or 'none'}, expected {wanted}; value is {value_type(value)}, {len(value)} characters"
        report.add("saml.nameid_format", text, "/subject", certainty="config")
    elif not wanted and form.endswith(":emailAddress") and value and value_type(value) != "email":
        text = f"Format emailAddress, but the value is {value_type(value)}, {len(value)} characters"
        report.add("saml.nameid_format", text, "/subject", level="warning")
    if not wanted and name_id.get("Format") is not None and ":" not in form:
        report.add("saml.nameid_format", f"Format is {'empty' if not form else 'no URI'}", "/subject", level="warning")
    domain = value.rpartition("@")[2].lower()
    if expected.verified_domains and value_type(value) == "email":
        known = {each.lower().lstrip("@") for each in expected.verified_domains}
        if domain not in known:
            text = f"the mail domain is none of the {len(known)} verified ones"
            report.add("saml.nameid_vs_account", text, "/subject", certainty="config")


def _qualifiers(name_id: Element, expected: Expectation, issuer: str, report: Report) -> None:
    ours = name_id.get("SPNameQualifier")
    if ours is not None and expected.sp_entity_id and ours.strip() != expected.sp_entity_id.strip():
        text = f"SPNameQualifier {ours.strip() or 'empty'}, our entity ID {expected.sp_entity_id}"
        report.add("saml.spnamequalifier", text, "/subject", certainty="config")
    theirs = name_id.get("NameQualifier")
    idp = expected.idp_entity_id.strip() or issuer
    form = str(name_id.get("Format") or "")
    if theirs is None and form.endswith(("2.0:nameid-format:persistent", "2.0:nameid-format:transient")):
        text = f"{form.rpartition(':')[2]} NameID without NameQualifier"
        report.add("saml.namequalifier", text, "/subject", level="info", certainty="hint")
    elif theirs is not None and not theirs.strip():
        report.add("saml.namequalifier", "NameQualifier is empty", "/subject")
    elif theirs is not None and idp and theirs.strip() != idp:
        report.add("saml.namequalifier", f"NameQualifier {theirs.strip()}, identity provider {idp}", "/subject")


def check_attributes(message: Message, expected: Expectation, report: Report) -> None:
    """Required names, duplicates, empty values, group overage."""
    if message.assertion is None:
        return
    found = attributes(message.assertion)
    names = [str(each.get("Name") or "") for each in found]
    if not found:
        encrypted = len(list(message.assertion.iter("{*}EncryptedAttribute")))
        report.add("saml.no_attributes", f"no Attribute in the Assertion ({encrypted} encrypted)", "/attributes")
    for name, count in Counter(names).items():
        if count > 1:
            report.add("saml.attr_duplicate", f"Attribute Name {name} stands {count} times", "/attributes")
    friendly = Counter(str(each.get("FriendlyName") or "") for each in found)
    for name, count in friendly.items():
        if name and count > 1:
            report.add("saml.friendlyname_duplicate", f"FriendlyName {name} stands {count} times", "/attributes")
    for index, each in enumerate(found):
        _values(each, index, report)
    for wanted in expected.required_attributes:
        _required(wanted, found, report)


def _values(attribute: Element, index: int, report: Report) -> None:
    name = str(attribute.get("Name") or "")
    values = children(attribute, "saml:AttributeValue")
    empty = sum(not text_of(each) and not len(each) for each in values)
    if not values or empty:
        text = f"Attribute {name} has {len(values)} values, {empty} of them empty"
        report.add("saml.attr_empty", text, f"/attributes/{index}")
    is_group = name.rpartition("/")[2].lower() in {"groups", "group", "memberof"}
    if name == _GROUPS_LINK or name.endswith("groups.link") or (is_group and len(values) == _GROUP_CAP):
        report.add("saml.groups_overage", f"Attribute {name} has {len(values)} values", f"/attributes/{index}")


def _short(name: str) -> str:
    return re.split(r"[/:.#]", name.rstrip("/"))[-1].lower().replace("-", "").replace("_", "")


def _required(wanted: str, found: list[Element], report: Report) -> None:
    names = [str(each.get("Name") or "") for each in found]
    if wanted in names:
        return
    near = [
        str(each.get("Name") or "")
        for each in found
        if _short(str(each.get("Name") or "")) == _short(wanted)
        or str(each.get("FriendlyName") or "").lower() == wanted.lower()
    ]
    if near:
        report.add("saml.attr_renamed", f"required {wanted}, present {near[0]}", "/attributes", certainty="config")
    else:
        text = f"required {wanted} is not among {len(names)} attributes"
        report.add("saml.attr_missing", text, "/attributes", certainty="config")
