"""The guided collector as one page: everything in one file, readable, unable to connect.

Enters: a checklist, the rule book, intake certificates. Leaves: the bytes of one HTML file of at most 300 KB. Its
content-security policy names its one script and its one style by their digests and forbids every connection.
"""

import base64
import hashlib
import html
import json
import re
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from importlib import resources
from typing import Any, Final

from diagpack.errors import UsageError
from diagpack.guide.book import make_book
from diagpack.guide.intake import recipient_of
from diagpack.guide.steps import choose_steps
from diagpack.model.case import Window
from diagpack.model.checklist import Checklist, in_language

LIMIT: Final = 300 * 1024
LANGUAGES: Final = ("en", "de", "fr", "es", "ja")
SLACK_SECONDS: Final = 900
# A value that takes longer than this to search is withheld.
RULE_SECONDS: Final = 10
_WORKER: Final = (
    "tokens packing words headers prose learning scanner plain_text json markup redactor har reading saml checks "
    "seal worker"
).split()
_PAGE: Final = ("dom", "runner", "app", "finish")
_SLOT: Final = re.compile(r"@@([a-z]+)@@")


def build_page(
    *,
    case_id: str,
    checklist: Checklist,
    language: str,
    rules: Mapping[str, Any],
    intake_certificates: Sequence[bytes],
    upload_address: str,
    contact: str,
    expires: datetime,
    nonce: str,
    window: Window | None = None,
    known: Collection[str] = (),
    request_ids: Sequence[str] = (),
    rule_seconds: int = RULE_SECONDS,
) -> bytes:
    """One HTML file. `rules`: `rules_as_json()` of the redact room, with the `policy` and the JavaScript `engine`.

    `intake_certificates`: PEM, the case's own last. `expires` is aware. `known`: ids of items that need no asking.
    Raises UsageError (DP710: rules incomplete, DP711: language, DP712: the page is too big, DP713: no step to ask).
    """
    if language not in LANGUAGES:
        raise UsageError("DP711", "the collector does not speak this language", hint=f"one of: {', '.join(LANGUAGES)}")
    strings = load_strings(language)
    data = {
        "schema": "diagpack.guide/1",
        "case": case_id,
        "nonce": nonce,
        "checklist": checklist.id,
        "title": in_language(checklist.title, language),
        "language": language,
        "is_draft": language in checklist.draft_languages,
        "strings": {key: text for key, text in strings.items() if not key.startswith(("script_", "probe_"))},
        "steps": _steps(checklist, language, known),
        "hosts": list(checklist.hosts),
        "window": None if window is None else {"start": window.start.isoformat(), "end": window.end.isoformat()},
        "slack_seconds": SLACK_SECONDS,
        "request_ids": list(request_ids),
        "rule_seconds": rule_seconds,
        "upload_address": upload_address,
        "contact": contact,
        "expires": expires.isoformat(),
        "recipients": [recipient_of(each) for each in intake_certificates],
        "book": make_book(rules, is_page=True),
    }
    page = _assembled(data, strings, str(rules.get("engine", ""))).encode("utf-8")
    if len(page) > LIMIT:
        raise UsageError("DP712", "the collector page would be larger than 300 KB", hint="shorten the checklist")
    return page


def load_strings(language: str) -> dict[str, str]:
    """The words of page and script; what a translation lacks is English."""
    english: dict[str, str] = json.loads(_source("strings.en.json"))
    return english if language == "en" else {**english, **json.loads(_source(f"strings.{language}.json"))}


def _steps(checklist: Checklist, language: str, known: Collection[str]) -> list[Mapping[str, Any]]:
    steps = choose_steps(checklist, language, known=known).chosen
    if not steps:
        raise UsageError("DP713", "this checklist has nothing to ask a customer", hint="choose another --checklist")
    return list(steps)


def _source(name: str) -> str:
    return resources.files("diagpack.guide").joinpath("page", name).read_text("utf-8")


def _assembled(data: Mapping[str, Any], strings: Mapping[str, str], engine: str) -> str:
    if not engine:
        raise UsageError("DP710", "the rules for the collector come without their engine", hint="reinstall diagpack")
    css = _source("page.css")
    script = _joined(_PAGE)
    worker = engine + "\n" + _joined(_WORKER)
    parts = {
        "lang": str(data["language"]),
        "title": html.escape(str(strings["title"]).replace("{case}", str(data["case"]))),
        "noscript": html.escape(str(strings["noscript"])),
        "csp": content_security_policy(script, css),
        "css": css,
        "data": json.dumps(data, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c"),
        "worker": worker,
        "script": script,
    }
    # One pass: what is put in is never searched for slots again.
    return _SLOT.sub(lambda match: parts[match.group(1)], _source("page.html"))


def content_security_policy(script: str, style: str) -> str:
    """The policy in the page's head: one script, one style, a worker of its own, no connection."""
    return (
        "default-src 'none'; connect-src 'none'; form-action 'none'; "
        f"script-src '{_digest(script)}'; style-src '{_digest(style)}'; "
        "img-src data: blob:; worker-src blob:; base-uri 'none'"
    )


def _digest(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii")


def _joined(names: Sequence[str]) -> str:
    """Sources in order, each under its name; one "use strict" at the top counts for all."""
    parts = [f"// ---- {name}.js\n{_source(f'{name}.js')}" for name in names]
    text = '"use strict";\n' + "\n".join(parts)
    if re.search(r"</?script", text, re.IGNORECASE):
        raise UsageError("DP710", "a script of the collector would end its own element", hint="reinstall diagpack")
    return text
