"""Publish to a folder: the package and the ticket text, ready to be pasted.

Enters: a verified package, `settings["to"]`. Leaves: the zip, `ticket.md`, `ticket.wiki.txt` and the customer update
beside it. Nothing that exists is overwritten with other content.
"""

import hashlib
import os
from pathlib import Path
from typing import Final

from diagpack.errors import RemoteError, UsageError
from diagpack.model.package import PublishContext, Publisher, Receipt, VerifiedPackage
from diagpack.publish._filing_note import shown

# What a person pastes, by its name in the package; each is written beside the zip.
TEXTS: Final = ("ticket.md", "ticket.wiki.txt", "updates/customer.md", "updates/request.md", "updates/internal.md")


class Folder:
    """Writes the package and its ticket text to a folder."""

    id = "folder"

    def publish(self, package: VerifiedPackage, ctx: PublishContext) -> Receipt:
        """Raises UsageError (DP501) without a folder or when another file has the name, RemoteError (DP502)."""
        target = ctx.settings.get("to")
        if target is None:
            raise UsageError("DP501", "the folder to write to is not named", hint="--to DIR")
        folder = Path(target)
        files = {f"{package.id}.zip": package.content}
        for path in TEXTS:
            if path in package.files:
                files[f"{package.id}.{path.replace('/', '-')}"] = package.files[path]
        if lines := shown(ctx.notes):
            files[f"{package.id}.filing-note.txt"] = ("\n".join(lines) + "\n").encode()
        if not ctx.is_dry_run:
            try:
                folder.mkdir(parents=True, exist_ok=True)
                for name, content in files.items():
                    _write(folder / name, content)
            except OSError as problem:
                reason = problem.strerror or "unknown"
                raise RemoteError("DP502", f"the folder cannot be written: {reason}", hint="run again") from None
        for name in files:
            ctx.say(f"{'would write' if ctx.is_dry_run else 'wrote'} {folder / name}")
        return Receipt(
            target=self.id,
            key=package.id,
            url=str(folder / f"{package.id}.zip"),
            attachments={name: hashlib.sha256(content).hexdigest() for name, content in files.items()},
            sha256=package.sha256,
        )


def _write(path: Path, content: bytes) -> None:
    """Whole or not at all; the same content twice is fine, other content under this name is not."""
    if path.exists():
        if path.read_bytes() == content:
            return
        raise UsageError("DP501", f"{path.name} exists there with other content", hint="name another folder with --to")
    temporary = path.with_name(f".{path.name}.part")
    with temporary.open("wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    temporary.replace(path)


PUBLISHER: Final[Publisher] = Folder()
