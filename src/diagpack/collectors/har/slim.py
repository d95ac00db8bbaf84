"""Cuts a capture to what explains the failure.

Enters: repaired entries, one at a time. Leaves: serialised entries in order, and counts of what was cut. Failing
exchanges, their neighbours and the sign-in flow stay whole; the bodies of everything else go; far third-party and
static entries go only in captures of thousands. Memory is bounded by the budgets below.
"""

import json
from collections import Counter, deque
from collections.abc import Iterator
from typing import Any, Final

import msgspec

from diagpack.collectors.har.repair import repair
from diagpack.model.exchange import Exchange
from diagpack.model.failure import classify
from diagpack.model.party import Party

BEFORE: Final = 3
AFTER: Final = 2
MAX_BODY: Final = 512_000
BODY_BUDGET: Final = 12 << 20
ENTRY_BUDGET: Final = 24 << 20
MAX_PLAIN: Final = 3_000
_FLOW_WORDS: Final = (
    "/saml", "saml2", "/sso", "/adfs/", "/authorize", "/oauth", "/oidc", "openid", "/token", "/callback", "/acs",
    "/login", "/signin", "/logout", "samlrequest=", "samlresponse=", "code=", "wresult=", "/graphql",
)  # fmt: skip


class Slimmer:
    """Feed it entries in order with `add`, then take `entries` and `dropped`."""

    def __init__(self, party: Party) -> None:
        self._party = party
        self._waiting: deque[tuple[dict[str, Any], Exchange, bool, bool]] = deque()
        self._whole_until = -1
        self._position = -1
        self._bytes = 0
        self._body_bytes = 0
        self._plain = 0
        self.entries: list[bytes] = []
        self.dropped: Counter[str] = Counter()

    def add(self, entry: dict[str, Any], exchange: Exchange) -> bool:
        """Take one entry, repaired (it has `_dpEntry`) or to be repaired when it is kept; returns whether it failed."""
        self._position += 1
        failure = classify(exchange, self._party)
        is_failing = failure is not None and failure.rank < 60
        if is_failing:
            self._whole_until = self._position + AFTER
            self._waiting = deque((one, each, True, bad) for one, each, _, bad in self._waiting)
        is_whole = is_failing or self._position <= self._whole_until or _is_flow(exchange)
        self._waiting.append((entry, exchange, is_whole, failure is not None))
        while len(self._waiting) > BEFORE:
            self._keep(*self._waiting.popleft())
        return failure is not None

    def close(self) -> None:
        """Flush the entries that were waiting for their neighbours."""
        while self._waiting:
            self._keep(*self._waiting.popleft())

    def _keep(self, entry: dict[str, Any], exchange: Exchange, is_whole: bool, is_failed: bool) -> None:
        if not is_failed and not is_whole:
            self._plain += 1
            is_far = exchange.is_static or not self._party.includes(exchange.host)
            if self._plain > MAX_PLAIN or (is_far and self._plain > MAX_PLAIN // 2):
                self.dropped["successful entries of a very long capture"] += 1
                return
        if "_dpEntry" not in entry:
            entry = repair(entry, exchange.index)
        self._cut_bodies(entry, exchange, is_whole)
        line = dumped(entry)
        if self._bytes + len(line) > ENTRY_BUDGET:
            self.dropped["entries over the size limit of the evidence"] += 1
            return
        self._bytes += len(line)
        self.entries.append(line)

    def _cut_bodies(self, entry: dict[str, Any], exchange: Exchange, is_whole: bool) -> None:
        content, post = entry["response"]["content"], entry["request"].get("postData")
        recorded = len(content.get("text", ""))
        if recorded:
            reason = self._reason_to_cut(exchange, content, is_whole, recorded)
            if reason:
                self.dropped[reason] += 1
                del content["text"]
                content.pop("encoding", None)
                content["comment"] = f"diagpack: {reason}"
            else:
                self._body_bytes += recorded
        if post is not None:
            size = len(post.get("text", "")) + len(post.get("_textBase64", ""))
            if size > MAX_BODY or self._body_bytes + size > BODY_BUDGET:
                self.dropped["request body over the size limit"] += 1
                post.pop("_textBase64", None)
                post["text"] = ""
                post.pop("params", None)
                post["comment"] = "diagpack: request body over the size limit"
                entry["_dpIncomplete"] = True
            self._body_bytes += size
        if not is_whole:
            for name in ("_webSocketMessages", "_eventSourceMessages"):
                if len(entry.get(name, ())) > 20:
                    self.dropped["messages of a successful stream"] += len(entry[name]) - 20
                    entry[name] = entry[name][:20]

    def _reason_to_cut(self, exchange: Exchange, content: dict[str, Any], is_whole: bool, size: int) -> str:
        if exchange.is_static and exchange.status < 400:
            return "body of a static file"
        if exchange.response_text is None:
            return "binary body"
        if not is_whole:
            return "body of a successful exchange"
        if size > MAX_BODY or self._body_bytes + size > BODY_BUDGET:
            return "body over the size limit"
        return ""


def dumped(value: Any) -> bytes:
    """Compact UTF-8 JSON; lone surrogates become `?`, numbers that are not JSON become null."""
    try:
        return msgspec.json.encode(value)
    except (UnicodeEncodeError, RecursionError, OverflowError):
        shown = json.dumps(_finite(value), ensure_ascii=False, separators=(",", ":"))
    return shown.encode("utf-8", "replace")


def document(log: dict[str, Any], entries: list[bytes]) -> Iterator[bytes]:
    """The slimmed HAR, in pieces."""
    head = dumped(log)
    yield b'{"log":' + head[:-1] + (b"," if len(head) > 2 else b"") + b'"entries":[\n'
    for position, entry in enumerate(entries):
        yield (b",\n" if position else b"") + entry
    yield b"\n]}}\n"


def _is_flow(exchange: Exchange) -> bool:
    if exchange.is_static:
        return False
    url = exchange.url.lower()
    return any(word in url for word in _FLOW_WORDS) or 300 <= exchange.status < 400


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _finite(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_finite(each) for each in value]
    is_odd = isinstance(value, float) and not -1e300 < value < 1e300
    return None if is_odd else value
