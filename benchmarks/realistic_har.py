"""A recording as a browser exports it: pages, scripts, styles, GraphQL, signed links, sessions, beacons.

Enters: a path and a size. Leaves: a HAR with an entry a line. Unlike the plain recording of `redaction_speed.py`, most
values do not return: tokens, links and ids are new in every exchange.
"""

import base64
import json
import random
import string
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

_WORDS = (
    "order invoice payment customer session request worker queue timeout retry connection pool upstream cache index "
    "report export import batch job schedule webhook delivery account tenant region shard replica primary lock "
    "dashboard settings profile billing"
).split()
_LETTERS = string.ascii_letters + string.digits
_HOST, _CDN = "https://app.example.com", "https://cdn.example.com"
_AGENT = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36"
)
# Exchanges of one session.
_SESSION = 1_000


class _Browser:
    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def entry(self, number: int) -> dict[str, Any]:
        """One exchange."""
        r, kind = self.random, self.random.random()
        method, post = "GET", None
        if kind < 0.35:
            content = {"mimeType": "application/json; charset=utf-8", "text": self._records()}
        elif kind < 0.45:
            method, post = "POST", {"mimeType": "application/json", "text": self._question()}
            content = {"mimeType": "application/json", "text": self._answer()}
        elif kind < 0.55:
            content = {"mimeType": "text/html; charset=utf-8", "text": self._page()}
        elif kind < 0.62:
            content = {"mimeType": "text/css", "text": self._style()}
        elif kind < 0.75:
            content = {"mimeType": "application/javascript", "text": self._script()}
        elif kind < 0.85:
            picture = base64.b64encode(r.randbytes(r.randrange(500, 20000))).decode()
            content = {"mimeType": "image/png", "encoding": "base64", "text": picture}
        else:
            method, post = "POST", {"mimeType": "application/x-www-form-urlencoded", "text": self._beacon()}
            content = {"mimeType": "text/plain", "text": "ok"}
        url = (
            f"{_HOST}/api/v2/{self._word()}s/{self._uuid()}?page={r.randrange(40)}&filter%5Bstatus%5D={self._word()}"
            f"&q={self._word()}%20{self._word()}&_={1700000000000 + number}"
        )
        request = {**self._request(url, number), "method": method, **({"postData": post} if post else {})}
        return {
            "_initiator": {"type": "script", "stack": {"callFrames": [self._frame() for _ in range(4)]}},
            "_priority": "High", "_resourceType": "fetch", "cache": {}, "connection": "443",
            "startedDateTime": f"2026-03-02T09:{number // 60 % 60:02}:{number % 60:02}.{r.randrange(1000):03}Z",
            "time": r.random() * 900,
            "timings": {"blocked": r.random() * 9, "dns": -1, "send": r.random(), "wait": r.random() * 300,
                        "receive": r.random() * 9, "ssl": -1, "connect": -1},
            "serverIPAddress": f"203.0.113.{r.randrange(9)}",
            "request": request,
            "response": self._response(content, request["headers"][9]["value"]),
        }  # fmt: skip

    def _request(self, url: str, number: int) -> dict[str, Any]:
        r, session = self.random, _Browser(number // _SESSION)
        cookies = {
            "_session": session.token(120),
            "_ga": f"GA1.1.{session.random.randrange(10**9)}.17{r.randrange(10**8)}",
            "ajs_user": str(session.random.randrange(10**6)), "theme": "dark", "_csrf": session.token(24),
        }  # fmt: skip
        headers = {
            ":authority": "app.example.com", ":path": url.removeprefix(_HOST),
            "accept": "application/json, text/plain, */*", "accept-encoding": "gzip, deflate, br, zstd",
            "authorization": f"Bearer {session._jwt()}",
            "cookie": "; ".join(f"{name}={value}" for name, value in cookies.items()), "user-agent": _AGENT,
            "sec-ch-ua": '"Not/A)Brand";v="8", "Chromium";v="126"', "x-csrf-token": cookies["_csrf"],
            "x-request-id": self._uuid(), "referer": f"{_HOST}/{self._word()}/{r.randrange(10**6)}",
            "traceparent": f"00-{r.getrandbits(128):032x}-{r.getrandbits(64):016x}-01",
        }  # fmt: skip
        parameters = (each.partition("=") for each in url.partition("?")[2].split("&"))
        return {
            "url": url, "httpVersion": "h2",
            "cookies": _pairs(cookies), "headers": _pairs(headers),
            "queryString": [{"name": name, "value": value} for name, _, value in parameters],
            "headersSize": -1, "bodySize": 0,
        }  # fmt: skip

    def _response(self, content: dict[str, str], request_id: str) -> dict[str, Any]:
        r = self.random
        headers = {
            "content-type": content["mimeType"], "date": "Mon, 02 Mar 2026 09:00:00 GMT",
            "set-cookie": f"_session={self.token(120)}; Path=/; HttpOnly; Secure; SameSite=Lax",
            "etag": f'W/"{r.getrandbits(64):x}"', "x-runtime": f"0.{r.randrange(10**6):06}",
            "content-security-policy": f"script-src 'self' 'nonce-{self.token(16)}' {_CDN}; report-uri /csp",
            "x-request-id": request_id, "cf-ray": f"{r.getrandbits(60):016x}-FRA", "x-amz-cf-id": f"{self.token(54)}==",
        }  # fmt: skip
        return {
            "status": r.choice([200, 200, 304, 404, 500]), "statusText": "", "httpVersion": "h2", "cookies": [],
            "headers": _pairs(headers), "content": {"size": len(content["text"]), **content}, "redirectURL": "",
            "headersSize": -1, "bodySize": len(content["text"]), "_transferSize": 900,
        }  # fmt: skip

    def _records(self) -> str:
        r = self.random
        rows = [
            {
                "id": r.randrange(10**9), "uuid": self._uuid(), "title": self._words(6),
                "description": f'He said "{self._word()}" and\n{self._words(14)} — café',
                "createdAt": 1700000000000 + r.randrange(10**10),
                "updated": f"2026-03-0{r.randrange(1, 9)}T09:{r.randrange(60):02}:{r.randrange(60):02}.000Z",
                "owner": {
                    "email": f"{self._word()}{r.randrange(20000)}@customer.example",
                    "firstName": r.choice(["Jo", "Ann", "Kim"]),
                    "avatar": f"{_CDN}/a/{r.getrandbits(64):x}.png?s=80&sig={self.token(20)}",
                },
                "labels": r.choices(_WORDS, k=3), "score": r.random(), "parent": None,
                "permissions": {word: r.random() < 0.5 for word in r.sample(_WORDS, 4)},
            }
            for _ in range(r.randrange(4, 50))
        ]  # fmt: skip
        return json.dumps({"data": rows, "meta": {"next": self.token(48), "total": len(rows)}}, ensure_ascii=False)

    def _question(self) -> str:
        variables = {"first": 20, "after": self.token(20), "email": f"{self._word()}@customer.example"}
        query = "query Issues($first: Int!) { viewer { issues(first: $first) { edges { node { id title } } } } }"
        return json.dumps({"operationName": "Issues", "variables": variables, "query": query})

    def _answer(self) -> str:
        r = self.random
        edges = [
            {
                "cursor": _opaque(f"cursor:{r.randrange(10**6)}"),
                "node": {
                    "__typename": "Issue", "id": _opaque(f"Issue:{r.randrange(10**7)}"), "title": self._words(5),
                    "author": {"login": f"{self._word()}{r.randrange(999)}"},
                },
            }
            for _ in range(r.randrange(5, 40))
        ]  # fmt: skip
        viewer = {"__typename": "User", "id": _opaque(f"User:{r.randrange(10**6)}"), "issues": {"edges": edges}}
        return json.dumps({"data": {"viewer": viewer}})

    def _page(self) -> str:
        r = self.random
        rows = "".join(
            f'<tr class="row {self._word()}"><td><a href="/{self._word()}s/{r.randrange(10**6)}?tab={self._word()}">'
            f"{self._word().title()} {r.randrange(1000)}</a></td><td>{self._word()}{r.randrange(999)}@customer.example"
            f'</td><td data-id="{self._uuid()}">{self._words(9)}</td></tr>\n'
            for _ in range(r.randrange(10, 120))
        )
        state = json.dumps({"user": {"id": r.randrange(10**6)}, "flags": dict.fromkeys(r.sample(_WORDS, 8), True)})
        return (
            f'<!DOCTYPE html><html lang="en"><head><meta name="csrf-token" content="{self.token(44)}"><title>'
            f'{self._word()}</title><script nonce="{self.token(16)}">window.__STATE__={state}</script></head><body>'
            f'<table>\n{rows}</table><form method="post"><input type="hidden" name="authenticity_token" '
            f'value="{self.token(64)}"></form></body></html>'
        )

    def _style(self) -> str:
        r = self.random
        return "".join(
            f".{self._word()}-{r.randrange(999)}{{margin:0 {r.randrange(40)}px;color:#{r.getrandbits(24):06x};"
            f"background:url(/assets/{self._word()}.{r.getrandbits(32):08x}.svg)}}"
            for _ in range(r.randrange(50, 300))
        )

    def _script(self) -> str:
        r = self.random
        calls = "".join(
            f'var v{r.randrange(999)}=e.{self._word()}("{self._words(3)}",{{a:{r.randrange(999)},'
            f'url:"{_CDN}/{self._word()}/{r.getrandbits(32):08x}.js",re:/^[a-z]+\\d{{2}}$/g}});'
            for _ in range(r.randrange(30, 300))
        )
        return f'!function(e,t){{"use strict";{calls}}}(window);'

    def _beacon(self) -> str:
        r = self.random
        return (
            f"v=2&cid={r.randrange(10**9)}.{r.randrange(10**9)}&dl=https%3A%2F%2Fapp.example.com%2F{self._word()}"
            f"&uid={r.randrange(10**6)}&en=page_view&ep.user={self._word()}%40customer.example&sid={self.token(12)}"
        )

    def _frame(self) -> dict[str, Any]:
        r = self.random
        url = f"{_CDN}/{self._word()}.{r.getrandbits(32):08x}.js"
        return {"functionName": f"f{r.randrange(99)}", "scriptId": "18", "url": url, "lineNumber": 1,
                "columnNumber": r.randrange(10**5)}  # fmt: skip

    def _jwt(self) -> str:
        r = self.random
        claims = {
            "sub": self._uuid(), "email": f"{self._word()}{r.randrange(2000)}@customer.example",
            "exp": 1790000000 + r.randrange(10**6), "scope": "read write",
        }  # fmt: skip
        parts = ({"alg": "RS256", "kid": self.token(8)}, claims)
        encoded = (base64.urlsafe_b64encode(json.dumps(each).encode()).rstrip(b"=").decode() for each in parts)
        return ".".join([*encoded, self.token(86)])

    def token(self, length: int) -> str:
        """Characters of base64url."""
        return "".join(self.random.choices(_LETTERS + "-_", k=length))

    def _uuid(self) -> str:
        return str(uuid.UUID(int=self.random.getrandbits(128)))

    def _word(self) -> str:
        return self.random.choice(_WORDS)

    def _words(self, count: int) -> str:
        return " ".join(self.random.choices(_WORDS, k=count))


def _pairs(values: dict[str, str]) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in values.items()]


def _opaque(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def _entries() -> Iterator[bytes]:
    browser, number = _Browser(7), 0
    while True:
        yield json.dumps(browser.entry(number), separators=(",", ":"), ensure_ascii=False).encode()
        number += 1


def browser_har(path: Path, size: int) -> str:
    """Write about `size` bytes. Returns the media type."""
    written = 0
    with path.open("wb") as stream:
        stream.write(b'{"log":{"version":"1.2","creator":{"name":"bench","version":"1"},"pages":[],"entries":[\n')
        for entry in _entries():
            written += stream.write((b",\n" if written else b"") + entry)
            if written >= size:
                break
        stream.write(b"\n]}}\n")
    return "application/har+json"
