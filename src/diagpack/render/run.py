"""Runs every renderer over one escalation.

Enters: the escalation and the renderers. Leaves: path in the package to bytes. The same escalation gives the same
bytes: no renderer reads a clock, a locale or the network.
"""

import re
from collections.abc import Sequence
from typing import Final

from diagpack.errors import DiagpackError
from diagpack.model.escalation import Escalation, Renderer

_PATH: Final = re.compile(r"(?:[A-Za-z0-9_-][A-Za-z0-9._-]*/)*[A-Za-z0-9_-][A-Za-z0-9._-]*", re.ASCII)


def render(escalation: Escalation, renderers: Sequence[Renderer]) -> dict[str, bytes]:
    """All files of the package but `run.json`, `SHA256SUMS` and its signature, sorted by path.

    Raises DiagpackError: DP401 when two renderers write one path (also one that differs in letter case only), DP402
    for a path that is not a plain relative one.
    """
    files: dict[str, bytes] = {}
    makers: dict[str, str] = {}
    for renderer in renderers:
        for path, content in renderer.render(escalation):
            if _PATH.fullmatch(path) is None:
                raise DiagpackError("DP402", f"the renderer {renderer.id} wrote to a path that packages do not allow")
            # Windows and macOS would unpack two spellings of one name onto each other.
            folded = path.lower()
            if folded in makers:
                raise DiagpackError("DP401", f"the renderers {makers[folded]} and {renderer.id} both wrote {path}")
            makers[folded] = renderer.id
            files[path] = content
    return dict(sorted(files.items()))
