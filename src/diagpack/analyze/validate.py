"""Is it fixed? A failing call, looked for in a new capture.

Enters: the exchange that failed and the exchanges of a new redacted capture. Leaves: a verdict with the entries it
rests on. Not a rule: `diagpack validate CASE NEW.har` calls it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from diagpack.model.compare import Verdict, differences, is_same_failure
from diagpack.model.exchange import Exchange
from diagpack.model.failure import classify
from diagpack.model.party import Party


@dataclass(frozen=True, slots=True)
class Validation:
    """`entries` are indexes in the new capture; `sentence` is ready for the ticket."""

    verdict: Verdict
    sentence: str
    entries: tuple[int, ...] = ()
    differences: tuple[str, ...] = ()


def validate(
    failing: Exchange, new: Sequence[Exchange], *, version: str = "", party: Party | None = None
) -> Validation:
    """Compare every call of the same method, host and path template. `version` is the one that was tested."""
    party = party or Party()
    key = failing.method, failing.host, failing.template
    found = [each for each in new if (each.method, each.host, each.template) == key]
    on = f", on {version}" if version else ""
    if not found:
        return Validation(Verdict.NOT_TRIED, f"not tried: the new capture has no such call{on}")
    entries = tuple(each.index for each in found)
    same = [each for each in found if is_same_failure(failing, each)]
    if same:
        return Validation(
            Verdict.REPRODUCED,
            f"reproduced {len(same)} of {len(found)}{on}",
            tuple(each.index for each in same),
            differences(failing, same[0]),
        )
    other = [each for each in found if classify(each, party) is not None]
    if other:
        failure = classify(other[0], party)
        reason = failure.reason if failure is not None else ""
        return Validation(
            Verdict.FAILS_OTHERWISE,
            f"fails otherwise, {len(other)} of {len(found)}: {reason}{on}",
            tuple(each.index for each in other),
            differences(failing, other[0]),
        )
    sentence = f"not reproduced, {len(found)} of {len(found)}{on}"
    return Validation(Verdict.NOT_REPRODUCED, sentence, entries, differences(failing, found[0]))
