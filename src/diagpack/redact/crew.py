"""One order of a pass: learn from a range of an artifact, or rewrite it into a part file.

Enters: an order (what to read, which pass). Leaves: what was learned, or a part file with its counts. The same code
runs in this process and in a worker.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

from diagpack.errors import RedactionError
from diagpack.model.keys import CaseKey
from diagpack.model.machine import machine_fault
from diagpack.redact import work
from diagpack.redact.dictionary import Dictionary
from diagpack.redact.engine import Engine, NeedsWithholding
from diagpack.redact.learned import Learned, LearnedState
from diagpack.redact.live import LiveState
from diagpack.redact.policy import Policy, policy_from
from diagpack.redact.pseudonyms import Pseudonyms
from diagpack.redact.replacer import Decisions
from diagpack.redact.replay import Kept, Recording, Replay
from diagpack.redact.scanners import CaseScanner, RememberingScanner
from diagpack.redact.seeds import Seeds, detectors_for, policy_of, vendor_id_patterns
from diagpack.redact.spans import Detector
from diagpack.redact.structure import redact_structure


@dataclass(frozen=True, slots=True, repr=False)
class Order:
    """`facts` come with the first range of an artifact only. `part`: where the redacted range goes (second pass).

    `replay`: what the first pass keeps for the second, if anything.
    """

    task: work.Task
    memory: Path
    facts: Mapping[str, Any] | None = None
    part: Path | None = None
    is_mapped: bool = False
    replay: Path | None = None


@dataclass(frozen=True, slots=True, repr=False)
class Outcome:
    """`reason` is set when the artifact has to be withheld."""

    reason: str = ""
    learned: LearnedState | None = None
    live: LiveState = ({}, frozenset())
    tally: Mapping[str, int] = field(default_factory=dict)
    facts: Any = None
    mapped: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, repr=False)
class RunBlueprint:
    """Everything a worker needs to know about the run."""

    secret: bytes
    policy: Mapping[str, Any]
    seeds: Seeds
    ner: str
    extra: Sequence[Detector]

    def build(self) -> "RunCrew":
        policy = policy_of(policy_from(self.policy), self.seeds)
        detectors = detectors_for(policy, self.seeds, self.extra)
        scanner = CaseScanner(detectors, self.ner)
        return RunCrew(policy, Pseudonyms(CaseKey(self.secret)), scanner, vendor_id_patterns(policy, self.seeds))


class RunCrew:
    """Holds the engine's parts between orders."""

    def __init__(self, policy: Policy, pseudonyms: Pseudonyms, scanner: CaseScanner, vendor_ids: Sequence[str]) -> None:
        self._policy = policy
        self._pseudonyms = pseudonyms
        self._scanner = scanner
        self._vendor_ids = vendor_ids
        self._values: dict[str, str] = {}
        self._dictionary: Dictionary | None = None
        self._decisions: Decisions = {}

    def teach(self, values: dict[str, str], aliases: Mapping[str, str] = MappingProxyType({})) -> None:
        """The learned values of the whole case: from here on orders rewrite."""
        self._values = values
        self._pseudonyms.alias(aliases)
        self._dictionary = Dictionary(values)
        # They were made without knowing these.
        self._decisions.clear()

    def do(self, order: Order) -> Outcome:
        """Raises RedactionError naming the artifact; content never reaches a message."""
        try:
            return self._rewrite(order) if order.part is not None else self._discover(order)
        except NeedsWithholding as reason:
            return Outcome(reason=str(reason))
        except RedactionError as fault:
            raise RedactionError(fault.id, f"{order.task.id}: {fault.message}", hint=fault.hint) from None
        except Exception as problem:
            if words := machine_fault(problem):
                raise RedactionError(
                    "DP211", f"{order.task.id}: {words}", hint="free some space and run again"
                ) from None
            # The cause holds the document.
            raise RedactionError(
                "DP211",
                f"{order.task.id}: the redactor could not process this artifact",
                hint="withhold it with --withhold ARTIFACT --reason TEXT, and report the fault",
            ) from None

    def _discover(self, order: Order) -> Outcome:
        learned = Learned(self._policy)
        memory = self._memory(order)
        engine = self._engine(order, memory, learned)
        recording = None if order.replay is None else Recording()
        if order.is_mapped and recording is not None:
            engine.mapped = {}
        work.run(engine, order.task, _nowhere, recording)
        if recording is not None and order.replay is not None:
            recording.kept(engine.mapped or {}).save(order.replay)
        if order.facts is not None:
            work.redact_facts(engine, order.facts, order.task.kind)
        memory.save()
        return Outcome(learned=learned.state(), live=engine.live.state())

    def _rewrite(self, order: Order) -> Outcome:
        memory = self._memory(order)
        memory.load()
        engine = self._engine(order, memory, None)
        if order.is_mapped:
            engine.mapped = {}
        assert order.part is not None  # noqa: S101 - `do` checked
        with order.part.open("xb") as stream:
            replay = None if order.replay is None else Replay(Kept.load(order.replay))
            work.run(engine, order.task, stream.write, replay)
        facts = work.redact_facts(engine, order.facts, order.task.kind) if order.facts is not None else None
        return Outcome(tally=Counter(engine.tally), facts=facts, mapped=engine.mapped or {})

    def _memory(self, order: Order) -> RememberingScanner:
        return RememberingScanner(self._scanner.scan, order.memory)

    def _engine(self, order: Order, memory: RememberingScanner, learned: Learned | None) -> Engine:
        engine = Engine(
            self._policy,
            self._pseudonyms,
            memory,
            learned=learned,
            dictionary=None if learned is not None else self._dictionary,
            classes=self._values,
            structure=redact_structure,
            vendor_ids=self._vendor_ids,
            decisions=self._decisions,
        )
        if order.task.kind in work.PROSE_KINDS:
            engine.prose = self._scanner.names_in_prose
        return engine


def _nowhere(piece: bytes) -> None:
    """The first pass only learns."""
