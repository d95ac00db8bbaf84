"""timeline.jsonl: every event of the case on one corrected clock, for machines and grep.

Enters: the timeline of the assessment. Leaves: one JSON object a line, oldest first. `at` is corrected UTC;
`skew_seconds` is what was subtracted from the recorded time.
"""

from collections.abc import Iterator
from typing import Final

from diagpack.model.escalation import Escalation, Renderer
from diagpack.render._json import compact, utc


class _Timeline:
    id = "timeline"

    def render(self, escalation: Escalation) -> Iterator[tuple[str, bytes]]:
        lines = [
            compact(
                {
                    "at": utc(event.at),
                    "level": event.level,
                    "source": event.source,
                    "text": event.text,
                    "refs": [str(ref) for ref in event.refs],
                    "request_ids": list(event.request_ids),
                    "skew_seconds": event.skew_seconds,
                }
            )
            for event in sorted(escalation.assessment.timeline, key=lambda each: each.at)
        ]
        yield "timeline.jsonl", "".join(f"{line}\n" for line in lines).encode("ascii")


RENDERER: Final[Renderer] = _Timeline()
