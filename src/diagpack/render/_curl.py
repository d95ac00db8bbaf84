"""A curl command for one exchange, safe to paste: every piece quoted, secrets as shell variables.

Enters: a redacted exchange. Leaves: one command, or nothing when the URL is not http or https. Hostile evidence cannot
add an option, read a local file or run a command: see the notes beside each line.
"""

import re
import shlex
from typing import Final

from diagpack.render._exchanges import Exchange
from diagpack.render._visible import visible

_METHOD: Final = re.compile(r"[A-Z]{1,20}", re.ASCII)
# RFC 9110 token: has no "@", which curl would take for a file name, and no line break.
_NAME: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}", re.ASCII)
_SECRET: Final = frozenset(
    "authorization proxy-authorization cookie x-api-key x-auth-token x-csrf-token x-xsrf-token".split()
)
# curl makes these itself.
_OWN: Final = frozenset("host content-length connection accept-encoding".split())


def curl(exchange: Exchange, *, limit: int = 4_000) -> str:
    """The command, one option a line."""
    if not exchange.url.lower().startswith(("http://", "https://")) or not _METHOD.fullmatch(exchange.method):
        return ""
    # -g: brackets in a URL are not a range. --url and --data-raw: a leading "-" or "@" is data.
    parts = [f"curl -g -i -X {exchange.method}", f"--url {_quoted(exchange.url)}"]
    for name, value in exchange.request_headers:
        if _NAME.fullmatch(name) and name.lower() not in _OWN:
            parts.append(f"-H {_header(name, value)}")
    if exchange.request_body:
        if len(exchange.request_body) > limit:
            return ""
        parts.append(f"--data-raw {_quoted(exchange.request_body)}")
    return " \\\n  ".join(parts)


def _header(name: str, value: str) -> str:
    if name.lower() in _SECRET:
        variable = re.sub(r"[^A-Z0-9]", "_", name.upper())
        return f'"{name}: ${variable}"'
    return _quoted(f"{name}: {value}")


def _quoted(text: str) -> str:
    return shlex.quote(visible(text))
