from collections.abc import Iterator

from diagpack.analyze.run import analyze
from diagpack.model.evidence import EvidenceSet
from diagpack.model.finding import Certainty, Finding, Level, RuleInfo
from tests.support.evidence import evidence, note


class Finds:
    """A rule that yields findings, then raises when it is told to."""

    def __init__(self, id: str, *levels: Level, boom: str = "") -> None:
        self.info = RuleInfo(id, id, "", {})
        self._levels = levels
        self._boom = boom

    def check(self, evidence: EvidenceSet) -> Iterator[Finding]:
        for level in self._levels:
            yield Finding(f"{self.info.id}.{level.value}", level, Certainty.HINT, "seen")
        if self._boom:
            raise ValueError(self._boom)


def test_errors_come_before_warnings_whatever_the_order_of_the_rules() -> None:
    rules = [Finds("b", Level.WARNING, Level.ERROR), Finds("a", Level.INFO, Level.ERROR)]

    found = [each.id for each in analyze(evidence(note("x")), rules)]

    assert found == ["a.error", "b.error", "b.warning", "a.info"]
    assert found == [each.id for each in analyze(evidence(note("x")), rules[::-1])]


def test_a_rule_that_raises_is_named_and_the_others_still_run() -> None:
    rules = [Finds("broken", Level.ERROR, boom="canary-secret"), Finds("good", Level.WARNING)]

    found = analyze(evidence(note("x")), rules)

    assert [each.id for each in found] == ["broken.error", "good.warning", "rule.failed"]
    assert "broken" in found[-1].statement
    assert "canary" not in repr(found)
