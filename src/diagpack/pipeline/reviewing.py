"""`review`: what was removed and what people wrote, laid out for a person who has to answer for it.

Enters: a case that was collected. Leaves: a `View` of its redacted evidence. Values are opened by `Values` alone, for a
terminal, and every showing is in the audit log before it happens.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from diagpack.case.audit import AuditLog
from diagpack.case.config import load_case
from diagpack.case.journal import FileJournal
from diagpack.case.jsonl import read as read_lines
from diagpack.case.keys import load_or_create_key
from diagpack.case.layout import CaseDir
from diagpack.case.review import Review, ReviewBook
from diagpack.case.words import words_of
from diagpack.errors import UsageError
from diagpack.model.keys import CaseKey
from diagpack.model.package import VerifiedPackage
from diagpack.model.redacted import RedactedArtifact
from diagpack.pipeline.cases import person
from diagpack.pipeline.redacting import ReviewRules, case_policy, review_rules
from diagpack.pipeline.run import map_path
from diagpack.pipeline.settings import Settings
from diagpack.redact.boundary import load_evidence
from diagpack.redact.mapping import entries
from diagpack.redact.passages import Passage, passages
from diagpack.redact.pseudonyms import Pseudonyms
from diagpack.redact.review import Removal, removals, without_tokens
from diagpack.redact.suspicion import MASK, first_place, suspicious

# What people typed: shown whole. Machines' texts are shown where a suspicious word stands.
_WRITTEN: Final = frozenset({"note", "case", "collection"})
_RECORDED: Final = frozenset({"log", "console"})
_NOT_PROSE: Final = frozenset({"id", "language", "customer_zone", "checklist", "is_fault", "kind", "label", "source"})
_LONG: Final = 240
_MOST_TOKENS: Final = 20_000
# Decisions that only the next run makes true.
_DECISIONS: Final = frozenset({"decide", "review-hide", "review-keep", "review-black-out"})


@dataclass(frozen=True, slots=True)
class Example:
    """One token, how often it stands in the artifact, and where first."""

    token: str
    count: int
    place: str
    context: str


@dataclass(frozen=True, slots=True)
class RemovedClass:
    """One class in one artifact. `replaced` counts replacements, those inside packed layers included."""

    entity: str
    replaced: int
    distinct: int
    examples: tuple[Example, ...]


@dataclass(frozen=True, slots=True)
class ReviewedArtifact:
    id: str
    kind: str
    path: str
    removed: tuple[RemovedClass, ...]


@dataclass(frozen=True, slots=True)
class FreeText:
    """Redacted text that people wrote, or a line of a log beside a suspicious word. Weight 0: nothing suspicious."""

    artifact: str
    place: str
    label: str
    text: str
    weight: int
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Picture:
    id: str
    source: str
    width: int
    height: int
    blacked_out: int


@dataclass(frozen=True, slots=True)
class View:
    """Everything a reviewer sees. `free_text` has the most suspicious first; `omitted` log lines were left out."""

    case: str
    artifacts: tuple[ReviewedArtifact, ...]
    free_text: tuple[FreeText, ...]
    omitted: int
    pictures: tuple[Picture, ...]
    words: Mapping[str, int]
    reviews: tuple[Review, ...]
    rules: ReviewRules
    open_decisions: bool


@dataclass(frozen=True, slots=True, repr=False)
class Opened:
    """A collected case, open for review."""

    folder: CaseDir
    settings: Settings
    key: CaseKey
    artifacts: tuple[RedactedArtifact, ...]

    @property
    def files(self) -> dict[str, str]:
        """Path in the package to digest, of everything that was redacted."""
        return {each.package_path: each.sha256 for each in self.artifacts}

    @staticmethod
    def package_files(package: VerifiedPackage) -> dict[str, str]:
        """The same of a finished package, from its bytes."""
        return {
            path: hashlib.sha256(content).hexdigest()
            for path, content in package.files.items()
            if path.startswith("evidence/")
        }

    @property
    def book(self) -> ReviewBook:
        return ReviewBook(FileJournal(self.folder.journal), self.key)

    def tokens(self) -> Mapping[str, str]:
        """The map of the case: token to value. Empty before the first run. Raises RedactionError (DP224)."""
        path = map_path(self.folder)
        return entries(path, self.key) if path.exists() else {}


def open_case(folder: CaseDir, settings: Settings) -> Opened:
    """Raises UsageError (DP693) when nothing was collected, RedactionError when evidence was changed on disk."""
    if not (folder.evidence / "index.json").exists():
        # Before the key is asked for: a closed case has none, and must not get a new one.
        raise UsageError(
            "DP693", "nothing was collected for this case yet", hint=f"diagpack collect {folder.id} FILES…"
        )
    key, _ = load_or_create_key(folder, passphrase=settings.passphrase, use_keyring=settings.use_keyring)
    return Opened(folder, settings, key, load_evidence(folder.evidence, key))


def look(opened: Opened, *, limit: int = 3, lines: int = 50) -> View:
    """The view. `limit`: examples per class; `lines`: suspicious log lines in all."""
    case = load_case(opened.folder.yaml)
    pseudonyms = Pseudonyms(opened.key)
    written, recorded = _free_text(opened.artifacts, pseudonyms)
    recorded.sort(key=lambda each: -each.weight)
    texts = sorted([*written, *recorded[:lines]], key=lambda each: -each.weight)
    return View(
        case=str(opened.folder.id),
        artifacts=tuple(_reviewed(each, pseudonyms, limit) for each in opened.artifacts),
        free_text=tuple(texts),
        omitted=max(0, len(recorded) - lines),
        pictures=pictures(opened.artifacts),
        words={kind: len(words_of(case.words, kind)) for kind in ("hide", "keep")},
        reviews=opened.book.standing(opened.files),
        rules=review_rules(case, opened.settings),
        open_decisions=has_open_decisions(opened),
    )


def _reviewed(artifact: RedactedArtifact, pseudonyms: Pseudonyms, limit: int) -> ReviewedArtifact:
    replaced: Counter[str] = Counter()
    for name, count in artifact.tally.items():
        replaced[name.partition("/")[0]] += count
    counts: Counter[str] = Counter()
    first: dict[str, Removal] = {}
    for each in removals(artifact.read(), artifact.media_type, pseudonyms):
        if each.token in first or len(first) < _MOST_TOKENS:
            first.setdefault(each.token, each)
            counts[each.token] += 1
    by_class: dict[str, list[Removal]] = {}
    for removal in first.values():
        by_class.setdefault(removal.entity, []).append(removal)
    classes = sorted({*replaced, *by_class}, key=lambda entity: (-replaced[entity], entity))
    return ReviewedArtifact(
        str(artifact.id),
        artifact.kind,
        artifact.package_path,
        tuple(
            RemovedClass(
                entity,
                replaced[entity] or sum(counts[each.token] for each in by_class[entity]),
                len(by_class.get(entity, ())),
                tuple(
                    Example(each.token, counts[each.token], each.place, each.context)
                    for each in by_class.get(entity, ())[:limit]
                ),
            )
            for entity in classes
        ),
    )


def _free_text(artifacts: Iterable[RedactedArtifact], pseudonyms: Pseudonyms) -> tuple[list[FreeText], list[FreeText]]:
    """What people wrote, whole; what machines wrote, where it is suspicious."""
    written: list[FreeText] = []
    recorded: list[FreeText] = []
    for artifact in artifacts:
        if artifact.kind not in _WRITTEN | _RECORDED:
            continue
        is_prose = artifact.kind in _WRITTEN
        for passage in passages(artifact.read(), artifact.media_type):
            if passage.is_key or not passage.text.strip() or passage.label in _NOT_PROSE:
                continue
            if passage.label and not is_prose:
                continue
            masked = without_tokens(passage.text, pseudonyms, MASK)
            weight, words = suspicious(masked, is_prose=is_prose)
            if is_prose:
                written.append(_as_text(artifact, passage, passage.text, weight, words))
            elif weight:
                recorded.append(_as_text(artifact, passage, _around(passage.text, masked), weight, words))
    return written, recorded


def _as_text(artifact: RedactedArtifact, passage: Passage, text: str, weight: int, words: tuple[str, ...]) -> FreeText:
    return FreeText(str(artifact.id), passage.place, passage.label, text, weight, words)


def _around(text: str, masked: str) -> str:
    """A long line, cut around its first suspicious word."""
    if len(text) <= _LONG:
        return text
    start = max(0, first_place(masked) - _LONG // 3)
    return ("…" if start else "") + text[start : start + 2 * _LONG] + "…"


def pictures(artifacts: Iterable[RedactedArtifact]) -> tuple[Picture, ...]:
    """The approved pictures, with the sources they came from."""
    sources = _sources(artifacts)
    return tuple(
        Picture(
            str(each.id),
            sources.get(str(each.id), ""),
            int(each.facts.get("width") or 0),
            int(each.facts.get("height") or 0),
            int(each.facts.get("blacked_out") or 0),
        )
        for each in artifacts
        if each.kind == "image"
    )


def _sources(artifacts: Iterable[RedactedArtifact]) -> dict[str, str]:
    """Artifact id to source label, as the `collection` artifact lists it."""
    found: dict[str, str] = {}
    for artifact in artifacts:
        if artifact.kind == "collection":
            listed: Sequence[Mapping[str, Any]] = artifact.json()["collected"]
            found |= {str(each["id"]): str(each["source"]) for each in listed}
    return found


def has_open_decisions(opened: Opened) -> bool:
    """Whether a word, a region or another policy waits for the next run to take effect."""
    waiting = False
    for line in read_lines(opened.folder.audit):
        if line.get("event") in _DECISIONS:
            waiting = True
        elif line.get("event") == "sign":
            waiting = False
    policy = case_policy(load_case(opened.folder.yaml), opened.settings)
    return waiting or any(each.policy_sha256 != policy.sha256 for each in opened.artifacts)


class Values:
    """The values behind tokens, for the analyst's own terminal; never for a file, a pipe or a log."""

    def __init__(self, opened: Opened) -> None:
        self._tokens = opened.tokens()
        self._audit = AuditLog(opened.folder.audit)

    def __repr__(self) -> str:
        return f"Values({len(self._tokens)} tokens)"

    def show(self, artifact: str, entity: str, tokens: Sequence[str]) -> dict[str, str]:
        """The values of these tokens; the audit line is durable before this returns."""
        found = {token: self._tokens[token] for token in tokens if token in self._tokens}
        if found:
            self._audit.append("review-show", by=person(), artifact=artifact, entity=entity, tokens=sorted(found))
        return found
