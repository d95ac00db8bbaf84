"""SAML messages that were written into a log as they are.

Enters: a chunk of text. Leaves: where each message stands, from its outermost tag to the end of that element. Source:
SAML 2.0 Core, 2.3.3 and 3.
"""

from collections.abc import Iterator

from diagpack.redact.detectors._engine import compiled

SOURCE = r"urn:oasis:names:tc:SAML:"
_OPENING = compiled(
    r"<[A-Za-z0-9_-]*:?(?:Response|Assertion|EncryptedAssertion|AuthnRequest|LogoutRequest|LogoutResponse|ArtifactResponse"
    r"|ArtifactResolve|RequestSecurityTokenResponse|RequestSecurityTokenResponseCollection|Envelope)[ \t\r\n>]"
)
# How the quotes of an attribute look inside of a string, a cell of a table or markup.
_ESCAPED = compiled(r"<[^<>]*=(?:\\+[\"']|\"\"[^ \t\r\n/>]|&quot;|%22)")
# A message that is longer is cut; what is left of it is read as text.
_LONGEST = 1 << 20


def messages(data: bytes) -> Iterator[tuple[int, int]]:
    """(start, end) of each message whose end is in this chunk as well."""
    position = 0
    while (found := _OPENING.find(data, position)) is not None:
        start, position = found
        name = data[start + 1 : position - 1]
        closing = data.find(b"</" + name + b">", position, start + _LONGEST)
        if closing >= 0 and data.find(SOURCE.encode(), start, closing) >= 0:
            position = closing + len(name) + 3
            yield start, position


def is_escaped(data: bytes, start: int) -> bool:
    """Whether the message that begins here stands in a string or a cell, with its quotes escaped."""
    return _ESCAPED.at(data, start) > 0
