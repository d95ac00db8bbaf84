"""A Jira that keeps state, on loopback, for tests: Cloud v3 and Data Center v2, with faults on schedule.

Every request is checked against the published contract when `../shared/contracts` is there; a violation is recorded
even when the fake answers, and the test fails on it. Data Center has no public contract: its dialect rests on the
vendor's documentation (`values` in createmeta, `/search`, wiki strings).
"""

import hashlib
import json
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.parser import BytesParser
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

CONTRACTS = Path(__file__).parents[3] / "shared" / "contracts"
TOKEN = "canary-jira-token"


@dataclass
class Issue:
    key: str
    fields: dict[str, Any]
    properties: dict[str, Any]
    created: float
    attachments: list[dict[str, Any]] = field(default_factory=list)
    comments: list[Any] = field(default_factory=list)
    links: dict[str, Any] = field(default_factory=dict)


@dataclass
class FakeJira:
    """State and fault schedule. `faults`: (method and path pattern, kind) in the order they strike."""

    is_cloud: bool = True
    upload_limit: int = 10 << 20
    index_delay: float = 0.0
    max_description: int = 32_767
    has_labels: bool = True
    denied: tuple[str, ...] = ()
    deletes_zips: bool = False
    may_delete: bool = True
    issues: dict[str, Issue] = field(default_factory=dict)
    log: list[tuple[str, str]] = field(default_factory=list)
    bodies: list[Any] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)
    faults: list[tuple[str, str]] = field(default_factory=list)
    url: str = ""

    def fault(self, method: str, path: str) -> str:
        for number, (pattern, kind) in enumerate(self.faults):
            if re.fullmatch(pattern, f"{method} {path}"):
                del self.faults[number]
                return kind
        return ""

    def count(self, pattern: str) -> int:
        return sum(bool(re.fullmatch(pattern, f"{method} {path}")) for method, path in self.log)


class Contract:
    """The vendor's contract; silent when it is not there."""

    def __init__(self) -> None:
        self.spec: Any = None
        self.adf: Any = None
        if (CONTRACTS / "jira-cloud-v3.tight.json").exists():
            import fastjsonschema
            from openapi_core import Config, OpenAPI

            document = json.loads((CONTRACTS / "jira-cloud-v3.tight.json").read_text())
            self.spec = OpenAPI.from_dict(document, config=Config(spec_validator_cls=None))
            self.adf = fastjsonschema.compile(json.loads((CONTRACTS / "adf-schema.json").read_text()))

    def violation(self, method: str, path: str, query: dict[str, str], headers: Any, body: bytes) -> str:
        if self.spec is None or not path.startswith("/rest/api/3/"):
            return ""
        from openapi_core.testing import MockRequest

        media = headers.get("Content-Type", "application/json")
        request = MockRequest(
            "https://your-domain.atlassian.net",
            method.lower(),
            path,
            args=query,
            headers=dict(headers.items()),
            data=body or None,
            content_type=media,
        )
        try:
            self.spec.validate_request(request)
            if method == "POST" and path.endswith("/issue"):
                self.adf(json.loads(body)["fields"]["description"])
            if method == "POST" and path.endswith("/comment"):
                self.adf(json.loads(body)["body"])
        except Exception as problem:
            return f"{method} {path}: {type(problem).__name__}: {problem} {problem.__cause__ or ''}"[:400]
        return ""


_CONTRACT: list[Contract] = []


def contract() -> Contract:
    if not _CONTRACT:
        _CONTRACT.append(Contract())
    return _CONTRACT[0]


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    jira: FakeJira

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet."""

    def do_GET(self) -> None:
        self._serve("GET")

    def do_POST(self) -> None:
        self._serve("POST")

    def do_PUT(self) -> None:
        self._serve("PUT")

    def do_DELETE(self) -> None:
        self._serve("DELETE")

    def _serve(self, method: str) -> None:
        parts = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.jira.log.append((method, parts.path))
        kind = self.jira.fault(method, parts.path)
        if kind == "429":
            self._answer(429, {}, {"Retry-After": "1", "RateLimit-Reason": "jira-burst-based"})
            return
        if kind == "503":
            self._answer(503, None)
            return
        if kind == "captcha":
            self._answer(403, {}, {"X-Authentication-Denied-Reason": "CAPTCHA_CHALLENGE; login-url=x"})
            return
        if not self.headers.get("Authorization"):
            self._answer(401, {"errorMessages": ["no"]})
            return
        problem = contract().violation(method, parts.path, query, self.headers, body)
        if problem:
            self.jira.violations.append(problem)
        status, document = self._route(method, parts.path, query, body)
        if kind == "drop":
            self.close_connection = True
            self.connection.close()
            return
        if kind == "502":
            self._answer(502, None, html=True)
            return
        self._answer(status, document)

    def _answer(self, status: int, document: Any, headers: dict[str, str] | None = None, *, html: bool = False) -> None:
        content = b"<html>Bad gateway</html>" if html else b"" if document is None else json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/html" if html else "application/json")
        self.send_header("Content-Length", str(len(content)))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def _route(self, method: str, path: str, query: dict[str, str], body: bytes) -> tuple[int, Any]:
        jira = self.jira
        tail = re.sub(r"^/rest/api/[23]", "", path)
        is_v3 = path.startswith("/rest/api/3")
        if tail == "/serverInfo":
            return 200, {"deploymentType": "Cloud" if jira.is_cloud else "Server"}
        if is_v3 and not jira.is_cloud:
            return 404, None
        if tail == "/myself":
            return 200, {"accountId": "1"}
        if tail == "/mypermissions":
            names = query["permissions"].split(",")
            return 200, {"permissions": {name: {"havePermission": name not in jira.denied} for name in names}}
        if tail == "/attachment/meta":
            return 200, {"enabled": True, "uploadLimit": jira.upload_limit}
        if tail.startswith("/issue/createmeta/"):
            return self._createmeta(tail)
        if (method, tail) == ("POST", "/issue"):
            return self._create(json.loads(body))
        if tail in ("/search/jql", "/search"):
            if tail == "/search" and jira.is_cloud:
                return 410, {"errorMessages": ["The requested API has been removed."]}
            return self._search(json.loads(body)["jql"] if body else query["jql"])
        match = re.fullmatch(r"/attachment/(\d+)", tail)
        if match and method == "DELETE":
            return self._delete(match.group(1))
        match = re.fullmatch(r"/issue/([A-Z]+-\d+)(/.*)?", tail)
        if match and match.group(1) in jira.issues:
            return self._issue(method, jira.issues[match.group(1)], match.group(2) or "", body)
        return 404, {"errorMessages": ["Issue does not exist or you do not have permission to see it."]}

    def _createmeta(self, tail: str) -> tuple[int, Any]:
        if "/ENG/" not in tail:
            return 404, {"errorMessages": ["No project could be found with key."]}
        if tail.endswith("/issuetypes"):
            rows: list[Any] = [{"id": "10004", "name": "Bug"}, {"id": "10001", "name": "Task"}]
            return 200, {"issueTypes" if self.jira.is_cloud else "values": rows, "total": 2}
        rows = [
            {"fieldId": "summary", "name": "Summary", "required": True, "schema": {"type": "string"}},
            {"fieldId": "project", "name": "Project", "required": True, "schema": {"type": "project"}},
            {"fieldId": "issuetype", "name": "Issue Type", "required": True, "schema": {"type": "issuetype"}},
            {"fieldId": "description", "name": "Description", "required": False, "schema": {"type": "string"}},
            {
                "fieldId": "customfield_10050",
                "name": "Severity",
                "required": False,
                "schema": {"type": "option"},
                "allowedValues": [{"id": str(number), "value": f"S{number}"} for number in (1, 2, 3, 4)],
            },
        ]
        if self.jira.has_labels:
            rows.append({"fieldId": "labels", "name": "Labels", "required": False, "schema": {"type": "array"}})
        return 200, {"fields" if self.jira.is_cloud else "values": rows, "total": len(rows)}

    def _create(self, document: dict[str, Any]) -> tuple[int, Any]:
        jira, fields = self.jira, document["fields"]
        jira.bodies.append(document)
        if not jira.has_labels and "labels" in fields:
            return 400, {"errors": {"labels": "Field 'labels' cannot be set. It is not on the appropriate screen."}}
        if len(json.dumps(fields["description"])) > jira.max_description:
            return 400, {"errorMessages": [], "errors": {"description": "zu lang"}}
        key = f"ENG-{len(jira.issues) + 1}"
        properties = {each["key"]: each["value"] for each in document.get("properties", ())}
        jira.issues[key] = Issue(key, fields, properties, time.monotonic())
        return 201, {"id": str(10_000 + len(jira.issues)), "key": key, "self": f"{jira.url}/rest/api/3/issue/{key}"}

    def _search(self, jql: str) -> tuple[int, Any]:
        label = re.search(r'labels = "([^"]+)"', jql)
        now = time.monotonic()
        found = [
            {"key": each.key, "id": each.key, "properties": each.properties}
            for each in self.jira.issues.values()
            if now - each.created >= self.jira.index_delay
            and (label is None or label.group(1) in each.fields.get("labels", ()))
        ]
        return 200, {"issues": found}

    def _issue(self, method: str, issue: Issue, tail: str, body: bytes) -> tuple[int, Any]:
        if tail == "/attachments":
            return self._attach(issue, body)
        if tail.startswith("/properties/"):
            is_new = tail.removeprefix("/properties/") not in issue.properties
            issue.properties[tail.removeprefix("/properties/")] = json.loads(body)
            return (201 if is_new else 200), None
        if tail == "/comment":
            issue.comments.append(json.loads(body)["body"])
            return 201, {"id": "1"}
        if tail == "/remotelink":
            link = json.loads(body)
            issue.links[link["globalId"]] = link["object"]
            return 201, {"id": 1}
        if method == "PUT":
            if not self.jira.has_labels:
                return 400, {"errors": {"labels": "Field 'labels' cannot be set. It is not on the appropriate screen."}}
            added = [each["add"] for each in json.loads(body)["update"]["labels"]]
            issue.fields["labels"] = sorted({*issue.fields.get("labels", ()), *added})
            return 204, None
        fields = {**issue.fields, "attachment": issue.attachments}
        return 200, {"key": issue.key, "id": issue.key, "fields": fields, "properties": issue.properties}

    def _delete(self, id: str) -> tuple[int, Any]:
        if not self.jira.may_delete:
            return 403, {"errorMessages": ["You do not have permission to delete attachments."]}
        for issue in self.jira.issues.values():
            for each in issue.attachments:
                if each["id"] == id:
                    issue.attachments.remove(each)
                    return 204, None
        return 404, None

    def _attach(self, issue: Issue, body: bytes) -> tuple[int, Any]:
        if self.headers.get("X-Atlassian-Token") != "no-check":
            return 403, None
        head = f"Content-Type: {self.headers['Content-Type']}\r\n\r\n".encode()
        message = BytesParser().parsebytes(head + body)
        made = []
        for part in message.get_payload():  # type: ignore[union-attr]
            content = part.get_payload(decode=True)  # type: ignore[union-attr]
            if len(content) > self.jira.upload_limit:
                return 413, None
            name = part.get_filename()  # type: ignore[union-attr]
            record = {"id": str(len(issue.attachments) + 1), "filename": name, "size": len(content)}
            record["sha256"] = hashlib.sha256(content).hexdigest()
            if not (self.jira.deletes_zips and str(name).endswith(".zip")):
                issue.attachments.append(record)
            made.append(record)
        return 200, made


@contextmanager
def running(jira: FakeJira) -> Iterator[FakeJira]:
    """Serve on a free loopback port until the block ends."""
    handler = type("BoundHandler", (Handler,), {"jira": jira})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    jira.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield jira
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
