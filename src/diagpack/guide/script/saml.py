"""The sign-in messages of a recording, looked at before they are redacted; the twin of page/saml.js.

Enters: HAR entries and the facts of the recording. Leaves: checks {id, level, data}. Facts: OASIS SAML 2.0 core 2.5,
3.2 and profiles 4.1.4; certificates: RFC 5280, 4.1.2.5.
"""

from __future__ import annotations

import math
import re
from typing import Any
from urllib.parse import urlsplit

from . import packing
from .names import unquote
from .probing import children
from .when import from_iso, from_parts, to_iso

_NAMED = {"lt": "<", "gt": ">", "quot": '"', "apos": "'", "amp": "&"}
_BLANKS = re.compile("[ \t\r\n]")


def _check(name: str, level: str, **data: Any) -> dict[str, Any]:
    return {"id": name, "level": level, "data": data}


def _plain(text: str) -> str:
    return re.sub("&(lt|gt|quot|apos|amp);", lambda match: _NAMED[match.group(1)], text)


def _place(url: str) -> str:
    return url.split("?")[0].split("#")[0]


def _tags(xml: str, name: str) -> list[str]:
    """All start tags of one name, whatever their prefix: the text of their attributes."""
    return [each.group(1) for each in re.finditer(rf"<(?:[A-Za-z0-9_.-]+:)?{name}((?:[ \t\r\n][^>]*)?)>", xml)]


def _texts(xml: str, name: str) -> list[str]:
    found = re.finditer(rf"<(?:[A-Za-z0-9_.-]+:)?{name}(?:[ \t\r\n][^>]*)?>([^<]*)<", xml)
    return [_plain(each.group(1)).strip(" \t\r\n") for each in found]


def _attribute(tag: str, name: str) -> str:
    found = re.search(rf"[ \t\r\n]{name}[ \t]*=[ \t]*(?:\"([^\"]*)\"|'([^']*)')", tag)
    if found is None:
        return ""
    return _plain(found.group(2) if found.group(1) is None else found.group(1))


def _first(listed: list[str]) -> str:
    return next(iter(listed), "")


def _decoded(value: str) -> str | None:
    plain = unquote(value)
    data = packing.unbase64(_BLANKS.sub("", value if plain is None else plain))
    if not data:
        return None
    inside = data if re.match(rb"[\xef\xbb\xbf \t\r\n]*<", data) else packing.inflate_raw(data)
    xml = None if inside is None else packing.to_text(inside)
    return xml if xml is not None and re.match("[\ufeff \t\r\n]*<", xml) else None


def messages(entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Every SAMLRequest and SAMLResponse with the entry that carried it; `xml` is None where it cannot be read."""
    found = []
    for entry in entries:
        url = str(entry["request"]["url"])
        post = entry["request"].get("postData")
        post = post if isinstance(post, dict) else {}
        params = post.get("params")
        params = [each for each in params if isinstance(each, dict)] if isinstance(params, list) else []
        text = post.get("text")
        for kind in ("SAMLRequest", "SAMLResponse"):
            named = [
                each["value"] for each in params if each.get("name") == kind and isinstance(each.get("value"), str)
            ]
            sent = re.search(f"(?:^|&){kind}=([^&]+)", text if isinstance(text, str) else "")
            asked = re.search(f"[?&]{kind}=([^&#]+)", url)
            value = named[0] if named else sent.group(1) if sent else asked.group(1) if asked else ""
            if value:
                found.append({"kind": kind, "xml": _decoded(value), "entry": entry, "url": url})
    return found


def asked_for(listed: list[dict[str, Any]]) -> dict[str, Any]:
    """What the service asked for, as far as the recording shows it."""
    requests = [each for each in listed if each["kind"] == "SAMLRequest" and each["xml"] is not None]
    heads = [_first(_tags(each["xml"], "AuthnRequest")) for each in requests]
    return {
        "ids": list(filter(None, (_attribute(head, "ID") for head in heads))),
        "issuers": list(filter(None, (_first(_texts(each["xml"], "Issuer")) for each in requests))),
        "answer_to": _first(list(filter(None, (_attribute(head, "AssertionConsumerServiceURL") for head in heads)))),
        "hosts": list(filter(None, (host_of(each["url"]) for each in requests))),
    }


def host_of(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def run(entries: list[dict[str, Any]], facts: dict[str, Any]) -> list[dict[str, Any]]:
    """The checks of all sign-in messages, each once."""
    listed = messages(entries)
    wanted = asked_for(listed)
    found: dict[str, dict[str, Any]] = {}
    for message in [each for each in listed if each["kind"] == "SAMLResponse"][:5]:
        for each in _response(message, wanted, facts):
            found.setdefault(each["id"], each)
    if not found:
        return []
    is_fine = all(each["level"] == "info" for each in found.values())
    return [*([_check("saml.found", "ok")] if is_fine else []), *found.values()]


def _response(message: dict[str, Any], wanted: dict[str, Any], facts: dict[str, Any]) -> list[dict[str, Any]]:
    xml = message["xml"]
    if xml is None:
        return [_check("saml.readable", "warn")]
    url = _place(message["url"])
    head = _first(_tags(xml, "Response"))
    at = from_iso(message["entry"].get("startedDateTime"))
    real = None if at is None else at - (facts.get("skew_seconds") or 0)
    confirmed = _tags(xml, "SubjectConfirmationData")
    out = [*_times(xml, confirmed, real), *_certificates(xml, real)]
    target = _attribute(head, "Destination")
    if target and _place(target) != url:
        out.append(_check("saml.destination", "warn", seen=_place(target), expected=url))
    recipients = list(filter(None, (_attribute(each, "Recipient") for each in confirmed)))
    if recipients and not any(_place(each) == url for each in recipients):
        out.append(_check("saml.recipient", "warn", seen=_place(recipients[0]), expected=url))
    audiences = list(filter(None, _texts(xml, "Audience")))
    if audiences and wanted["issuers"] and not any(each in wanted["issuers"] for each in audiences):
        out.append(_check("saml.audience", "warn", seen=audiences[0], expected=wanted["issuers"][0]))
    answered = list(filter(None, (_attribute(each, "InResponseTo") for each in [head, *confirmed])))
    if wanted["ids"] and not answered:
        out.append(_check("saml.unsolicited", "info"))
    if wanted["ids"] and any(each not in wanted["ids"] for each in answered):
        out.append(_check("saml.in_response_to", "warn"))
    codes = [_attribute(each, "Value").split(":")[-1] for each in _tags(xml, "StatusCode")]
    codes = list(filter(None, codes))
    if codes and codes[0] != "Success":
        out.append(_check("saml.status", "info", status=codes[-1]))
    if _tags(xml, "EncryptedAssertion"):
        out.append(_check("saml.encrypted", "info"))
    return out or [_check("saml.signed_in", "info")]


def _times(xml: str, confirmed: list[str], real: float | None) -> list[dict[str, Any]]:
    """Whoever receives the message goes by the real time, not by the clock of this computer."""
    if real is None:
        return []
    limits = [*_tags(xml, "Conditions"), *confirmed]
    ends = [each for each in (from_iso(_attribute(tag, "NotOnOrAfter")) for tag in limits) if each is not None]
    starts = [each for each in (from_iso(_attribute(tag, "NotBefore")) for tag in limits) if each is not None]
    out = []
    if ends and real >= min(ends):
        out.append(_check("saml.expired", "warn", seconds=math.floor(real - min(ends) + 0.5)))
    if starts and real < max(starts):
        out.append(_check("saml.early", "warn", seconds=math.floor(max(starts) - real + 0.5)))
    return out


def _certificates(xml: str, real: float | None) -> list[dict[str, Any]]:
    if real is None:
        return []
    for text in _texts(xml, "X509Certificate")[:4]:
        der = packing.unbase64(_BLANKS.sub("", text))
        dates = _validity(der) if der else None
        if dates and real > dates[1]:
            return [_check("saml.certificate", "warn", problem="expired", until=to_iso(dates[1]))]
        if dates and real < dates[0]:
            return [_check("saml.certificate", "warn", problem="early", since=to_iso(dates[0]))]
    return []


def _validity(der: bytes) -> tuple[float, float] | None:
    """(not before, not after) of a certificate, or None."""
    try:
        fields = children(children(children(der)[0][1])[0][1])
        pair = children(fields[4 if fields[0][0] == 0xA0 else 3][1])
        first, second = _time_of(*pair[0][:2]), _time_of(*pair[1][:2])
    except (ValueError, IndexError):
        return None
    return None if first is None or second is None else (first, second)


def _time_of(tag: int, inner: bytes) -> float | None:
    digits = inner.decode("latin-1")
    if re.fullmatch("[0-9]{12,14}Z", digits) is None:
        return None
    if tag == 0x17:
        # UTCTime has two digits of the year: 50 to 99 are of the last century (RFC 5280, 4.1.2.5.1).
        digits = ("20" if digits[:2] < "50" else "19") + digits
    return from_parts(digits[:14])
