"""What redaction is told about one case: the policy and the seeds, from the team profile and `case.yaml`.

Enters: a checked case, settings. Leaves: a `Policy`, `Seeds`, and what filing asks of a review. `collect` and `review`
both come here, so that they judge a word alike.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from diagpack.case.words import words_of
from diagpack.errors import UsageError
from diagpack.model.case import Case
from diagpack.pipeline.settings import Settings
from diagpack.redact.policy import Policy, load_policy
from diagpack.redact.seeds import Seeds


@dataclass(frozen=True, slots=True)
class ReviewRules:
    """Whether filing in Jira asks for a recorded review, and whether by somebody else than who files it."""

    is_required: bool
    needs_second_person: bool


def case_policy(case: Case, settings: Settings) -> Policy:
    """The team's policy with the case's own additions; words a person kept are part of it, and of its hash."""
    section = case.sections.get("policy", {})
    if section and not isinstance(section, Mapping):
        raise UsageError(
            "DP221", "case.yaml policy: this must be a mapping", hint="write `policy: {words: {hide: [one]}}`"
        )
    overrides: dict[str, Any] = dict(section)
    if kept := words_of(case.words, "keep"):
        words = overrides.get("words") or {}
        if not isinstance(words, dict) or not isinstance(words.get("keep") or [], list):
            raise UsageError("DP221", "case: words must be a mapping with lists", hint="edit `policy` in case.yaml")
        overrides["words"] = {**words, "keep": [*(words.get("keep") or []), *kept]}
    return load_policy(settings.profile.policy, overrides)


def case_seeds(case: Case) -> Seeds:
    """What the analyst named, as seeds of discovery."""
    return Seeds(
        people=case.people,
        companies=case.companies,
        domains=case.domains,
        words_hide=words_of(case.words, "hide"),
        words_keep=words_of(case.words, "keep"),
        vendor_ids=case.vendor_ids,
    )


def review_rules(case: Case, settings: Settings) -> ReviewRules:
    """The team's rules; a case may ask for more, never for less."""
    sections = [load_policy(settings.profile.policy).section("review"), case_policy(case, settings).section("review")]
    return ReviewRules(
        is_required=any(each["required"] for each in sections),
        needs_second_person=any(each["second_person"] for each in sections),
    )
