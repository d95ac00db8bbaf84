"""From paths and pasted text to raw artifacts.

Enters: inputs as the analyst named them. Leaves: artifacts in the raw zone and a named gap for everything that could
not be read. One broken input never stops the others.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from diagpack.case.context import RunContext
from diagpack.case.store import RawStore
from diagpack.collectors.archives import Limits, expand, is_archive
from diagpack.collectors.recognise import choose, describe_unknown
from diagpack.errors import CollectError
from diagpack.model.case import Case
from diagpack.model.collector import Collector
from diagpack.model.missing import Missing
from diagpack.model.raw import Source
from diagpack.plugins import discover


@dataclass(frozen=True, slots=True)
class Inputs:
    """What the analyst handed over in this call."""

    paths: tuple[Path, ...] = ()
    notes: tuple[str, ...] = ()
    request_ids: tuple[str, ...] = ()
    answers: dict[str, Any] = field(default_factory=dict)


def ingest_all(store: RawStore, inputs: Inputs, say: Any) -> list[Missing]:
    """Put every input into the raw zone, durably, before anything is made of it."""
    missing: list[Missing] = []
    for number, path in enumerate(inputs.paths, start=1):
        try:
            if path.is_file() and is_archive(_head(path)):
                missing += _ingest_archive(store, path)
            else:
                store.ingest_file(path)
        except CollectError as problem:
            missing.append(_gap(f"input-{number}", path.name, problem))
        except OSError as problem:
            reason = problem.strerror or "cannot be read"
            missing.append(Missing(label=f"input-{number}", reason=reason.lower(), name=path.name, id="DP101"))
    for text in inputs.notes:
        store.ingest_bytes(text.encode(), "note", "note")
    for identifier in inputs.request_ids:
        store.ingest_bytes(identifier.strip().encode(), "request id", "request-id")
    return missing


def _head(path: Path) -> bytes:
    with path.open("rb") as stream:
        return stream.read(65536)


def _ingest_archive(store: RawStore, path: Path) -> list[Missing]:
    missing: list[Missing] = []
    with store.scratch() as folder:
        for member in expand(path, folder, limits=Limits()):
            if member.problem is not None:
                missing.append(_gap(f"member-{member.number}", member.name, member.problem))
            else:
                store.ingest_file(member.path, name=member.name)
    return missing


def _gap(label: str, name: str, problem: CollectError) -> Missing:
    reason = problem.message if not problem.hint else f"{problem.message} ({problem.hint})"
    return Missing(label=label, reason=reason, name=name, id=problem.id)


def collect_all(store: RawStore, case: Case, settings: Any, say: Any) -> tuple[RunContext, list[Missing]]:
    """Run every collector over the whole raw zone, those with needs last."""
    context = store.context(case, settings.now)
    collectors = [each.plugin for each in discover("diagpack.collectors", "COLLECTOR", settings.profile.plugins)]
    sources, missing = store.sources_and_gaps()
    chosen = [(source, choose(source, collectors)) for source in sources]
    for source, collector in chosen:
        if collector is None:
            missing.append(Missing(label=source.label, reason=describe_unknown(source), name=source.name, id="DP102"))
    for collector in in_order(collectors):
        for source, picked in chosen:
            if picked is collector:
                say(f"reading {source.label} as {collector.id}")
                _collect_one(collector, source, context, missing)
        for artifact in [each for kind in collector.derives_from for each in context.artifacts(kind)]:
            _collect_one(collector, context.as_source(artifact), context, missing)
    return context, [*missing, *context.missing_list()]


def _collect_one(collector: Collector, source: Source, context: RunContext, missing: list[Missing]) -> None:
    try:
        for _ in collector.collect(source, context):
            pass
    except CollectError as problem:
        missing.append(_gap(source.label, source.name, problem))
    except Exception as problem:
        # A collector met something it did not expect. The text of the exception may hold evidence.
        reason = f"the {collector.id} collector failed ({type(problem).__name__})"
        missing.append(Missing(label=source.label, reason=reason, name=source.name, id="DP103"))


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
