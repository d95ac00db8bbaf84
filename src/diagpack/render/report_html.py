"""report.html: the page for people, in one file that needs no network and no script for its first screen.

Enters: an escalation. Leaves: HTML with the stylesheet and the script inlined and pinned by hash in a strict content
security policy: whatever the evidence holds, nothing else can run or load.

Source: Content Security Policy Level 3, section 2.3.1 (hash sources).
"""

import base64
import hashlib
from collections.abc import Iterator
from typing import Final

from markupsafe import Markup

from diagpack.model.escalation import Escalation, Renderer
from diagpack.render._page import page
from diagpack.render._templates import environment, static


class _ReportHtml:
    id = "report-html"

    def render(self, escalation: Escalation) -> Iterator[tuple[str, bytes]]:
        style, script = static("report.css"), static("report.js")
        html = (
            environment()
            .get_template("report.html.j2")
            .render(
                page=page(escalation),
                policy=policy(style, script),
                # Our own files, never evidence; the policy's hashes are over exactly these bytes.
                style=Markup(style),  # noqa: S704
                script=Markup(script),  # noqa: S704
            )
        )
        yield "report.html", html.encode("utf-8")


def policy(style: str, script: str) -> str:
    """The content security policy: our stylesheet, our script, pictures from the page itself, nothing else."""
    return (
        f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii")


RENDERER: Final[Renderer] = _ReportHtml()
