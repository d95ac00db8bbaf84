"""Steps to reproduce, drafted from what the user did in the capture.

Enters: the scene and the first failure. Leaves: sentences in order, each citing its entry; the first states where one
starts. They are proposed. Steps that the analyst wrote in the case replace the draft.
"""

import re
from collections.abc import Sequence
from typing import Final
from urllib.parse import urlsplit

from diagpack.assess.conditions import Scene, answers_of, case_refs
from diagpack.assess.severity import confirmed_by
from diagpack.assess.view import Call, short
from diagpack.model.assessment import Cited

MAX_STEPS: Final = 15
_CHANGES: Final = ("POST", "PUT", "PATCH", "DELETE")
# What a page reports by itself.
_TELEMETRY: Final = re.compile(
    r"event|metric|telemetry|analytics|beacon|track|/logs?\b|heartbeat|graphql", re.IGNORECASE
)


def steps(scene: Scene, failing: Call | None) -> tuple[Cited, ...]:
    """The analyst's steps, else the draft."""
    written = answers_of(scene).get("steps")
    if isinstance(written, list | tuple) and written:
        is_proposed = not confirmed_by(scene.case, "steps")
        return tuple(
            Cited(short(str(each), 500), case_refs(scene.evidence, f"/answers/steps/{index}"), is_proposed)
            for index, each in enumerate(written)
        )
    return draft(scene.exchanges, failing)


def draft(exchanges: Sequence[Call], failing: Call | None) -> tuple[Cited, ...]:
    """Pages opened, forms sent, calls that failed, up to the first failure."""
    calls = [each for each in exchanges if not each.is_replay and each.ref.artifact.startswith("har")]
    if failing is not None and failing in calls:
        calls = calls[: calls.index(failing) + 1]
    pages = [each for each in calls if each.resource == "document" and each.method == "GET"]
    calls = [each for each in calls if _is_step(each, failing)]
    if not calls:
        return ()
    # One starts where the user did, even when that page only redirected.
    first_page = next((each for each in pages if each.ref.artifact == calls[0].ref.artifact), calls[0])
    if first_page is not calls[0]:
        calls = [first_page, *calls]
    shown = calls if len(calls) <= MAX_STEPS else [*calls[: MAX_STEPS - 2], *calls[-2:]]
    start = shown[0]
    first = Cited(f"Start: a new private window at {_address(start)}", (start.ref,), True)
    rest = [_step(each, is_failing=each is failing) for each in shown if each is not start or each is failing]
    return (first, *rest)


def _is_step(each: Call, failing: Call | None) -> bool:
    """Navigation, form posts and changes that the user made; a page reached by a redirect is no step of its own."""
    if each is failing:
        return True
    if each.resource != "document":
        return each.is_first_party and each.method in _CHANGES and not _TELEMETRY.search(each.path)
    return each.method == "POST" or 200 <= each.status < 300 or each.status == 0


def _step(each: Call, *, is_failing: bool) -> Cited:
    if each.method == "POST" and each.resource == "document":
        fields = f" ({', '.join(short(name, 40) for name in each.posted[:6])})" if each.posted else ""
        text = f"Submit the form to {_address(each)}{fields}"
    elif each.resource == "document":
        text = f"Open {_address(each)}"
    else:
        text = f"The page calls {each.method} {_address(each)}"
    if is_failing:
        # What is only slow has no failure of its own.
        text += f": {each.failure}" if each.failure else f": it takes {each.duration_ms / 1000:.1f} s"
    return Cited(text, (each.ref,), True)


def _address(each: Call) -> str:
    """The address without query and fragment: what one types again, nothing that belongs to one session."""
    try:
        parts = urlsplit(each.url)
    except ValueError:
        return short(each.url, 120)
    return short(f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path or '/'}", 200)
