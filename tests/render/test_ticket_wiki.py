"""ticket.wiki.txt."""

import re

from diagpack.model.assessment import Cited
from diagpack.render.ticket_wiki import LIMIT, RENDERER, body
from tests.render.escalations import escalation
from tests.render.golden import assert_golden
from tests.render.hostile import PAYLOADS, poisoned, rotation


def test_the_realistic_case_reads_as_kept() -> None:
    assert_golden("ticket.wiki.txt", dict(RENDERER.render(escalation()))["ticket.wiki.txt"])


def test_it_fits_whatever_the_evidence_holds() -> None:
    huge = (Cited("*_{[" * 100_000),) * 60

    assert len(body(escalation(assessment_changes={"impact": huge, "steps": huge, "actual": huge}))) <= LIMIT


def test_hostile_evidence_opens_no_macro_and_no_link() -> None:
    for start in range(len(PAYLOADS) // 6):
        source = body(poisoned(rotation(start)))
        outside = re.sub(r"\{noformat\}\n.*?\n\{noformat\}", "", source, flags=re.DOTALL)
        macros = re.findall(r"(?<!\\)\{([^}]*)\}", outside)

        assert macros == ["info", "info"]
        assert not re.findall(r"(?<!\\)\[|(?<!\\)!|://", outside)
        for line in outside.splitlines():
            assert re.match(r"h2\. [A-Z]|\*|#|\|\||\||\{|First failure: |No|$", line), line
