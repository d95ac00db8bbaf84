"""Which calls reproduce the failure: the shortest sequence that leads to it, and the failing call alone.

Enters: the evidence of a case. Leaves: a `Plan`. The sequence holds what the failing call rests on: the page and script
that started it, redirects on the way, and earlier calls whose answers set a value that it sends.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from diagpack.model.capture import Capture, captures, stated_hosts
from diagpack.model.evidence import EvidenceSet
from diagpack.model.exchange import Exchange
from diagpack.model.failure import Failure, failures
from diagpack.model.repro import PSEUDONYM, Call, Slots, Variable, call_of

MAX_STEPS: Final = 8
_COOKIE_NAME = re.compile(r"\s*([^=;\s]+)=")


@dataclass(frozen=True, slots=True)
class Plan:
    """What to send. `steps` ends with `single`, the failing call. `why` says why it counts as failed."""

    capture: str
    steps: tuple[Call, ...]
    single: Call
    why: str
    variables: tuple[Variable, ...]
    failing: Exchange
    is_auth_stripped: bool = False
    notes: tuple[str, ...] = ()


def plan_of(evidence: EvidenceSet, hosts: Iterable[str] | None = None) -> Plan | None:
    """The plan for the most important failing call of a case; None when nothing that can be sent failed.

    `hosts` defaults to those the case names; secrets have slots for these only.
    """
    named = tuple(hosts) if hosts is not None else stated_hosts(evidence)
    best: tuple[int, Capture, Exchange, Failure] | None = None
    for capture in captures(evidence):
        for exchange, failure in failures(capture.exchanges, capture.party):
            if (best is None or failure.rank < best[0]) and call_of(exchange, "", Slots(())) is not None:
                best = (failure.rank, capture, exchange, failure)
    if best is None:
        return None
    _, capture, exchange, failure = best
    return _plan(capture, exchange, failure.reason, named)


def plan_entry(evidence: EvidenceSet, artifact: str, index: int, hosts: Iterable[str] | None = None) -> Plan | None:
    """The plan for one named exchange; None when it does not exist or cannot be sent."""
    named = tuple(hosts) if hosts is not None else stated_hosts(evidence)
    for capture in captures(evidence):
        for exchange in capture.exchanges:
            if capture.artifact == artifact and exchange.index == index:
                return _plan(capture, exchange, "chosen by the analyst", named)
    return None


def _plan(capture: Capture, failing: Exchange, why: str, hosts: tuple[str, ...]) -> Plan | None:
    is_stripped = bool(capture.facts.get("is_auth_stripped"))
    slots = Slots(hosts)
    chosen = [*_leads(capture, failing), failing]
    calls = [call_of(each, str(capture.ref(each)), slots, is_auth_stripped=is_stripped) for each in chosen]
    single = calls[-1]
    if single is None:
        return None
    notes = []
    if not hosts:
        notes.append(
            "The case names no hosts (environment.hosts), so no secret has a variable and none is sent; "
            "name them and run collect again."
        )
    if is_stripped:
        notes.append("Authentication was stripped at capture (a “sanitized” HAR): supply your own.")
    return Plan(
        capture=str(capture.artifact),
        steps=tuple(each for each in calls if each is not None),
        single=single,
        why=why,
        variables=slots.variables,
        failing=failing,
        is_auth_stripped=is_stripped,
        notes=tuple(notes),
    )


def _leads(capture: Capture, failing: Exchange) -> list[Exchange]:
    """Earlier exchanges of the product that the failing one rests on, in order, the nearest kept."""
    earlier = [
        each
        for each in capture.exchanges
        if each.index < failing.index and each.method != "OPTIONS" and not each.is_static and each.status > 0
    ]
    wanted = {each.index for each in capture.causes(failing)}
    wanted |= {each.index for each in _givers(earlier, failing)}
    found = [each for each in earlier if each.index in wanted and capture.party.includes(each.host)]
    return found[-(MAX_STEPS - 1) :]


def _givers(earlier: list[Exchange], failing: Exchange) -> list[Exchange]:
    """For each pseudonym and cookie the call sends, the last earlier answer that carried it."""
    sent = " ".join([failing.url, failing.request_body or "", *(value for _, value in failing.request_headers)])
    tokens = {match[0] for match in PSEUDONYM.finditer(sent)}
    cookies = set(_COOKIE_NAME.findall(failing.request_header("cookie").replace(";", "; ")))
    givers: list[Exchange] = []
    for each in reversed(earlier):
        set_here = {name for value in _set_cookies(each) for name in _COOKIE_NAME.findall(value)[:1]}
        answer = " ".join([each.response_text or "", *(value for _, value in each.response_headers)])
        given = {token for token in tokens if token in answer}
        if given or set_here & cookies:
            givers.append(each)
            tokens -= given
            cookies -= set_here
    return givers


def _set_cookies(exchange: Exchange) -> list[str]:
    return [value for name, value in exchange.response_headers if name.lower() == "set-cookie"]
