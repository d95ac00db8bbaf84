"""Seen before? Compares a case's signature with past packages and known issues, and says why they match.

Enters: the signature and the masked words of the error; signatures of past packages
(`{case, signature, parts, tokens, fixed_in, status}`); known issues (YAML). Leaves: similar cases, strongest first,
each with its reason in words. No model, nothing learned.

    strong   the same signature            medium   the same frames, another message
    weak     at least 0.6 of the masked words of the error are the same
"""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from diagpack.assess.documents import read_yaml
from diagpack.assess.signature import PARTS, mask
from diagpack.errors import UsageError
from diagpack.model.assessment import CaseSignature, SimilarCase
from diagpack.model.expression import matches

SCHEMA: Final = "diagpack.known-issues/1"
LIMIT: Final = 10
WEAK_FROM: Final = 0.6
_STRENGTHS: Final = ("strong", "medium", "weak")
_WORDS: Final = {"kind": "topic", "frames": "frames", "route": "route", "message": "message", "exception": "exception"}


def load_known_issues(path: Path) -> tuple[Mapping[str, Any], ...]:
    """Known issues of a YAML file. Raises UsageError (DP305) when it is not one.

    Each: `id`, `title`, and `signature` or `parts` (texts with `*`); optional `workaround`, `fixed_in`.
    """
    document = read_yaml(path, "DP305", "known-issues file")
    fault = _fault(document)
    if fault:
        raise UsageError("DP305", f"known-issues file {path.name}: {fault}", hint="see docs/severity.md")
    return tuple(document["issues"])


def error_words(text: str) -> frozenset[str]:
    """The masked words of an error text, for comparison: no numbers, IDs, paths or addresses."""
    words = (word.strip(".,;:()[]{}") for word in mask(text).lower().split())
    return frozenset(word for word in words if len(word) > 2 and not word.startswith("<"))


def find_similar(
    own: CaseSignature,
    words: Iterable[str],
    *,
    past: Sequence[Mapping[str, Any]] = (),
    known_issues: Sequence[Mapping[str, Any]] = (),
    case_id: str = "",
) -> tuple[SimilarCase, ...]:
    """At most ten, strongest first, known issues before past cases; the case itself is left out."""
    ours = frozenset(words)
    found = [each for issue in known_issues if (each := _known(own, issue)) is not None]
    found += [each for case in past if case.get("case") != case_id and (each := _compared(own, ours, case)) is not None]
    found.sort(key=lambda each: (_STRENGTHS.index(each.strength), not each.known_issue, each.case))
    return tuple(found[:LIMIT])


def past_entry(case_id: str, own: CaseSignature, words: Iterable[str], **details: str) -> dict[str, Any]:
    """What a package stores of itself so that later cases find it; `details`: `status`, `fixed_in`."""
    known = {name: each for name, each in details.items() if each}
    return {"case": case_id, "signature": own.value, "parts": dict(own.parts), "tokens": sorted(words), **known}


def known_match(similar: Sequence[SimilarCase]) -> SimilarCase | None:
    """The known issue that this case is, when one matches strongly."""
    return next((each for each in similar if each.known_issue and each.strength == "strong"), None)


def _known(own: CaseSignature, issue: Mapping[str, Any]) -> SimilarCase | None:
    identifier = str(issue["id"])
    ending = _ending(issue)
    if issue.get("signature") == own.value:
        return SimilarCase(identifier, "strong", f"same signature as {identifier}{ending}", identifier)
    patterns = issue.get("parts")
    if not isinstance(patterns, Mapping) or not patterns:
        return None
    if not all(matches(own.parts.get(part, ""), str(pattern)) for part, pattern in patterns.items()):
        return None
    named = " and ".join(_WORDS[part] for part in PARTS if part in patterns)
    return SimilarCase(identifier, "strong", f"same {named} as {identifier}{ending}", identifier)


def _compared(own: CaseSignature, ours: frozenset[str], case: Mapping[str, Any]) -> SimilarCase | None:
    parts = case.get("parts")
    theirs: Mapping[str, Any] = parts if isinstance(parts, Mapping) else {}
    name = str(case.get("case", ""))
    strength = _strength(own, theirs, str(case.get("signature", "")), ours, case.get("tokens"))
    if not name or not strength:
        return None
    same = [_named(part, own) for part in PARTS if own.parts.get(part) and own.parts[part] == theirs.get(part)]
    other = [_differs(part, own, theirs) for part in PARTS if own.parts.get(part, "") != theirs.get(part, "")]
    if strength == "weak":
        same.append(f"{_overlap(ours, _tokens(case.get('tokens'), theirs)):.0%} of the words of the error")
    why = f"same {', same '.join(same)} as {name}" if same else f"same signature as {name}"
    why += _ending(case) + (f"; differs: {', '.join(other)}" if other else "")
    return SimilarCase(name, strength, why)


def _strength(own: CaseSignature, theirs: Mapping[str, Any], signature: str, ours: frozenset[str], tokens: Any) -> str:
    if signature == own.value:
        return "strong"
    if own.parts.get("frames") and own.parts["frames"] == theirs.get("frames"):
        return "medium"
    return "weak" if _overlap(ours, _tokens(tokens, theirs)) >= WEAK_FROM else ""


def _tokens(tokens: Any, parts: Mapping[str, Any]) -> frozenset[str]:
    return (
        frozenset(map(str, tokens)) if isinstance(tokens, list | tuple) else error_words(str(parts.get("message", "")))
    )


def _overlap(ours: frozenset[str], theirs: frozenset[str]) -> float:
    """Jaccard index; fewer than three words say nothing."""
    return len(ours & theirs) / len(ours | theirs) if min(len(ours), len(theirs)) >= 3 else 0.0


def _named(part: str, own: CaseSignature) -> str:
    count = own.parts[part].count(" > ") + 1
    return {1: "frame", 2: "two frames", 3: "three frames"}.get(count, "frames") if part == "frames" else _WORDS[part]


def _differs(part: str, own: CaseSignature, theirs: Mapping[str, Any]) -> str:
    ours, other = own.parts.get(part, ""), str(theirs.get(part, ""))
    is_short = part in ("exception", "kind", "route") and len(ours) < 60 and len(other) < 60
    return f"{_WORDS[part]} ({other or 'none'} there, {ours or 'none'} here)" if is_short else _WORDS[part]


def _ending(entry: Mapping[str, Any]) -> str:
    details = [f"fixed in {entry['fixed_in']}"] if entry.get("fixed_in") else []
    details += [f"workaround: {entry['workaround']}"] if entry.get("workaround") else []
    return f" ({'; '.join(str(each)[:200] for each in details)})" if details else ""


def _fault(document: Any) -> str:
    if not isinstance(document, Mapping) or document.get("schema") != SCHEMA:
        return f"schema must be {SCHEMA}"
    issues = document.get("issues")
    if not isinstance(issues, list):
        return "issues: a list"
    for number, each in enumerate(issues, 1):
        if not isinstance(each, Mapping) or not each.get("id"):
            return f"issue {number} has no id"
        parts = each.get("parts", {})
        if not each.get("signature") and not parts:
            return f"issue {number} needs signature or parts"
        if not isinstance(parts, Mapping) or set(parts) - set(PARTS):
            return f"issue {number}: parts are {', '.join(PARTS)}"
    return ""
