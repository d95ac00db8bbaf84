"""Builders of small redacted evidence for tests.

Enters: plain Python values. Leaves: real, sealed `RedactedArtifact`s in a temporary folder, and the redacted content of
a `case` artifact. Times are ISO 8601 text; hosts are example.com.
"""

import atexit
import hashlib
import json
import shutil
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from diagpack.model._seal import Sealer
from diagpack.model.evidence import EvidenceSet
from diagpack.model.missing import Missing
from diagpack.model.redacted import RedactedArtifact, describe
from diagpack.model.ref import ArtifactId

SEALER = Sealer(b"t" * 32)
POLICY_SHA256 = hashlib.sha256(b"test policy").hexdigest()
_FORMS = {
    "har": ("application/har+json", "har", ".har"),
    "log": ("application/jsonl", "logs", ".jsonl"),
    "console": ("application/jsonl", "console", ".jsonl"),
    "saml": ("application/json", "sso", ".json"),
    "oidc": ("application/json", "sso", ".json"),
    "api": ("application/json", "api", ".json"),
    "request-ids": ("application/json", "ids", ".json"),
    "note": ("text/plain", "notes", ".txt"),
    "image": ("image/png", "screens", ".png"),
    "environment": ("application/json", "env", ".json"),
    "config": ("application/json", "config", ".json"),
    "case": ("application/json", "case", ".json"),
    "collection": ("application/json", "case", ".json"),
}


def _folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="diagpack-test-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


_FOLDER = _folder()


def make_artifact(
    kind: str,
    content: Any,
    *,
    number: int = 1,
    facts: Mapping[str, Any] | None = None,
    tally: Mapping[str, int] | None = None,
    media_type: str = "",
    policy_sha256: str = POLICY_SHA256,
) -> RedactedArtifact:
    """A sealed artifact `<kind>-<number>`. `content`: bytes, text, or anything JSON can hold.

    For JSON Lines kinds (log, console) `content` is a sequence of records.
    """
    default_type, folder, suffix = _FORMS.get(kind, ("application/json", kind, ".json"))
    media_type = media_type or default_type
    raw = _encoded(content, media_type)
    digest = hashlib.sha256(raw).hexdigest()
    path = _FOLDER / f"{digest}{suffix}"
    path.write_bytes(raw)
    described = {
        "id": f"{kind}-{number}",
        "kind": kind,
        "media_type": media_type,
        "folder": folder,
        "suffix": suffix,
        "sha256": digest,
        "size_bytes": len(raw),
        "facts": dict(facts or {}),
        "tally": dict(tally or {}),
        "policy_sha256": policy_sha256,
    }
    seal = SEALER.seal(describe(**described))  # type: ignore[arg-type]
    return RedactedArtifact(**{**described, "id": ArtifactId(f"{kind}-{number}")}, path=path, seal=seal)


def _encoded(content: Any, media_type: str) -> bytes:
    if isinstance(content, bytes):
        return content
    if isinstance(content, str):
        return content.encode()
    if media_type == "application/jsonl":
        return "".join(json.dumps(each) + "\n" for each in content).encode()
    return json.dumps(content, ensure_ascii=False).encode()


def evidence(*artifacts: RedactedArtifact, missing: Sequence[Missing] = ()) -> EvidenceSet:
    return EvidenceSet(artifacts, missing)


def _headers(headers: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in headers.items()]


def har_entry(
    index: int,
    url: str,
    *,
    method: str = "GET",
    status: int = 200,
    started: str = "2026-03-03T09:14:02.000Z",
    time: float = 80.0,
    request_headers: Mapping[str, str] | None = None,
    response_headers: Mapping[str, str] | None = None,
    body: str = "",
    mime: str = "application/json",
    form: Mapping[str, str] | None = None,
    posted: str = "",
    resource: str = "",
    **extra: Any,
) -> dict[str, Any]:
    """One HAR 1.2 entry; `index` becomes `_dpEntry`, `extra` adds or replaces top-level fields."""
    request: dict[str, Any] = {
        "method": method,
        "url": url,
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": _headers(request_headers or {}),
        "queryString": [],
        "headersSize": -1,
        "bodySize": -1,
    }
    if form is not None:
        request["postData"] = {
            "mimeType": "application/x-www-form-urlencoded",
            "params": _headers(form),
            "text": "&".join(f"{name}={value}" for name, value in form.items()),
        }
    elif posted:
        request["postData"] = {"mimeType": "application/json", "text": posted}
    entry: dict[str, Any] = {
        "_dpEntry": index,
        "startedDateTime": started,
        "time": time,
        "request": request,
        "response": {
            "status": status,
            "statusText": "",
            "httpVersion": "HTTP/1.1",
            "cookies": [],
            "headers": _headers(response_headers or {}),
            "content": {"size": len(body), "mimeType": mime, "text": body},
            "redirectURL": (response_headers or {}).get("Location", ""),
            "headersSize": -1,
            "bodySize": -1,
        },
        "cache": {},
        "timings": {"send": 0, "wait": time, "receive": 0},
    }
    if resource:
        entry["_resourceType"] = resource
    return {**entry, **extra}


def har(entries: Iterable[Mapping[str, Any]], *, number: int = 1, **facts: Any) -> RedactedArtifact:
    """A HAR artifact; `facts` are those of docs/design.md (`skew_seconds`, `capture`, …)."""
    listed = [dict(each) for each in entries]
    content = {"log": {"version": "1.2", "creator": {"name": "test", "version": "1"}, "entries": listed}}
    return make_artifact("har", content, number=number, facts={"entries_total": len(listed), **facts})


def log_record(
    line: int,
    text: str,
    *,
    time: str | None = "2026-03-03T09:14:02.000+00:00",
    level: str = "info",
    ids: Sequence[str] = (),
    lines: int = 1,
    source: str = "source-1",
    **extra: Any,
) -> dict[str, Any]:
    """One record of a log excerpt."""
    record = {"source": source, "line": line, "lines": lines, "bytes": [0, len(text)], "time": time, "zone": "UTC"}
    return {**record, "level": level, "ids": list(ids), "text": text, **extra}


def log(records: Iterable[Mapping[str, Any]], *, number: int = 1, **facts: Any) -> RedactedArtifact:
    listed = list(records)
    return make_artifact("log", listed, number=number, facts={"lines_total": len(listed), **facts})


def sso(
    messages: Sequence[Mapping[str, Any]] = (),
    findings: Sequence[Mapping[str, Any]] = (),
    *,
    kind: str = "saml",
    number: int = 1,
) -> RedactedArtifact:
    """A `saml` or `oidc` summary."""
    return make_artifact(kind, {"messages": list(messages), "findings": list(findings)}, number=number)


def api(exchanges: Sequence[Mapping[str, Any]], *, number: int = 1) -> RedactedArtifact:
    return make_artifact("api", {"exchanges": list(exchanges)}, number=number)


def request_ids(ids: Sequence[Mapping[str, Any]], *, number: int = 1) -> RedactedArtifact:
    return make_artifact("request-ids", {"ids": list(ids)}, number=number)


def note(text: str, *, number: int = 1) -> RedactedArtifact:
    return make_artifact("note", text, number=number)


def environment(number: int = 1, **facts: Any) -> RedactedArtifact:
    """`environment(browser={"value": "Firefox 128", "refs": ["[har-1 #0]"]})`."""
    return make_artifact("environment", {"facts": facts}, number=number, facts=facts)


def case_content(**changes: Any) -> dict[str, Any]:
    """The redacted content of the `case` artifact of a case that is ready; `changes` replace whole sections."""
    confirmed = {"by": "A. Analyst", "at": "2026-03-03T12:00:00+00:00"}
    content: dict[str, Any] = {
        "id": "CS-1042",
        "title": "Sign-in page answers 500 after the password step",
        "checklist": "",
        "language": "en",
        "customer_zone": "Europe/Berlin",
        "window": {"start": "2026-03-03T09:00:00+00:00", "end": "2026-03-03T10:00:00+00:00"},
        "severity": {
            "function": "lost",
            "workaround": "none",
            "scope": "one",
            "tenants": 1,
            "users": 40,
            "users_share": 0.1,
            "data_loss": False,
            "security": False,
            "trend": "stable",
        },
        "environment": {
            "product_version": "4.2.0",
            "region": "eu-1",
            "tenant": "t-4711",
            "browser": "Firefox 128",
            "os": "Windows 11",
            "hosts": ["app.example.com"],
        },
        "answers": {
            "expected": "After the password step the dashboard opens.",
            "actual": "After the password step an error page with status 500 opens [har-1 #1].",
            "steps": [
                "Start: signed out, role member, at https://app.example.com/login",
                "Enter user name and password, then click Sign in",
            ],
            "ask": "investigate",
            "needed_by": "2026-03-05T12:00:00+00:00",
            "impact": "40 users of one tenant cannot sign in.",
            "tried": [{"what": "Private window", "result": "same error"}],
            "reproducibility": "5 of 5",
            "workaround": "none known",
            "works_on": "The previous version 4.1.9 works.",
            "duplicates_searched": 'text ~ "sign-in 500"',
            "next_update": "2026-03-04T09:00:00+00:00",
            "assignee": "on-call",
            "first_seen": "2026-03-03T09:10:00+00:00",
            "last_seen": "2026-03-03T09:40:00+00:00",
        },
        "confirmed": dict.fromkeys(("steps", "expected", "actual", "severity", "disposition"), confirmed),
        "disposition": {},
        "skipped": {},
        "incident": "",
    }
    return {**content, **changes}


def case_artifact(content: Mapping[str, Any]) -> RedactedArtifact:
    """The `case` artifact of this content, so that citations of answers resolve."""
    return make_artifact("case", dict(content))
