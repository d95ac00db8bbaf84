"""What is not there, and why: every gap of a case is named, none is silent."""

from dataclasses import dataclass
from typing import Final

# Left out on purpose until a person decides: no fault, and no exit code of its own.
DELIBERATE: Final = frozenset({"DP138"})


@dataclass(frozen=True, slots=True)
class Missing:
    """One gap. `label` names the input without evidence in it (`source-3`, an artifact id, a checklist item).

    `name` is the input's file name as the analyst typed it: shown on the analyst's terminal, redacted before it
    reaches a package. `question` is the exact sentence to send to the customer, when there is one. `id` is the
    catalogue id behind it (DP1xx). `is_fault` is False for things left out on purpose (an unapproved image).
    """

    label: str
    reason: str
    question: str = ""
    name: str = ""
    id: str = ""
    is_fault: bool = True
