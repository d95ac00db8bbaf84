"""All detectors over one chunk of text, and one decision where they disagree.

Enters: bytes (UTF-8 text of any size) and the key they stand under. Leaves: spans in order, without overlap, covering
everything that any finding covered. Imports neither Presidio nor spaCy nor numpy; `presidio.py` runs the same detectors
inside Presidio.
"""

import functools
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from diagpack.errors import DiagpackError, RedactionError
from diagpack.plugins import discover
from diagpack.redact.detectors._engine import Pattern, Rank, compiled
from diagpack.redact.detectors._rules import RuleDetector, merged
from diagpack.redact.message_ids import is_impersonal
from diagpack.redact.protect import Lexer
from diagpack.redact.spans import SECRET_CLASSES, Detector, Span

# Classes made of digits and separators: a protected range inside such a finding shows that it is something else.
_FRAGILE: Final = frozenset({"phone", "card", "nationalid", "iban", "ip", "mac", "geo"})
# Findings whose own guards already exclude everything the lexer protects.
_GUARDED_RULES: Final = frozenset({"email", "ipv4", "ipv6-short", "ipv6-full", "mac", "br-cpf"})
# `user=` and the like also carry identifiers of the program; what the lexer protects stays there.
_WEAK_KEYED: Final = frozenset({"user", "id", "host", "company"})
# How far around a finding the lexer looks; the longest protected shapes are shorter.
_WINDOW: Final = 128
# A short text is first searched once for anything that some detector may find: seven searches cost more.
_SHORT: Final = 4096
# Characters of patterns that are searched as one.
_MOST_TOGETHER: Final = 12_000


class TextDetectors:
    """The configured detectors of one process; picklable (a worker builds its own)."""

    def __init__(self, detectors: Sequence[Detector], lexer: Lexer, config: Mapping[str, Any]) -> None:
        self.detectors = tuple(detectors)
        self._lexer = lexer
        self._gates: tuple[_Gate, ...] | None = None
        self._heeded: dict[str, bool] = {}
        self._ranks: dict[tuple[str, str, str], Rank] = {}
        self._config = dict(config)
        self._structural_rules: frozenset[str] = frozenset().union(
            *(getattr(each, "structural_rules", frozenset()) for each in self.detectors)
        )

    @classmethod
    def load(
        cls,
        *,
        vendor_ids: Sequence[str] = (),
        keep_hosts: Sequence[str] = (),
        regions: Sequence[str] = (),
        classes: Mapping[str, str] | None = None,
        extra: Sequence[Detector] = (),
        words: Mapping[str, str] | None = None,
        hide_hosts: Sequence[str] = (),
        private_ip: str = "keep",
        national_ids: Mapping[str, bool] | None = None,
        keys: Mapping[str, str] | None = None,
    ) -> "TextDetectors":
        """The built-in detectors and `extra` ones (third-party plug-ins).

        `vendor_ids`: ids that stay: a key name, a literal with `*`, or `/regex/`. `keep_hosts`: hosts never reported.
        `regions`: ISO codes for phone numbers without a country code. `classes`: class to drop, pseudonymise or keep;
        a kept class is not looked for. `words`: customer-defined words and their class. `hide_hosts`: hosts that go,
        with their subdomains. `private_ip`: what happens to private addresses. `national_ids`: shapes to look for
        (default: all). `keys`: names of keys that a policy added, with their class.
        """
        policy = dict(classes or {})
        config = {
            "vendor_ids": tuple(vendor_ids),
            "keep_hosts": tuple(keep_hosts),
            "regions": tuple(regions),
            "classes": policy,
            "words": dict(words or {}),
            "hide_hosts": tuple(hide_hosts),
            "private_ip": private_ip,
            "national_ids": None if national_ids is None else dict(national_ids),
            "keys": dict(keys or {}),
        }
        built_in = (_configured(found.plugin, config) for found in discover("diagpack.redact.detectors", "DETECTOR"))
        wanted = [each for each in (*built_in, *extra) if not _is_kept(each, policy)]
        return cls(_families(wanted), Lexer(vendor_ids), {**config, "extra": tuple(extra)})

    def __reduce__(self) -> tuple[Any, ...]:
        return functools.partial(TextDetectors.load, **self._config), ()

    def scan(self, data: bytes, context: str = "") -> list[Span]:
        """Sorted, non-overlapping spans of everything sensitive in `data`.

        Raises RedactionError (DP251) naming the detector when one fails; never returns part of a result.
        """
        if len(data) <= _SHORT and not (context and self._heeds(context)) and self.is_clear(data):
            return []
        found = [(self._rank(detector, span), span) for detector in self.detectors
                 for span in run(detector, data, context)]  # fmt: skip
        return self.settle(data, found) if found else []

    def is_clear(self, data: bytes) -> bool:
        """Whether a search shows that no detector finds anything, under a key that none of them heeds."""
        if self._gates is None:
            self._gates = _gates(self.detectors)
        if not self._gates:
            return False
        # A loop: most texts are short, and there are millions.
        for gate, rules in self._gates:
            if gate.find(data) is not None and (rules is None or rules.find(data) is not None):
                return False
        return True

    def _heeds(self, context: str) -> bool:
        known = self._heeded.get(context)
        if known is None:
            if len(self._heeded) > 10_000:
                self._heeded.clear()
            known = any(each.heeds(context) for each in self.detectors if hasattr(each, "heeds"))
            self._heeded[context] = known
        return known

    def names_in_prose(self, data: bytes) -> list[Span]:
        """Names of people and places in running text: ticket text, comments, notes; never for logs.

        Raises RedactionError (DP251).
        """
        from diagpack.redact.detectors.prose_names import PROSE

        return self.settle(data, [(Rank.PERSONAL, span) for span in run(PROSE, data, "")])

    def settle(self, data: bytes, found: Iterable[tuple[Rank, Span]]) -> list[Span]:
        """Apply protection and resolve overlaps: structural secret, protected, vendor secret, personal data.

        The `@` behind the password of a URL starts a host, not an e-mail address.
        """
        # In order, so that the lexer need not read a row of numbers again for each of them.
        found = sorted(found, key=lambda each: each[1][0])
        hosts = {span.end for _rank, span in found if span[3].startswith("url-")}
        kept = [
            each
            for each in found
            if (each[0] is Rank.STRUCTURAL or each[1][3] in _GUARDED_RULES or not self._is_protected(data, each[1]))
            and not (hosts and each[1][3] == "email" and data.find(b"@", each[1][0], each[1][1]) in hosts)
            and not (each[1][3] == "email" and is_impersonal(data, each[1][0], each[1][1]))
        ]
        return resolve(kept)

    def rank_of(self, detector: Detector, span: Span) -> Rank:
        """Who wins for this finding; third-party detectors of secrets count as vendor rules."""
        return self._rank(detector, span)

    def _rank(self, detector: Detector, span: Span) -> Rank:
        key = (detector.id, span.rule, span.entity)
        known = self._ranks.get(key)
        if known is None:
            known = self._ranks[key] = self._ranked(detector, span)
        return known

    def _ranked(self, detector: Detector, span: Span) -> Rank:
        if span.rule in self._structural_rules:
            return Rank.STRUCTURAL
        rank: Rank | None = getattr(detector, "rank", None)
        if rank is None:
            return Rank.VENDOR if span.entity in SECRET_CLASSES else Rank.PERSONAL
        return Rank.PERSONAL if span.entity in _WEAK_KEYED else rank

    def _is_protected(self, data: bytes, span: Span) -> bool:
        """A protected range holds the finding, cuts it, or lies inside a finding made of digits."""
        ranges = self._lexer.ranges(
            data, max(0, span.start - _WINDOW), min(len(data), span.end + _WINDOW), span.end, span.start
        )
        for start, end in ranges:
            if end <= span.start or start >= span.end:
                continue
            if start <= span.start and end >= span.end:
                return True
            if span.entity in _FRAGILE:
                return True
        return False


def run(detector: Detector, data: bytes, context: str) -> list[Span]:
    """One detector over one chunk. Raises RedactionError (DP251) without the text when it fails."""
    try:
        return list(detector.scan(data, context))
    except DiagpackError:
        raise
    except Exception:
        raise RedactionError(
            "DP251",
            f"the detector {detector.id} failed",
            hint="withhold the artifact with --withhold ARTIFACT --reason TEXT, and report the fault",
        ) from None


# A pattern, and what has to be found as well if it is.
_Gate = tuple[Pattern, Pattern | None]


def _gates(detectors: Sequence[Detector]) -> tuple[_Gate, ...]:
    """A few patterns over everything; none when a detector (a plug-in) does not say where it may find something.

    One pattern would make so many mixtures that RE2 builds it anew all the time.
    """
    together: list[list[str]] = [[]]
    for detector in detectors:
        trigger = getattr(detector, "trigger", None)
        source = None if trigger is None else trigger()
        if source is None:
            return ()
        if sum(map(len, together[-1])) + len(source) > _MOST_TOGETHER:
            together.append([])
        if source:
            together[-1].append(source)
    worded = [each.worded_trigger() for each in detectors if hasattr(each, "worded_trigger")]
    every = [compiled("|".join(f"(?:{each})" for each in sources)) for sources in together if sources]
    return (*((each, None) for each in every), *worded)


def resolve(found: Iterable[tuple[Rank, Span]]) -> list[Span]:
    """Spans in order without overlap; what any of them covered is covered.

    The better rank wins its bytes, then the longer span; a loser keeps its uncovered rest.
    """
    settled: list[Span] = []
    cluster: list[tuple[Rank, Span]] = []
    reach = -1
    for each in sorted(found, key=lambda each: (each[1][0], -each[1][1])):
        start, end = each[1][:2]
        if end <= start:
            continue
        if start < reach:
            cluster.append(each)
            if end > reach:
                reach = end
            continue
        settled += _settle_cluster(cluster) if len(cluster) > 1 else [each[1] for each in cluster]
        cluster, reach = [each], end
    settled += _settle_cluster(cluster)
    return settled


def _settle_cluster(cluster: list[tuple[Rank, Span]]) -> list[Span]:
    if len(cluster) == 2 and cluster[0][1][:2] == cluster[1][1][:2]:
        # A key and a shape say the same.
        return [min(cluster, key=lambda each: (each[0], each[1].rule))[1]]
    # Behind `IBAN:` the key finds the first group only; the shape finds all of it.
    cluster = [each for each in cluster if not any(_is_part(each[1], other) for _, other in cluster)]
    ordered = sorted(cluster, key=lambda each: (each[0], each[1].start - each[1].end, each[1].start, each[1].rule))
    taken: list[Span] = []
    for _rank, span in ordered:
        taken += _uncovered(span, sorted(taken, key=lambda each: each.start))
    return sorted(taken, key=lambda each: each.start)


def _is_part(span: Span, other: Span) -> bool:
    """Whether another finding of the same class says more."""
    is_inside = other.start <= span.start and span.end <= other.end
    return is_inside and span.entity == other.entity and other.end - other.start > span.end - span.start


def _uncovered(span: Span, taken: Sequence[Span]) -> list[Span]:
    """The parts of a span that none of the others (sorted, disjoint) covers."""
    parts, start = [], span.start
    for other in taken:
        if other.end <= start:
            continue
        if other.start >= span.end:
            break
        if other.start > start:
            parts.append(Span(start, other.start, span.entity, span.rule))
        start = max(start, other.end)
    if start < span.end:
        parts.append(Span(start, span.end, span.entity, span.rule))
    return parts


def _configured(detector: Detector, config: Mapping[str, Any]) -> Detector:
    """The detector with the settings of this case, when it has any."""
    configure = getattr(detector, "configured", None)
    return detector if configure is None else configure(config)


def _families(detectors: Sequence[Detector]) -> list[Detector]:
    """Detectors of rare shapes as one scan; the others as they are."""
    rare = [each for each in detectors if isinstance(each, RuleDetector) and not each.is_frequent]
    others = [each for each in detectors if each not in rare]
    return [*others, merged(rare)] if rare else others


def _is_kept(detector: Detector, classes: Mapping[str, str]) -> bool:
    """Every class it finds is kept by policy; secret classes and what a person named cannot be."""
    return not getattr(detector, "is_named", False) and all(
        classes.get(entity) == "keep" and entity not in SECRET_CLASSES for entity in detector.entities
    )
