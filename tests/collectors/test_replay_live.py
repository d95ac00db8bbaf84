"""Replays against real servers on loopback: certificates, proxies, redirects, time limits."""

import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from diagpack.collectors.replay import Replay, artifact_content, replay
from diagpack.collectors.replay_guard import ReplayPolicy
from diagpack.errors import RemoteError
from diagpack.model.compare import Verdict
from diagpack.model.repro_plan import Plan, plan_of
from tests.har_fixtures import evidence_of, har, har_entry

TOKEN = "dp-secret-k3f9q2m7ab4t"
FRESH = "canary-fresh-token"


@contextmanager
def served(
    status: int = 500, headers: dict[str, str] | None = None, context: ssl.SSLContext | None = None, wait: float = 0
) -> Iterator[tuple[int, list[dict[str, str]]]]:
    """(port, headers of every request that came)."""
    seen: list[dict[str, str]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            seen.append({"target": self.path, **{name.lower(): value for name, value in self.headers.items()}})
            time.sleep(wait)
            self.send_response(status)
            for name, value in (headers or {}).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(b'{"error":{"code":"E1"}}')

        def log_message(self, format: str, *args: Any) -> None:
            pass

    class Quiet(ThreadingHTTPServer):
        def handle_error(self, request: Any, client_address: Any) -> None:
            """A client that refuses the certificate is no error of the test."""

    server = Quiet(("127.0.0.1", 0), Handler)
    if context is not None:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield server.server_address[1], seen
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def planned(folder: Path, origin: str) -> Plan:
    sent_with = {"Authorization": f"Bearer {TOKEN}"}
    entry = har_entry(
        f"{origin}/api/orders",
        status=500,
        body='{"error":{"code":"E1"}}',
        mime="",
        request_headers=sent_with,
    )
    plan = plan_of(evidence_of(folder, har(entry), hosts=(origin,)))
    assert plan is not None
    return plan


def sent(folder: Path, origin: str, **policy: Any) -> Replay:
    settings = {"hosts": (origin,), "runs": 1, "timeout_seconds": 10.0, **policy}
    return replay(
        planned(folder, origin),
        ReplayPolicy(**settings),
        secret=lambda variable: FRESH,
        confirm=lambda sentence: "",
        case_id="CS-1",
    )


def test_a_redirect_to_another_host_is_shown_and_not_followed(tmp_path: Path) -> None:
    with served() as (thief_port, stolen), served(302, {"location": f"http://127.0.0.1:{thief_port}/"}) as (port, seen):
        result = sent(tmp_path, f"http://127.0.0.1:{port}")

    assert [each["authorization"] for each in seen] == [f"Bearer {FRESH}"]
    assert stolen == []
    assert FRESH.encode() not in artifact_content(result)


def test_a_stale_token_is_another_failure_and_not_a_fix(tmp_path: Path) -> None:
    with served(401) as (port, _):
        result = sent(tmp_path, f"http://127.0.0.1:{port}", runs=2)

    assert result.verdict is Verdict.FAILS_OTHERWISE
    assert result.sentence.startswith("fails otherwise, 2 of 2: the server answered 401, at http://127.0.0.1:")


def test_a_time_limit_ends_in_one_clear_line(tmp_path: Path) -> None:
    with served(wait=2) as (port, _), pytest.raises(RemoteError) as caught:
        sent(tmp_path, f"http://127.0.0.1:{port}", timeout_seconds=0.3)

    assert "no answer came in time" in caught.value.message
    assert "--timeout" in (caught.value.hint or "")


def test_a_proxy_carries_the_call_and_the_environment_names_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    with served() as (port, direct), served(503) as (proxy_port, through):
        origin = f"http://127.0.0.1:{port}"
        assert sent(tmp_path, origin).runs[0].status == 500
        assert sent(tmp_path, origin, proxy=f"http://127.0.0.1:{proxy_port}").runs[0].status == 503

    assert len(direct) == 1
    assert through[0]["target"] == f"{origin}/api/orders"


def test_a_refused_connection_says_so(tmp_path: Path) -> None:
    with served() as (port, _):
        pass

    with pytest.raises(RemoteError, match="the connection was refused"):
        sent(tmp_path, f"http://127.0.0.1:{port}")


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`cert.pem` and `key.pem`, self-signed for localhost, which also serve as a client's."""
    folder = tmp_path_factory.mktemp("tls")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
         "-keyout", "key.pem", "-out", "cert.pem", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"],
        cwd=folder, check=True, capture_output=True,
    )  # fmt: skip
    return folder


@pytest.mark.tool("openssl")
def test_only_a_named_authority_makes_a_self_signed_host_trusted(tmp_path: Path, keys: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(keys / "cert.pem", keys / "key.pem")
    with served(context=context) as (port, seen):
        origin = f"https://localhost:{port}"
        with pytest.raises(RemoteError, match="certificate of the host is not trusted") as caught:
            sent(tmp_path, origin)
        assert seen == []

        result = sent(tmp_path, origin, ca_file=keys / "cert.pem")

    assert "--ca-file" in (caught.value.hint or "")
    assert result.sentence == f"reproduced 1 of 1 at {origin}"


@pytest.mark.tool("openssl")
def test_a_client_certificate_is_shown_when_named(tmp_path: Path, keys: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(keys / "cert.pem", keys / "key.pem")
    context.load_verify_locations(keys / "cert.pem")
    context.verify_mode = ssl.CERT_REQUIRED
    with served(context=context) as (port, seen):
        origin = f"https://localhost:{port}"
        with pytest.raises(RemoteError):
            sent(tmp_path, origin, ca_file=keys / "cert.pem")
        sent(
            tmp_path,
            origin,
            ca_file=keys / "cert.pem",
            client_certificate=keys / "cert.pem",
            client_key=keys / "key.pem",
        )

    assert len(seen) == 1


def test_a_base_url_moves_the_failing_origin_and_asks_for_the_secret_under_its_name(tmp_path: Path) -> None:
    asked: list[str] = []
    with served() as (port, seen):
        staging = f"http://127.0.0.1:{port}"
        replay(
            planned(tmp_path, "https://app.example.com"),
            ReplayPolicy(hosts=("https://app.example.com", staging), base_url=staging, runs=1),
            secret=lambda variable: asked.append(variable.origin) or FRESH,
            confirm=lambda sentence: "",
            case_id="CS-1",
        )

    assert asked == [staging]
    assert len(seen) == 1
