"""A call that can be sent again: the neutral form behind curl, `.http`, Postman and the replay.

Enters: an exchange of a redacted capture and the origins of the case. Leaves: a `Call`, whose texts are templates of
literal text and slots. A slot stands where the redactor put a pseudonym; it is bound to one origin of the case's
environment, so that a hostile capture cannot make anybody send a fresh secret elsewhere.
Sources: RFC 3986, RFC 9110 (5.5, 5.6.2), RFC 6454; the rules of a safe curl writer in docs.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, unquote, urlencode

from diagpack.model.exchange import Exchange, origin_of

PSEUDONYM: Final = re.compile(r"dp-([a-z]{2,20})-[0-9a-z]{10}(?:-x[0-9a-z]{3})?[0-9a-z]{2}(?![0-9a-z])", re.ASCII)
TOKEN: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,200}", re.ASCII)
_URL: Final = re.compile(
    r"(https?)://(?:[^/?#\\@\s]*@)?([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::(\d{1,5}))?(/[^?#]*)?(\?[^#]*)?(#.*)?",
    re.ASCII | re.IGNORECASE | re.DOTALL,
)
# Hop-by-hop, computed by the client, or of the connection.
DROPPED: Final = frozenset(
    """
    host content-length connection accept-encoding te upgrade expect transfer-encoding keep-alive proxy-connection
    trailer http2-settings proxy-authorization
    """.split()
)
_UNSAFE_WORDS: Final = re.compile(
    r"(?:^|[/_.?&=-])(?:log-?(?:out|off)|sign-?(?:out|off)|end-?session|delete|remove|destroy|erase|purge|terminate"
    r"|deactivate|unsubscribe|confirm|accept|revoke|cancel|disable|reset|approve|reject|pay|withdraw|transfer|send"
    r"|execute|trigger)(?:$|[/_.?&=-])",
    re.IGNORECASE,
)
_CAMEL: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True, slots=True)
class Slot:
    """A place for a secret. `name` is the variable; `token` the pseudonym that stood there."""

    name: str
    token: str


Template = tuple[str | Slot, ...]


@dataclass(frozen=True, slots=True)
class Variable:
    """A secret the engineer supplies. `role` says what it is; `is_added` when the capture did not have it."""

    name: str
    origin: str
    role: str
    token: str
    is_added: bool = False


@dataclass(frozen=True, slots=True)
class Call:
    """One request to send. `path` begins with `/` and holds the query. `body` is bytes, or a template, or None.

    `notes` are sentences on what differs from the original, and why. `index` is the entry in the capture.
    """

    index: int
    ref: str
    method: str
    origin: str
    path: Template
    headers: tuple[tuple[str, Template], ...]
    body: bytes | Template | None
    expected_status: int
    notes: tuple[str, ...] = ()
    is_trusted: bool = False
    is_body_incomplete: bool = False

    @property
    def is_safe(self) -> bool:
        """Whether sending it again changes nothing, as far as method, address and body tell (RFC 9110, 9.2.1)."""
        shown = unquote("".join(each if isinstance(each, str) else "" for each in self.path))
        # `deleteUser` is read as `delete-User`.
        if _UNSAFE_WORDS.search(shown) or _UNSAFE_WORDS.search(_CAMEL.sub("-", shown)):
            return False
        return self.method in SAFE_METHODS or (self.method == "POST" and _is_graphql_query(self))

    def slots(self) -> Iterator[Slot]:
        """Every slot of the call, in order, repeats included."""
        texts = [self.path, *(value for _, value in self.headers)]
        if isinstance(self.body, tuple):
            texts.append(self.body)
        yield from (part for text in texts for part in text if isinstance(part, Slot))


class Slots:
    """Names secrets: the same name for the same secret at the same origin, numbered in order of appearance."""

    def __init__(self, hosts: Iterable[str]) -> None:
        self._hosts = tuple(each.strip().lower() for each in hosts if each.strip())
        self._by_secret: dict[tuple[str, str], Variable] = {}
        self._names: dict[str, str] = {}
        self._taken: set[str] = set()

    @property
    def variables(self) -> tuple[Variable, ...]:
        return tuple(self._by_secret.values())

    def trusts(self, origin: str) -> bool:
        """Whether the case names this origin. `https` is meant unless a host is given with `http://`."""
        return any(_names_origin(host, origin) for host in self._hosts)

    def slot(self, token: str, origin: str, role: str) -> Slot:
        """The slot of a secret at an origin."""
        key = (token, origin)
        if key not in self._by_secret:
            self._by_secret[key] = Variable(self._name(token, role), origin, role, token)
        return Slot(self._by_secret[key].name, token)

    def added(self, origin: str) -> Slot:
        """A slot for authentication that was stripped at capture; one for each origin."""
        key = ("", origin)
        if key not in self._by_secret:
            role = "the value of the Authorization header, scheme included; it was stripped at capture"
            self._by_secret[key] = Variable(self._free("DP_AUTH"), origin, role, "", is_added=True)
        return Slot(self._by_secret[key].name, "")

    def _name(self, token: str, role: str) -> str:
        known = self._names.get(token)
        if known is not None:
            # The same secret at a second origin: its name shows the first, its value is asked for again.
            return self._free(f"{known}_AT")
        made = self._free(_stem(token, role))
        self._names[token] = made
        return made

    def _free(self, stem: str) -> str:
        number = 1
        while f"{stem}_{number}" in self._taken:
            number += 1
        self._taken.add(f"{stem}_{number}")
        return f"{stem}_{number}"


def call_of(exchange: Exchange, ref: str, slots: Slots, *, is_auth_stripped: bool = False) -> Call | None:
    """The call of an exchange; None when its URL is not plain http or https, which no client reads alike."""
    match = _URL.fullmatch(exchange.url)
    if match is None or TOKEN.fullmatch(exchange.method) is None:
        return None
    origin = origin_of(f"{match[1]}://{match[2]}" + (f":{match[3]}" if match[3] else ""))
    if not origin or PSEUDONYM.search(origin):
        return None
    notes: list[str] = []
    fill = _Filler(slots, origin, slots.trusts(origin), notes)
    path = fill.text(_plain_url((match[4] or "/") + (match[5] or ""), notes), "address")
    headers = _headers(exchange, fill, notes)
    if is_auth_stripped and fill.is_trusted and not _has_auth(exchange):
        headers.append(("Authorization", (slots.added(origin),)))
        notes.append("authentication was stripped at capture: supply it, or the answer will differ")
    body, mime = _body(exchange, fill, notes)
    if mime:
        headers = [each for each in headers if each[0].lower() != "content-type"] + [("Content-Type", (mime,))]
    if "@" in exchange.url.split("?")[0].split("/")[2]:
        notes.append("the user name and password in the address were left out")
    return Call(
        index=exchange.index,
        ref=ref,
        method=exchange.method,
        origin=origin,
        path=path,
        headers=tuple(headers),
        body=body,
        expected_status=exchange.status,
        notes=tuple(dict.fromkeys(notes)),
        is_trusted=fill.is_trusted,
        is_body_incomplete=_is_incomplete(exchange, body),
    )


class _Filler:
    """Turns text with pseudonyms into templates, for one call."""

    def __init__(self, slots: Slots, origin: str, is_trusted: bool, notes: list[str]) -> None:
        self._slots, self._origin, self.is_trusted, self._notes = slots, origin, is_trusted, notes

    def text(self, text: str, role: str) -> Template:
        """Literals and slots. For an origin the case does not name, pseudonyms stay: they are worth nothing."""
        if not self.is_trusted:
            if PSEUDONYM.search(text):
                self._notes.append(f"{self._origin} is not named in environment.hosts: it is sent no secrets")
            return (text,) if text else ()
        parts: list[str | Slot] = []
        position = 0
        for match in PSEUDONYM.finditer(text):
            parts += [text[position : match.start()]] if match.start() > position else []
            named = _cookie_name(text, match.start()) if role == "Cookie" else ""
            parts.append(self._slots.slot(match[0], self._origin, f"{role} {named}".strip()))
            position = match.end()
        parts += [text[position:]] if position < len(text) else []
        return tuple(parts)


def _headers(exchange: Exchange, fill: _Filler, notes: list[str]) -> list[tuple[str, Template]]:
    made: list[tuple[str, Template]] = []
    for name, value in exchange.request_headers:
        lowered = name.lower()
        if lowered.startswith(":") or lowered in DROPPED:
            continue
        if TOKEN.fullmatch(name) is None:
            notes.append("a header whose name is not a token was left out")
            continue
        clean = "".join(each for each in value if each == "\t" or (each >= " " and each != "\x7f")).strip(" \t")
        if clean != value.strip(" \t"):
            notes.append(f"control characters were taken out of {name}")
        if not fill.is_trusted and (PSEUDONYM.search(clean) or lowered in ("authorization", "cookie")):
            fill.text(clean, name)
            notes.append(f"{name} was left out: this origin is not named in environment.hosts")
            continue
        role = "Cookie" if lowered == "cookie" else name
        made.append((name, fill.text(clean, role)))
    return made


def _body(exchange: Exchange, fill: _Filler, notes: list[str]) -> tuple[bytes | Template | None, str]:
    """(body, content type to use in place of the recorded one)."""
    if exchange.request_bytes is not None:
        return exchange.request_bytes, ""
    if exchange.request_body:
        return _filled(exchange.request_body, fill), ""
    if not exchange.request_params:
        return None, ""
    if exchange.request_mime.lower().startswith("multipart/"):
        return _multipart(exchange, fill, notes)
    text = urlencode([(each.name, each.value) for each in exchange.request_params])
    notes.append("the body was recorded as fields and is encoded again; the encoding may differ")
    return _filled(text, fill), ""


def _filled(text: str, fill: _Filler) -> bytes | Template:
    parts = fill.text(text, "body")
    is_plain = all(isinstance(each, str) for each in parts)
    return text.encode("utf-8", "surrogateescape" if _is_escaped(text) else "replace") if is_plain else parts


def _is_escaped(text: str) -> bool:
    return any("\udc80" <= each <= "\udcff" for each in text)


def _multipart(exchange: Exchange, fill: _Filler, notes: list[str]) -> tuple[bytes | Template, str]:
    """A multipart body with our own boundary. Files are placeholders: their content is never read from a path."""
    boundary = "diagpack-7d1f0a52c3"
    lines: list[str] = []
    for each in exchange.request_params:
        disposition = f'form-data; name="{_quoted(each.name)}"'
        value = each.value
        if each.file_name:
            disposition += f'; filename="{_quoted(each.file_name)}"'
            if not value:
                value = "placeholder"
                notes.append("the content of an uploaded file was not recorded: a placeholder is sent")
        lines += [f"--{boundary}", f"Content-Disposition: {disposition}"]
        if TOKEN.fullmatch(
            each.content_type.replace("/", "").replace(";", "").replace("=", "").replace(" ", "") or "-"
        ):
            lines += [f"Content-Type: {each.content_type}"] if each.content_type else []
        lines += ["", value]
    lines += [f"--{boundary}--", ""]
    notes.append("the multipart body was recorded as fields: its boundary differs from the original")
    return _filled("\r\n".join(lines), fill), f"multipart/form-data; boundary={boundary}"


def _quoted(text: str) -> str:
    """A name inside quotes, as browsers write it (HTML, multipart/form-data encoding algorithm)."""
    return text.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")


def _plain_url(path: str, notes: list[str]) -> str:
    """Printable ASCII; everything else percent-encoded, nothing decoded."""
    plain = quote(path, safe="".join(chr(each) for each in range(33, 127)), errors="replace")
    if plain != path:
        notes.append("characters that an address cannot hold were percent-encoded")
    return plain


def _cookie_name(text: str, position: int) -> str:
    pair = text[:position].rsplit(";", 1)[-1].strip()
    return pair.split("=", 1)[0] if "=" in pair else ""


def _stem(token: str, role: str) -> str:
    kind, _, named = role.partition(" ")
    lowered = kind.lower()
    if lowered == "authorization":
        return "DP_AUTH"
    if "csrf" in lowered or "xsrf" in lowered:
        return "DP_CSRF"
    if kind == "Cookie":
        letters = re.sub(r"[^A-Z0-9]+", "_", named.upper()[:30]).strip("_")
        return f"DP_COOKIE_{letters}" if letters else "DP_COOKIE"
    match = PSEUDONYM.match(token)
    return f"DP_{match[1].upper()}" if match else "DP_SECRET"


def _has_auth(exchange: Exchange) -> bool:
    return bool(exchange.request_header("authorization") or exchange.request_header("cookie"))


def _is_incomplete(exchange: Exchange, body: bytes | Template | None) -> bool:
    """Cut when it was recorded, or left out since."""
    return exchange.is_body_cut or (body is None and exchange.request_size > 0)


def _is_graphql_query(call: Call) -> bool:
    if not isinstance(call.body, bytes | tuple):
        return False
    text = call.body.decode("utf-8", "replace") if isinstance(call.body, bytes) else "".join(map(str, call.body))
    match = re.search(r'"query"\s*:\s*"((?:[^"\\]|\\.)*)"', text)
    if match is None or text.lstrip()[:1] != "{":
        return False
    # A document can hold several operations; it is safe only when none of them writes.
    query = re.sub(r"\\[nrt]|#[^\n]*", " ", match[1]).strip()
    return query.startswith(("{", "query")) and re.search(r"\b(mutation|subscription)\b", query) is None


def _names_origin(host: str, origin: str) -> bool:
    if "://" in host:
        return origin_of(host) == origin
    scheme, _, named = origin.partition("://")
    if scheme != "https" and named.split(":")[0] not in ("127.0.0.1", "localhost"):
        return False
    if host.startswith("*."):
        return named.endswith(host[1:])
    return host in (named, named.split(":")[0] if named.startswith(("127.0.0.1:", "localhost:")) else named)
