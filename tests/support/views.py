"""Views of a ready case for the readiness rules, with parts taken out or changed."""

from dataclasses import replace
from typing import Any

from diagpack.assess.checklists import load_checklists
from diagpack.assess.lint_view import Delivery, LintView
from diagpack.assess.run import assess, make_scene
from diagpack.assess.severity import load_matrix
from diagpack.model.redacted import RedactedArtifact
from tests.support.evidence import case_artifact, case_content, evidence, har, har_entry

CHECKLISTS = load_checklists()
MATRIX = load_matrix()


def capture(**changes: Any) -> RedactedArtifact:
    """A login page and a POST that fails, inside the window of `case_content`."""
    failing: dict[str, Any] = {
        "method": "POST",
        "status": 500,
        "started": "2026-03-03T09:20:02.000Z",
        "response_headers": {"X-Request-Id": "req-7f3a9c21"},
        **changes,
    }
    return har(
        [
            har_entry(0, "https://app.example.com/login", mime="text/html", started="2026-03-03T09:20:00.000Z"),
            har_entry(1, "https://app.example.com/api/session", **failing),
        ]
    )


def ready_case(
    *, answers: dict[str, Any] | None = None, without: tuple[str, ...] = (), **changes: Any
) -> dict[str, Any]:
    """A case that is ready; `answers` are changed, those named in `without` are taken out."""
    content = case_content()
    kept = {**content["answers"], "changed": "since 4.2.0", "api-client": "web", **(answers or {})}
    return {**content, "answers": {name: each for name, each in kept.items() if name not in without}, **changes}


def view(
    case: dict[str, Any] | None = None,
    *artifacts: RedactedArtifact,
    delivery: Delivery | None = None,
) -> LintView:
    """The view that `assess` gives to the rules."""
    case = case or ready_case()
    found = evidence(*(artifacts or (capture(),)), case_artifact(case))
    assessment = assess(case=case, evidence=found, findings=(), checklists=CHECKLISTS, matrix=MATRIX)
    scene = make_scene(case, found, (), {})
    return LintView(case, found, assessment, tuple(scene.exchanges), delivery)


def with_assessment(given: LintView, **changes: Any) -> LintView:
    """The same view with parts of the assessment replaced."""
    return replace(given, assessment=replace(given.assessment, **changes))
