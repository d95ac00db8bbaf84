"""ticket.md."""

import re

from diagpack.model.assessment import Cited
from diagpack.render.ticket_markdown import LIMIT, RENDERER, body
from tests.render.escalations import escalation
from tests.render.golden import assert_golden
from tests.render.hostile import PAYLOADS, poisoned, rotation


def test_the_realistic_case_reads_as_kept() -> None:
    assert_golden("ticket.md", dict(RENDERER.render(escalation()))["ticket.md"])


def test_it_fits_whatever_the_evidence_holds() -> None:
    huge = (Cited("*_`[" * 100_000),) * 60

    assert len(body(escalation(assessment_changes={"impact": huge, "steps": huge, "actual": huge}))) <= LIMIT


def test_no_line_of_hostile_text_starts_a_block() -> None:
    starts = re.compile(r"# |## |> |>$|\| |\|---|- |\d+\. |```|$")
    for start in range(len(PAYLOADS) // 6):
        source = body(poisoned(rotation(start)))
        outside = re.sub(r"^(`{3,})http\n.*?^\1$", "", source, flags=re.DOTALL | re.MULTILINE)
        for line in outside.splitlines():
            assert starts.match(line) or line.startswith(("First failure: ", "No ", "Not ", "Nothing ")), line
            assert "<" not in re.sub(r"`+.*?`+", "", line)
