"""The text engine: our detectors inside Presidio, with nothing of Presidio's own switched on.

Enters: bytes and the key they stand under. Leaves: the spans that `TextDetectors.scan` would give, by way of Presidio's
`AnalyzerEngine`: one `LocalRecognizer` per scan family in an explicit registry, the no-op NLP engine, a context
enhancer that does nothing. A spaCy model adds names, places and companies in prose. No library here opens a socket.

Import this module only where text is redacted: Presidio brings spaCy and numpy with it (about a second, 110 MB).
"""

import logging
from collections.abc import Iterator, Sequence
from typing import Any, Final, cast

import tldextract
from presidio_analyzer import (
    AnalyzerEngine,
    ContextAwareEnhancer,
    LocalRecognizer,
    RecognizerRegistry,
    RecognizerResult,
)
from presidio_analyzer.nlp_engine import NlpArtifacts, NoOpNlpEngine, SpacyNlpEngine

from diagpack.errors import DiagpackError, RedactionError
from diagpack.redact.detect import TextDetectors, run
from diagpack.redact.detectors._engine import Rank
from diagpack.redact.ner_model import check_model, unusable
from diagpack.redact.spans import Detector, Span, span_of

# Presidio takes a third of a millisecond a call: 16 KB or more at a time hide it. A piece of 64 KB that ends with a
# whole line (`lines.py`) fits.
CHUNK: Final = 72 << 10
# A line longer than a chunk is cut; what stands on the cut is inside this overlap, or carried over with its finding.
_OVERLAP: Final = 4 << 10
# After a cut at a line end, so that `"name": …` and `"value": …` on two lines stay together.
_LINE_OVERLAP: Final = 256
_RULE: Final = "diagpack_rule"
_NER_CLASSES: Final = {
    "PERSON": "name",
    "PER": "name",
    "LOCATION": "address",
    "LOC": "address",
    "GPE": "address",
    "FAC": "address",
    "ORGANIZATION": "company",
    "ORG": "company",
}


class PresidioText:
    """Presidio over one configuration of detectors; picklable like the detectors it holds."""

    def __init__(self, detectors: TextDetectors, *, ner: str = "") -> None:
        """`ner`: an installed spaCy model, or the folder of one. Raises UsageError (DP252) when it is neither."""
        self._detectors = detectors
        self._ner = ner
        _stay_offline()
        self._chunk = _Chunk()
        self._families = tuple(_Family(each, self._chunk) for each in detectors.detectors)
        self._engine = _engine(self._families, NoOpNlpEngine([{"lang_code": "en", "model_name": "no_op"}]))
        self._prose_engine = _prose_engine(ner) if ner else None

    @classmethod
    def load(cls, *, ner: str = "", **config: Any) -> "PresidioText":
        """`config` as for `TextDetectors.load`. Raises UsageError (DP252)."""
        return cls(TextDetectors.load(**config), ner=ner)

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (self._detectors, self._ner)

    def scan(self, data: bytes, context: str = "") -> list[Span]:
        """Sorted, non-overlapping spans, as byte offsets. Raises RedactionError (DP251, DP253)."""
        for family in self._families:
            family.context_key = context
        if len(data) <= CHUNK:
            return self._detectors.settle(data, self._analyse(data, 0, len(data)))
        found: set[tuple[Rank, Span]] = set()
        position = 0
        while position < len(data):
            end = _chunk_end(data, position, CHUNK)
            fresh = self._analyse(data, position, end)
            while end < len(data) and _goes_on(fresh, data, position, end):
                end = _chunk_end(data, position, 2 * (end - position))
                fresh = self._analyse(data, position, end)
            found.update(fresh)
            position = _next_start(data, position, end)
        return self._detectors.settle(data, found)

    def names_in_prose(self, data: bytes) -> list[Span]:
        """Names by word list and, with a model, by NER; for running text only."""
        listed = self._detectors.names_in_prose(data)
        if self._prose_engine is None:
            return listed
        named = [(Rank.PERSONAL, span) for span in self._named_entities(data)]
        return self._detectors.settle(data, [*named, *((Rank.PERSONAL, span) for span in listed)])

    @property
    def recognizers(self) -> tuple[str, ...]:
        """Names of everything registered, for `doctor` and for the check that an upgrade added nothing."""
        return tuple(family.detector.id for family in self._families)

    def _analyse(self, data: bytes, start: int, end: int) -> list[tuple[Rank, Span]]:
        # One character a byte, so Presidio's offsets are byte offsets; this text is never shown or tokenised.
        chunk = data if end - start == len(data) else data[start:end]
        text = self._chunk.set(chunk)
        _assert_only(self._engine, self._families)
        _assert_nothing_lost(self._families, list(_results(self._engine, text, 0)))
        # Presidio drops a finding inside another of the same class, whichever rule it came from; which rule found a
        # value decides whether protection may overrule it, so the rewriter gets every finding that went in.
        rank_of = self._detectors.rank_of
        if not start:
            return [(rank_of(family.detector, span), span) for family in self._families for span in family.returned]
        return [
            (rank_of(family.detector, span), span_of((start + span[0], start + span[1], span[2], span[3])))
            for family in self._families
            for span in family.returned
        ]

    def _named_entities(self, data: bytes) -> Iterator[Span]:
        assert self._prose_engine is not None  # noqa: S101 - the caller checked; mypy cannot see it
        text = data.decode("utf-8", "surrogateescape")
        offsets = _byte_offsets(text)
        for _family, span in _results(self._prose_engine, text, 0):
            yield Span(offsets[span.start], offsets[span.end], span.entity, span.rule)


class _Chunk:
    """The bytes behind the text that Presidio holds: the same object for every detector, which ask about it in turn."""

    def __init__(self) -> None:
        self._data, self._text = b"", ""

    def set(self, data: bytes) -> str:
        """The chunk as text."""
        self._data, self._text = data, data.decode("latin1")
        return self._text

    def of(self, text: str) -> bytes:
        """The bytes of a text."""
        return self._data if text is self._text else text.encode("latin1")


class _Family(LocalRecognizer):
    """One of our detectors as a Presidio recogniser.

    Presidio gets one result for each class in a chunk, from the first finding to the last: its bookkeeping takes longer
    than most searches. The findings themselves wait in `returned`.
    """

    def __init__(self, detector: Detector, chunk: "_Chunk") -> None:
        self.detector = detector
        self._chunk = chunk
        self.context_key = ""
        self.returned: list[Span] = []
        super().__init__(supported_entities=list(detector.entities), supported_language="en", name=detector.id)

    def load(self) -> None:
        """Nothing to load: patterns are compiled at the first scan."""

    def analyze(self, text: str, entities: Sequence[str], nlp_artifacts: NlpArtifacts) -> list[RecognizerResult]:
        self.returned = run(self.detector, self._chunk.of(text), self.context_key)
        return [_result(span, self.id, self.detector.id) for span in _hulls(self.returned)]


class _NamedEntities(LocalRecognizer):
    """What the spaCy model found, in the classes of the policy."""

    def __init__(self) -> None:
        super().__init__(supported_entities=sorted(set(_NER_CLASSES.values())), supported_language="en", name="ner")

    def load(self) -> None:
        """The NLP engine holds the model."""

    def analyze(self, text: str, entities: Sequence[str], nlp_artifacts: NlpArtifacts) -> list[RecognizerResult]:
        return [
            _result(Span(each.start_char, each.end_char, _NER_CLASSES[each.label_], "ner"), self.id, "ner")
            for each in nlp_artifacts.entities
            if each.label_ in _NER_CLASSES
        ]


class _NoEnhancer(ContextAwareEnhancer):
    """Leaves scores as they are: a validated finding is certain, and the stock enhancer is slow."""

    def __init__(self) -> None:
        """Skips the base constructor, whose four factors have no meaning here."""

    def enhance_using_context(
        self, text: str, raw_results: list[Any], nlp_artifacts: Any, recognizers: Any, context: Any = None
    ) -> list[Any]:
        return raw_results


def _engine(recognizers: Sequence[LocalRecognizer], nlp_engine: Any) -> AnalyzerEngine:
    # The registry is never empty: an empty one would make Presidio load its predefined recognisers.
    registry = RecognizerRegistry(recognizers=list(recognizers), supported_languages=["en"])
    engine = AnalyzerEngine(
        registry=registry,
        nlp_engine=nlp_engine,
        supported_languages=["en"],
        context_aware_enhancer=_NoEnhancer(),
        log_decision_process=False,
        default_score_threshold=0,
    )
    _assert_only(engine, recognizers)
    return engine


def _prose_engine(ner: str) -> AnalyzerEngine:
    """An engine around one spaCy model that is already on this machine. Raises UsageError (DP252)."""
    check_model(ner)
    try:
        model = SpacyNlpEngine(models=[{"lang_code": "en", "model_name": ner}])
        model.load()
    except Exception:
        raise unusable() from None
    return _engine([_NamedEntities()], model)


def _assert_only(engine: AnalyzerEngine, wanted: Sequence[LocalRecognizer]) -> None:
    """Raises RedactionError (DP253) when Presidio holds any recogniser but ours, or not all of ours."""
    if list(engine.registry.recognizers) != list(wanted) or engine.log_decision_process:
        raise _unexpected()


def _results(engine: AnalyzerEngine, text: str, offset: int) -> Iterator[tuple[str, Span]]:
    try:
        results = engine.analyze(text=text, language="en")
    except DiagpackError:
        raise
    except Exception:
        raise RedactionError(
            "DP251",
            "the text engine failed",
            hint="withhold the artifact with --withhold ARTIFACT --reason TEXT, and report the fault",
        ) from None
    for each in results:
        name = each.recognition_metadata[RecognizerResult.RECOGNIZER_NAME_KEY]
        rule = each.recognition_metadata[_RULE]
        yield name, Span(offset + each.start, offset + each.end, each.entity_type, rule)


def _result(span: Span, identifier: str, name: str) -> RecognizerResult:
    # The identifier must be the recogniser's own: Presidio silently drops a result whose identifier it does not know.
    metadata = {
        RecognizerResult.RECOGNIZER_NAME_KEY: name,
        RecognizerResult.RECOGNIZER_IDENTIFIER_KEY: identifier,
        _RULE: span.rule,
    }
    return RecognizerResult(span.entity, span.start, span.end, 1.0, cast(Any, None), metadata)


def _hulls(spans: Sequence[Span]) -> list[Span]:
    """One span for each class, from the first finding to the end of the last."""
    hulls: dict[str, tuple[int, int, str]] = {}
    for start, end, entity, rule in spans:
        known = hulls.get(entity)
        if known is None:
            hulls[entity] = (start, end, rule)
        elif end > known[1] or start < known[0]:
            hulls[entity] = (min(start, known[0]), end if end > known[1] else known[1], known[2])
    return [span_of((start, end, entity, rule)) for entity, (start, end, rule) in hulls.items()]


def _assert_nothing_lost(families: Sequence["_Family"], found: Sequence[tuple[str, Span]]) -> None:
    """Raises RedactionError (DP253) when findings went into Presidio and no result covers them."""
    for family in families:
        for hull in _hulls(family.returned):
            # Presidio merges a result into a larger one of the same class.
            if not any(
                span.entity == hull.entity and span.start <= hull.start and span.end >= hull.end
                for _name, span in found
            ):
                raise _unexpected()


def _unexpected() -> RedactionError:
    return RedactionError(
        "DP253",
        "the text engine does not do exactly what its recognisers say",
        hint="check the version of presidio-analyzer with: diagpack doctor",
    )


def _chunk_end(data: bytes, start: int, size: int) -> int:
    """Behind the last line end inside the window, or the window itself when the line is longer."""
    if start + size >= len(data):
        return len(data)
    line_end = data.rfind(b"\n", start + size // 2, start + size)
    return line_end + 1 if line_end >= 0 else start + size


def _next_start(data: bytes, start: int, end: int) -> int:
    if end >= len(data):
        return end
    overlap = _LINE_OVERLAP if data[end - 1 : end] == b"\n" else _OVERLAP
    return max(start + 1, end - overlap)


def _goes_on(found: Sequence[tuple[Rank, Span]], data: bytes, start: int, end: int) -> bool:
    """Whether a finding that reaches the end of the chunk starts where the next chunk does not see all of it.

    The rest stands in the overlap, with text in front of it: dense findings touch most of the ends, and a chunk that is
    read again for each costs as much as all the others.
    """
    behind = _next_start(data, start, end)
    seen = behind + (end - behind) // 2
    return any(span[0] < seen and span[1] >= end - 1 for _rank, span in found)


def _byte_offsets(text: str) -> list[int]:
    """The byte offset of each character, and of the end."""
    offsets, total = [0], 0
    for character in text:
        total += 1 if character < "\x80" else len(character.encode("utf-8", "surrogateescape"))
        offsets.append(total)
    return offsets


def _stay_offline() -> None:
    """Close the paths by which Presidio or its libraries would reach the network or write evidence to a log."""
    tldextract.tldextract.TLD_EXTRACTOR = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)
    logging.getLogger("presidio-analyzer").setLevel(logging.WARNING)
    logging.getLogger("decision_process").setLevel(logging.CRITICAL)


def _rebuild(detectors: TextDetectors, ner: str) -> PresidioText:
    return PresidioText(detectors, ner=ner)
