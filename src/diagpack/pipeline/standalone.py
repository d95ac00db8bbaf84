"""Reading one piece of evidence without a case: `har`, `logs`, `sso`, `redact FILE`.

Enters: a path. Leaves: redacted values only, under a key of this user, so that equal values look equal from one call to
the next. Presidio is not imported. Nothing raw is written anywhere, but what is unpacked, transcoded or laid out in
lines while `redact FILE` runs, and a stream between its two passes: for this user only, beside the output, or in the
temporary directory where the output is a stream too.
"""

import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

import platformdirs
import yaml

from diagpack.case.durable import write_once
from diagpack.errors import CollectError, RedactionError, UsageError
from diagpack.model.case import Window
from diagpack.model.keys import CaseKey
from diagpack.redact.policy import load_policy
from diagpack.redact.standalone import Standalone, StreamResult
from diagpack.team.profile import Profile

MAX_SSO_BYTES = 64 << 20
_KEY_BYTES = 32


def user_key() -> CaseKey:
    """This user's key for pseudonyms outside of cases; made on first use, readable by nobody else.

    Raises UsageError (DP923) for a damaged one: a new key would silently give equal values other pseudonyms.
    """
    path = platformdirs.user_config_path("diagpack") / "pseudonym_key"
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # As a whole or not at all; of two runs at once, one makes it and both use it.
        write_once(path, secrets.token_bytes(_KEY_BYTES))
    content = path.read_bytes()
    if len(content) != _KEY_BYTES:
        raise UsageError(
            "DP923", "the key for pseudonyms outside of cases is damaged", hint=f"delete {path}; a new one is made"
        )
    return CaseKey(content)


def redactor(profile: Profile) -> Standalone:
    return Standalone(user_key(), load_policy(profile.policy))


def read_sso(path: Path | None, content: bytes, profile: Profile, *, config: Path | None, at: datetime | None) -> Any:
    """`{"messages", "findings"}`, redacted. `path` is None for pasted text."""
    from diagpack.collectors.sso.diagnose import diagnose

    if path is not None:
        if regular(path).stat().st_size > MAX_SSO_BYTES:
            raise CollectError("DP174", "the file is too large for this command", hint="use diagpack collect")
        content = path.read_bytes()
    return redactor(profile).marked(diagnose(content, config=_config(config), at=at))


def _config(path: Path | None) -> Mapping[str, Any]:
    """The `sso:` configuration: a file of its own, or a case.yaml that has such a part. Paths are relative to it."""
    if path is None:
        return {}
    try:
        document = yaml.safe_load(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError):
        raise UsageError(
            "DP915", "the configuration cannot be read as YAML", hint="check path and indentation"
        ) from None
    section = document.get("sso", document) if isinstance(document, dict) else None
    if not isinstance(section, dict):
        raise UsageError("DP915", "the configuration is not a mapping", hint="keys such as sp_entity_id, acs_urls")
    here = path.resolve().parent
    for name in ("idp_certificates", "idp_metadata", "jwks"):
        if isinstance(section.get(name), str):
            section[name] = str(here / section[name])
        elif isinstance(section.get(name), list):
            section[name] = [str(here / str(each)) if _is_path(str(each)) else each for each in section[name]]
    return section


def _is_path(text: str) -> bool:
    return len(text) < 1000 and "\n" not in text and "BEGIN" not in text


def read_logs(
    paths: Sequence[Path], profile: Profile, *, ids: Sequence[str], window: Window | None, zone: str, everything: bool
) -> Iterator[Mapping[str, Any]]:
    """Records, then one summary, redacted one by one."""
    from diagpack.collectors.logs.excerpt import excerpt

    redact = redactor(profile)
    for path in paths:
        regular(path)
    for record in excerpt(paths, ids, window, zone=zone, everything=everything):
        shown = redact.marked({name: value for name, value in record.items() if name != "text"})
        if "text" in record:
            shown["text"] = redact.text(str(record["text"]))
        yield {name: shown[name] for name in record}


_ARCHIVE = (
    "this is an archive: unpack it and give a file of it, or give it to diagpack collect"
    " (of Fiddler's .saz a HAR is better: File, Export Sessions, HTTPArchive)"
)


@dataclass(frozen=True, slots=True)
class RedactedFile:
    """The result of `redact FILE -o OUT`; `path` is None when it went to a stream."""

    path: Path | None
    result: StreamResult


def redact_one(path: Path, out: Path | None, profile: Profile) -> RedactedFile:
    """One file of any kind, into `redacted-NAME` beside it unless `out` says otherwise.

    Raises RedactionError (exit 5) when nothing could be written.
    """
    path = regular(path)
    out = out or path.with_name(f"redacted-{path.name}")
    if os.path.lexists(out):
        raise UsageError("DP916", "the output file exists", hint="name another with -o; nothing is overwritten")
    if not out.parent.is_dir():
        raise UsageError("DP930", "the folder to write into is not there", hint="make it, or name another file with -o")
    if not os.access(out.parent, os.W_OK):
        raise UsageError("DP930", "the folder to write into may not be written", hint="name another file with -o")
    try:
        # Some file systems (of the kernel, of a device) take no new files whatever the permissions say.
        with tempfile.TemporaryFile(dir=out.parent):
            pass
    except OSError as problem:
        reason = problem.strerror or "refused"
        raise UsageError(
            "DP930", f"nothing can be written into this folder: {reason}", hint="name another file with -o"
        ) from None
    try:
        result = redactor(profile).file(path, out, path.name)
    except FileExistsError:
        raise UsageError("DP916", "the output file was made by somebody else", hint="name another with -o") from None
    if result.withheld:
        reason = result.withheld[0]["reason"]
        raise RedactionError("DP174", f"{path.name}: withheld: {reason}", hint=_way_out(path, reason))
    return RedactedFile(out, result)


def redact_through(source: Path | BinaryIO, out: Path | BinaryIO, profile: Profile) -> RedactedFile:
    """The same where one end, or both, is a stream. A stream is read and written whole: nothing leaves before the last
    look, and the first pass comes before the second. Between them it lies in a folder of this user's own."""
    near = out.parent if isinstance(out, Path) and out.parent.is_dir() else None
    with tempfile.TemporaryDirectory(prefix=".redact-", dir=near, ignore_cleanup_errors=True) as folder:
        path = source if isinstance(source, Path) else Path(folder, "stdin")
        if not isinstance(source, Path):
            with path.open("xb") as stream:
                shutil.copyfileobj(source, stream, 1 << 20)
        if isinstance(out, Path):
            return redact_one(path, out, profile)
        shown = Path(folder, "redacted.gz" if path.suffix.lower() == ".gz" else "redacted")
        done = redact_one(path, shown, profile)
        with shown.open("rb") as stream:
            shutil.copyfileobj(stream, out, 1 << 20)
        return RedactedFile(None, done.result)


def _way_out(path: Path, reason: str) -> str:
    if _is_zip(path):
        return f"nothing was written; {_ARCHIVE}"
    if "picture" in reason:
        return "nothing was written; a picture goes into a case: diagpack collect CASE FILE --approve-image SOURCE"
    if "cannot be inspected" in reason:
        return "nothing was written; save it as text (UTF-8), or give it to diagpack collect, which opens zip and tar"
    if "dictionary" in reason:
        return "nothing was written; cut the file into parts"
    return "nothing was written; ask for the file again, or save it as UTF-8 text"


def _is_zip(path: Path) -> bool:
    with path.open("rb") as stream:
        return stream.read(4) == b"PK\x03\x04"


def regular(path: Path) -> Path:
    """The path, if it is a file that can be read. Raises UsageError DP917."""
    if path.is_dir():
        raise UsageError("DP917", f"{path}: this is a folder", hint="name a file in it")
    if not path.is_file():
        is_there = path.exists() or path.is_symlink()
        reason = "this is a pipe, a device or a link to nowhere" if is_there else "there is no such file"
        raise UsageError("DP917", f"{path}: {reason}", hint="name a file; `redact` and `sso` read a pipe as -")
    if not os.access(path, os.R_OK):
        raise UsageError("DP917", f"{path}: the file may not be read by you", hint="change its permissions")
    return path
