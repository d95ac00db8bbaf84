"""XML and HTML: element and attribute names decide; SAML keeps its protocol values.

Enters: markup as text. Leaves: the same markup with replaced values escaped. The text is cut into tags and text by a
linear scanner that does not build a tree, so nothing outside the replaced values changes and no entity is expanded,
no DTD read, nothing fetched. Sources: SAML 2.0 Core 2 and 3; XML 1.0 2.4; WHATWG HTML 13.2.5.
"""

import html
import re
from itertools import islice
from typing import TYPE_CHECKING

from lxml import etree

from diagpack.redact.binary import is_certificate
from diagpack.redact.looks import is_pin, looks_like
from diagpack.redact.spans import SECRET_CLASSES
from diagpack.redact.walk_form import is_connection_string, redact_connection_string
from diagpack.redact.walk_http import redact_header
from diagpack.redact.walk_page import redact_page

if TYPE_CHECKING:
    from diagpack.redact.engine import Engine

_PIECE = re.compile(
    r"<!--(?P<comment>.*?)-->|<!\[CDATA\[(?P<cdata>.*?)\]\]>|<\?(?P<pi>.*?)\?>|<!(?P<doctype>[A-Za-z][^>\[]*(?:\[[^\]]*\])?[^>]*)>"
    r"|<(?P<close>/?)(?P<name>[A-Za-z_][^\s/>]*)(?P<attributes>(?:[^<>\"']|\"[^\"<]*\"|'[^'<]*')*)>",
    re.DOTALL,
)
_HTML = re.compile(
    r"<!doctype html|<html[\s>]|<(?:head|body|div|p|span|form|table|script|input|button|meta)[\s>]", re.I
)
# A quoted value of an attribute holds no `<`, so a quote that is never closed costs one tag, not the page.
_TELLING_TAG = re.compile(
    r"<((?:input|meta|form|a|img|iframe|script|link|textarea|option|button|area|embed|source|video|audio|object|param)\b)"
    r"((?:[^<>\"']|\"[^\"<]*\"|'[^'<]*')*)>([^<]*(?=</textarea))?",
    re.IGNORECASE,
)
_ATTRIBUTE = re.compile(r"([^\s=/\"'>]+)(\s*=\s*)(\"[^\"]*\"|'[^']*'|[^\s\"'>]+)")
# A tag as every writer makes it; in any other one, something may stand outside of its attributes.
_PLAIN_TAG = re.compile(
    r"</?[A-Za-z_][\w.:-]*(?:\s+[\w.:-]+(?:\s*=\s*(?:\"[^\"\\]*\"(?!\")|'[^'\\]*'|[\w.:/-]+))?)*\s*/?>", re.ASCII
)
_RAW_ELEMENTS = {"script", "style", "textarea", "title"}
_VOID = frozenset("area base br col embed hr img input link meta source track wbr".split())
_URL_ATTRIBUTES = frozenset(
    "href src action formaction data poster cite background xlink:href location destination".split()
)
# Beside one of these, `<name>` is a person's.
_PERSONAL = frozenset("email mail emailaddress phone phonenumber mobile firstname birthdate dateofbirth dob".split())
_SQUEEZE = re.compile(r"[-_.]")
_MOST_SIBLINGS = 60
# Elements whose content names the one beside them: members of XML-RPC, settings of Hadoop, property lists.
_SAYING = frozenset("name key fieldname propertyname n k".split())
_LONGEST_NAME = 120
_SAID = frozenset("value string val v data integer real text fieldvalue".split())
_NAMING = ("name", "id", "key", "property", "itemprop")
_PLAIN_ATTRIBUTES = frozenset(
    "class style type rel id lang xmlns version algorithm method notbefore notonorafter issueinstant inresponseto "
    "format nameformat encoding".split()
)


def is_markup(text: str) -> bool:
    """Whether a text is an XML or HTML document or fragment."""
    head = text[:400].lstrip("\ufeff \t\r\n")
    if head.startswith("<!--") and "-->" not in text:
        # A comment that is never closed makes no markup of the rest.
        return False
    return head.startswith("<") and re.match(r"<(?:[A-Za-z_][\w.:-]*[\s/>]|!--|!doctype|\?xml)", head, re.I) is not None


def redact_markup(engine: "Engine", text: str) -> str:
    """Markup. Well-formed XML stays well-formed."""
    if _HTML.search(text, 0, 2048) is not None:
        # In a page only attributes with values say something by their place; the rest is one text.
        return engine.text(redact_page(engine, _TELLING_TAG.sub(_Markup(engine, text).attributes, text)))
    if _PIECE.search(text) is None:
        # `<t` and no tag: reading its content as a value would come back here.
        return engine.text(text)
    return _Markup(engine, text).redacted()


def redact_element(engine: "Engine", text: str) -> str:
    """One element of XML, also where a page of HTML stands inside of it: read as a page, it would come back here."""
    return _Markup(engine, text).redacted()


class _Markup:
    def __init__(self, engine: "Engine", text: str) -> None:
        self._engine = engine
        self._text = text
        saml = engine.policy.section("saml")
        self._elements = saml["elements"]
        self._attributes = saml["attributes"]
        self._values = saml["values"]
        self._open: list[str] = []
        # The class that an attribute gives to the content of an open element: `<Data Name="TargetUserName">`.
        self._fields: list[str] = []
        # For each open element, whether a mail address or phone number has stood in it.
        self._seen: list[bool] = []
        self._is_person = False
        # The class that the content of a `<name>` gives to the `<value>` beside it, and how deep both stand.
        self._said = ""
        self._said_at = 0
        self._is_password_field = False
        self._attribute_class = ""
        self._field_class = ""
        self._is_saml = "urn:oasis:names:tc:SAML" in text

    def redacted(self) -> str:
        if self._is_saml:
            self._engine.live.saml(self._text)
        pieces: list[str] = []
        last = 0
        for match in _PIECE.finditer(self._text):
            if match.start() < last:
                continue
            pieces.append(self._content(self._text[last : match.start()]))
            pieces.append(self._piece(match))
            last = match.end()
        pieces.append(self._content(self._text[last:]))
        return "".join(pieces)

    def attributes(self, match: "re.Match[str]") -> str:
        """One tag of a page with its attributes redacted."""
        name, attributes, content = match.groups()
        new = self._redact_attributes(name, attributes) if "=" in attributes else attributes
        if content and name.lower() == "textarea" and self._field_class in SECRET_CLASSES:
            content = self._engine.slot(content, self._field_class, "element")
        return f"<{name}{new}>{content or ''}"

    def _piece(self, match: "re.Match[str]") -> str:
        if match["name"] is not None:
            return self._tag(match)
        whole = match.group(0)
        for group in ("comment", "cdata", "pi", "doctype"):
            inner = match[group]
            if inner is not None:
                new = self._cdata(inner) if group == "cdata" else self._engine.text(inner)
                return whole.replace(inner, new, 1) if new != inner else whole
        return whole

    def _cdata(self, inner: str) -> str:
        entity = self._entity()
        return self._engine.slot(inner, entity, "element") if entity else self._engine.value(inner)

    def _tag(self, match: "re.Match[str]") -> str:
        name = match["name"]
        local = name.rsplit(":", 1)[-1]
        attributes = match["attributes"]
        is_plain = _PLAIN_TAG.fullmatch(match.group(0)) is not None
        # A long name with digits may be a value itself, something packed.
        is_plain = is_plain and (len(name) < 12 or name.isalpha() or self._engine.keys.is_clear(name))
        if match["close"]:
            self._close(local)
            return match.group(0) if is_plain else self._engine.text(match.group(0))
        new = self._redact_attributes(local, attributes) if "=" in attributes else attributes
        if self._seen and self._is_personal(name):
            self._seen[-1] = True
        if not attributes.rstrip().endswith("/") and local.lower() not in _VOID:
            self._is_person = local.lower() == "name" and (
                (bool(self._seen) and self._seen[-1]) or self._stands_beside_person(match.start())
            )
            self._seen.append(False)
            self._open.append(local)
            self._fields.append(self._field_class if "=" in attributes else "")
        tag = f"<{name}{new}>"
        return tag if is_plain else self._engine.text(tag)

    def _close(self, local: str) -> None:
        if local in self._open[-50:]:
            while self._open and self._open.pop() != local:
                self._fields.pop()
            self._fields = self._fields[: len(self._open)]
            self._seen = self._seen[: len(self._open)]
            depth = len(self._open)
            if depth < self._said_at or (depth == self._said_at and local.lower() in _SAID):
                self._said = ""
        if local == "Attribute":
            self._attribute_class = ""

    def _redact_attributes(self, local: str, attributes: str) -> str:
        plain = {
            each.group(1).lower(): html.unescape(each.group(3).strip("\"'")) for each in _ATTRIBUTE.finditer(attributes)
        }
        field = next((plain[each] for each in _NAMING if plain.get(each)), "")
        self._is_password_field = plain.get("type", "").lower() == "password"
        self._field_class = self._engine.policy.classify(field) if field else ""
        if local == "Attribute" and self._is_saml:
            self._attribute_class = self._class_of_saml_attribute(plain)
        return _ATTRIBUTE.sub(lambda each: self._attribute(local, field, each), attributes)

    def _class_of_saml_attribute(self, plain: dict[str, str]) -> str:
        for name in (plain.get("name", ""), plain.get("friendlyname", "")):
            last = re.split(r"[/:#]", name)[-1].lower().replace("-", "").replace("_", "")
            if last in self._values:
                return str(self._values[last])
            entity = self._engine.policy.classify(last)
            if entity in SECRET_CLASSES:
                # No provider should send one; a policy that keeps ids must not keep it.
                return entity
        return "id"

    def _attribute(self, local: str, field: str, match: "re.Match[str]") -> str:
        name, equals, quoted = match.groups()
        quote = quoted[0] if quoted[0] in "\"'" else ""
        inner = quoted[1:-1] if quote else quoted
        if not inner.strip("\\"):
            # A quote that is escaped: no value stands here.
            return match.group(0)
        plain = html.unescape(inner)
        new = self._attribute_value(local, name, field, plain)
        if new == plain:
            return match.group(0)
        return name + equals + quote + html.escape(new, quote=True) + quote

    def _attribute_value(self, local: str, name: str, field: str, plain: str) -> str:
        engine = self._engine
        lowered = name.lower().rsplit(":", 1)[-1]
        if name.lower().startswith("xmlns") or lowered in _PLAIN_ATTRIBUTES:
            return engine.text(plain) if len(plain) > 20 else plain
        if self._is_saml and name in self._attributes:
            return engine.slot(plain, str(self._attributes[name]), "saml-attribute")
        if lowered == "value" and self._is_password_field:
            return engine.slot(plain, "password", "attribute")
        if lowered in ("value", "content") and field:
            from diagpack.redact.walk_form import redact_parameter

            return redact_parameter(engine, field, plain)
        if lowered in _URL_ATTRIBUTES:
            from diagpack.redact.walk_url import redact_url

            return redact_url(engine, plain)
        entity = engine.policy.classify(name)
        if entity in SECRET_CLASSES and ";" in plain and is_connection_string(plain):
            return redact_connection_string(engine, plain)
        if entity == "keep" or (entity and engine.policy.is_ambiguous(name)):
            return engine.value(plain)
        if entity and lowered not in ("name",):
            return engine.slot(plain, entity, "attribute")
        return engine.value(plain)

    def _entity(self) -> str:
        local = self._open[-1] if self._open else ""
        if self._is_saml:
            if "AttributeValue" in self._open[-3:]:
                return "" if self._attribute_class == "keep" else self._attribute_class or "id"
            if local in self._elements:
                entity = str(self._elements[local])
                return "" if entity == "text" else entity
        # What is no element of SAML may stand beside it: a `UsernameToken` in the same envelope.
        entity = self._engine.policy.classify(local) if local else ""
        if self._said and len(self._open) > self._said_at and self._open[self._said_at].lower() in _SAID:
            return self._said
        if local.lower() in ("textarea", "title", "label", "address", "code", "key", "a", "p", "td", "span"):
            return self._field_class if local.lower() == "textarea" and self._field_class in SECRET_CLASSES else ""
        if not entity and self._fields:
            return "" if self._fields[-1] == "keep" else self._fields[-1]
        if entity == "keep" or (entity and self._engine.policy.is_ambiguous(local)):
            return ""
        return entity

    def _class_said(self, name: str) -> str:
        entity = self._engine.policy.classify(name) if len(name) <= _LONGEST_NAME else ""
        return "" if entity == "keep" or self._engine.policy.is_ambiguous(name) else entity

    def _class_by_looks(self, plain: str) -> str:
        """The class of a content that its element names only together with how it looks."""
        local = self._open[-1] if self._open else ""
        if local.lower() == "name" and self._is_person and looks_like(plain, "name"):
            return "name"
        entity = self._engine.policy.classify(local)
        if entity in ("address", "company") and looks_like(plain, entity):
            return entity
        if entity == "name" and looks_like(plain, "name") and all(each[:1].isupper() for each in plain.split()):
            return entity
        return "password" if is_pin(plain) and self._engine.policy.classify(local) == "password" else ""

    def _stands_beside_person(self, position: int) -> bool:
        """Whether a mail address or phone number has an element of its own beside the one that opens here."""
        depth = 0
        for match in islice(_PIECE.finditer(self._text, position), _MOST_SIBLINGS):
            name = match["name"]
            if name is None:
                continue
            if depth == 0 and not match["close"] and self._is_personal(name):
                return True
            depth += -1 if match["close"] else 0 if match["attributes"].endswith("/") else 1
            if depth < 0:
                return False
        return False

    @staticmethod
    def _is_personal(name: str) -> bool:
        return _SQUEEZE.sub("", name.rsplit(":", 1)[-1]).lower() in _PERSONAL

    def _content(self, raw: str) -> str:
        if not raw or raw.isspace():
            return raw
        if self._open and self._open[-1].lower() in ("script", "style"):
            return self._engine.value(raw)
        if self._open and self._open[-1] == "X509Certificate" and is_certificate(raw):
            # Of a provider: public, what a signature is checked with, and most name the mail address of a vendor.
            return raw
        plain = html.unescape(raw)
        entity = self._entity() or self._class_by_looks(plain)
        if self._open and self._open[-1].lower() in _SAYING:
            self._said, self._said_at = self._class_said(plain.strip()), len(self._open) - 1
        new = self._engine.slot(plain, entity, "element") if entity else self._engine.value(plain)
        return raw if new == plain else html.escape(new, quote=False)


def is_well_formed(text: str) -> bool:
    """Whether a text parses as XML, without DTD, entities or network."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        etree.fromstring(text.encode("utf-8", "surrogatepass"), parser)
    except (etree.XMLSyntaxError, ValueError):
        return False
    return True


__all__ = ["is_markup", "is_well_formed", "redact_element", "redact_header", "redact_markup"]
