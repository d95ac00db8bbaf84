"""What is wrong with a checklist file, before anyone relies on it.

Enters: a parsed document, the shared library, and the checklists it may include. Leaves: sentences; those that start
with "note:" are advice (a text in another language is missing), the others stop the file from being loaded.
"""

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from diagpack.assess.conditions import faults
from diagpack.model.expression import parse

SCHEMA: Final = "diagpack.checklist/1"
KINDS: Final = ("choice", "text", "datetime", "file", "manual", "probe", "confirm", "derived")
BROWSERS: Final = ("chrome", "edge", "firefox", "safari")
PLATFORMS: Final = (*BROWSERS, "windows", "macos", "linux", "any")
LANGUAGES: Final = ("en", "de", "fr", "es", "ja")
REASONS: Final = ("no_permission", "cannot_reproduce", "policy_forbids", "other")
VALIDATORS: Final = frozenset(
    """
    har.parse har.has_host har.window har.preserve_log har.has_failure har.sanitized har.bodies har.flow har.skew
    har.blocked har.size har.browser ids.found log.window log.zone log.ids img.type img.size img.confirm text.size
    table.parse saml.window saml.audience saml.destination saml.recipient saml.inresponseto saml.certificate
    """.split()
)
MAX_CUSTOMER_STEPS: Final = 9
_Shapes = Mapping[str, tuple[type | tuple[type, ...], str]]
_TEXT: Final = (str, "a text")
_MAP: Final = (Mapping, "a mapping")
_LIST: Final = (list, "a list")
_NUMBER: Final = (int, "a number")
_TOP: Final[_Shapes] = {
    **dict.fromkeys(("schema", "id", "audience"), _TEXT),
    **dict.fromkeys(("title", "window"), _MAP),
    **dict.fromkeys(("includes", "draft_languages", "hosts", "recognise", "items", "library"), _LIST),
    "minutes": _NUMBER,
}
_ITEM: Final[_Shapes] = {
    **dict.fromkeys(("id", "use", "kind", "when", "audience", "redact"), _TEXT),
    **dict.fromkeys(("title", "question", "why", "privacy", "how", "skip", "on_fail", "evidence"), _MAP),
    **dict.fromkeys(("met_by", "partly_by", "options", "accept", "validate"), _LIST),
    **dict.fromkeys(("max_mb", "minutes"), _NUMBER),
    "required": (bool, "true or false"),
}
_ID = re.compile(r"[a-z][a-z0-9-]{0,39}", re.ASCII)


def lint_document(
    document: Any,
    library: Mapping[str, Any],
    documents: Mapping[str, Mapping[str, Any]],
    *,
    notes: bool = False,
) -> list[str]:
    """Every fault of one document. With `notes` also advice that does not stop a load."""
    if not isinstance(document, Mapping):
        return ["a checklist is a mapping that starts with `schema: diagpack.checklist/1`"]
    malformed = list(_malformed(document, _TOP, "checklist"))
    if malformed:
        return malformed
    found = list(_top(document, documents))
    library = {**library, **{str(each.get("id")): each for each in _mappings(document.get("library"))}}
    entries = [*_mappings(document.get("items")), *_mappings(document.get("library"))]
    ids = [str(each.get("use") or each.get("id", "")) for each in entries]
    found += [f"item {each!r} is there twice" for each in sorted({each for each in ids if ids.count(each) > 1})]
    for entry in entries:
        found += _entry(entry, library)
    if notes and not found:
        found += _notes(document, library, documents)
    return found


def unknown_keys(found: Iterable[Any], known: Iterable[str], where: str) -> Iterator[str]:
    """One sentence per key that is not known, with the nearest name."""
    known = sorted(known)
    for key in found:
        if key not in known:
            near = difflib.get_close_matches(str(key), known, n=1)
            yield f"{where}: unknown key {str(key)[:40]!r}" + (f", did you mean {near[0]!r}?" if near else "")


def _malformed(found: Mapping[str, Any], shapes: _Shapes, where: str) -> Iterator[str]:
    """Keys whose value is of the wrong kind; the other checks rely on the right one."""
    for key, (kind, words) in shapes.items():
        value = found.get(key)
        is_number = kind is int and isinstance(value, bool)
        if key in found and (not isinstance(value, kind) or is_number):
            yield f"{where}: {key} is {words}"


def _malformed_parts(entry: Mapping[str, Any], name: str) -> Iterator[str]:
    """The same for values inside lists and mappings."""
    for validator in entry.get("validate") or ():
        if not isinstance(validator, str) and not (isinstance(validator, Mapping) and len(validator) == 1):
            yield f"{name}: validate: each is a name, or {{name: parameters}}"
    for part in ("options", "accept"):
        if not all(isinstance(each, str) for each in entry.get(part) or ()):
            yield f"{name}: {part}: each is a text"
    reasons = (entry.get("skip") or {}).get("reasons", [])
    if not isinstance(reasons, list) or not all(isinstance(each, str) for each in reasons):
        yield f"{name}: skip: reasons is a list of words"
    for steps in (entry.get("how") or {}).values():
        lists = steps.values() if isinstance(steps, Mapping) else [steps]
        if not all(isinstance(each, list) and all(isinstance(step, str) for step in each) for each in lists):
            yield f"{name}: how: a list of steps, or {{language: steps}}"


def _top(document: Mapping[str, Any], documents: Mapping[str, Any]) -> Iterator[str]:
    yield from unknown_keys(document, _TOP, "checklist")
    if document.get("schema") != SCHEMA:
        yield f"schema must be {SCHEMA}"
    if not _ID.fullmatch(str(document.get("id", ""))):
        yield "id: lower-case letters, digits and dashes, at most 40"
    yield from _text(document.get("title"), "title")
    if not isinstance(document.get("items"), list) or not document["items"]:
        yield "items: a list with at least one item"
    for name in document.get("includes") or ():
        if name not in documents:
            yield f"includes: there is no checklist {str(name)[:40]!r}"
    for clue in _mappings(document.get("recognise")):
        if not isinstance(clue.get("points"), int) or not clue.get("because"):
            yield "recognise: each clue has points (a number), by (a condition) and because (a reason)"
        yield from (f"recognise: {fault}" for fault in faults(clue.get("by")))


def _entry(entry: Mapping[str, Any], library: Mapping[str, Any]) -> Iterator[str]:
    if "use" in entry:
        wanted = str(entry["use"])
        if wanted not in library:
            near = difflib.get_close_matches(wanted, library, n=1)
            yield f"use: there is no library item {wanted[:40]!r}" + (f", did you mean {near[0]!r}?" if near else "")
            return
        entry = {**library[wanted], **{key: value for key, value in entry.items() if key != "use"}}
    name = f"item {str(entry.get('id', '?'))[:40]}"
    yield from unknown_keys(entry, _ITEM, name)
    malformed = list(_malformed(entry, _ITEM, name)) or list(_malformed_parts(entry, name))
    if malformed:
        yield from malformed
        return
    if not _ID.fullmatch(str(entry.get("id", ""))):
        yield f"{name}: id has lower-case letters, digits and dashes"
    if entry.get("kind") not in KINDS:
        yield f"{name}: kind is one of {', '.join(KINDS)}"
    for part in ("title", "question", "why"):
        yield from _text(entry.get(part), f"{name}: {part}")
    yield from _recognition(entry, name)
    yield from _collection(entry, name)


def _recognition(entry: Mapping[str, Any], name: str) -> Iterator[str]:
    if not entry.get("met_by"):
        yield f"{name}: met_by says how it is recognised in the evidence; give at least one condition"
    for part in ("met_by", "partly_by"):
        for condition in entry.get(part) or ():
            yield from (f"{name}: {part}: {fault}" for fault in faults(condition))
    if entry.get("when"):
        try:
            parse(str(entry["when"]))
        except ValueError as error:
            yield f"{name}: when: {error}"


def _collection(entry: Mapping[str, Any], name: str) -> Iterator[str]:
    skip = entry.get("skip")
    if not isinstance(skip, Mapping) or (entry.get("required", True) and not skip.get("allowed")):
        yield f"{name}: skip: a required item needs a way out, for example {{allowed: true, reasons: [other]}}"
    elif set(skip.get("reasons", ())) - set(REASONS):
        yield f"{name}: skip: reasons are {', '.join(REASONS)}"
    for validator in entry.get("validate") or ():
        identifier = validator if isinstance(validator, str) else next(iter(validator), "")
        if identifier not in VALIDATORS:
            yield f"{name}: validate: unknown validator {str(identifier)[:40]!r}"
    for platform in entry.get("how") or ():
        if platform not in PLATFORMS:
            yield f"{name}: how: {str(platform)[:40]!r} is none of {', '.join(PLATFORMS)}"
    if entry.get("kind") == "choice" and not entry.get("options"):
        yield f"{name}: options: a choice needs options"
    if entry.get("kind") == "file":
        yield from _file(entry, name)


def _file(entry: Mapping[str, Any], name: str) -> Iterator[str]:
    how = entry.get("how") or {}
    if "any" not in how and not set(BROWSERS) <= set(how):
        yield f"{name}: how: a file item needs steps for {', '.join(BROWSERS)}, or `any`"
    yield from _text(entry.get("privacy"), f"{name}: privacy")
    if not entry.get("accept") or not entry.get("max_mb"):
        yield f"{name}: a file item says what it accepts (`accept`, `max_mb`)"


def _text(text: Any, where: str) -> Iterator[str]:
    if not isinstance(text, Mapping) or not text.get("en"):
        yield f"{where}: needs an English text, {{en: …}}"
        return
    for language, words in text.items():
        if not isinstance(words, str) or not words.strip():
            yield f"{where}: the text in {str(language)[:10]!r} is empty; quote a text that holds a comma or a colon"


def _notes(
    document: Mapping[str, Any], library: Mapping[str, Any], documents: Mapping[str, Mapping[str, Any]]
) -> Iterator[str]:
    yield from _untranslated("title", document.get("title"))
    for entry in (*_mappings(document.get("items")), *_mappings(document.get("library"))):
        name = f"item {entry.get('id') or entry.get('use')}"
        # What an item of the library has already is not asked of the file that uses it.
        wanted = [each for each in ("title", "question", "why", "privacy") if "use" not in entry or each in entry]
        for part in wanted:
            if part != "privacy" or entry.get(part):
                yield from _untranslated(f"{name}: {part}", entry.get(part))
        for platform, steps in (entry.get("how") or {}).items():
            yield from _untranslated(f"{name}: how: {platform}", steps if isinstance(steps, Mapping) else {"en": steps})
    resolved = [{**library.get(str(each.get("use")), {}), **each} for each in _mappings(document.get("items"))]
    steps = [each for each in resolved if each.get("kind") != "derived" and each.get("audience") != "analyst"]
    if len(steps) > MAX_CUSTOMER_STEPS:
        yield f"note: {len(steps)} steps for the customer; at most {MAX_CUSTOMER_STEPS} are finished in practice"


def _untranslated(where: str, texts: Any) -> Iterator[str]:
    missing = [each for each in LANGUAGES if each not in (texts if isinstance(texts, Mapping) else {})]
    if missing:
        yield f"note: {where} has no text in {', '.join(missing)}; English is shown"


def _mappings(value: Any) -> list[Mapping[str, Any]]:
    return [each for each in value if isinstance(each, Mapping)] if isinstance(value, list) else []
