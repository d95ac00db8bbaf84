"""Names beside mail addresses: `"Zofia Mikkelby" <…@…>` in headers of mail, logs, commits and prose.

Enters: a chunk of text. Leaves: spans of names; a name in an encoded word comes with its decoded form. Sources: RFC
5322 3.4 (mailbox), RFC 2047 (encoded words).
"""

import re
from collections.abc import Iterator
from email.header import decode_header

from diagpack.redact.detectors._engine import compiled

SOURCE = r"[\"A-Za-z.)?=\x80-\xff][ \t\r\n]*(?:<|&lt;)[^<>@\s]+(?:@|%40)[^<>\s]+"
_ADDRESS = compiled(SOURCE)
_QUOTED = re.compile(rb"\"([^\"\r\n]{1,80})\"\Z")
_ENCODED = re.compile(rb"(?:=\?[^?\s]{1,40}\?[BbQq]\?[^?\s]{0,200}\?=\s*)+\Z")
_WORD = rb"(?:[A-Z]|[\xc3-\xdf][\x80-\xbf])(?:[A-Za-z.'\x80-\xff-]){0,30}"
_PARTICLE = rb"(?:van|von|de|der|den|da|di|del|la|le|bin|al|el|zu)"
_BEFORE = rb"(?<![A-Za-z0-9\x80-\xff_.-])"
_WORDS = re.compile(_BEFORE + _WORD + rb"(?:,? (?:" + _PARTICLE + rb" )*" + _WORD + rb"){0,4}\Z")
# Words in front of an address that name a role, a team, a header or a verb.
_ROLES = frozenset(
    "support help helpdesk info team service services desk sales billing admin administrator postmaster mailer daemon "
    "mail delivery subsystem system noreply no-reply notifications notification alerts alert security abuse office "
    "contact customer from to cc bcc sender reply reply-to return-path author committer commit signed-off-by "
    "co-authored-by reviewed-by acked-by tested-by reported-by by email e-mail address user account recipient rcpt "
    "envelope-from envelope-to delivered-to message-id message in-reply-to references".split()
)
_LOOK_BACK = 120


def mailbox_names(data: bytes) -> Iterator[tuple[int, int, bytes | None]]:
    """(start, end, decoded form or None) of each name in front of an address."""
    for first, last in _ADDRESS.spans(data):
        cut = max(data.rfind(b"<", first, last), data.rfind(b"&lt;", first, last))
        end = first + len(data[first:cut].rstrip())
        before = data[max(0, end - _LOOK_BACK) : end]
        floor = end - len(before)
        encoded = _ENCODED.search(before)
        if encoded is not None:
            plain = _decoded(encoded.group(0))
            if plain and not _is_role(plain):
                yield floor + encoded.start(), floor + len(before.rstrip()), plain
            continue
        found = _QUOTED.search(before) or _WORDS.search(before)
        if found is None:
            continue
        group = 1 if found.re is _QUOTED else 0
        start, stop = floor + found.start(group), floor + found.end(group)
        while (space := data.find(b" ", start, stop)) > 0 and _is_role(data[start:space]):
            start = space + 1  # `From Zofia Mikkelby <…>`
        if not _is_role(data[start:stop]) and b"@" not in data[start:stop]:
            yield start, stop, None


def _is_role(name: bytes) -> bool:
    words = name.decode("utf-8", "replace").lower().replace(",", " ").replace(":", " ").split()
    return all(each.strip(".'\"()") in _ROLES for each in words)


def _decoded(words: bytes) -> bytes:
    try:
        parts = decode_header(words.decode("ascii", "replace"))
        text = "".join(
            each if isinstance(each, str) else each.decode(charset or "ascii", "replace") for each, charset in parts
        )
    except (ValueError, LookupError):
        return words
    return text.strip().strip('"').encode("utf-8", "replace")
