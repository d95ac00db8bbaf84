"""What the five cases are built from: HAR entries, log lines, and the description of a case with what must come out.

Enters: facts of a story (times, addresses, statuses, IDs). Leaves: files as a customer or an analyst hands them over.
Hosts and addresses are reserved ones (RFC 2606, RFC 5737); names of people are of nobody.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

AGENT = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/144.0.0.0 Safari/537.36"
)
APP = "https://app.example.com"


@dataclass(frozen=True, slots=True)
class Story:
    """One case: what goes in, and what an engineer must see.

    `first` is the citation of the true first failing event, `request_id` its ID, `key_facts` words that the first
    screen has to show. `canaries` are secrets that no byte of the package may hold.
    """

    id: str
    yaml: Mapping[str, Any]
    files: Mapping[str, bytes]
    first: str
    request_id: str
    outcome: str
    severity: str
    checklist: str
    key_facts: tuple[str, ...]
    canaries: tuple[str, ...]
    notes: tuple[str, ...] = ()
    escalate_reason: str = ""
    extra_files: Mapping[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Recording:
    """A browser's recording: its start by the server's clock, and how far the browser's clock is ahead."""

    start: datetime
    ahead: timedelta = timedelta(0)
    address: str = "192.0.2.10"
    protocol: str = "h2"
    security: Mapping[str, Any] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    behind_hosts: tuple[str, ...] = ()
    """Hosts whose clock agrees with the browser's."""

    def entry(
        self,
        seconds: float,
        method: str,
        url: str,
        status: int,
        *,
        kind: str = "fetch",
        sent: Mapping[str, str] | None = None,
        received: Mapping[str, str] | None = None,
        form: Mapping[str, str] | None = None,
        body: str | None = None,
        content: tuple[str, str] = ("text/html", ""),
        wait: float = 80,
        connect: float = -1,
        ssl: float = -1,
        receive: float = 6,
    ) -> dict[str, Any]:
        """One exchange; `seconds` after the start, times in milliseconds."""
        at = self.start + timedelta(seconds=seconds)
        took = wait + receive + 2 + max(connect, 0)
        host = urlsplit(url).hostname
        answered = at + timedelta(milliseconds=took) + (self.ahead if host in self.behind_hosts else timedelta(0))
        date = answered.strftime("%a, %d %b %Y %H:%M:%S GMT")
        mime, text = content
        entry: dict[str, Any] = {
            "startedDateTime": _iso(at + self.ahead),
            "time": took,
            "request": {
                "method": method,
                "url": url,
                "httpVersion": self.protocol,
                "headers": _pairs({"User-Agent": AGENT, "Accept-Language": "en-GB,en;q=0.9", **(sent or {})}),
                "queryString": [_pair(each) for each in urlsplit(url).query.split("&") if each],
                "cookies": [],
                "headersSize": -1,
                "bodySize": 0,
            },
            "response": {
                "status": status,
                "statusText": "",
                "httpVersion": self.protocol,
                "headers": _pairs({"Date": date, "Content-Type": mime, **self.headers, **(received or {})}),
                "cookies": [],
                "content": {"size": len(text), "mimeType": mime, "text": text},
                "redirectURL": (received or {}).get("Location", ""),
                "headersSize": -1,
                "bodySize": len(text),
            },
            "cache": {},
            "timings": {
                "blocked": 1, "dns": -1, "connect": connect, "ssl": ssl, "send": 1, "wait": wait, "receive": receive,
            },
            "serverIPAddress": self.address,
            "pageref": "page_1",
            "_resourceType": kind,
        }  # fmt: skip
        if form is not None:
            from urllib.parse import urlencode

            entry["request"]["postData"] = {
                "mimeType": "application/x-www-form-urlencoded",
                "params": _pairs(form),
                "text": urlencode(form),
            }
        elif body is not None:
            entry["request"]["postData"] = {"mimeType": "application/json", "text": body}
        if self.security:
            entry["_securityDetails"] = dict(self.security)
        return entry

    def har(self, title: str, entries: Sequence[Mapping[str, Any]]) -> bytes:
        """The file that the browser saves."""
        page = {
            "startedDateTime": _iso(self.start + self.ahead),
            "id": "page_1",
            "title": title,
            "pageTimings": {"onContentLoad": 800, "onLoad": 1500},
        }
        creator = {"name": "WebInspector", "version": "537.36"}
        return json.dumps({"log": {"version": "1.2", "creator": creator, "pages": [page], "entries": entries}}).encode()


def case_yaml(**parts: Any) -> dict[str, Any]:
    """A case that the analyst has filled in; `parts` replace or, for mappings, extend the usual content."""
    usual: dict[str, Any] = {
        "zone": "Europe/Berlin",
        "companies": ["Customer Example Ltd"],
        "domains": ["customer.example"],
        "environment": {
            "product_version": "4.2.0",
            "region": "eu-1",
            "tenant": "t-3091",
            "hosts": ["app.example.com"],
            "production": ["app.example.com"],
        },
        "vendor_ids": ["t-3091"],
        "answers": {
            "needed_by": "2026-03-05T12:00:00+00:00",
            "next_update": "2026-03-04T16:00:00+00:00",
            "assignee": "duty engineer",
            "duplicates_searched": "none found",
        },
    }
    for name, value in parts.items():
        usual[name] = {**usual[name], **value} if isinstance(usual.get(name), dict) else value
    return usual


def log_line(at: datetime, level: str, request_id: str, text: str) -> str:
    """A line of the web tier's log."""
    return f"{_iso(at)} {level:5} [web-2] [req={request_id}] {text}"


def other_id(number: int) -> str:
    """A request ID of somebody else."""
    return f"9d{number:02d}c0de-4b5a-4c6d-8e7f-0a1b2c3d4e{number % 100:02d}"


def background(start: datetime, count: int, seconds: float) -> list[str]:
    """Lines of other requests around the failing one."""
    return [
        log_line(
            start + timedelta(seconds=number * seconds / count),
            "INFO",
            f"8e{number % 100:02d}c0de-1a2b-4c3d-9e4f-5a6b7c8d9e{number % 100:02d}",
            f"GET /api/v2/items/{number} 200 in {number % 37} ms",
        )
        for number in range(count)
    ]


def as_log(lines: Sequence[str]) -> bytes:
    """Lines in time order as a file; a record of several lines stays together."""
    return ("\n".join(sorted(lines, key=lambda each: each[:24])) + "\n").encode()


def _iso(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _pairs(values: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in values.items()]


def _pair(text: str) -> dict[str, str]:
    name, _, value = text.partition("=")
    return {"name": name, "value": value}
