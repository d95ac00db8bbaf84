"""How a review is shown: one JSON document without values, or a screen.

Enters: a view of redacted evidence; for a terminal also the values, which exist on the screen alone.
"""

from typing import TYPE_CHECKING, Any

from diagpack.cli.output import show

if TYPE_CHECKING:
    from diagpack.pipeline.reviewing import ReviewedArtifact, Values, View

_WIDTH = 200


def view_json(view: "View", *, artifact: str = "", entity: str = "") -> dict[str, Any]:
    """The stable shape: artifacts, free_text, pictures, words, reviews. Redacted text only."""
    return {
        "case": view.case,
        "artifacts": [
            {
                "id": each.id,
                "kind": each.kind,
                "path": each.path,
                "removed": [
                    {
                        "class": removed.entity,
                        "replaced": removed.replaced,
                        "distinct": removed.distinct,
                        "examples": [
                            {"token": one.token, "count": one.count, "place": one.place, "context": one.context}
                            for one in removed.examples
                        ],
                    }
                    for removed in each.removed
                    if entity in ("", removed.entity)
                ],
            }
            for each in view.artifacts
            if artifact in ("", each.id)
        ],
        "free_text": [
            {
                "artifact": each.artifact,
                "place": each.place,
                "label": each.label,
                "text": each.text,
                "suspicious": list(each.words),
            }
            for each in view.free_text
            if artifact in ("", each.artifact)
        ],
        "free_text_omitted": view.omitted,
        "pictures": [
            {
                "id": each.id,
                "source": each.source,
                "width": each.width,
                "height": each.height,
                "blacked_out": each.blacked_out,
            }
            for each in view.pictures
        ],
        "words": dict(view.words),
        "open_decisions": view.open_decisions,
        "required": view.rules.is_required,
        "second_person": view.rules.needs_second_person,
        "reviews": [{"by": each.by, "at": each.at, "digest": each.digest} for each in view.reviews],
    }


def print_view(view: "View", *, artifact: str = "", entity: str = "", values: "Values | None" = None) -> None:
    """The screen: what was removed per file and class, then the texts, then pictures and state."""
    show("Removed")
    for each in view.artifacts:
        if artifact in ("", each.id):
            _print_removed(each, entity, values)
    if not entity:
        _print_texts(view, artifact)
        _print_pictures(view)
    show()
    for review in view.reviews:
        show(f"Reviewed by {review.by} at {review.at}")
    if not view.reviews:
        show("Not reviewed yet" + (", and filing in Jira asks for it" if view.rules.is_required else ""))


def _print_removed(artifact: "ReviewedArtifact", entity: str, values: "Values | None") -> None:
    chosen = [each for each in artifact.removed if entity in ("", each.entity)]
    if not chosen:
        return
    show(f"{artifact.id}  {artifact.path}")
    for removed in chosen:
        distinct = f", {removed.distinct} different" if removed.distinct else ""
        show(f"  {removed.entity:11} {removed.replaced} replaced{distinct}")
        tokens = [each.token for each in removed.examples]
        shown = values.show(artifact.id, removed.entity, tokens) if values is not None else {}
        for each in removed.examples:
            times = f" ({each.count} times)" if each.count > 1 else ""
            show(f"    {each.place:8} {each.context[:_WIDTH]}{times}")
            if values is not None:
                show(f"    {'':8} = {shown[each.token]}" if each.token in shown else f"    {'':8} (not in the map)")


def _print_texts(view: "View", artifact: str) -> None:
    chosen = [each for each in view.free_text if artifact in ("", each.artifact)]
    show()
    show("Written text, suspicious first" if chosen else "Written text: none")
    for each in chosen:
        mark = "!" if each.words else " "
        label = f"{each.label}: " if each.label else ""
        show(f" {mark} [{each.artifact} {each.place}] {label}{each.text}")
        if each.words:
            show(f"     look at: {', '.join(each.words)}")
    if view.omitted:
        show(f"   … {view.omitted} more log lines beside such words (--lines shows more)")


def _print_pictures(view: "View") -> None:
    for each in view.pictures:
        size = f"{each.width} x {each.height}, {each.blacked_out} regions blacked out"
        show(f"Picture {each.id} ({each.source}): {size}; text in it is not redacted")
