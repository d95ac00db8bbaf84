"""Elements and fields of forms that stand in the middle of a text: a SOAP call in a log line, a page in a message.

Enters: a chunk of text. Leaves: the values of attributes and contents whose name is sensitive, where the name and its
value do not stand side by side: `<wsse:Password Type="…">…`, `<password><![CDATA[…]]>`, `<input name="…" value="…">`,
`<string name="…">…`. What stands side by side (`<password>…`, `password="…"`) the detectors find. Sources: XML 1.0 2.4
and 3.1, WHATWG HTML 4.10.5, OASIS WS-Security UsernameToken 1.1.
"""

import html
from collections.abc import Iterator
from typing import TYPE_CHECKING

from diagpack.redact.blocks.names import Meaning, holds, meaning
from diagpack.redact.detectors._engine import compiled

if TYPE_CHECKING:
    from diagpack.redact.policy import Policy

_NAME = r"[A-Za-z_][A-Za-z0-9_.:-]{0,80}"
_LIKELY = compiled(rf"<{_NAME}(?:[ \t\r\n]+[A-Za-z_:][^<>]*=|[ \t]*>[ \t\r\n]*<!\[CDATA\[)")
_TAG = compiled(
    rf"<({_NAME})((?:[ \t\r\n](?:[^<>\"']|\"[^\"<]*\"|'[^'<]*')*)?)>[ \t\r\n]*(<!\[CDATA\[)?", captures=True
)
_ATTRIBUTE = compiled(
    r"([A-Za-z_:][A-Za-z0-9_.:-]*)[ \t\r\n]*=[ \t\r\n]*(\"[^\"]*\"|'[^']*'|[^\s\"'>]+)", captures=True
)
_NAMING = ("name", "id", "key", "property", "itemprop")
_VALUES = ("value", "content")
# Content of these is shown to a reader.
_SHOWN = frozenset("title label address code key a p td th span div li h1 h2 h3 option button".split())
# A tag or a content that is longer is read as text.
_LONGEST = 1 << 16

Place = tuple[int, int]


def may_stand(data: bytes) -> bool:
    """Whether anything of this may be in a text: most texts hold no tag."""
    return b"<" in data and _LIKELY.find(data) is not None


def element_values(policy: "Policy", data: bytes) -> Iterator[tuple[int, int, str]]:
    """(start, end, class) of each sensitive value; it may hold character references."""
    position = 0
    while (found := _TAG.groups(data, position)) is not None:
        (_, position), name, attributes, cdata = found
        local = data[slice(*name)].decode("ascii").rpartition(":")[2]
        held = _attributes(data, attributes) if attributes[1] > attributes[0] else {}
        field = next((_text(data, held[each]) for each in _NAMING if each in held), "")
        if field:
            is_password = "type" in held and _text(data, held["type"]).lower() == "password"
            meant = Meaning("password") if is_password else meaning(policy, field)
            yield from _meant(data, meant, [held[each] for each in _VALUES if each in held])
        if (held or cdata[0] >= 0) and local.lower() not in _SHOWN:
            place = _content(data, position, is_cdata=cdata[0] >= 0)
            if place is not None:
                meant = meaning(policy, local)
                yield from _meant(data, meant if meant.entity or not field else meaning(policy, field), [place])


def _attributes(data: bytes, place: Place) -> dict[str, Place]:
    """The values of attributes by name in lower case, without quotes."""
    start, end = place
    held: dict[str, Place] = {}
    if end - start > _LONGEST:
        return held
    inner, at = data[start:end], 0
    while (found := _ATTRIBUTE.groups(inner, at)) is not None:
        (_, at), name, (first, last) = found
        quoted = inner[first : first + 1] in (b'"', b"'")
        held.setdefault(inner[slice(*name)].decode("ascii").lower(), (start + first + quoted, start + last - quoted))
    return held


def _content(data: bytes, start: int, *, is_cdata: bool) -> Place | None:
    """What stands between a tag and the next one, when that closes the element."""
    end = data.find(b"]]>" if is_cdata else b"<", start, start + _LONGEST)
    return (start, end) if end > start and (is_cdata or data[end + 1 : end + 2] == b"/") else None


def _meant(data: bytes, meant: Meaning, places: list[Place]) -> Iterator[tuple[int, int, str]]:
    if not meant.entity:
        return
    for start, end in places:
        if end > start and holds(meant, _text(data, (start, end))):
            yield start, end, meant.entity


def _text(data: bytes, place: Place) -> str:
    return html.unescape(data[slice(*place)].decode("utf-8", "replace"))
