"""Copies every redacted artifact to its place in the package.

Enters: the evidence of an escalation. Leaves: `evidence/<folder>/<id><suffix>`, byte for byte what was sealed.
"""

from collections.abc import Iterator
from typing import Final

from diagpack.model.escalation import Escalation, Renderer


class _Evidence:
    id = "evidence"

    def render(self, escalation: Escalation) -> Iterator[tuple[str, bytes]]:
        for artifact in escalation.evidence:
            yield artifact.package_path, artifact.read()


RENDERER: Final[Renderer] = _Evidence()
