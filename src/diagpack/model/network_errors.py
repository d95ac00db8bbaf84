"""What a browser or proxy says when no answer came, or no whole one.

Enters: the error text of a capture. Leaves: which kind of failure that is (a name of `model.failure.Kind`) and what it
means, in words. Sources: Chromium net error list; Mozilla's nsError list; errno names of Node.
"""

from typing import Final

# Substring of the browser's error text, what it is, what it means. First match decides.
_ERRORS: Final = (
    ("BLOCKED_BY_CLIENT", "BLOCKED", "a browser extension blocked the request"),
    ("BLOCKED_BY_ADMINISTRATOR", "BLOCKED", "a browser policy blocked the request"),
    ("BLOCKED_BY_RESPONSE", "CORS", "the browser refused the response (cross-origin policy)"),
    ("BLOCKED_BY_ORB", "CORS", "the browser refused the response (opaque response blocking)"),
    ("BLOCKED_BY_CSP", "BLOCKED", "the page's content security policy blocked the request"),
    ("CORS", "CORS", "the browser refused the response (CORS)"),
    ("ABORTED", "ABORTED", "the page or the user cancelled the request"),
    ("NAME_NOT_RESOLVED", "DNS", "the host name could not be resolved"),
    ("NAME_RESOLUTION", "DNS", "the host name could not be resolved"),
    ("UNKNOWN_HOST", "DNS", "the host name could not be resolved"),
    ("ENOTFOUND", "DNS", "the host name could not be resolved"),
    ("CERT", "TLS", "the browser did not accept the certificate"),
    ("SSL", "TLS", "the TLS handshake failed"),
    ("INSECURE_RESPONSE", "TLS", "the browser did not accept the certificate"),
    ("INTERNET_DISCONNECTED", "CLIENT_NETWORK", "the computer was offline"),
    ("NETWORK_CHANGED", "CLIENT_NETWORK", "the computer's network changed"),
    ("ADDRESS_UNREACHABLE", "CLIENT_NETWORK", "the address was not reachable from this network"),
    ("PROXY", "CLIENT_NETWORK", "the customer's proxy refused or failed"),
    ("TUNNEL", "CLIENT_NETWORK", "the customer's proxy refused the tunnel"),
    ("CONNECTION_REFUSED", "CONNECTION", "the server refused the connection"),
    ("ECONNREFUSED", "CONNECTION", "the server refused the connection"),
    ("CONNECTION_RESET", "CONNECTION", "the connection was reset"),
    ("ECONNRESET", "CONNECTION", "the connection was reset"),
    ("CONNECTION_CLOSED", "CONNECTION", "the connection was closed before an answer"),
    ("EMPTY_RESPONSE", "CONNECTION", "the server closed the connection without an answer"),
    ("TIMED_OUT", "CONNECTION", "the connection timed out"),
    ("TIMEOUT", "CONNECTION", "the connection timed out"),
    ("HTTP2", "CONNECTION", "the HTTP/2 stream failed"),
    ("QUIC", "CONNECTION", "the HTTP/3 connection failed"),
    ("MAX_REDIRECTS", "CONNECTION", "the client gave up after too many redirects"),
    ("TOO_MANY_REDIRECTS", "CONNECTION", "the browser gave up after too many redirects"),
    ("INCOMPLETE_CHUNKED", "CONNECTION", "the answer broke off"),
    ("CONTENT_LENGTH_MISMATCH", "CONNECTION", "the answer broke off"),
)


def known_error(text: str) -> tuple[str, str] | None:
    """(name of the kind, meaning); None when the text is none of them."""
    shown = text.upper().replace(" ", "_")
    return next(((kind, reason) for part, kind, reason in _ERRORS if part in shown), None)
