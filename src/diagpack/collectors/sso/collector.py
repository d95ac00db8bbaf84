"""The plug-in: recognises login messages by content and stores one summary for each input.

Enters: a source, or a raw slimmed HAR. Leaves: an artifact `saml` and, where tokens were found, one `oidc`.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from diagpack.collectors.sso import exchanges
from diagpack.collectors.sso.captured import Captured
from diagpack.collectors.sso.config import FILE_KEYS, Expectation, read_config
from diagpack.collectors.sso.diagnose import diagnose_source
from diagpack.collectors.sso.forms import decode_base64, inflate, is_token, unwrap
from diagpack.errors import CollectError
from diagpack.model.collector import CollectContext
from diagpack.model.raw import RawArtifact, Source

MAX_SOURCE_BYTES: Final = 200_000_000
_MARKS = (b"urn:oasis:names:tc:SAML:", b"SAMLResponse", b"SAMLRequest")
_HEAD = 65_536
# A log line that holds such a URL begins with something else.
_FORM = re.compile(rb"(?:https?://)?[^\s<>{}]*\b(?:SAMLResponse|SAMLRequest|id_token|access_token)=[^\s]")
_HAR = re.compile(r"har-\d+")


class SsoCollector:
    """SAML messages and tokens, pasted or saved or inside a HAR."""

    id = "sso"
    needs = ("har",)
    provides = ("saml", "oidc")
    derives_from = ("har",)

    def recognise(self, head: bytes, name: str) -> float:
        """By content. A HAR is the HAR collector's; its artifact comes back here."""
        start = head[:_HEAD].strip()
        if not start or exchanges.looks_like_har(start):
            return 0.0
        if exchanges.looks_like_tracer(start):
            return 0.9
        return max(_as_markup(start), _as_text(start))

    def collect(self, source: Source, ctx: CollectContext) -> Iterator[RawArtifact]:
        """Raises CollectError DP121 when there is nothing to read."""
        if source.size_bytes > MAX_SOURCE_BYTES:
            raise CollectError(
                "DP121",
                f"{source.size_bytes} bytes: too large for a login capture",
                hint="send only the login, as a HAR",
            )
        with source.open_raw() as stream:
            data = stream.read(MAX_SOURCE_BYTES + 1)
        expected = _expectation(source, ctx)
        found = diagnose_source(data, expected, at=None)
        if not found["messages"] and not found["findings"]:
            if _har_of(source):
                return
            raise CollectError(
                "DP121", "no SAML message and no token in this input", hint="send the SAMLResponse or a HAR"
            )
        for kind in self.provides:
            part = _only(found, kind, _har_of(source))
            if part is not None:
                content = (json.dumps(part, indent=1, ensure_ascii=False, allow_nan=False) + "\n",)
                yield ctx.store(
                    source,
                    kind=kind,
                    media_type="application/json",
                    suffix=".json",
                    folder="sso",
                    content=(each.encode("utf-8", "replace") for each in content),
                    facts={"messages": len(part["messages"]), "findings": len(part["findings"])},
                )


def _expectation(source: Source, ctx: CollectContext) -> Expectation:
    """The case's configuration; a file in it that cannot be used is named as missing, the rest still counts."""
    section = ctx.section("sso")
    try:
        expected = read_config(section)
        if expected.certificate_problems:
            ctx.missing(source, "DP122", f"{expected.certificate_problems} configured certificates could not be read")
        return expected
    except CollectError as error:
        ctx.missing(source, error.id, error.message)
        return read_config({name: value for name, value in section.items() if name not in FILE_KEYS})


def _as_markup(start: bytes) -> float:
    if start[:1] != b"<" and start[:3] != b"\xef\xbb\xbf" and start[:2] not in (b"\xff\xfe", b"\xfe\xff"):
        return 0.0
    plain = start.replace(b"\0", b"")
    return 0.9 if any(mark in plain for mark in _MARKS) else 0.0


def _as_text(start: bytes) -> float:
    """Pasted text: a token, a form body, a URL, or base64 that decodes to markup."""
    if _FORM.match(start):
        return 0.9
    if len(start) >= _HEAD - 64:
        packed = b"".join(start.split())
        decoded = decode_base64(packed[: len(packed) // 4 * 4])
        return 0.8 if decoded is not None and (decoded.lstrip()[:1] == b"<" or inflate(decoded)) else 0.0
    if b"\0" in start:
        return 0.0
    return max((_surety(each) for each in unwrap(start)), default=0.0)


def _surety(captured: Captured) -> float:
    if captured.family == "saml":
        return 0.9
    if captured.family == "token":
        return 0.85 if is_token(captured.content) else 0.5
    if captured.family == "token-json":
        return 0.8
    return 0.6 if captured.family == "removed" and captured.parameter else 0.0


def _har_of(source: Source) -> str:
    """The HAR artifact a source stands for; empty for a file."""
    return next((each for each in (source.origin, source.label) if _HAR.fullmatch(each)), "")


def _only(found: Mapping[str, Any], kind: str, har: str) -> dict[str, Any] | None:
    """Messages and findings of one family, pointers renumbered; None when there is neither."""
    family = {"saml": "saml", "oidc": "oidc"}[kind]
    messages: list[Any] = []
    moved: dict[str, str] = {}
    for index, message in enumerate(found["messages"]):
        if message["family"] == family:
            moved[f"/messages/{index}"] = f"/messages/{len(messages)}"
            messages.append(message)
    findings = []
    for finding in found["findings"]:
        parts = finding["ref"].split("/")
        prefix = "/".join(parts[:3])
        if prefix in moved:
            findings.append({**finding, "ref": moved[prefix] + finding["ref"][len(prefix) :]})
        elif parts[1] != "messages" and finding["id"].startswith("saml.") == (family == "saml"):
            findings.append(finding)
    if not messages and not findings:
        return None
    written: dict[str, Any] = {"schema": "diagpack.sso/1", "messages": messages, "findings": findings}
    if flow := found.get("flow"):
        written["flow"] = flow
    if har:
        written["har"] = har
    return written
