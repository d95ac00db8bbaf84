"""Citations inside the page: which places of the evidence are cited, and the anchor each one has.

Enters: the evidence and the citations of every statement shown. Leaves: links of the form `#e-har-1-37`; a citation
that points nowhere, or to one of too many places, is shown without a link. The sections that show evidence ask which
places were cited, so statements are viewed before evidence.
"""

import hashlib
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, assert_never

from diagpack.model.assessment import Cited
from diagpack.model.evidence import EvidenceSet
from diagpack.model.redacted import RedactedArtifact
from diagpack.model.ref import EvidenceRef, HarEntry, Lines, Pointer, Whole, find_refs

# More linked places than this make a page nobody reads; the rest is in the evidence files.
LIMIT: Final = 1_500
PER_SENTENCE: Final = 8


@dataclass(frozen=True, slots=True)
class Link:
    """One printed citation; `href` is empty when there is nothing to go to, `note` says why."""

    label: str
    href: str
    note: str


@dataclass(frozen=True, slots=True)
class Sentence:
    """A statement with its links. `more` counts citations that were left out."""

    text: str
    links: tuple[Link, ...] = ()
    is_proposed: bool = False
    more: int = 0


class Citations:
    """Remembers every place that was cited."""

    def __init__(self, evidence: EvidenceSet) -> None:
        self._evidence = evidence
        self._links: dict[EvidenceRef, Link] = {}
        self._cited: dict[str, dict[EvidenceRef, None]] = {}
        self._har: dict[str, frozenset[int]] = {}
        self._lines: dict[str, list[tuple[int, int]]] = {}

    def sentence(self, cited: Cited) -> Sentence:
        """A sentence of the assessment, its citations as links."""
        return self.statement(cited.text, cited.refs, is_proposed=cited.is_proposed)

    def statement(self, text: str, refs: Iterable[EvidenceRef], *, is_proposed: bool = False) -> Sentence:
        """Text with citations, those inside the text included."""
        inner = find_refs(text) if len(text) < 10_000 else ()
        # A log may write a host in the same form, `[web-2]`: only what is in the package is a citation.
        inner = tuple(ref for ref in inner if self._evidence.get(ref.artifact) is not None)
        for ref in inner:
            text = text.replace(f" {ref}", "")
        every = tuple(dict.fromkeys((*refs, *inner)))
        links = tuple(self.link(ref) for ref in every[:PER_SENTENCE])
        return Sentence(text, links, is_proposed, len(every) - len(links))

    def link(self, ref: EvidenceRef) -> Link:
        """The link for one citation; the place counts as cited from now on."""
        if ref not in self._links:
            self._links[ref] = self._made(ref)
        return self._links[ref]

    def cited(self, artifact: str) -> tuple[EvidenceRef, ...]:
        """Every linked place of one artifact."""
        return tuple(self._cited.get(artifact, ()))

    def _made(self, ref: EvidenceRef) -> Link:
        artifact = self._evidence.get(ref.artifact)
        if artifact is None:
            return Link(str(ref), "", "not in this package")
        target = self._target(artifact, ref)
        if target is None:
            return Link(str(ref), "", f"this place is not in {artifact.package_path}")
        if len(self._links) >= LIMIT:
            return Link(str(ref), "", f"see {artifact.package_path}")
        self._cited.setdefault(artifact.id, {})[target] = None
        return Link(str(ref), f"#{anchor(target)}", f"{artifact.kind} in {artifact.package_path}")

    def _target(self, artifact: RedactedArtifact, ref: EvidenceRef) -> EvidenceRef | None:
        """The shown place that holds the cited one, or None when the artifact has no such place."""
        match ref.place:
            case HarEntry(index):
                return ref if artifact.kind == "har" and index in self._indexes(artifact) else None
            case Lines(first, last):
                start = self._line_start(artifact, first, last)
                return None if start is None else EvidenceRef(artifact.id, Lines(start, start))
            case Pointer():
                is_json = artifact.media_type.endswith("json")
                return ref if is_json and self._evidence.resolve(ref) is not None else None
            case Whole():
                return ref
            case _:
                assert_never(ref.place)

    def _indexes(self, artifact: RedactedArtifact) -> frozenset[int]:
        if artifact.id not in self._har:
            found = (each.get("_dpEntry") for each in self._evidence.entries(artifact))
            self._har[artifact.id] = frozenset(each for each in found if isinstance(each, int))
        return self._har[artifact.id]

    def _line_start(self, artifact: RedactedArtifact, first: int, last: int) -> int | None:
        """The first line of the record that overlaps the cited lines (a record may span several)."""
        if artifact.id not in self._lines:
            self._lines[artifact.id] = sorted(line_spans(self._evidence, artifact))
        spans = self._lines[artifact.id]
        position = bisect_right(spans, (first, 1 << 62))
        for start, end in spans[max(0, position - 1) : position + 1]:
            if start <= last and end >= first:
                return start
        return None


def line_spans(evidence: EvidenceSet, artifact: RedactedArtifact) -> Iterable[tuple[int, int]]:
    """First and last line of each record of a text artifact."""
    if artifact.media_type == "application/jsonl":
        for record in evidence.records(artifact):
            line = record.get("line")
            if isinstance(line, int):
                lines = record.get("lines")
                yield line, line + (lines if isinstance(lines, int) and lines > 0 else 1) - 1
    elif artifact.media_type.startswith("text/"):
        yield from ((number, number) for number, _ in enumerate(artifact.text().splitlines(), 1))


def anchor(ref: EvidenceRef) -> str:
    """The id of a place on the page: letters, digits and dashes only."""
    match ref.place:
        case HarEntry(index):
            return f"e-{ref.artifact}-{index}"
        case Lines(first, _):
            return f"e-{ref.artifact}-L{first}"
        case Pointer(path):
            return f"e-{ref.artifact}-p{hashlib.sha256(path.encode('utf-8', 'surrogatepass')).hexdigest()[:10]}"
        case Whole():
            return f"e-{ref.artifact}"
        case _:
            assert_never(ref.place)
