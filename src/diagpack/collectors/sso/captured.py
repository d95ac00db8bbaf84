"""One message as it was found, before anybody looks inside."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

Family = Literal["saml", "token", "token-json", "removed", "broken", "other"]


@dataclass(frozen=True, slots=True)
class Place:
    """The HAR entry a message was found in. `server_date` is the response's Date header."""

    entry: int
    started: datetime | None = None
    server_date: datetime | None = None
    url: str = ""
    method: str = ""
    status: int = 0


@dataclass(frozen=True, slots=True)
class Captured:
    """A message and how it had to be unwrapped.

    `content` is XML or token text and never leaves the collector. `parameter` is the name it travelled under
    (`SAMLResponse`, `id_token`); `problem` says, for "broken", what failed.
    """

    family: Family
    content: bytes = field(repr=False)
    steps: tuple[str, ...] = ()
    parameter: str = ""
    binding: str = ""
    problem: str = ""
    place: Place | None = None
    relay_state: str | None = field(default=None, repr=False)
