"""From paths and pasted text to raw artifacts.

Enters: inputs as the analyst named them. Leaves: artifacts in the raw zone and a named gap for everything that could
not be read. One broken input never stops the others.
"""

import json
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

from diagpack.case.context import RunContext
from diagpack.case.layout import CaseDir
from diagpack.case.store import RawStore
from diagpack.collectors.archives import Limits, expand, is_archive, is_one_capture
from diagpack.collectors.recognise import choose, unknown
from diagpack.errors import CollectError, DiagpackError, PackageError
from diagpack.model.case import Case, Window
from diagpack.model.collector import Collector
from diagpack.model.machine import machine_fault
from diagpack.model.missing import Missing
from diagpack.model.raw import RawArtifact, Source
from diagpack.plugins import discover


@dataclass(frozen=True, slots=True)
class Inputs:
    """What the analyst handed over in this call."""

    paths: tuple[Path, ...] = ()
    notes: tuple[str, ...] = ()
    request_ids: tuple[str, ...] = ()
    answers: dict[str, Any] = field(default_factory=dict)


# Takes apart what a customer's guided collector wrote: path to inner files.
Opener = Callable[[Path], list[tuple[str, bytes]]]


def ingest_all(
    store: RawStore, inputs: Inputs, scratch: Path, *, is_result: Callable[[bytes], bool], opener: Opener
) -> list[Missing]:
    """Put every input into the raw zone, durably, before anything is made of it."""
    missing: list[Missing] = []
    for number, path in enumerate(inputs.paths, start=1):
        try:
            head = _head(path) if path.is_file() else b""
            if is_result(head):
                for name, content in opener(path):
                    store.ingest_bytes(content, name, "guided")
            elif is_archive(head) and is_one_capture(path):
                # The name is what the HAR collector knows a zip by.
                name = path.name if path.name.lower().endswith(".har.zip") else f"{path.name}.har.zip"
                store.ingest_file(path, name=name)
            elif is_archive(head):
                _ingest_archive(store, path, scratch)
            else:
                store.ingest_file(path)
        except (CollectError, PackageError) as problem:
            missing.append(_gap(f"input-{number}", path.name, problem))
        except OSError as problem:
            if machine_fault(problem):
                raise
            reason = problem.strerror or "cannot be read"
            missing.append(Missing(label=f"input-{number}", reason=reason.lower(), name=path.name, id="DP171"))
    typed = [(text, "note", "note") for text in inputs.notes]
    typed += [(identifier.strip(), "request id", "request-id") for identifier in inputs.request_ids]
    for text, name, origin in typed:
        try:
            # What was typed or piped need not be UTF-8: its bytes are taken as they were.
            store.ingest_bytes(text.encode("utf-8", "surrogateescape"), name, origin)
        except CollectError as problem:
            missing.append(_gap(origin, name, problem))
    return missing


def _head(path: Path) -> bytes:
    try:
        with path.open("rb") as stream:
            return stream.read(65536)
    except OSError:
        # The store says in its own words why it cannot be opened.
        return b""


def _ingest_archive(store: RawStore, path: Path, scratch: Path) -> None:
    """Members go through a folder inside the case, which is emptied whatever happens."""
    # A killed run may have left members behind.
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(mode=0o700, parents=True)
    try:
        for member in expand(path, scratch, limits=Limits()):
            store.ingest_file(member.path, name=member.name)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _gap(label: str, name: str, problem: DiagpackError) -> Missing:
    reason = problem.message if not problem.hint else f"{problem.message} ({problem.hint})"
    return Missing(label=label, reason=reason, name=name, id=problem.id)


def collect_all(store: RawStore, case: Case, settings: Any, say: Any) -> tuple[RunContext, list[Missing]]:
    """Run every collector over the whole raw zone, those with needs last."""
    context = store.context(case, settings.now)
    collectors = [
        each.plugin for each in discover("diagpack.collectors", "COLLECTOR", settings.profile.plugins.items())
    ]
    sources, missing = store.sources(), store.lost()
    chosen = [(source, choose(source, collectors)) for source in sources]
    for source, collector in chosen:
        if collector is None:
            missing.append(_gap(source.label, source.name, unknown(source.head())))
    for collector in in_order(collectors):
        own = [source for source, picked in chosen if picked is collector]
        for source in own:
            say(f"reading {source.label} as {collector.id}")
            _collect_one(collector, source, context, missing)
        if set(collector.needs) & set(collector.provides) and len(own) > 1:
            # What it made of a later source may tell it more about an earlier one.
            for source in own:
                again: list[Missing] = []
                _collect_one(collector, source, context, again)
                missing += [each for each in again if each not in missing]
        for artifact in [each for kind in collector.derives_from for each in context.artifacts(kind)]:
            _collect_one(collector, _as_source(artifact), context, missing)
    return context, [*missing, *context.missing_items]


def _as_source(artifact: RawArtifact) -> Source:
    """An artifact read again by a collector that derives from its kind."""
    return Source(
        artifact.id,
        f"{artifact.id}{artifact.suffix}",
        artifact.raw_path,
        artifact.sha256,
        artifact.size_bytes,
        artifact.id,
    )


def _collect_one(collector: Collector, source: Source, context: RunContext, missing: list[Missing]) -> None:
    try:
        for _ in collector.collect(source, context):
            pass
    except CollectError as problem:
        missing.append(_gap(source.label, source.name, problem))
    except Exception as problem:
        if machine_fault(problem):
            raise
        # A collector met something it did not expect. The text of the exception may hold evidence.
        reason = f"the {collector.id} collector failed ({type(problem).__name__})"
        missing.append(Missing(label=source.label, reason=reason, name=source.name, id="DP173"))


def in_order(collectors: Sequence[Collector]) -> list[Collector]:
    """A stable order in which every collector comes after those that provide what it needs or derives from."""
    waiting, ordered = list(collectors), []
    while waiting:
        open_kinds = {kind for each in waiting for kind in each.provides}
        ready = [
            each
            for each in waiting
            if not (set(each.needs) | set(each.derives_from)) & (open_kinds - set(each.provides))
        ]
        # A circle of needs cannot be ordered: take the first, so that every collector runs.
        batch = ready or waiting[:1]
        ordered += batch
        waiting = [each for each in waiting if each not in batch]
    return ordered


# Decisions and settings of the analyst: not what happened. `ner` may be a path of this machine.
_NOT_EVIDENCE: Final = frozenset(
    {"sections", "people", "companies", "domains", "words", "withheld", "approved_images", "ner"}
)


def add_case_artifacts(context: RunContext, folder: CaseDir, case: Case, missing: Sequence[Missing]) -> None:
    """What the analyst wrote, and what is missing, as artifacts: both are evidence and go through the redactor."""
    written = {each.name: _plain(getattr(case, each.name)) for each in fields(case) if each.name not in _NOT_EVIDENCE}
    _add(context, folder, "case", written)
    collected = [{"id": each.id, "kind": each.kind, "source": each.source} for each in context.all_artifacts()]
    gaps = [
        {
            "label": each.label,
            "name": each.name,
            "reason": each.reason,
            "question": each.question,
            "id": each.id,
            "is_fault": each.is_fault,
        }
        for each in missing
    ]
    _add(context, folder, "collection", {"collected": collected, "missing": gaps})


def _add(context: RunContext, folder: CaseDir, kind: str, document: Any) -> None:
    # A fixed source digest keeps the number: there is one such artifact in a case.
    source = Source(kind, f"{kind}.json", folder.yaml, "0" * 64, 0, kind)
    content = json.dumps(document, sort_keys=True, ensure_ascii=False, indent=1).encode()
    context.store(source, kind=kind, media_type="application/json", suffix=".json", folder="case", content=[content])


def _plain(value: Any) -> Any:
    if isinstance(value, Window):
        return {"start": value.start.isoformat(), "end": value.end.isoformat()}
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return value
