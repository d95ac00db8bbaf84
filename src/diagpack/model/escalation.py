"""The escalation: everything a renderer may see. ADF, wiki markup, HTML and Markdown are views of this one value."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from diagpack.model.assessment import Assessment
from diagpack.model.evidence import EvidenceSet
from diagpack.model.finding import Finding
from diagpack.model.redacted import RedactionReport


@dataclass(frozen=True, slots=True)
class Escalation:
    """`case` is the redacted content of the artifact of kind `case`; `package_id` names the package's top folder.

    `versions` holds diagpack's own version and those of the plug-ins and libraries that shaped the package.
    `limitations` are sentences on what was not looked at.
    """

    case_id: str
    package_id: str
    case: Mapping[str, Any]
    evidence: EvidenceSet
    findings: tuple[Finding, ...]
    assessment: Assessment
    redaction: RedactionReport
    versions: Mapping[str, str] = field(default_factory=dict)
    limitations: tuple[str, ...] = ()


class Renderer(Protocol):
    """A plug-in of the render room. Its module ends in `RENDERER: Final[Renderer] = …`."""

    @property
    def id(self) -> str: ...

    def render(self, escalation: Escalation) -> Iterator[tuple[str, bytes]]:
        """(path in the package, content); the same escalation gives the same bytes."""
