"""Sends the failing call again, safely, and says whether it still fails.

Enters: a plan, a policy (which hosts, which methods) and a source of secrets. Leaves: exchanges in the shape of an
`api` artifact (the request with its pseudonyms, never with the secret that was sent) and a verdict such as
"reproduced 3 of 3". Not a plug-in: `diagpack repro --run` and `diagpack validate --run` call it.
"""

import base64
import json
import secrets
import ssl
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import quote

import httpx

from diagpack.collectors.replay_errors import reason_of
from diagpack.collectors.replay_guard import ReplayPolicy, check, target_of, target_of_origin
from diagpack.errors import RemoteError, UsageError
from diagpack.model.capture import from_api
from diagpack.model.compare import Verdict, differences, is_same_failure
from diagpack.model.exchange import Exchange
from diagpack.model.failure import classify
from diagpack.model.id_harvest import REQUEST, harvest, is_id_name
from diagpack.model.party import Party
from diagpack.model.repro import Call, Slot, Template, Variable
from diagpack.model.repro_plan import Plan

MAX_ANSWER: Final = 2 << 20
SecretSource = Callable[[Variable], str]


@dataclass(frozen=True, slots=True)
class Run:
    """One sending of the failing call. `status` is 0 when there was no answer; `error` then names the reason.

    `other_failure` says how it failed when that was not as captured: a fresh 401 does not mean that a 500 is gone.
    """

    number: int
    status: int
    duration_ms: float
    is_reproduced: bool
    differences: tuple[str, ...]
    request_ids: tuple[str, ...]
    error: str = ""
    other_failure: str = ""


@dataclass(frozen=True, slots=True)
class Replay:
    """The verdict and its evidence; `exchanges` are those of an `api` artifact."""

    runs: tuple[Run, ...]
    exchanges: tuple[Mapping[str, Any], ...]
    origin: str
    verdict: Verdict
    sentence: str

    @property
    def is_reproduced(self) -> bool:
        return self.verdict is Verdict.REPRODUCED


def replay(
    plan: Plan,
    policy: ReplayPolicy,
    *,
    secret: SecretSource,
    confirm: Callable[[str], str],
    case_id: str,
    version: str = "",
    is_sequence: bool = False,
    transport: httpx.BaseTransport | None = None,
) -> Replay:
    """Send the call `policy.runs` times.

    `secret` returns the value of a variable, or an empty text. `confirm` is given a sentence and returns what was
    typed; the method's name is what lets an unsafe call through. Raises UsageError DP520 to DP526 before anything is
    sent, RemoteError DP530 when no run got an answer.
    """
    calls = plan.steps if is_sequence else (plan.single,)
    policy = replace(policy, moved_origin=plan.single.origin)
    check(calls, policy, confirm)
    # Sent to another origin, a secret is asked for (and looked up in the keyring) under that origin's name.
    variables = tuple(replace(each, origin=target_of_origin(each.origin, policy)) for each in plan.variables)
    values = _values(calls, variables, secret)
    runs: list[Run] = []
    exchanges: list[Mapping[str, Any]] = []
    with _client(policy, transport) as client:
        for number in range(1, policy.runs + 1):
            for call in calls:
                made = _send(client, call, policy, values, case_id, number)
                exchanges.append(made)
            runs.append(_judged(number, plan.failing, exchanges[-1], len(exchanges) - 1))
    if all(run.status == 0 for run in runs):
        words = f"none of {len(runs)} runs got an answer" if len(runs) > 1 else "no answer"
        raise RemoteError("DP530", f"{words}: {runs[0].error}", hint=_hint(exchanges[-1]))
    origin = target_of(plan.single, policy)
    verdict, words = _verdict(runs)
    on = f", on {version}" if version else ""
    return Replay(tuple(runs), tuple(exchanges), origin, verdict, f"{words} at {origin}{on}")


def _verdict(runs: list[Run]) -> tuple[Verdict, str]:
    """One verdict for all runs; runs without an answer are counted apart, they show nothing."""
    failed = sum(run.is_reproduced for run in runs)
    otherwise = [run for run in runs if run.other_failure]
    silent = [run for run in runs if run.status == 0]
    unanswered = f", {len(silent)} got no answer ({silent[0].error})," if silent else ""
    if failed:
        return Verdict.REPRODUCED, f"reproduced {failed} of {len(runs)}{unanswered}"
    if otherwise:
        words = f"fails otherwise, {len(otherwise)} of {len(runs)}: {otherwise[0].other_failure}{unanswered or ','}"
        return Verdict.FAILS_OTHERWISE, words
    good = len(runs) - len(silent)
    return Verdict.NOT_REPRODUCED, f"not reproduced, {good} of {len(runs)} without the failure{unanswered or ','}"


def _hint(exchange: Mapping[str, Any]) -> str:
    return str(exchange["response"].get("comment") or "check network, proxy and host")


def _judged(number: int, captured: Exchange, made: Mapping[str, Any], index: int) -> Run:
    answered = from_api(made, index)
    found = sorted(harvest(answered, is_failing=True), key=lambda each: each.direction == REQUEST)
    is_same = answered.status > 0 and is_same_failure(captured, answered)
    failure = classify(answered, Party([answered.host]))
    return Run(
        number=number,
        status=answered.status,
        duration_ms=answered.duration_ms,
        is_reproduced=is_same,
        differences=differences(captured, answered) if answered.status > 0 else (),
        request_ids=tuple(dict.fromkeys(each.id for each in found)),
        error=answered.error,
        other_failure=failure.reason if failure is not None and answered.status > 0 and not is_same else "",
    )


def _values(calls: tuple[Call, ...], variables: tuple[Variable, ...], secret: SecretSource) -> dict[str, str]:
    """A value for every slot these calls use. Raises UsageError DP524 naming the first variable without one."""
    used = {slot.name for call in calls for slot in call.slots()}
    values = {}
    for each in variables:
        if each.name in used:
            value = secret(each)
            if not value or any(sign in value for sign in "\r\n\0"):
                raise UsageError(
                    "DP524",
                    f"{each.name} has no value that can be sent ({each.role}, for {each.origin})",
                    hint=f"set the environment variable {each.name}, or store it in the keyring",
                )
            values[each.name] = value
    return values


def _client(policy: ReplayPolicy, transport: httpx.BaseTransport | None) -> httpx.Client:
    try:
        context = ssl.create_default_context(cafile=str(policy.ca_file) if policy.ca_file else None)
        if policy.client_certificate is not None:
            key = str(policy.client_key) if policy.client_key else None
            context.load_cert_chain(str(policy.client_certificate), key)
    except (OSError, ssl.SSLError):
        raise UsageError("DP526", "the CA file or client certificate cannot be read", hint="give PEM files") from None
    # trust_env=False: no proxy, netrc or CA from the environment that nobody named.
    return httpx.Client(
        verify=context,
        proxy=policy.proxy or None,
        timeout=policy.timeout_seconds,
        follow_redirects=False,
        trust_env=False,
        transport=transport,
    )


def _send(
    client: httpx.Client, call: Call, policy: ReplayPolicy, values: dict[str, str], case_id: str, run: int
) -> dict[str, Any]:
    origin = target_of(call, policy)
    headers = _headers(call, values, case_id)
    body = call.body if isinstance(call.body, bytes) or call.body is None else _filled(call.body, values).encode()
    url = httpx.URL(origin).copy_with(raw_path=_filled(call.path, values).encode("ascii", "ignore"))
    request = httpx.Request(call.method, url, headers=headers, content=body)
    started, clock = datetime.now(UTC), time.perf_counter()
    try:
        response = client.send(request, stream=True)
        try:
            content = _limited(response)
        finally:
            response.close()
        answer = _answer(response, content, values, call)
    except httpx.HTTPError as error:
        reason, hint = reason_of(error)
        answer = {"status": 0, "statusText": "", "headers": [], "content": {"size": 0, "mimeType": ""}}
        answer.update(_error=reason, comment=hint)
    return {
        "request": _shown(call, origin, headers, values),
        "response": answer,
        "started": started.isoformat(),
        "duration_ms": round((time.perf_counter() - clock) * 1000, 1),
        "origin": origin,
        "run": run,
    }


def _headers(call: Call, values: dict[str, str], case_id: str) -> list[tuple[bytes, bytes]]:
    """The captured headers with fresh IDs, so that the server's log shows this run and not the customer's."""
    made: list[tuple[bytes, bytes]] = []
    for name, value in call.headers:
        lowered = name.lower()
        if lowered in ("traceparent", "tracestate", "baggage", "x-diagpack-replay", "b3", "sentry-trace"):
            continue
        text = str(uuid.uuid4()) if is_id_name(lowered) else _filled(value, values)
        made.append((name.encode("ascii"), text.encode("utf-8", "replace")))
    made.append((b"x-diagpack-replay", case_id.encode("ascii", "replace")))
    made.append((b"traceparent", f"00-{secrets.token_hex(16)}-{secrets.token_hex(8)}-01".encode()))
    return made


def _filled(template: Template, values: Mapping[str, str]) -> str:
    return "".join(values[each.name] if isinstance(each, Slot) else each for each in template)


def _limited(response: httpx.Response) -> bytes:
    content = b""
    for piece in response.iter_bytes():
        content += piece
        if len(content) > MAX_ANSWER:
            break
    return content[:MAX_ANSWER]


def _answer(response: httpx.Response, content: bytes, values: Mapping[str, str], call: Call) -> dict[str, Any]:
    tokens = {slot.name: slot.token or f"[{slot.name}]" for slot in call.slots()}

    def hidden(text: str) -> str:
        # A server may echo what it was sent, also encoded.
        for name, value in values.items():
            encoded = base64.b64encode(value.encode()).decode().rstrip("=")
            for form in (value, quote(value, safe=""), json.dumps(value)[1:-1], encoded):
                text = text.replace(form, tokens.get(name, f"[{name}]"))
        return text

    mime = response.headers.get("content-type", "")
    is_text = not any(each in mime for each in ("image/", "octet-stream", "zip", "pdf", "font"))
    body: dict[str, Any] = {"size": len(content), "mimeType": mime}
    if is_text:
        body["text"] = hidden(content.decode("utf-8", "replace"))
    return {
        "status": response.status_code,
        "statusText": response.reason_phrase,
        "headers": [{"name": name, "value": hidden(value)} for name, value in response.headers.multi_items()],
        "content": body,
    }


def _shown(call: Call, origin: str, headers: list[tuple[bytes, bytes]], values: Mapping[str, str]) -> dict[str, Any]:
    """The request as evidence: secrets stand as the pseudonyms they replaced."""
    tokens = {slot.name: slot.token or f"[{slot.name}]" for slot in call.slots()}
    sent = {name.decode().lower(): value.decode("utf-8", "replace") for name, value in headers}
    original = [(name, _filled(value, tokens)) for name, value in call.headers if name.lower() in sent]
    known = {name.lower() for name, _ in original}
    original = [(name, sent[name.lower()] if is_id_name(name) else value) for name, value in original]
    original += [(name, value) for name, value in sent.items() if name not in known]
    made: dict[str, Any] = {
        "method": call.method,
        "url": origin + _filled(call.path, tokens),
        "headers": [{"name": name, "value": value} for name, value in original],
    }
    if call.body is not None:
        text = call.body.decode("utf-8", "replace") if isinstance(call.body, bytes) else _filled(call.body, tokens)
        made["postData"] = {"mimeType": sent.get("content-type", ""), "text": text}
    return made


def artifact_content(result: Replay) -> bytes:
    """The `api` artifact of a replay, to be stored as raw evidence."""

    return json.dumps({"exchanges": list(result.exchanges)}, indent=1).encode()
