"""The readiness rules that block: E01 to E18.

Enters: a `LintView`. Leaves: from each rule what is not met, in one line, or an empty text. A message names places and
counts, never a value from the evidence.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from diagpack.assess.lint_view import LintView, normal
from diagpack.model.assessment import Outcome

_PERSONAL: Final = re.compile(r"@[\w-]+\.\w|\bdp-(?:name|person|email|company|org|phone|user)-", re.ASCII)
_GENERIC: Final = frozenset(
    """
    a an the is are it we our in on of problem problems issue issues error bug help please urgent not working broken
    """.split()
)
_START: Final = re.compile(
    r"https?://|\bstart|\bsigned (?:in|out)|\blogged (?:in|out)|\brole\b|\bas an? |\bprivate window|\bopen |\bon the |"
    r"\bat the |\bgiven |\bmit rolle|\babgemeldet|\bangemeldet|\bals\b|\böffne|\bouvr|\bconnecté|\babrir|\bdéconnect",
    re.IGNORECASE,
)
_N_OF_M: Final = re.compile(r"\b\d+\s*(?:of|/|out of|von|sur|de|／|回中)\s*\d+", re.IGNORECASE)
_NONE_FOUND: Final = re.compile(r"none found|keine gefunden|aucun|ninguno|なし", re.IGNORECASE)
_OTHER_THAN_CASE: Final = ("case-", "collection-")
_NEEDS_REASON: Final = (
    Outcome.CUSTOMER_CONFIGURATION,
    Outcome.THIRD_PARTY,
    Outcome.KNOWN_ISSUE,
    Outcome.INTENDED,
)


def e01(view: LintView) -> str:
    title = str(view.case.get("title") or "")
    if not 20 <= len(title) <= 120:
        return f"the summary has {len(title)} characters; 20 to 120 are needed"
    if "\n" in title or "\r" in title:
        return "the summary has more than one line"
    if _PERSONAL.search(title):
        return "the summary holds a name, address or customer"
    if len([each for each in normal(title).split() if each not in _GENERIC]) < 3 and title.isascii():
        return "the summary does not say what fails and how"
    return ""


def e02(view: LintView) -> str:
    steps = view.assessment.steps
    if len(steps) < 2:
        return f"{len(steps)} steps; at least 2 are needed"
    return (
        "" if _START.search(steps[0].text) else "the first step does not say where one starts (address, role or state)"
    )


def e03(view: LintView) -> str:
    return "" if view.assessment.expected else "the expected behaviour is missing"


def e04(view: LintView) -> str:
    actual, expected = view.assessment.actual, view.assessment.expected
    if not actual:
        return "the actual behaviour is missing"
    if expected and normal(actual[0].text) == normal(expected.text):
        return "actual and expected behaviour say the same"
    return ""


def e05(view: LintView) -> str:
    refs = [ref for each in view.assessment.actual for ref in each.refs]
    if any(not ref.artifact.startswith(_OTHER_THAN_CASE) and view.evidence.resolve(ref) for ref in refs):
        return ""
    return "the actual behaviour cites no evidence"


def e06(view: LintView) -> str:
    severity = view.assessment.severity
    missing = [each for each in ("function", "scope", "workaround") if view.stated(each) in (None, "")]
    if not severity.level or missing:
        return f"the severity lacks {', '.join(missing) or 'a level'}"
    if severity.proposed_level and severity.level != severity.proposed_level and not severity.override_reason:
        return "the severity differs from the matrix without a reason"
    return ""


def e07(view: LintView) -> str:
    numbers = [view.section("severity").get(each) for each in ("users", "tenants", "users_share", "deadline")]
    if any(each not in (None, "", 0) for each in numbers) or re.search(r"\d", view.answer("impact")):
        return ""
    return "the impact has no number (users, tenants, money or date)"


def e08(view: LintView) -> str:
    known = {name.replace(" ", "_") for name in view.assessment.environment}
    missing = [] if known & {"product_version", "build", "version"} else ["product version"]
    missing += [] if known & {"region", "tenant"} else ["region or tenant"]
    if view.evidence.of_kind("har"):
        missing += [each for each in ("browser", "os") if each not in known]
    missing += [] if view.window() else ["window with time zone"]
    return f"unknown: {', '.join(missing)}" if missing else ""


def e09(view: LintView) -> str:
    window = view.window() is not None
    missing = [each for each in ("first_seen", "last_seen") if not (window or view.answer(each))]
    return f"{' and '.join(each.replace('_', ' ') for each in missing)} missing" if missing else ""


def e10(view: LintView) -> str:
    reproduced = view.assessment.reproduced
    if reproduced is not None and _N_OF_M.search(reproduced.text):
        return ""
    return "how often it happens is not given as n of m"


def e11(view: LintView) -> str:
    stated = view.answer("request-id") or view.answer("request_ids")
    if view.assessment.first_failure_request_ids or any(each.is_failing for each in view.assessment.request_ids):
        return ""
    if _NONE_FOUND.search(stated):
        return ""
    return "no request or trace ID of the failure, and no `none found`"


def e12(view: LintView) -> str:
    policies = {each.policy_sha256 for each in view.evidence}
    if not policies:
        return "there is no redacted evidence"
    if len(policies) > 1 or "" in policies:
        return "the evidence was redacted with different policies"
    open_points = view.delivery.unresolved if view.delivery else 0
    return f"{open_points} points of the redaction are unresolved" if open_points else ""


def e13(view: LintView) -> str:
    if view.delivery is None:
        return ""
    if view.delivery.is_signature_valid is False:
        return "the package's signature does not verify"
    return "the ticket names another digest than the package has" if view.delivery.is_digest_equal is False else ""


def e14(view: LintView) -> str:
    names = view.delivery.oversized if view.delivery else ()
    return f"too large for the tracker: {', '.join(names)}" if names else ""


def e15(view: LintView) -> str:
    if view.delivery is None:
        return ""
    if view.delivery.description_chars > view.delivery.description_limit:
        return f"the description has {view.delivery.description_chars} of {view.delivery.description_limit} characters"
    return "the description is not valid for the tracker" if view.delivery.is_body_valid is False else ""


def e16(view: LintView) -> str:
    missing = [word for name, word in (("ask", "the ask"), ("needed_by", "its date")) if not view.answer(name)]
    return f"{' and '.join(missing)} missing" if missing else ""


def e17(view: LintView) -> str:
    """What is a draft until a person confirms it."""
    found = view.assessment
    drafts: list[tuple[str, bool]] = [
        ("steps", any(each.is_proposed for each in found.steps)),
        ("expected", bool(found.expected and found.expected.is_proposed)),
        ("actual", bool(found.actual) and not _is_confirmed(view, "actual")),
        ("severity", not found.severity.is_confirmed),
        ("disposition", not found.disposition.is_confirmed),
    ]
    still_open = [name for name, is_draft in drafts if is_draft and not _is_confirmed(view, name)]
    return f"still proposed, nobody has confirmed: {', '.join(still_open)}" if still_open else ""


def e18(view: LintView) -> str:
    disposition = view.assessment.disposition
    reason = view.section("disposition").get("escalate_reason") or (view.delivery.reason if view.delivery else "")
    if disposition.outcome not in _NEEDS_REASON or reason:
        return ""
    return f"this looks like {disposition.outcome.value}; there is no reason to escalate it"


def _is_confirmed(view: LintView, part: str) -> bool:
    entry: Any = view.section("confirmed").get(part)
    return isinstance(entry, Mapping) and bool(entry.get("by"))


ERRORS: Final[Mapping[str, Callable[[LintView], str]]] = {
    "E01": e01,
    "E02": e02,
    "E03": e03,
    "E04": e04,
    "E05": e05,
    "E06": e06,
    "E07": e07,
    "E08": e08,
    "E09": e09,
    "E10": e10,
    "E11": e11,
    "E12": e12,
    "E13": e13,
    "E14": e14,
    "E15": e15,
    "E16": e16,
    "E17": e17,
    "E18": e18,
}
