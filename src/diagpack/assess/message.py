"""One ready message to the customer with everything that is still missing.

Enters: judged items, their checklist, the language, the customer's browser, whether sign-in data was found. Leaves: one
text without internal words; empty when there is nothing to ask and nothing to advise.
"""

from collections.abc import Sequence
from typing import Final

from diagpack.assess.texts import text
from diagpack.model.assessment import ItemResult, ItemStatus
from diagpack.model.checklist import Checklist, Item, in_language
from diagpack.model.evidence import EvidenceSet
from diagpack.model.finding import Finding

MAX_REQUESTS: Final = 7
_BROWSERS: Final = {"chrome": "Chrome", "edge": "Edge", "firefox": "Firefox", "safari": "Safari"}
# Classes of the redactor's tally (class/rule) that open a door for whoever holds the value.
_SIGN_IN_CLASSES: Final = frozenset(["secret", "token", "cookie", "password", "session", "key", "credential"])


def customer_message(
    items: Sequence[ItemResult],
    checklist: Checklist,
    *,
    case_id: str,
    language: str,
    browser: str = "",
    has_credentials: bool = False,
) -> str:
    """The message. Required items come first; at most seven, since a longer list is not finished."""
    asked = requests(items, checklist)
    if not asked and not has_credentials:
        return ""
    parts = [text("request", "greeting", language)]
    if asked:
        parts.append(text("request", "intro", language, case=case_id))
        parts += [_request(number, result, item, language, browser) for number, (result, item) in enumerate(asked, 1)]
        parts.append(text("request", "cannot", language))
    if has_credentials:
        parts.append(text("request", "credentials", language))
    parts.append(text("request", "closing", language))
    return "\n\n".join(parts) + "\n"


def requests(items: Sequence[ItemResult], checklist: Checklist) -> list[tuple[ItemResult, Item]]:
    """What is asked: open items for the customer, required ones first."""
    by_id = {each.id: each for each in checklist.items}
    still_open = [
        (each, by_id[each.item])
        for each in items
        if each.status in (ItemStatus.MISSING, ItemStatus.PARTLY)
        and each.item in by_id
        and by_id[each.item].audience == "customer"
    ]
    return sorted(still_open, key=lambda pair: not pair[0].is_required)[:MAX_REQUESTS]


def has_sign_in_data(evidence: EvidenceSet, findings: Sequence[Finding]) -> bool:
    """Whether redaction removed something that opens a door, or a rule found a credential that is still valid."""
    if any("credential" in each.id for each in findings):
        return True
    return any(
        count and not _SIGN_IN_CLASSES.isdisjoint(name.lower().replace("-", "/").split("/"))
        for artifact in evidence
        for name, count in artifact.tally.items()
    )


def _request(number: int, result: ItemResult, item: Item, language: str, browser: str) -> str:
    question = result.question or in_language(item.question, language)
    optional = "" if result.is_required else f" {text('request', 'optional', language)}"
    lines = [f"{number}. {question}{optional}"]
    lines.append(f"   {text('request', 'why', language, why=in_language(item.why, language))}")
    if item.privacy:
        lines.append(f"   {text('request', 'privacy', language, privacy=in_language(item.privacy, language))}")
    lines += _steps(item, language, browser)
    return "\n".join(lines)


def _steps(item: Item, language: str, browser: str) -> list[str]:
    """The steps for the customer's browser, else for the most common one, with a word on the others."""
    if not item.how:
        return []
    wanted = next((name for name in _BROWSERS if name in browser.lower()), "")
    platform = wanted if wanted in item.how else "any" if "any" in item.how else next(iter(item.how))
    steps = item.how[platform].get(language) or item.how[platform].get("en", ())
    if item.kind == "file":
        # Said here and not in the checklist: in the guided collector nobody sends a file as it is.
        steps = (*steps, text("request", "send", language))
    lines = [f"   {letter}) {step}" for letter, step in zip("abcdefghij", steps, strict=False)]
    if platform in _BROWSERS and platform != wanted:
        lines.append(f"   {text('request', 'other_browser', language, browser=_BROWSERS[platform])}")
    return lines
