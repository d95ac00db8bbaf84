"""XML and HTML: names of elements and attributes decide; SAML keeps its protocol values.

Enters: markup as text. Leaves: the same markup with replaced values escaped; no tree is built, nothing is fetched. The
twin of page/markup.js.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from . import packing
from .names import lower

if TYPE_CHECKING:
    from .redactor import Redactor

_PIECE = re.compile(
    r"<!--(.*?)-->|<!\[CDATA\[(.*?)\]\]>|<[!?][^>]*>|<(/?)([A-Za-z_][^ \t\r\n/>]*)((?:[^>\"']|\"[^\"]*\"|'[^']*')*)>",
    re.DOTALL,
)
_ATTRIBUTE = re.compile(r"([^ \t\r\n=/\"'>]+)([ \t\r\n]*=[ \t\r\n]*)(\"[^\"]*\"|'[^']*'|[^ \t\r\n\"'>]+)")
_ENTITY = re.compile(r"&(?:#([0-9]{1,7})|#[xX]([0-9A-Fa-f]{1,6})|(amp|lt|gt|quot|apos));")
_NAMED = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}
_VOID = frozenset("area base br col embed hr img input link meta source track wbr".split())
_URL_ATTRIBUTES = frozenset("href src action formaction data poster cite background location destination".split())
_PLAIN_ATTRIBUTES = frozenset(
    "class style type rel id lang version algorithm method notbefore notonorafter issueinstant inresponseto format "
    "nameformat encoding".split()
)
_PROSE = re.compile(r"(?:script|style|title|p|td|th|li|a|b|i|code|pre|span|div|body|html|label|option)", re.IGNORECASE)
_MARKS = re.compile(r"\A[\"']|[\"']\Z")


def _local(name: str) -> str:
    return name[name.rfind(":") + 1 :]


def _plain_entity(match: re.Match[str]) -> str:
    if match.group(3):
        return _NAMED[match.group(3)]
    code = int(match.group(1)) if match.group(1) else int(match.group(2), 16)
    return chr(code) if 0 < code < 0x110000 else match.group(0)


def _unescape(text: str) -> str:
    return packing.well_formed(_ENTITY.sub(_plain_entity, text))


def _escape(text: str) -> str:
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return text.replace('"', "&quot;").replace("'", "&#39;")


class MarkupRewriter:
    """One document."""

    def __init__(self, redactor: Redactor, text: str, depth: int) -> None:
        self._redactor = redactor
        self._text = text
        self._depth = depth
        self._open: list[str] = []
        self._attribute_class = "id"
        self._is_saml = "urn:oasis:names:tc:SAML" in text

    def rewritten(self) -> str:
        out, last = [], 0
        for match in _PIECE.finditer(self._text):
            out.append(self._content(self._text[last : match.start()]))
            out.append(self._piece(match))
            last = match.end()
        out.append(self._content(self._text[last:]))
        return "".join(out)

    def _piece(self, match: re.Match[str]) -> str:
        whole = match.group(0)
        comment, cdata, close, name, attributes = match.groups()
        if name is None:
            inner = comment if comment is not None else cdata
            if inner is None:
                return self._redactor.text(whole, self._depth)
            changed = self._held(inner) if cdata is not None else self._redactor.text(inner, self._depth)
            return whole if changed == inner else whole.replace(inner, changed.replace("]]>", ""), 1)
        if close:
            if name in self._open:
                del self._open[len(self._open) - 1 - self._open[::-1].index(name) :]
            return whole
        if not whole.endswith("/>") and lower(name) not in _VOID:
            self._open.append(name)
        if len(self._open) > 500:
            self._open.pop(0)
        return "<" + name + self._attributes(name, attributes) + ">"

    def _attributes(self, element: str, text: str) -> str:
        held = {
            lower(_local(each.group(1))): _unescape(_MARKS.sub("", each.group(3))) for each in _ATTRIBUTE.finditer(text)
        }
        if _local(element) == "Attribute" and held.get("name"):
            name = held["name"]
            last = lower(name[max(name.rfind("/"), name.rfind(":")) + 1 :])
            self._attribute_class = self._redactor.book["saml_values"].get(last, "id")

        def changed(match: re.Match[str]) -> str:
            name, equals, quoted = match.groups()
            mark = quoted[0] if quoted[0] in "\"'" else ""
            plain = _unescape(_MARKS.sub("", quoted))
            is_namespace = lower(name).startswith("xmlns")
            new = self._redactor.shapes(plain) if is_namespace else self._attribute(_local(name), plain, held)
            return match.group(0) if new == plain else name + equals + mark + _escape(new) + mark

        return _ATTRIBUTE.sub(changed, text)

    def _attribute(self, name: str, plain: str, held: dict[str, str]) -> str:
        redactor, lowered = self._redactor, lower(name)
        if lowered in _PLAIN_ATTRIBUTES:
            return redactor.shapes(plain)
        saml = redactor.book["saml_attributes"].get(name) if self._is_saml else None
        if saml:
            return redactor.slot(plain, saml)
        if lowered == "value" and (held.get("name") or held.get("id")):
            return redactor.parameter(held.get("name") or held["id"], plain, self._depth)
        if lowered == "content" and (held.get("name") or held.get("property")):
            return redactor.parameter(held.get("name") or held["property"], plain, self._depth)
        if lowered in _URL_ATTRIBUTES:
            return redactor.url(plain, self._depth)
        if lowered == "name":
            return redactor.text(plain, self._depth)
        return redactor.parameter(name, plain, self._depth)

    def _content(self, text: str) -> str:
        if not text.strip(" \t\r\n"):
            return text
        plain = _unescape(text)
        changed = self._held(plain)
        return text if changed == plain else _escape(changed)

    def _held(self, plain: str) -> str:
        redactor = self._redactor
        element = _local(self._open[-1]) if self._open else ""
        if self._is_saml:
            return self._saml(element, plain)
        entity = redactor.classify(element) if element and not _PROSE.fullmatch(element) else ""
        if entity and entity != "keep" and redactor.fits(element, entity, plain):
            return redactor.slot(plain, entity)
        return redactor.value(plain, self._depth + 1)

    def _saml(self, element: str, plain: str) -> str:
        redactor = self._redactor
        entity = redactor.book["saml_elements"].get(element, "")
        if entity == "text":
            return redactor.text(plain, self._depth)
        if element == "AttributeValue" or (entity and any(_local(each) == "AttributeValue" for each in self._open)):
            return redactor.slot(plain, self._attribute_class)
        return redactor.slot(plain, entity) if entity else redactor.text(plain, self._depth)
