"""The guided collector as a terminal program: one zip application, standard library only.

Enters: the same as the page, and hosts to look at. Leaves: the bytes of `collector-CASE.pyz`; equal input, equal bytes.
"""

import io
import json
import zipfile
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from importlib import resources
from typing import Any, Final

from diagpack.errors import UsageError
from diagpack.guide.book import make_book
from diagpack.guide.build import LANGUAGES, SLACK_SECONDS, load_strings
from diagpack.guide.script.probing import look
from diagpack.guide.steps import choose_steps
from diagpack.model.case import Window
from diagpack.model.checklist import Checklist

_MODULES: Final = (
    "__init__ asking checks collecting har headers learning main markup names packing plain_text probing prose "
    "redactor rewriting rules saml sealing tokens when"
).split()
_MAIN: Final = """import sys

if sys.version_info < (3, 8):
    sys.exit("This program needs Python 3.8 or later.")

from collector.main import main

sys.exit(main())
"""


def build_script(
    *,
    case_id: str,
    checklist: Checklist,
    language: str,
    rules: Mapping[str, Any],
    intake_certificates: Sequence[bytes],
    upload_address: str,
    contact: str,
    expires: datetime,
    nonce: str,
    window: Window | None = None,
    known: Collection[str] = (),
    request_ids: Sequence[str] = (),
    probe: Sequence[Mapping[str, Any]] = (),
) -> bytes:
    """One zip application. `probe`: what `record_host` saw. Raises UsageError as `build_page` does."""
    if language not in LANGUAGES:
        raise UsageError("DP711", "the collector does not speak this language", hint=f"one of: {', '.join(LANGUAGES)}")
    data = {
        "case": case_id,
        "nonce": nonce,
        "checklist": checklist.id,
        "language": language,
        "strings": load_strings(language),
        "steps": list(choose_steps(checklist, language, known=known).chosen),
        "hosts": list(checklist.hosts),
        "window": None if window is None else {"start": window.start.isoformat(), "end": window.end.isoformat()},
        "slack_seconds": SLACK_SECONDS,
        "request_ids": list(request_ids),
        "upload_address": upload_address,
        "contact": contact,
        "expires": expires.isoformat(),
        "certificates": [each.decode("ascii") for each in intake_certificates],
        "probe": [dict(each) for each in probe],
        "book": make_book(rules),
    }
    folder = resources.files("diagpack.guide").joinpath("script")
    files = {f"collector/{name}.py": folder.joinpath(f"{name}.py").read_bytes() for name in _MODULES}
    files["collector/data.json"] = json.dumps(data, separators=(",", ":")).encode("ascii")
    files["__main__.py"] = _MAIN.encode("ascii")
    return b"#!/usr/bin/env python3\n" + _zipped(files)


def record_host(host: str) -> dict[str, Any]:
    """What the vendor's side sees of a host now: opens a connection. Raises UsageError (DP714) when it cannot."""
    found = look(host, 10)
    if "issuer" not in found:
        raise UsageError("DP714", "a host named with --probe cannot be reached", hint="check the name and the network")
    return {"host": host, "issuer": found["issuer"], "spki": found["spki"]}


def _zipped(files: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in sorted(files.items()):
            info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, content)
    return out.getvalue()
