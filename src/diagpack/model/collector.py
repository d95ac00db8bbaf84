"""What a collector is.

Enters: a source in the raw zone. Leaves: raw artifacts, and named gaps. A collector knows one format: it parses, cuts
to what matters, and computes the facts that need raw bytes. It never decides what is sensitive, though it may mark a
value it knows to be: see `sensitive`.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from diagpack.model.case import Window
from diagpack.model.raw import RawArtifact, Source

MARK = "$sensitive"


def sensitive(value: str, entity: str) -> dict[str, str]:
    """Mark a value inside JSON that a collector writes: the redactor replaces the whole object by a pseudonym.

    `entity` is a class of the policy: secret, email, name, phone, user, id, …
    """
    return {MARK: entity, "value": value}


class CollectContext(Protocol):
    """What the pipeline lends to a collector during one call."""

    @property
    def now(self) -> datetime:
        """The one *now* of this run (aware, UTC)."""

    @property
    def window(self) -> Window | None:
        """The incident window, when the case states one."""

    def section(self, name: str) -> Mapping[str, Any]:
        """A section of case.yaml, for example `sso`; empty when absent."""

    def artifacts(self, kind: str) -> Sequence[RawArtifact]:
        """Artifacts of earlier collectors, in id order."""

    def request_ids(self) -> tuple[str, ...]:
        """Request and trace IDs that earlier collectors and the analyst named, all spellings."""

    def store(
        self,
        source: Source,
        *,
        kind: str,
        media_type: str,
        suffix: str,
        folder: str = "",
        content: Iterable[bytes] | None = None,
        facts: Mapping[str, Any] | None = None,
        part: str = "",
    ) -> RawArtifact:
        """Write one artifact to the raw zone and number it.

        Without `content` the source's own bytes are the artifact. `part` tells several artifacts of one kind from one
        source apart; (kind, source digest, part) decides the id, which never changes. `folder` defaults to `kind`.
        """

    def missing(self, source: Source, id: str, reason: str, *, question: str = "") -> None:
        """Name a gap (a truncated tail, an image that was not approved) and go on."""


class Collector(Protocol):
    """A plug-in of the collectors room. Its module ends in `COLLECTOR: Final[Collector] = …`.

    `needs`: kinds that must have been collected before (when the case has them). `provides`: kinds it makes.
    `derives_from`: kinds whose artifacts it reads as sources, in addition to files it recognises.
    """

    @property
    def id(self) -> str: ...
    @property
    def needs(self) -> tuple[str, ...]: ...
    @property
    def provides(self) -> tuple[str, ...]: ...
    @property
    def derives_from(self) -> tuple[str, ...]: ...

    def recognise(self, head: bytes, name: str) -> float:
        """0 to 1: how surely the first 64 KiB (and, weakly, the name) are of this format."""

    def collect(self, source: Source, ctx: CollectContext) -> Iterator[RawArtifact]:
        """Raises CollectError, with a message free of evidence, when nothing can be read."""
