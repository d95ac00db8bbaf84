"""Parameters: query strings, form bodies, multipart parts; each name decides about its value.

Enters: one name and value, or an encoded body. Leaves: the same with values replaced; names, order, separators and the
encoding of what stays are untouched. Sources: WHATWG URL 5 (form-urlencoded), RFC 7578 (multipart).
"""

import re
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote_plus

from diagpack.redact.field_names import is_auth_of
from diagpack.redact.looks import is_user_and_password, looks_opaque
from diagpack.redact.spans import SECRET_CLASSES
from diagpack.redact.walk_prose import redact_prose

if TYPE_CHECKING:
    from diagpack.redact.engine import Engine

_PAIR = re.compile(r"([&;]|^)([^=&;]*)(=?)([^&;]*)")
_FORM = re.compile(r"[A-Za-z0-9_.\-\[\]%$:+~*]{1,200}=[^&\s]*(?:&[A-Za-z0-9_.\-\[\]%$:+~*]{1,200}(?:=[^&\s]*)?)*&?")
# `CN=…,OU=…,DC=…` is one name of a directory or certificate.
_DIRECTORY_NAME = re.compile(r"[A-Za-z]{1,20}=[^=&]{1,200},[ ]?(?:CN|OU|DC|O|L|ST|C)=", re.IGNORECASE)
_CONNECTION = re.compile(r"[ ]*[A-Za-z][A-Za-z ]{1,40}=[^;]*(?:;[ ]*[A-Za-z][A-Za-z ]{1,40}=[^;]*)+;?[ ]*")
_DATA_SOURCE = re.compile(
    r"(?:^|;) *(?:server|data source|host|(?:account)?endpoint|accountname|driver|provider|dsn) *=", re.IGNORECASE
)
_CONNECTION_PAIR = re.compile(r"((?:^|;)[ ]*[A-Za-z][A-Za-z ]{1,40}=)([^;]*)")
_BOUNDARY = re.compile(r"\A--([0-9A-Za-z'()+_,./:=?-]{1,70})\r?\n")
_PART_NAME = re.compile(r"\bname=\"?([^\";\r\n]*)\"?", re.IGNORECASE)
_FILE_NAME = re.compile(r"(\bfilename\*?=)(\"[^\"\r\n]*\"|[^;\r\n]*)", re.IGNORECASE)
_RAW = frozenset(":/@,?!*'()$[]|")
# Names that say something in a form only (sign-in pages of Microsoft).
_PARAMETERS = {"ctx": "token", "canary": "token"}
# Its sign-in form has `log` for the user.
_WORDPRESS = re.compile(r"(?:^|&)log=.*&pwd=|(?:^|&)pwd=.*&log=", re.DOTALL)
_SAML_NAMES = frozenset({"samlresponse", "samlrequest"})


def is_form(text: str) -> bool:
    """Whether a text is one form-encoded body of at least one pair."""
    if _DIRECTORY_NAME.match(text) is not None:
        return False
    return "=" in text and len(text) < 5_000_000 and not text.endswith("==") and _FORM.fullmatch(text) is not None


def redact_parameter(engine: "Engine", name: str, value: str) -> str:
    """One decoded parameter of a query string, form or list of name/value pairs."""
    if not value:
        return value
    entity = engine.policy.classify(name) or _PARAMETERS.get(name.lower(), "")
    if entity == "token" and is_auth_of(name) and not is_user_and_password(value):
        # It says how to sign in, or where, as often as it holds what is needed for it.
        entity = "token" if looks_opaque(value) and "://" not in value else ""
    if entity == "keep":
        return engine.keep(value)
    if entity and len(value) > 40 and entity in ("token", "secret"):
        from diagpack.redact.structure import redact_message

        message = redact_message(engine, value)
        if message is not None:
            return message
    if name.lower() == "relaystate" and value.startswith(("http://", "https://")):
        from diagpack.redact.walk_url import redact_url

        # Where the browser goes after the sign-in is what a wrong one has to be compared with.
        return redact_url(engine, value)
    if entity in SECRET_CLASSES or entity:
        return engine.slot(value, entity, "parameter")
    return engine.value(value, name)


def redact_form(engine: "Engine", text: str) -> str:
    """A form-encoded body or query string. Only replaced values are encoded again."""
    is_wordpress = "pwd=" in text and _WORDPRESS.search(text) is not None
    return _PAIR.sub(lambda match: _pair(engine, match, is_wordpress=is_wordpress), text)


def _pair(engine: "Engine", match: "re.Match[str]", *, is_wordpress: bool) -> str:
    separator, name, equals, value = match.groups()
    if not equals:
        return separator + (engine.value(name) if name else "")
    plain = unquote_plus(value, errors="surrogateescape")
    if is_wordpress and name == "log":
        new = engine.slot(plain, "user", "parameter")
    else:
        new = redact_parameter(engine, unquote_plus(name, errors="replace"), plain)
    # A long name with digits may be a value itself: an address, or something packed.
    is_name = len(name) < 12 or name.replace("_", "").isalpha() or engine.keys.is_clear(name)
    shown = engine.text(name) if "@" in name or "%40" in name or not is_name else name
    if new == plain:
        return separator + shown + equals + value
    # What stood there unescaped (`http_proxy=http://…`) needs no escape now.
    safe = "-_.~" + "".join(_RAW & set(value))
    return separator + shown + equals + quote(new, safe=safe, errors="surrogateescape")


def is_connection_string(text: str) -> bool:
    """`Server=…;User ID=…;Password=…`: two pairs or more, parted by semicolons."""
    return _CONNECTION.fullmatch(text) is not None and _DATA_SOURCE.search(text) is not None


def redact_connection_string(engine: "Engine", text: str) -> str:
    """Pair by pair: server, port and database stay. Source: ADO.NET connection string syntax."""
    return _CONNECTION_PAIR.sub(lambda each: each.group(1) + redact_parameter(engine, each.group(1).strip("; ="),
                                                                              each.group(2)), text)  # fmt: skip


def is_multipart(text: str) -> bool:
    return _BOUNDARY.match(text) is not None


def redact_multipart(engine: "Engine", text: str) -> str:
    """Part by part: headers stay (file names are evidence), contents are redacted by field name and by structure."""
    match = _BOUNDARY.match(text)
    if match is None:
        return engine.text(text)
    mark = "--" + match.group(1)
    parts = text.split(mark)
    return mark.join([parts[0], *(_part(engine, each) for each in parts[1:])])


def _part(engine: "Engine", part: str) -> str:
    for blank in ("\r\n\r\n", "\n\n"):
        head, found, body = part.partition(blank)
        if found:
            break
    else:
        return engine.text(part) if part.strip("-\r\n") else part
    name = _PART_NAME.search(head)
    content = body.rstrip("\r\n")
    tail = body[len(content) :]
    field = name.group(1) if name else ""
    shown = redact_file_names(engine, head)
    if _FILE_NAME.search(head) and engine.policy.classify(field) == "":
        return shown + found + engine.value(content, field) + tail
    return shown + found + redact_parameter(engine, field, content) + tail


def redact_file_names(engine: "Engine", head: str) -> str:
    """The headers of a part, or the value of a `Content-Disposition`: names of files may name people."""
    return _FILE_NAME.sub(lambda each: each.group(1) + _file_name(engine, each.group(2)), head)


def _file_name(engine: "Engine", value: str) -> str:
    bare = value.strip('"')
    return value.replace(bare, redact_prose(engine, bare), 1) if bare else value
