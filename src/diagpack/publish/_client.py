"""The HTTP side of Jira: fourteen calls, and one honest answer to "did that happen?".

Enters: settings, requests. Leaves: JSON, or one of four faults: rejected (final), not sent (retried here), rate limited
(retried here), outcome unknown. Idempotent calls are retried; creating an issue or an attachment is not, unless it is
certain that nothing was sent. Answers are hostile: they are capped, and only field names and Jira's own words reach a
message, escaped. Sources: Atlassian, Rate limiting; RFC 9110, 9.2.2 (idempotent methods).
"""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO, Final, Self

import httpx

from diagpack.errors import AuthenticationError, DiagpackError, RemoteError
from diagpack.model.terminal import escape
from diagpack.publish._settings import JiraSettings

MAX_ANSWER_BYTES: Final = 4 << 20
MAX_ATTEMPTS: Final = 5
MAX_WAIT_SECONDS: Final = 30.0
_NOT_SENT: Final = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)


class UnknownOutcome(Exception):
    """A request that is not idempotent may or may not have been carried out."""


class Rejected(DiagpackError):
    """Jira refused (4xx other than 401 and 429). `fields` names the fields it complained about."""

    exit_code = RemoteError.exit_code

    def __init__(self, status: int, fields: tuple[str, ...], words: str) -> None:
        super().__init__(
            "DP581", f"Jira refused ({status}): {words}", hint="see the field named, or the project's rights"
        )
        self.status = status
        self.fields = fields


@dataclass(frozen=True, slots=True)
class Answer:
    """Status and parsed JSON (None when the body was empty or not JSON)."""

    status: int
    body: Any


class JiraClient:
    """One connection pool to one Jira. `api` is `/rest/api/3` (Cloud) or `/rest/api/2` (Data Center)."""

    def __init__(self, settings: JiraSettings, *, sleep: Callable[[float], None], api: str = "/rest/api/3") -> None:
        self.api = api
        self._sleep = sleep
        # A bearer token for Data Center, e-mail and token for Cloud.
        auth = (settings.email, settings.token) if settings.email else None
        headers = {} if auth else {"Authorization": f"Bearer {settings.token}"}
        self._http = httpx.Client(
            base_url=settings.api_base,
            auth=auth,
            headers={"Accept": "application/json", **headers},
            timeout=httpx.Timeout(60.0, connect=10.0),
            follow_redirects=False,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def get(self, path: str, **parameters: str) -> Any:
        return self._sure("GET", path, params=parameters).body

    def put(self, path: str, body: Any) -> Any:
        return self._sure("PUT", path, json=body).body

    def delete(self, path: str) -> None:
        self._sure("DELETE", path)

    def post(self, path: str, body: Any, *, is_idempotent: bool = False) -> Any:
        """Raises UnknownOutcome when it may have happened and is not idempotent."""
        if is_idempotent:
            return self._sure("POST", path, json=body).body
        return self._once("POST", path, json=body).body

    def attach(self, path: str, name: str, content: BinaryIO, media_type: str) -> Any:
        """Upload one file as the multipart part `file`. Raises UnknownOutcome like `post`."""
        files = {"file": (name, content, media_type)}
        return self._once("POST", path, files=files, headers={"X-Atlassian-Token": "no-check"}).body

    def _sure(self, method: str, path: str, **request: Any) -> Answer:
        """An idempotent call: every doubtful outcome is simply tried again."""
        for attempt in range(MAX_ATTEMPTS):
            try:
                answer = self._send(method, path, attempt, **request)
            except (*_NOT_SENT, httpx.TransportError):
                answer = None
            if answer is not None and answer.status < 500:
                return answer
            self._sleep(_backoff(attempt))
        raise RemoteError("DP582", "Jira does not answer", hint="check the network and run the same command again")

    def _once(self, method: str, path: str, **request: Any) -> Answer:
        """A call that must not happen twice: resent only when it is certain that it was not received."""
        for attempt in range(MAX_ATTEMPTS):
            try:
                answer = self._send(method, path, attempt, **request)
            except _NOT_SENT:
                self._sleep(_backoff(attempt))
                continue
            except httpx.TransportError:
                raise UnknownOutcome from None
            if answer is None:
                continue
            if answer.status >= 500:
                raise UnknownOutcome
            return answer
        raise RemoteError("DP582", "Jira cannot be reached", hint="check the network and run the same command again")

    def _send(self, method: str, path: str, attempt: int, **request: Any) -> Answer | None:
        """One attempt. None after a 429 that was waited for; raises Rejected and AuthenticationError."""
        for part in (request.get("files") or {}).values():
            part[1].seek(0)
        with self._http.stream(method, f"{self.api}{path}", **request) as response:
            body = _read(response)
            if response.status_code == 429:
                self._wait(response, attempt)
                return None
            answer = Answer(response.status_code, _json(body))
            _check(response, answer, body)
            return answer

    def _wait(self, response: httpx.Response, attempt: int) -> None:
        reason = response.headers.get("RateLimit-Reason", "")
        if reason.startswith("jira-quota"):
            raise RemoteError("DP583", "Jira's quota is used up", hint="run the same command again in an hour")
        asked = response.headers.get("Retry-After", "")
        seconds = float(asked) if asked.isdigit() else _backoff(attempt)
        self._sleep(min(seconds, MAX_WAIT_SECONDS) * random.uniform(0.9, 1.3))  # noqa: S311 - jitter, not a secret


def _backoff(attempt: int) -> float:
    return min(0.5 * 2.0**attempt, MAX_WAIT_SECONDS)


def _read(response: httpx.Response) -> bytes:
    body = bytearray()
    for piece in response.iter_bytes():
        body += piece
        if len(body) > MAX_ANSWER_BYTES:
            raise RemoteError("DP584", "Jira's answer is larger than any real one", hint="check jira.site")
    return bytes(body)


def _json(body: bytes) -> Any:
    import json

    try:
        return json.loads(body) if body else None
    except (ValueError, RecursionError):
        return None


def _check(response: httpx.Response, answer: Answer, body: bytes) -> None:
    status = answer.status
    if status == 401 or (status == 403 and "X-Authentication-Denied-Reason" in response.headers):
        # A CAPTCHA challenge must never be retried: it locks the account.
        raise AuthenticationError("DP505", "Jira does not accept the credentials", hint="make a new token and set it")
    if 300 <= status < 400:
        raise Rejected(status, (), "it points to another address; check jira.site")
    if 400 <= status < 500 and status != 429:
        raise Rejected(status, *_complaint(answer.body, body))


def _complaint(document: Any, body: bytes) -> tuple[tuple[str, ...], str]:
    """Field names and words of an error answer: JSON, plain text, HTML or nothing."""
    if isinstance(document, Mapping):
        errors = document.get("errors")
        fields = errors if isinstance(errors, Mapping) else {}
        messages = document.get("errorMessages")
        words = [str(each) for each in messages] if isinstance(messages, list) else []
        words += [f"{name}: {text}" for name, text in fields.items()]
        return tuple(map(str, fields)), escape("; ".join(words)[:300]) or "no reason given"
    text = body[:200].decode("utf-8", "replace").strip()
    return (), "no reason given" if not text or text.startswith("<") else escape(text)
