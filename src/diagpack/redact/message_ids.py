"""What is written like a mail address and belongs to nobody: ids of messages, principals of services.

Enters: a text and where an address was found in it, or a value. Leaves: whether it is such an id; engineers find a
message in logs by it. The host in it is a host like any other. Sources: RFC 5322 3.6.4 (identification fields), RFC
4120 6.2 (principal names), RFC 3261 20.8 (Call-ID).
"""

import re
from typing import Final

_HEADER: Final = re.compile(
    rb"(?:message[-_]?id|in-reply-to|references|call-id)\\*[\"']?[ \t]*[:=][\s\\\"']*(?:<[^<>\s]{1,300}>[\s,]*)*<?\Z",
    re.IGNORECASE,
)
_CLUES: Final = (b"message", b"in-reply-to", b"references", b"call-id")
# What joins the host of a principal with its service.
_JOINTS: Final = frozenset({b"/", b":", b"."})
_SERVICE: Final = re.compile(
    rb"\b(?:HTTP|host|krbtgt|ldap|cifs|MSSQLSvc|imap|smtp|pop|nfs|RPCSS|TERMSRV|WSMAN|GC|DNS|kadmin|postgres|ftp)"
    rb"/[A-Za-z0-9.:-]{0,100}\Z"
)
_VALUE: Final = re.compile(r"(<?)([^\s<>@\"']{6,250})@([A-Za-z0-9.-]{1,253}|\[[0-9a-fA-F.:]{3,45}\])(>?)")
_LOCAL: Final = bytes(range(48, 58)) + bytes(range(65, 91)) + bytes(range(97, 123)) + b".!#$%&'*+-^_`|~"
_LOOK_BACK: Final = 1000
_DIGITS: Final = 6
_LONG: Final = 20
KEYS: Final = frozenset({"messageid", "internetmessageid", "inreplyto", "references", "smtpid", "callid"})


def is_impersonal(data: bytes, start: int, end: int) -> bool:
    """Whether the address at `start` is the id of a message behind its header, or the principal of a service."""
    if data[start - 1 : start] in _JOINTS:
        return _SERVICE.search(data[max(0, start - 110) : start]) is not None
    before = data[max(0, start - _LOOK_BACK) : start]
    # An id may hold signs that no address begins with.
    opening = before.rfind(b"<")
    if opening >= 0 and not before[opening:].translate(None, b"<=/{}?").translate(None, _LOCAL):
        start -= len(before) - opening - 1
        before = before[: opening + 1]
    local = data[start:end].partition(b"@")[0]
    digits = len(local) - len(local.translate(None, b"0123456789"))
    is_drawn = digits > 0 and _is_drawn(local.decode("latin1"), digits)
    return is_drawn and _holds_header(data) and _HEADER.search(before) is not None


# Whether the name of such a header stands in a text at all, of the text that was asked about last.
_known: list[tuple[bytes, bool]] = [(b"", False)]


def _holds_header(data: bytes) -> bool:
    known, held = _known[0]
    if known is not data:
        lowered = data.lower()
        held = any(each in lowered for each in _CLUES)
        _known[0] = data, held
    return held


def parts_of(value: str) -> tuple[str, str, str] | None:
    """What stands before and behind the host in the id of a message, and the host; None when it is none."""
    match = _VALUE.fullmatch(value.strip())
    if match is None or not _is_drawn(match.group(2), sum(map(str.isdigit, match.group(2)))):
        return None
    return f"{match.group(1)}{match.group(2)}@", match.group(3), match.group(4)


def _is_drawn(local: str, digits: int) -> bool:
    """Made by a program: six digits, or long and mixed. `anna.beispiel1980` may be somebody."""
    return digits >= _DIGITS or (len(local) >= _LONG and digits > 0 and any(map(str.isupper, local)))
