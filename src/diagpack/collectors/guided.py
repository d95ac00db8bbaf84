"""What the customer answered in the guided collector: status, reason and checks of every step.

Enters: the answers JSON of an opened result (the pipeline opens the envelope before; no key is ever read here).
Leaves: one artifact of kind `guided`: `{checklist, language, started, finished, surroundings, network, steps}`; each
step is `{id, kind, title, status, reason, attempts, checks, at}` and what was answered. Unknown fields are dropped.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from diagpack.errors import CollectError
from diagpack.model.collector import CollectContext, Collector
from diagpack.model.raw import RawArtifact, Source

SCHEMA: Final = "diagpack.guided-answers/1"
_MARK: Final = f'"{SCHEMA}"'.encode()
_MOST_BYTES: Final = 4 << 20
_MOST_STEPS: Final = 60
_STATUSES: Final = frozenset({"ok", "warn", "failed", "skipped"})
_LEVELS: Final = frozenset({"ok", "info", "warn", "error"})
_TOP: Final = (
    *("case", "checklist", "language", "started", "finished", "words_hidden", "removed_from_answers"),
    *("surroundings", "network", "received"),
)
_STEP: Final = ("kind", "title", "reason", "attempts", "at", "value", "file", "facts", "removed", "withheld_values")


class Guided:
    """Answers of the guided collector."""

    id: Final = "guided"
    needs: Final[tuple[str, ...]] = ()
    provides: Final = ("guided",)
    derives_from: Final[tuple[str, ...]] = ()

    def recognise(self, head: bytes, name: str) -> float:
        return 1.0 if head[:1] == b"{" and _MARK in head[:400] else 0.0

    def collect(self, source: Source, ctx: CollectContext) -> Iterator[RawArtifact]:
        """Raises CollectError (DP705)."""
        with source.open_raw() as stream:
            data = stream.read(_MOST_BYTES + 1)
        try:
            document = json.loads(data)
            steps = document["steps"]
            if len(data) > _MOST_BYTES or document["schema"] != SCHEMA or not isinstance(steps, list):
                raise ValueError
            kept = {name: document[name] for name in _TOP if name in document}
            kept["steps"] = [_step(each) for each in steps[:_MOST_STEPS]]
        except (ValueError, KeyError, TypeError, RecursionError):
            raise CollectError(
                "DP705", "the answers of the guided collector are damaged", hint="ask the customer to send them again"
            ) from None
        content = json.dumps(kept, ensure_ascii=False, indent=1).encode("utf-8", "backslashreplace")
        yield ctx.store(
            source,
            kind="guided",
            media_type="application/json",
            folder="guided",
            suffix=".json",
            content=[content],
            facts={"steps": len(kept["steps"]), "skipped": _count(kept["steps"], "skipped")},
        )


def _step(step: Mapping[str, Any]) -> dict[str, Any]:
    """One step with known fields only. Raises KeyError, TypeError, ValueError."""
    status = step["status"]
    if status not in _STATUSES or not isinstance(step["id"], str):
        raise ValueError
    checks = [
        {"id": str(each["id"]), "level": each["level"], "data": each.get("data", {})}
        for each in step.get("checks", [])
        if each["level"] in _LEVELS
    ]
    return {"id": step["id"], "status": status, "checks": checks} | {name: step[name] for name in _STEP if name in step}


def _count(steps: list[dict[str, Any]], status: str) -> int:
    return sum(each["status"] == status for each in steps)


COLLECTOR: Final[Collector] = Guided()
