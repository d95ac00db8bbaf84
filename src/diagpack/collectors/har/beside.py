"""Bodies that stand beside the HAR: Playwright packs them into one zip, each named by its own SHA-1.

Enters: an entry whose content names a member (`_file`), and the zip. Leaves: the entry with the body inside, as HAR 1.2
has it. Only members of the same zip are read, never a path; what is too large stays out and is counted as missing.
Source: Playwright, recordHar with `content: "attach"`.
"""

import base64
import re
import zipfile
import zlib
from typing import Any, Final

_NAME: Final = re.compile(r"(?:[\w.-]{1,80}/)?[0-9a-f]{32,64}(?:\.[\w+-]{1,16})?", re.ASCII)
_MAX_BODY: Final = 4 << 20
_MAX_TOTAL: Final = 96 << 20
_HAR_SUFFIX: Final = ".har"


class Beside:
    """Gives entries their bodies back. `missing` counts those that are named and not there."""

    def __init__(self, archive: zipfile.ZipFile | None) -> None:
        self._archive = archive
        self._left = _MAX_TOTAL
        self.missing = 0

    def fill(self, entry: Any) -> None:
        """Put the bodies of one entry inside it."""
        if not isinstance(entry, dict):
            return
        response, request = entry.get("response"), entry.get("request")
        for holder in (
            response.get("content") if isinstance(response, dict) else None,
            request.get("postData") if isinstance(request, dict) else None,
        ):
            if isinstance(holder, dict) and isinstance(holder.get("_file"), str) and "text" not in holder:
                self._put(holder)

    def _put(self, holder: dict[str, Any]) -> None:
        body = self._read(holder["_file"])
        if body is None:
            self.missing += 1
            return
        try:
            holder["text"] = body.decode("utf-8")
        except UnicodeDecodeError:
            holder["text"] = base64.b64encode(body).decode("ascii")
            holder["encoding"] = "base64"

    def _read(self, name: str) -> bytes | None:
        if self._archive is None or _NAME.fullmatch(name) is None:
            return None
        try:
            with self._archive.open(name) as stream:
                body = stream.read(min(_MAX_BODY, self._left) + 1)
        except (KeyError, OSError, EOFError, RuntimeError, NotImplementedError, zipfile.BadZipFile, zlib.error):
            return None
        if len(body) > min(_MAX_BODY, self._left):
            return None
        self._left -= len(body)
        return body


def is_har_name(name: str) -> bool:
    """Whether a member is a HAR; macOS packs a shadow `__MACOSX/._name` of every file."""
    return name.lower().endswith(_HAR_SUFFIX) and not name.startswith("__MACOSX/") and "/._" not in f"/{name}"


def is_har_with_bodies(names: list[str]) -> bool:
    """Whether a zip with these members is one HAR and its bodies, and nothing else."""
    others = [name for name in names if not is_har_name(name) and not name.endswith("/")]
    is_one = sum(map(is_har_name, names)) == 1
    return is_one and bool(others) and all(_NAME.fullmatch(name) for name in others)
