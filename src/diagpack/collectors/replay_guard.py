"""What may be sent, and where to.

Enters: calls and a policy. Leaves: nothing, or a UsageError that names what is in the way. Everything is checked before
the first byte is sent. Source: RFC 9110, 9.2.1 (safe methods).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from diagpack.errors import UsageError
from diagpack.model.exchange import host_of, origin_of
from diagpack.model.repro import Call, Slots


@dataclass(frozen=True, slots=True)
class ReplayPolicy:
    """`hosts` are those of the case and the team profile; `production` those where a change ID is needed.

    `base_url` sends the calls of `moved_origin` (empty: all) to another origin (staging), which must be among `hosts`.
    `allow_unsafe` names methods.
    """

    hosts: tuple[str, ...]
    production: tuple[str, ...] = ()
    base_url: str = ""
    moved_origin: str = ""
    allow_unsafe: frozenset[str] = frozenset()
    change_id: str = ""
    runs: int = 3
    timeout_seconds: float = 30.0
    proxy: str = ""
    ca_file: Path | None = None
    client_certificate: Path | None = None
    client_key: Path | None = None


def target_of(call: Call, policy: ReplayPolicy) -> str:
    """The origin a call is sent to."""
    return target_of_origin(call.origin, policy)


def target_of_origin(origin: str, policy: ReplayPolicy) -> str:
    """`base_url` stands in for the origin of the failing call; calls to others (a sign-in) keep theirs."""
    is_moved = policy.base_url and policy.moved_origin in ("", origin)
    return origin_of(policy.base_url) if is_moved else origin


def check(calls: Sequence[Call], policy: ReplayPolicy, confirm: Callable[[str], str]) -> None:
    """Raises UsageError: DP520 host, DP521 method, DP522 not confirmed, DP523 production, DP525 body, DP527 runs."""
    if not 1 <= policy.runs <= 20:
        raise UsageError("DP527", "a repro runs 1 to 20 times", hint="use --runs 3")
    hosts = Slots(policy.hosts)
    for call in calls:
        origin = target_of(call, policy)
        if not origin or not hosts.trusts(origin):
            raise UsageError(
                "DP520",
                f"the host of {call.ref} is not one that the case or the team profile names",
                hint="add it to environment.hosts in case.yaml, or use --base-url with a host that is there",
            )
        if call.is_body_incomplete:
            raise UsageError(
                "DP525",
                f"the body of {call.ref} is incomplete in the capture",
                hint="complete it in repro/bodies and send it with repro.sh",
            )
        _check_production(call, origin, policy)
        _check_method(call, origin, policy, confirm)


def _check_production(call: Call, origin: str, policy: ReplayPolicy) -> None:
    if not policy.production or policy.change_id.strip():
        return
    host = host_of(origin)
    if any(_is_host(host, each) for each in policy.production):
        raise UsageError(
            "DP523", f"{call.ref} goes to a host marked as production", hint="name the approved change with --change ID"
        )


def _is_host(host: str, named: str) -> bool:
    named = (host_of(named) if "://" in named else named.split(":")[0]).strip().lower().removeprefix("*.")
    return host == named or host.endswith("." + named)


def _check_method(call: Call, origin: str, policy: ReplayPolicy, confirm: Callable[[str], str]) -> None:
    if call.is_safe:
        return
    if call.method not in policy.allow_unsafe:
        raise UsageError(
            "DP521",
            f"{call.ref} is a {call.method} that may change data",
            hint=f"send it to a test system with --allow-unsafe {call.method}",
        )
    times = "once" if policy.runs == 1 else f"{policy.runs} times"
    typed = confirm(f"{call.method} {call.ref} at {origin} may change data. Type {call.method} to send it {times}")
    if typed.strip() != call.method:
        raise UsageError("DP522", f"{call.ref} was not confirmed", hint=f"type {call.method} when asked")
