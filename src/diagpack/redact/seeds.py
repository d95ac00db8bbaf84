"""What the case file says about people, companies and words, before any evidence is read.

Enters: lists from `case.yaml` and the policy. Leaves: learned values, and the settings of the text detectors.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from diagpack.redact.keep_words import check_keep_words
from diagpack.redact.learned import Learned
from diagpack.redact.policy import Policy, added_names, keeping

if TYPE_CHECKING:
    from diagpack.redact.detect import TextDetectors
    from diagpack.redact.spans import Detector


@dataclass(frozen=True, slots=True, repr=False)
class Seeds:
    """Values the analyst named. `vendor_ids`: a field name, a literal with `*`, or `/regex/` whose values stay."""

    people: tuple[str, ...] = ()
    companies: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()
    words_hide: tuple[str, ...] = ()
    words_keep: tuple[str, ...] = ()
    vendor_ids: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return "Seeds(…)"


def plant(seeds: Seeds, learned: Learned) -> None:
    """Teach the values of the case file. Words to hide are taken as they are, however short."""
    for person in seeds.people:
        learned.learn(person, "email" if "@" in person else "name")
        learned.plant(person, "name")
    for company in seeds.companies:
        learned.plant(company, "company")
    for domain in seeds.domains:
        # Hosts stay by default; a domain that was named as the customer's own goes as the company it stands for, and
        # the labels in front of it stay.
        learned.plant(domain.lower().lstrip("*."), "company")
    for host in learned.policy.hidden_hosts:
        # Goes whole, by its own detector; a pattern with `*` inside cannot be searched for elsewhere.
        if "*" not in (name := host.lower().removeprefix("*.").strip(".")):
            learned.plant(name, "host")
    for word in (*seeds.words_hide, *learned.policy.words("hide")):
        learned.plant(word, "word")


def policy_of(policy: Policy, seeds: Seeds) -> Policy:
    """The policy with the vendor ids and the words to keep of this case. Raises UsageError (DP232)."""
    if seeds.words_keep:
        check_keep_words(policy, seeds.words_keep, seeds.words_hide)
    return keeping(policy, vendor_id_names(policy, seeds), seeds.words_keep)


def detectors_for(policy: Policy, seeds: Seeds, extra: Sequence["Detector"] = ()) -> "TextDetectors":
    """The text detectors with the settings of this policy and case."""
    from diagpack.redact.detect import TextDetectors

    return TextDetectors.load(
        vendor_ids=vendor_ids(policy, seeds),
        keep_hosts=tuple(policy.section("hosts")["keep"]),
        classes=dict(policy.section("classes")),
        extra=tuple(extra),
        hide_hosts=policy.hidden_hosts,
        private_ip=str(policy.data["private_ip"]),
        national_ids=dict(policy.section("national_ids")),
        keys=added_names(policy),
    )


def vendor_ids(policy: Policy, seeds: Seeds) -> tuple[str, ...]:
    """Names, literals and `/patterns/` of the vendor's own ids, in one list."""
    section = policy.section("vendor_ids")
    patterns = tuple(f"/{each}/" for each in section["patterns"])
    return (*section["names"], *patterns, *seeds.vendor_ids)


def vendor_id_names(policy: Policy, seeds: Seeds) -> frozenset[str]:
    """Field names whose values are vendor ids, squeezed."""
    named = (each for each in vendor_ids(policy, seeds) if re.fullmatch(r"[A-Za-z_.\- ]+", each))
    return frozenset(each.lower().translate(str.maketrans("", "", "-_. ")) for each in named)


def vendor_id_patterns(policy: Policy, seeds: Seeds) -> list[str]:
    """RE2 patterns that match a whole vendor id."""
    patterns = []
    for each in vendor_ids(policy, seeds):
        if len(each) > 2 and each[0] == each[-1] == "/":
            patterns.append(each[1:-1])
        elif "*" in each or any(character.isdigit() for character in each):
            patterns.append(re.escape(each).replace(r"\*", "[A-Za-z0-9_-]*"))
    return patterns
