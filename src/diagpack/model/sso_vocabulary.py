"""Every finding the SSO collector can make, in words: level, title, what it means, whom to ask, where that is written.

Enters: `sso_vocabulary.json`, which ships beside this module. Leaves: one mapping by finding id, used by the
collector (to fill its findings) and by the rule that lifts them out of redacted artifacts (to explain them).
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Entry:
    """One row. `level` is the usual one; a check may give another where the circumstances call for it."""

    level: str
    title: str
    means: str
    ask: str
    source: str


@cache
def vocabulary() -> Mapping[str, Entry]:
    """Finding id to entry, read once."""
    text = resources.files("diagpack.model").joinpath("sso_vocabulary.json").read_text(encoding="utf-8")
    return MappingProxyType({id: Entry(*row) for id, row in json.loads(text).items()})
