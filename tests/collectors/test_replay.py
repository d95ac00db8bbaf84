"""A replay goes to named hosts only, asks before it changes anything, and keeps secrets out of its evidence."""

import json
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from diagpack.collectors.replay import Replay, artifact_content, replay
from diagpack.collectors.replay_guard import ReplayPolicy
from diagpack.errors import RemoteError, UsageError
from diagpack.model.repro_plan import Plan, plan_of
from tests.har_fixtures import evidence_of, har, har_entry

TOKEN = "dp-secret-k3f9q2m7ab4t"
AUTH = {"Authorization": f"Bearer {TOKEN}"}


def plan(folder: Path, hosts: tuple[str, ...] = ("app.example.com",), **entry: Any) -> Plan:
    values: dict[str, Any] = {"status": 500, "request_headers": AUTH, **entry}
    made = plan_of(evidence_of(folder, har(har_entry(**values)), hosts=hosts))
    assert made is not None
    return made


def run(made: Plan, handler: Callable[[httpx.Request], httpx.Response], **policy: Any) -> Replay:
    typed = policy.pop("typed", "")
    settings = {"hosts": ("app.example.com",), **policy}
    return replay(
        made,
        ReplayPolicy(**settings),
        secret=lambda variable: "canary-fresh-token",
        confirm=lambda sentence: typed,
        case_id="CS-1",
        transport=httpx.MockTransport(handler),
    )


def failing(request: httpx.Request) -> httpx.Response:
    return httpx.Response(500, json={"ok": True, "echo": request.headers.get("authorization", "")})


def refuse(request: httpx.Request) -> httpx.Response:
    raise AssertionError("nothing may be sent")


def test_the_same_failure_is_reproduced_with_a_fresh_secret_that_evidence_never_holds(tmp_path: Path) -> None:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return failing(request)

    result = run(plan(tmp_path), answer)

    assert result.sentence == "reproduced 3 of 3 at https://app.example.com"
    assert [each.headers["authorization"] for each in seen] == ["Bearer canary-fresh-token"] * 3
    assert len({each.headers["traceparent"] for each in seen}) == 3
    content = artifact_content(result).decode()
    assert "canary-fresh-token" not in content
    assert TOKEN in content


def test_a_secret_that_comes_back_encoded_is_hidden(tmp_path: Path) -> None:
    def echo(request: httpx.Request) -> httpx.Response:
        sent = request.headers["authorization"].removeprefix("Bearer ")
        return httpx.Response(
            500, headers={"x-echo": quote(sent, safe="")}, json={"b": b64encode(sent.encode()).decode()}
        )

    made = plan(tmp_path)
    result = replay(
        made,
        ReplayPolicy(hosts=("app.example.com",), runs=1),
        secret=lambda variable: "canary/secret+1",
        confirm=lambda sentence: "",
        case_id="CS-1",
        transport=httpx.MockTransport(echo),
    )

    content = artifact_content(result).decode()
    assert "canary" not in content
    assert b64encode(b"canary/secret+1").decode().rstrip("=") not in content


def test_a_call_that_works_again_is_not_reproduced(tmp_path: Path) -> None:
    result = run(plan(tmp_path), lambda request: httpx.Response(200, json={"ok": True}))

    assert not result.is_reproduced
    assert result.sentence.startswith("not reproduced, 3 of 3")
    assert "status 200 in place of 500" in result.runs[0].differences


@pytest.mark.parametrize(
    ("entry", "policy", "id"),
    [
        ({"url": "https://evil.example.net/x"}, {}, "DP520"),
        ({"url": "http://app.example.com/x"}, {}, "DP520"),
        ({"url": "https://app.example.com:4444/x"}, {}, "DP520"),
        ({"method": "POST", "post": "{}"}, {}, "DP521"),
        ({"url": "https://app.example.com/logout"}, {}, "DP521"),
        ({"method": "POST", "post": "{}"}, {"allow_unsafe": frozenset({"POST"})}, "DP522"),
        ({}, {"production": ("app.example.com",)}, "DP523"),
        ({}, {"base_url": "https://elsewhere.example.net"}, "DP520"),
        ({}, {"runs": 0}, "DP527"),
        ({}, {"ca_file": Path("/nonexistent")}, "DP526"),
    ],
)
def test_what_is_not_allowed_is_refused_before_anything_is_sent(
    tmp_path: Path, entry: dict[str, Any], policy: dict[str, Any], id: str
) -> None:
    with pytest.raises(UsageError) as caught:
        run(plan(tmp_path, **entry), refuse, **policy)

    assert caught.value.id == id


def test_a_typed_confirmation_and_a_change_id_let_a_call_through(tmp_path: Path) -> None:
    made = plan(tmp_path, method="POST", post="{}")

    result = run(
        made,
        failing,
        typed="POST",
        allow_unsafe=frozenset({"POST"}),
        production=("example.com",),
        change_id="CHG-1",
        runs=1,
    )

    assert result.is_reproduced


def test_a_graphql_query_is_safe_and_a_mutation_is_not(tmp_path: Path) -> None:
    url = "https://app.example.com/graphql"
    query = plan(tmp_path, url=url, method="POST", post=json.dumps({"query": "query A { a }"}))
    mutation = plan(tmp_path, url=url, method="POST", post=json.dumps({"query": "query A { a } mutation B { b }"}))

    assert query.single.is_safe
    assert not mutation.single.is_safe


def test_a_variable_without_a_value_stops_the_run(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        replay(
            plan(tmp_path),
            ReplayPolicy(hosts=("app.example.com",)),
            secret=lambda variable: "",
            confirm=lambda sentence: "",
            case_id="CS-1",
            transport=httpx.MockTransport(refuse),
        )

    assert caught.value.id == "DP524"
    assert "DP_AUTH_1" in caught.value.message


def test_redirects_are_not_followed(tmp_path: Path) -> None:
    sent: list[str] = []

    def redirect(request: httpx.Request) -> httpx.Response:
        sent.append(request.url.host)
        return httpx.Response(302, headers={"location": "https://evil.example.net/"})

    run(plan(tmp_path), redirect, runs=1)

    assert sent == ["app.example.com"]


def test_no_answer_in_any_run_is_a_remote_error(tmp_path: Path) -> None:
    def broken(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("canary-address")

    with pytest.raises(RemoteError) as caught:
        run(plan(tmp_path), broken)

    assert "canary" not in str(caught.value)
