"""Loads checklists: the ones that ship with the program and a team's own.

Enters: YAML files of schema `diagpack.checklist/1` (docs/checklists.md). Leaves: `Checklist` values by id, with
`includes` and `use` resolved. `lint_checklist` says what is wrong with one file, in words.
"""

from collections.abc import Mapping, Sequence
from importlib import resources
from pathlib import Path
from typing import Any

from diagpack.assess.checklist_lint import lint_document
from diagpack.assess.documents import parse_yaml, read_yaml
from diagpack.errors import UsageError
from diagpack.model.checklist import Checklist, Clue, Item

SHARED = "base"


def load_checklists(extra: Sequence[Path] = ()) -> Mapping[str, Checklist]:
    """Every checklist by id; a file of `extra` replaces a built-in one of the same id.

    Raises UsageError (DP301) with the first fault of a file that does not pass the lint.
    """
    documents = _built_in()
    for path in _files(extra):
        document = read_yaml(path, "DP301", "checklist")
        found = lint_document(document, _library(documents), documents)
        if found:
            raise UsageError("DP301", f"checklist {path.name}: {found[0]}", hint="run: diagpack checklist lint FILE")
        documents[document["id"]] = document
    library = _library(documents)
    return {each: _checklist(document, library, documents) for each, document in sorted(documents.items())}


def lint_checklist(path: Path) -> list[str]:
    """What is wrong with one checklist file, one sentence each; lines that start with "note:" do not stop a load."""
    try:
        document = read_yaml(path, "DP301", "checklist")
    except UsageError as error:
        return [error.message]
    documents = _built_in()
    return lint_document(document, _library(documents), documents, notes=True)


def _files(extra: Sequence[Path]) -> list[Path]:
    found: list[Path] = []
    for path in extra:
        found += sorted(path.glob("*.yaml")) if path.is_dir() else [path]
    return found


def _built_in() -> dict[str, Mapping[str, Any]]:
    folder = resources.files("diagpack.checklists")
    names = sorted(each.name for each in folder.iterdir() if each.name.endswith(".yaml"))
    documents = [parse_yaml(folder.joinpath(name).read_text("utf-8"), "DP301", name) for name in names]
    return {each["id"]: each for each in documents}


def _library(documents: Mapping[str, Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    """Items by id that `use` may name: the library of the shared checklist."""
    return {each["id"]: each for each in documents.get(SHARED, {}).get("library", ())}


def _checklist(
    document: Mapping[str, Any], library: Mapping[str, Any], documents: Mapping[str, Mapping[str, Any]]
) -> Checklist:
    items = [_item(each, library) for each in document.get("items", ())]
    seen = {each.id for each in items}
    for name in document.get("includes", ()):
        items += [_item(each, library) for each in documents[name].get("items", ()) if each.get("id") not in seen]
    return Checklist(
        id=document["id"],
        title=document["title"],
        items=tuple(items),
        clues=tuple(Clue(int(each["points"]), each["by"], each["because"]) for each in document.get("recognise", ())),
        audience=document.get("audience", "customer"),
        minutes=int(document.get("minutes", 5)),
        hosts=tuple(document.get("hosts", ())),
        window=document.get("window", {}),
        draft_languages=tuple(document.get("draft_languages", ())),
    )


def _item(entry: Mapping[str, Any], library: Mapping[str, Any]) -> Item:
    if "use" in entry:
        entry = {**library[entry["use"]], **{key: value for key, value in entry.items() if key != "use"}}
    skip = entry.get("skip", {})
    return Item(
        id=entry["id"],
        kind=entry["kind"],
        title=entry["title"],
        question=entry["question"],
        why=entry["why"],
        privacy=entry.get("privacy", {}),
        how=_how(entry.get("how", {})),
        met_by=tuple(entry.get("met_by", ())),
        partly_by=tuple(entry.get("partly_by", ())),
        when=entry.get("when", ""),
        is_required=bool(entry.get("required", True)),
        can_skip=bool(skip.get("allowed", True)),
        skip_reasons=tuple(skip.get("reasons", ())),
        audience=entry.get("audience", "customer"),
        options=tuple(entry.get("options", ())),
        accept=tuple(entry.get("accept", ())),
        max_mb=int(entry.get("max_mb", 0)),
        minutes=int(entry.get("minutes", 1)),
        validate=tuple(_validator(each) for each in entry.get("validate", ())),
        on_fail=entry.get("on_fail", {}),
        redact=entry.get("redact", ""),
        evidence=entry.get("evidence", {}),
    )


def _how(how: Mapping[str, Any]) -> dict[str, dict[str, tuple[str, ...]]]:
    """Steps by platform and language; a bare list is English."""
    return {
        platform: {"en": tuple(steps)}
        if isinstance(steps, list)
        else {language: tuple(each) for language, each in steps.items()}
        for platform, steps in how.items()
    }


def _validator(entry: Any) -> tuple[str, Mapping[str, Any]]:
    if isinstance(entry, str):
        return entry, {}
    name, parameters = next(iter(entry.items()))
    return name, parameters
