"""The environment of the failure: browser, system, versions, region, proxy, clock, settings.

Enters: the scene. Leaves: facts by name, each a sentence part with its citations. What the evidence shows stands before
what the case states; where the two differ, both are shown.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, Final

from diagpack.assess.conditions import Scene, case_refs
from diagpack.assess.view import short
from diagpack.model.assessment import Cited
from diagpack.model.inspectors import is_inspector
from diagpack.model.redacted import RedactedArtifact
from diagpack.model.ref import EvidenceRef, HarEntry, Pointer, Whole

SKEW_SHOWN_SECONDS: Final = 2.0
_PROXY_HEADERS: Final = ("via", "x-bluecoat-via", "x-squid-error", "proxy-authenticate", "x-zscaler-request-id")
# Order matters: Edge and Opera also say "Chrome", and Chrome also says "Safari".
_BROWSERS: Final = (
    ("Edge", re.compile(r"\bEdg(?:e|A|iOS)?/(\d+)", re.ASCII)),
    ("Opera", re.compile(r"\bOPR/(\d+)", re.ASCII)),
    ("Firefox", re.compile(r"\b(?:Firefox|FxiOS)/(\d+)", re.ASCII)),
    ("Chrome", re.compile(r"\b(?:Chrome|CriOS)/(\d+)", re.ASCII)),
    ("Safari", re.compile(r"\bVersion/(\d+[.\d]*) .*Safari/", re.ASCII)),
)
_SYSTEMS: Final = (
    ("Windows", re.compile(r"Windows NT (\d+[.\d]*)", re.ASCII)),
    ("Android", re.compile(r"Android (\d+[.\d]*)", re.ASCII)),
    ("iOS", re.compile(r"(?:iPhone|CPU) OS (\d+[_\d]*)", re.ASCII)),
    ("macOS", re.compile(r"Mac OS X (\d+[_.\d]*)", re.ASCII)),
    ("Linux", re.compile(r"(Linux)", re.ASCII)),
)


def environment(scene: Scene) -> dict[str, Cited]:
    """Facts by name, in a fixed order."""
    found: dict[str, Cited] = {}
    for name, cited in (*_stored(scene), *_browser(scene), *_clock(scene), *_path(scene), *_settings(scene)):
        found.setdefault(name, cited)
    for name, cited in _stated(scene):
        if name not in found:
            found[name] = cited
        elif cited.text.lower() not in found[name].text.lower() and found[name].text.lower() not in cited.text.lower():
            both = f"{found[name].text}; the case states {cited.text}"
            found[name] = Cited(both, (*found[name].refs, *cited.refs))
    return dict(sorted(found.items()))


def _stored(scene: Scene) -> Iterator[tuple[str, Cited]]:
    """Facts of `environment` artifacts: each `{value, refs}`."""
    for artifact in scene.evidence.of_kind("environment"):
        document = scene.evidence.json(artifact)
        prefix = "/facts" if isinstance(document, Mapping) and isinstance(document.get("facts"), Mapping) else ""
        facts = document["facts"] if prefix else document
        for name, fact in facts.items() if isinstance(facts, Mapping) else ():
            value = fact.get("value") if isinstance(fact, Mapping) else fact
            if value in (None, "", [], {}):
                continue
            own = EvidenceRef(artifact.id, Pointer(f"{prefix}/{name}"))
            refs = [own, *_parsed(fact.get("refs", ()) if isinstance(fact, Mapping) else ())]
            yield str(name), Cited(_shown(value), tuple(each for each in refs if scene.evidence.resolve(each)))


def _browser(scene: Scene) -> Iterator[tuple[str, Cited]]:
    agents = Counter(each.user_agent for each in scene.exchanges if each.user_agent and not each.is_replay)
    if agents:
        agent = agents.most_common(1)[0][0][:1000]
        yield from _of_agent(agent, next(each.ref for each in scene.exchanges if each.user_agent[:1000] == agent))
    # Without a recording, the browser in which the customer opened the collector.
    for artifact in scene.evidence.of_kind("guided"):
        document = scene.evidence.json(artifact)
        around = document.get("surroundings") if isinstance(document, Mapping) else None
        if isinstance(around, Mapping) and isinstance(around.get("user_agent"), str):
            ref = EvidenceRef(artifact.id, Pointer("/surroundings/user_agent"))
            yield from _of_agent(around["user_agent"][:1000], ref)


def _of_agent(agent: str, ref: EvidenceRef) -> Iterator[tuple[str, Cited]]:
    for name, patterns in (("browser", _BROWSERS), ("os", _SYSTEMS)):
        for label, pattern in patterns:
            match = pattern.search(agent)
            if match:
                version = "" if label == "Linux" else f" {match.group(1).replace('_', '.')}"
                yield name, Cited(label + version, (ref,))
                break


def _clock(scene: Scene) -> Iterator[tuple[str, Cited]]:
    for artifact in scene.evidence.of_kind("har"):
        skew = artifact.facts.get("skew_seconds")
        if isinstance(skew, int | float) and abs(skew) < 1e9:
            yield "time skew", Cited(skew_words(float(skew)), (EvidenceRef(artifact.id),))
            return


def skew_words(seconds: float) -> str:
    """How far the customer's clock is off, in words."""
    if abs(seconds) < SKEW_SHOWN_SECONDS:
        return "the recording and the servers agree (within 2 s)"
    amount = f"{abs(seconds):.0f} s" if abs(seconds) < 120 else f"{round(abs(seconds) / 60, 1):g} min"
    side = "ahead of" if seconds > 0 else "behind"
    return f"the recording is {amount} {side} the servers; times here are the servers'"


def _path(scene: Scene) -> Iterator[tuple[str, Cited]]:
    """Signs of something between the customer and the product."""
    for each in scene.exchanges:
        name = next((header for header in _PROXY_HEADERS if each.response_headers.get(header)), None)
        if name and each.is_first_party:
            yield "proxy", Cited(f"{name}: {short(each.response_headers[name], 120)}", (each.ref,))
            break
    yield from _issuer(scene)
    for finding in scene.findings:
        if "tls" in finding.id and "inspect" in finding.id and finding.refs:
            yield "tls inspection", Cited(short(finding.statement, 240), finding.refs[:2])
            return


def _issuer(scene: Scene) -> Iterator[tuple[str, Cited]]:
    """Who issued the product's certificate as the browser saw it (Chromium and Playwright record it)."""
    own = {each.ref: each.host for each in scene.exchanges if each.is_first_party}
    for artifact in scene.evidence.of_kind("har"):
        for entry in scene.evidence.entries(artifact):
            details, index = entry.get("_securityDetails"), entry.get("_dpEntry")
            issuer = details.get("issuer") if isinstance(details, Mapping) else None
            ref = EvidenceRef(artifact.id, HarEntry(index)) if isinstance(index, int) else None
            if not isinstance(issuer, str) or not issuer or ref not in own:
                continue
            yield "tls issuer", Cited(short(issuer, 160), (ref,))
            if is_inspector(issuer):
                words = f"the certificate of {short(own[ref], 80)} was issued by {short(issuer, 160)}"
                yield "tls inspection", Cited(words, (ref,))
            return


def _settings(scene: Scene) -> Iterator[tuple[str, Cited]]:
    for artifact in scene.evidence.of_kind("config"):
        document = scene.evidence.json(artifact)
        for name, value in list(document.items())[:30] if isinstance(document, Mapping) else ():
            if isinstance(value, str | int | float | bool):
                yield f"setting {short(str(name), 60)}", Cited(_shown(value), (_at(artifact, str(name)),))
    for artifact in scene.evidence.of_kind("console"):
        count = sum(1 for each in scene.evidence.records(artifact) if each.get("level") in ("error", "ERROR"))
        yield "console", Cited(f"{count} errors in the browser console", (EvidenceRef(artifact.id, Whole()),))


def _at(artifact: RedactedArtifact, name: str) -> EvidenceRef:
    escaped = name.replace("~", "~0").replace("/", "~1")
    is_plain = re.fullmatch(r"[^\]\s]*", escaped) is not None
    return EvidenceRef(artifact.id, Pointer(f"/{escaped}") if is_plain else Whole())


def _stated(scene: Scene) -> Iterator[tuple[str, Cited]]:
    stated = scene.case.get("environment")
    for name, value in stated.items() if isinstance(stated, Mapping) else ():
        if value not in (None, "", [], {}):
            refs = case_refs(scene.evidence, f"/environment/{name}")
            yield str(name), Cited(_shown(value), refs)


def _shown(value: Any) -> str:
    if isinstance(value, list | tuple):
        return short(", ".join(map(str, value)), 300)
    if isinstance(value, Mapping):
        return short(", ".join(f"{name} ({each})" for name, each in value.items()), 300)
    if isinstance(value, bool):
        return "on" if value else "off"
    return short(str(value), 300)


def _parsed(refs: Any) -> list[EvidenceRef]:
    found = []
    for each in refs if isinstance(refs, list | tuple) else ():
        try:
            found.append(EvidenceRef.parse(str(each)))
        except ValueError:
            continue
    return found
