"""Small HARs, a context for collectors and redacted artifacts, made in tests."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from diagpack.collectors.har.collector import COLLECTOR as HAR
from diagpack.model._seal import Sealer
from diagpack.model.case import Window
from diagpack.model.evidence import EvidenceSet
from diagpack.model.raw import RawArtifact, Source
from diagpack.model.redacted import RedactedArtifact, describe
from diagpack.model.ref import ArtifactId

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def har_entry(
    url: str = "https://app.example.com/api/orders",
    *,
    status: int = 200,
    method: str = "GET",
    seconds: float = 0.0,
    body: str | None = '{"ok":true}',
    mime: str = "application/json",
    request_headers: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
    kind: str = "fetch",
    skew: float = 0.0,
    post: str | None = None,
    **more: Any,
) -> dict[str, Any]:
    """One entry as Chrome writes it. `skew` is how far the recording clock is ahead of the server's."""
    moment = START + timedelta(seconds=seconds)
    stamp = (moment - timedelta(seconds=skew)).strftime("%a, %d %b %Y %H:%M:%S GMT")
    content: dict[str, Any] = {"size": len(body or ""), "mimeType": mime}
    if body is not None:
        content["text"] = body
    request: dict[str, Any] = {
        "method": method,
        "url": url,
        "httpVersion": "http/2.0",
        "cookies": [],
        "headers": [{"name": name, "value": value} for name, value in (request_headers or {}).items()],
        "queryString": [],
        "headersSize": -1,
        "bodySize": 0,
    }
    if post is not None:
        request["postData"] = {"mimeType": "application/json", "text": post}
    return {
        "startedDateTime": moment.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "time": 40.0,
        "request": request,
        "response": {
            "status": status,
            "statusText": "",
            "httpVersion": "http/2.0",
            "cookies": [],
            "headers": [
                {"name": name, "value": value} for name, value in {"date": stamp, **(headers or {})}.items() if value
            ],
            "content": content,
            "redirectURL": "",
            "headersSize": -1,
            "bodySize": -1,
        },
        "cache": {},
        "timings": {"send": 1, "wait": 30, "receive": 9},
        "pageref": "page_1",
        "_resourceType": kind,
        **more,
    }


def har(*entries: Any, **log: Any) -> dict[str, Any]:
    """A HAR around entries."""
    page = {"startedDateTime": START.isoformat(), "id": "page_1", "title": "Orders", "pageTimings": {}}
    made = {"version": "1.2", "creator": {"name": "WebInspector", "version": "537.36"}, "pages": [page]}
    return {"log": {**made, "entries": list(entries), **log}}


def written(path: Path, content: Any) -> Path:
    """Write a HAR (or bytes, or text) to a file."""
    if isinstance(content, str):
        content = content.encode()
    path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    return path


def source(path: Path, *, label: str = "source-1", name: str = "", origin: str = "file") -> Source:
    """A file as the case room hands it to a collector."""
    content = path.read_bytes()
    return Source(label, name or path.name, path, hashlib.sha256(content).hexdigest(), len(content), origin)


class Context:
    """A collect context that writes to one folder."""

    def __init__(self, folder: Path, *, window: Window | None = None, **sections: Mapping[str, Any]) -> None:
        self._folder = folder
        self._sections = sections
        self._made: list[RawArtifact] = []
        self.gaps: list[tuple[str, str, str]] = []
        self.window = window
        self.now = START

    def section(self, name: str) -> Mapping[str, Any]:
        return self._sections.get(name, {})

    def artifacts(self, kind: str) -> list[RawArtifact]:
        return [each for each in self._made if each.kind == kind]

    def request_ids(self) -> tuple[str, ...]:
        return ()

    def store(
        self,
        source: Source,
        *,
        kind: str,
        media_type: str,
        suffix: str,
        folder: str = "",
        content: Iterable[bytes] | None = None,
        facts: Mapping[str, Any] | None = None,
        part: str = "",
    ) -> RawArtifact:
        data = b"".join(content) if content is not None else source.raw_path.read_bytes()
        number = 1 + len(self.artifacts(kind))
        path = self._folder / f"{kind}-{number}{suffix}"
        path.write_bytes(data)
        made = RawArtifact(
            id=ArtifactId(f"{kind}-{number}"),
            kind=kind,
            media_type=media_type,
            folder=folder or kind,
            suffix=suffix,
            path=path,
            sha256=hashlib.sha256(data).hexdigest(),
            size_bytes=len(data),
            source=source.label,
            facts=facts or {},
        )
        self._made.append(made)
        return made

    def missing(self, source: Source, id: str, reason: str, *, question: str = "") -> None:
        self.gaps.append((id, reason, question))


def redacted(folder: Path, id: str, kind: str, media_type: str, content: bytes, facts: Any = None) -> RedactedArtifact:
    """An artifact sealed as the redactor would; the content is taken as it is."""
    path = folder / f"{id}.redacted"
    path.write_bytes(content)
    values: dict[str, Any] = {
        "id": ArtifactId(id),
        "kind": kind,
        "media_type": media_type,
        "folder": kind,
        "suffix": ".json",
        "sha256": hashlib.sha256(content).hexdigest(),
        "size_bytes": len(content),
        "facts": facts or {},
        "tally": {},
        "policy_sha256": "0" * 64,
    }
    return RedactedArtifact(path=path, seal=Sealer(bytes(32)).seal(describe(**values)), **values)


def evidence_of(folder: Path, *hars: Any, hosts: Iterable[str] = (), **case: Any) -> EvidenceSet:
    """An evidence set: each HAR through the collector, then taken as redacted."""
    return EvidenceSet(list(_artifacts(folder, hars, tuple(hosts), case)))


def _artifacts(
    folder: Path, hars: Iterable[Any], hosts: tuple[str, ...], case: dict[str, Any]
) -> Iterator[RedactedArtifact]:
    for number, each in enumerate(hars, 1):
        path = written(folder / f"source-{number}.har", each)
        context = Context(folder, environment={"hosts": list(hosts)})
        made = next(iter(HAR.collect(source(path), context)))
        content = made.raw_path.read_bytes()
        yield redacted(folder, f"har-{number}", "har", made.media_type, content, dict(made.raw_facts))
    environment = {"hosts": list(hosts), **case.pop("environment", {})}
    yield redacted(
        folder, "case-1", "case", "application/json", json.dumps({"environment": environment, **case}).encode()
    )
