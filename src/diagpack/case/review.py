"""Recorded reviews: who read the redacted evidence of a case, when, and exactly which files.

Enters: the digests of the redacted files, a person, a time. Leaves: records in the journal, each with a MAC of the
case key. A record stands as long as every file is the one that was read: new evidence, a new word or another policy
makes other files, and asks for another look.
"""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any, Final

from diagpack.case.journal import FileJournal
from diagpack.case.jsonl import canonical
from diagpack.model.keys import CaseKey

_NAME: Final = "reviews"
_MOST: Final = 50


@dataclass(frozen=True, slots=True)
class Review:
    """`files` maps the path in the package to the SHA-256 that was reviewed; `at` is ISO 8601 in UTC."""

    by: str
    at: str
    digest: str
    files: Mapping[str, str]


def digest_of(files: Mapping[str, str]) -> str:
    """One SHA-256 over the paths and digests of all reviewed files."""
    return hashlib.sha256(canonical({"files": dict(files)})).hexdigest()


class ReviewBook:
    """The reviews of one case."""

    def __init__(self, journal: FileJournal, key: CaseKey) -> None:
        self._journal = journal
        self._key = key.subkey("review")

    def accept(self, files: Mapping[str, str], *, by: str, at: datetime) -> Review:
        """Record that a person read these files. Durable on return."""
        when = at.astimezone(UTC).isoformat(timespec="seconds")
        review = Review(by, when, digest_of(files), dict(files))
        entry = {**asdict(review), "mac": self._mac(review)}
        self._journal.put(_NAME, {"entries": [*self._entries(), entry][-_MOST:]})
        return review

    def all(self) -> tuple[Review, ...]:
        """Every record that this case made, oldest first; one that was edited by hand is not among them."""
        found = []
        for entry in self._entries():
            review = _review(entry)
            if review is not None and hmac.compare_digest(self._mac(review), str(entry.get("mac"))):
                found.append(review)
        return tuple(found)

    def standing(self, files: Mapping[str, str]) -> tuple[Review, ...]:
        """The reviews of exactly these files, the newest last."""
        wanted = digest_of(files)
        return tuple(each for each in self.all() if each.digest == wanted and dict(each.files) == dict(files))

    def _entries(self) -> list[Any]:
        entries = (self._journal.get(_NAME) or {}).get("entries")
        return [each for each in entries if isinstance(each, dict)] if isinstance(entries, list) else []

    def _mac(self, review: Review) -> str:
        return hmac.digest(self._key, canonical(asdict(review)), "sha256").hex()


def changed_since(review: Review, files: Mapping[str, str]) -> list[str]:
    """Paths that are new, gone or different since a review."""
    paths = {*review.files, *files}
    return sorted(path for path in paths if review.files.get(path) != files.get(path))


def _review(entry: Mapping[str, Any]) -> Review | None:
    files = entry.get("files")
    if not isinstance(files, dict) or not all(isinstance(entry.get(name), str) for name in ("by", "at", "digest")):
        return None
    return Review(entry["by"], entry["at"], entry["digest"], {str(path): str(each) for path, each in files.items()})
