"""Hostile evidence for the renderers' tests: payloads, and an escalation with one in every field.

Enters: an escalation. Leaves: the same one with every string replaced, evidence sealed again.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass, replace
from datetime import datetime
from enum import Enum
from typing import Any

from diagpack.model.escalation import Escalation
from diagpack.model.evidence import EvidenceSet
from diagpack.model.redacted import RedactedArtifact, thawed
from diagpack.model.ref import EvidenceRef, Pointer
from tests.render.escalations import escalation
from tests.support import evidence as support

_MARK = "window.pwned=(window.pwned||0)+1"

PAYLOADS = (
    f"<script>{_MARK}</script>",
    f"</script><script>{_MARK}</script>",
    f"</style><script>{_MARK}</script>",
    f"</title><script>{_MARK}</script>",
    f"</textarea><script>{_MARK}</script>",
    f"--><script>{_MARK}</script>",
    f"]]><script>{_MARK}</script>",
    f"<!--<script>{_MARK}</script>",
    f"<img src=x onerror={_MARK}>",
    f"\"><img src=x onerror='{_MARK}'>",
    f"'><img src=x onerror=\"{_MARK}\">",
    f"<img src=x:x onerror\x0b={_MARK}>",
    f"<svg onload={_MARK}>",
    f"<svg><script>{_MARK}</script></svg>",
    f"<svg><animate onbegin={_MARK} attributeName=x dur=1s>",
    f"<svg><a xlink:href='javascript:{_MARK}'><text y=20>x</text></a></svg>",
    f"<svg><use href='data:image/svg+xml,<svg id=x onload={_MARK}>#x'/>",
    f"<math><mi xlink:href='javascript:{_MARK}'>x</mi></math>",
    f"<body onload={_MARK}>",
    f"<iframe src='javascript:{_MARK}'></iframe>",
    f"<iframe srcdoc='<script>parent.{_MARK}</script>'></iframe>",
    f"<object data='javascript:{_MARK}'></object>",
    f"<embed src='javascript:{_MARK}'>",
    f"<a href='javascript:{_MARK}'>x</a>",
    f"<a href='JaVaScRiPt:{_MARK}'>x</a>",
    f"<a href='&#106;avascript:{_MARK}'>x</a>",
    f"<a href='java\tscript:{_MARK}'>x</a>",
    f"<form action='javascript:{_MARK}'><input type=submit autofocus></form>",
    f"<input autofocus onfocus={_MARK}>",
    f"<select autofocus onfocus={_MARK}>",
    f"<details open ontoggle={_MARK}>",
    f"<video><source onerror={_MARK}></video>",
    f"<audio src=x onerror={_MARK}>",
    f"<marquee onstart={_MARK}>x</marquee>",
    f"<meta http-equiv=refresh content=\"0;url=javascript:{_MARK}\">",
    "<base href='https://evil.test/'>",
    "<link rel=stylesheet href='https://evil.test/x.css'>",
    "<style>@import 'https://evil.test/x.css'; body{display:none}</style>",
    "<div style=\"background:url('https://evil.test/x.png')\">",
    f"<template><script>{_MARK}</script></template>",
    f"<noscript><p title=\"</noscript><img src=x onerror={_MARK}>\">",
    f"\" autofocus onfocus={_MARK} x=\"",
    f"' onmouseover='{_MARK}",
    f"javascript:{_MARK}",
    f"data:text/html,<script>{_MARK}</script>",
    f"{{{{ ''.__class__.__mro__ }}}} {{% set x = 1 %}}{_MARK}",
    f"${{{_MARK}}} `{_MARK}`",
    f"\u202e>tpircs/<{_MARK}>tpircs<\u202c",
    f"\x1b]8;;https://evil.test\x07{_MARK}\x1b[2J\x00",
    f"&lt;script&gt;{_MARK}&lt;/script&gt;",
    f"%3Cscript%3E{_MARK}%3C/script%3E",
    f"\ufeff<script\x00>{_MARK}</script>",
    f"<scr\u200bipt>{_MARK}</script>",
    f"<x contenteditable onblur={_MARK}>y</x>",
    f"![x](javascript:{_MARK})",
    f"[x](javascript:{_MARK})\n\n<script>{_MARK}</script>",
    f"# h\n```\n</code></pre><script>{_MARK}</script>",
    "{noformat}{html}<script>1</script>{html}[~admin]!https://evil.test/x.png!{color:red}",
    "|| a || b ||\nh1. big\n----\n[click|javascript:alert(1)]",
    "\ud800 lone surrogate \udfff",
)  # fmt: skip

# Fields that are chosen by the program, never by evidence.
_KEPT = frozenset({"case_id", "package_id", "kind", "media_type", "artifact", "policy_sha256"})


def poisoned(payload: Callable[[str], str], base: Escalation | None = None) -> Escalation:
    """Every string of an escalation and of its evidence run through `payload`."""
    base = base or escalation()
    artifacts = [_artifact(each, payload) for each in base.evidence]
    missing = tuple(_poison(each, payload) for each in base.evidence.missing)
    rest = {
        each.name: _poison(getattr(base, each.name), payload)
        for each in fields(base)
        if each.name not in ("evidence", "case_id", "package_id")
    }
    return replace(base, evidence=EvidenceSet(artifacts, missing), **rest)


def rotation(start: int, each: int = 6) -> Callable[[str], str]:
    """Successive groups of payloads, so that with every `start` each field gets every payload once."""
    state = {"at": start}

    def payload(_: str) -> str:
        at = state["at"]
        state["at"] += 1
        return " ".join(PAYLOADS[(at * each + number) % len(PAYLOADS)] for number in range(each))

    return payload


def _artifact(artifact: RedactedArtifact, payload: Callable[[str], str]) -> RedactedArtifact:
    number = int(artifact.id.rpartition("-")[2])
    facts = _clean(_poison(thawed(artifact.facts), payload))
    if artifact.media_type == "application/jsonl":
        records = [json.loads(line) for line in artifact.text().splitlines()]
        content: Any = "".join(json.dumps(_poison(each, payload, {"source"})) + "\n" for each in records)
    elif artifact.media_type.endswith("json"):
        kept = {"method"} if artifact.kind == "har" else set()
        content = json.dumps(_poison(artifact.json(), payload, kept))
    else:
        content = "\n".join(_clean(payload(line)) for line in artifact.text().splitlines())
    return support.make_artifact(artifact.kind, content, number=number, facts=facts, media_type=artifact.media_type)


def _clean(value: Any) -> Any:
    """Lone surrogates cannot be sealed or stored as UTF-8; JSON escapes carry them, plain text does not."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, list):
        return [_clean(each) for each in value]
    return {_clean(key): _clean(each) for key, each in value.items()} if isinstance(value, dict) else value


def _poison(value: Any, payload: Callable[[str], str], kept: set[str] | frozenset[str] = frozenset()) -> Any:
    if isinstance(value, EvidenceRef):
        return EvidenceRef(value.artifact, Pointer(f"/{payload('')}")) if isinstance(value.place, Pointer) else value
    if isinstance(value, str):
        return payload(value)
    if isinstance(value, Enum | datetime | bool | int | float) or value is None:
        return value
    if is_dataclass(value) and not isinstance(value, type):
        changes = {
            each.name: _poison(getattr(value, each.name), payload) for each in fields(value) if each.name not in _KEPT
        }
        return replace(value, **changes)
    if isinstance(value, Mapping):
        return {key: each if key in kept else _poison(each, payload, kept) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(_poison(each, payload, kept) for each in value)
    return value
