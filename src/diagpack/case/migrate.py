"""Older layouts of `case.yaml`, brought to the present one in memory; the file itself stays as the analyst wrote it.

Enters: a document and its `schema`. Leaves: a document of the present schema. Each function takes one step.
"""

from collections.abc import Callable
from typing import Any, Final

from diagpack.case.yaml_text import refused

SCHEMA: Final = "diagpack.case/1"
_Document = dict[str, Any]


def migrate(document: _Document) -> _Document:
    """Raises UsageError (DP610) when the schema is not known (a file of a newer diagpack, or none of ours)."""
    schema = document.get("schema", SCHEMA)
    while schema != SCHEMA:
        step = _STEPS.get(schema) if isinstance(schema, str) else None
        if step is None:
            raise refused(f"its `schema` is not one that this version knows (expected {SCHEMA})")
        document = step(dict(document))
        schema = document["schema"]
    return document


def _from_0(document: _Document) -> _Document:
    """0 had the window flat, `product` and `browser` at the top, and `customer_name` as one text."""
    flat = (("start", "incident_start"), ("end", "incident_end"))
    window = {name: document.pop(old) for name, old in flat if old in document}
    if window:
        document["window"] = window
    environment = dict(document.get("environment") or {})
    for old, name in (("product", "product_version"), ("browser", "browser"), ("region", "region")):
        if old in document:
            environment.setdefault(name, document.pop(old))
    if environment:
        document["environment"] = environment
    if "customer_name" in document:
        name = document.pop("customer_name")
        document["companies"] = [*(document.get("companies") or []), *([name] if name else [])]
    document["schema"] = "diagpack.case/1"
    return document


_STEPS: Final[dict[str, Callable[[_Document], _Document]]] = {"diagpack.case/0": _from_0}
