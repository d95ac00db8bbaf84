"""What a rule concludes, with the evidence it rests on."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Protocol

from diagpack.model.evidence import EvidenceSet
from diagpack.model.ref import EvidenceRef


class Level(Enum):
    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


class Certainty(Enum):
    """How sure: from the evidence alone, against the given configuration, or a hint to follow up."""

    PROVEN = "proven"
    CONFIG = "config"
    HINT = "hint"


@dataclass(frozen=True, slots=True)
class Finding:
    """One conclusion. `statement` says what is so (with figures), `means` what that means, `ask` whom to ask what.

    `rank` orders findings of one level: lower is shown first. `data` is machine-readable detail.
    """

    id: str
    level: Level
    certainty: Certainty
    statement: str
    refs: tuple[EvidenceRef, ...] = ()
    means: str = ""
    ask: str = ""
    source: str = ""
    rank: int = 50
    data: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.certainty is Certainty.PROVEN and not self.refs:
            raise ValueError(f"{self.id}: a proven finding needs a citation")


@dataclass(frozen=True, slots=True)
class RuleInfo:
    """What `diagpack explain` shows of a rule. `findings` maps each finding id it can make to one sentence."""

    id: str
    title: str
    explanation: str
    findings: Mapping[str, str]
    source: str = ""


class Rule(Protocol):
    """A plug-in of the analyze room. Its module ends in `RULE: Final[Rule] = …`."""

    @property
    def info(self) -> RuleInfo: ...

    def check(self, evidence: EvidenceSet) -> Iterator[Finding]:
        """Findings of this rule; order does not matter, the pipeline sorts."""


def sort_key(finding: Finding) -> tuple[int, int, str, str]:
    """Errors first, then rank, then id and citations: one order for every run."""
    order = (Level.ERROR, Level.WARNING, Level.INFO)
    return order.index(finding.level), finding.rank, finding.id, " ".join(map(str, finding.refs))
