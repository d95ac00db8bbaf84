"""What a verdict about clocks says, in words.

Enters: a `model.clocks.Verdict`. Leaves: one statement of facts, what it means, and whom to ask. Where no majority of
independent clocks exists the words say that it cannot be told, and what would decide it.
"""

from collections.abc import Sequence
from typing import Final

from diagpack.model.clocks import PRODUCT, Verdict, Witness, is_browser
from diagpack.model.ref import EvidenceRef

_NAMED: Final = 3
_CUSTOMER_ASK: Final = (
    "Administrator of the customer: switch on time synchronisation (NTP) on {names}, compare with an exact clock, then "
    "try again."
)
_PRODUCT_ASK: Final = "Operations: is time synchronisation (NTP) running on {names}? Since when is it off?"
_OPEN_ASK: Final = (
    "Both sides: how far is the clock of {names} from exact time (`chronyc tracking`, `w32tm /stripchart`)?"
)


def statement(verdict: Verdict) -> str:
    """Which clocks are how far apart, and whether it can be told which is wrong; no full stop."""
    if verdict.wrong:
        off = _distance(verdict.wrong, verdict.right)
        verb = "is" if len(verdict.wrong) == 1 else "are"
        return f"{_sentence_case(names(verdict.wrong))} {verb} {off} {names(verdict.right)}, which agree"
    first, last = verdict.apart[0], verdict.apart[-1]
    return (
        f"{_sentence_case(names(first))} {'is' if len(first) == 1 else 'are'} {_distance(first, last)} {names(last)}; "
        "no independent clock agrees with either, so it cannot be told which of them is wrong"
    )


def ask(verdict: Verdict) -> str:
    """Whom to ask what."""
    if not verdict.wrong:
        return _OPEN_ASK.format(names=_bare([group[0] for group in verdict.apart], " and of "))
    template = _PRODUCT_ASK if PRODUCT in verdict.parties else _CUSTOMER_ASK
    return template.format(names=_bare(verdict.wrong, " and "))


def refs(verdict: Verdict) -> tuple[EvidenceRef, ...]:
    """One place for each clock."""
    every = (*verdict.wrong, *verdict.right, *(each for group in verdict.apart for each in group))
    return tuple(dict.fromkeys(ref for each in every for ref in each.refs[:1]))


def seconds_apart(verdict: Verdict) -> float:
    """How far the wrong clocks, or the two outermost groups, are apart."""
    if verdict.wrong:
        return abs(_middle(verdict.wrong) - _middle(verdict.right))
    return abs(_middle(verdict.apart[-1]) - _middle(verdict.apart[0])) if verdict.apart else 0.0


def names(found: Sequence[Witness]) -> str:
    """`the browser, idp.example.com and log-1`; each server's clock with the number of answers it stands on."""
    found = _ordered(found)
    shown = [_counted(each) for each in found[:_NAMED]]
    if len(found) > _NAMED:
        shown.append(f"{len(found) - _NAMED} more")
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"


def _bare(found: Sequence[Witness], last: str) -> str:
    """The machines themselves: `the computer of the browser and idp.example.com`."""
    shown = ["the computer used" if is_browser(each) else each.name for each in _ordered(found)[:_NAMED]]
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])}{last}{shown[-1]}"


def _ordered(found: Sequence[Witness]) -> list[Witness]:
    """The browser first, then the product, then others."""
    return sorted(found, key=lambda each: (not is_browser(each), each.party != PRODUCT, each.name.startswith("log-")))


def _counted(each: Witness) -> str:
    if is_browser(each):
        return each.name
    if each.name.startswith("log-"):
        return f"the server's log {each.name}"
    return f"{each.name} ({each.samples} Date header{'s' if each.samples > 1 else ''})"


def _distance(these: Sequence[Witness], those: Sequence[Witness]) -> str:
    off = _middle(these) - _middle(those)
    amount = f"{round(abs(off) / 60, 1):g} min" if abs(off) >= 60 else f"{round(abs(off))} s"
    return f"{amount} {'ahead of' if off > 0 else 'behind'}"


def _middle(found: Sequence[Witness]) -> float:
    ordered = sorted(each.ahead_seconds for each in found)
    return ordered[len(ordered) // 2]


def _sentence_case(text: str) -> str:
    return f"The {text[4:]}" if text.startswith("the ") else text
