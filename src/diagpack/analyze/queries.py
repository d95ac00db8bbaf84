"""A ready log query for each request ID.

Enters: an ID, a window and templates (YAML; teams add their own). Leaves: one query for each engine. Not a rule.
"""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib import resources
from typing import Final

import yaml

from diagpack.model.request_ids import spellings

# What no query language and no shell gives a meaning to inside quotes.
_PLAIN: Final = re.compile(r"[A-Za-z0-9_:.=+/@~-]{4,200}", re.ASCII)
_PLACE: Final = re.compile(r"\{(\w+)\}", re.ASCII)
MAX_SPELLINGS: Final = 6


def built_in() -> dict[str, str]:
    """The templates that ship with diagpack, by engine."""
    text = resources.files("diagpack.analyze").joinpath("queries.yaml").read_text("utf-8")
    return {str(name): str(template) for name, template in yaml.safe_load(text).items()}


def queries(id: str, start: datetime, end: datetime, templates: Mapping[str, str] | None = None) -> dict[str, str]:
    """Queries for one ID between two aware times; `templates` are added to the built-in ones, or replace them by name.

    Empty when the ID holds characters that a query language could act on.
    """
    if _PLAIN.fullmatch(id) is None:
        return {}
    forms = [each for each in spellings(id) if _PLAIN.fullmatch(each)][:MAX_SPELLINGS]
    values = _values(id, forms, start.astimezone(UTC), end.astimezone(UTC))
    known = {**built_in(), **(templates or {})}
    return {
        name: _PLACE.sub(lambda match: values.get(match[1], match[0]), template) for name, template in known.items()
    }


def _values(id: str, forms: list[str], start: datetime, end: datetime) -> dict[str, str]:
    any_or = " OR ".join(f'"{each}"' for each in forms)
    any_re = "|".join(re.escape(each).replace("/", "\\/") for each in forms)
    values = {
        "id": id,
        "any_or": any_or,
        "any_or_json": json.dumps(any_or),
        "any_re": any_re,
        "any_re_json": json.dumps("|".join(re.escape(each) for each in forms)),
    }
    for name, moment in (("start", start), ("end", end)):
        seconds = int(moment.timestamp())
        values[name] = moment.strftime("%Y-%m-%dT%H:%M:%SZ")
        values[f"{name}_s"] = str(seconds)
        values[f"{name}_ms"] = str(seconds * 1000)
        values[f"{name}_ns"] = str(seconds * 10**9)
    return values
