"""redaction/report.json: how much was replaced, by class, rule and file. Never a value, never a hash of one.

Enters: the redaction report of the escalation. Leaves: one JSON file.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, Final

from diagpack.model.escalation import Escalation, Renderer
from diagpack.model.redacted import RedactionReport
from diagpack.render._json import pretty


def by_class(counts: Mapping[str, int]) -> dict[str, int]:
    """Counts by `class/rule` summed per class, most frequent first."""
    sums: Counter[str] = Counter()
    for name, count in counts.items():
        sums[name.partition("/")[0]] += count
    return dict(sorted(sums.items(), key=lambda each: (-each[1], each[0])))


class _RedactionReport:
    id = "redaction-report"

    def render(self, escalation: Escalation) -> Iterator[tuple[str, bytes]]:
        paths = {each.id: each.package_path for each in escalation.evidence}
        yield "redaction/report.json", pretty(_described(escalation.redaction, paths))


def _described(report: RedactionReport, paths: Mapping[Any, str]) -> dict[str, Any]:
    return {
        "schema": "diagpack.redaction/1",
        "policy_sha256": report.policy_sha256,
        "total": sum(report.counts.values()),
        "by_class": by_class(report.counts),
        "by_rule": dict(sorted(report.counts.items())),
        "by_file": {
            paths.get(artifact, artifact): dict(sorted(counts.items()))
            for artifact, counts in sorted(report.by_artifact.items())
        },
        "withheld": [dict(each) for each in report.withheld],
        "not_searched": dict(sorted(report.not_searched.items())),
        "notes": list(report.notes),
    }


RENDERER: Final[Renderer] = _RedactionReport()
