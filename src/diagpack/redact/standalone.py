"""Redaction of one file or value without a case: for `diagpack redact FILE` and the stand-alone commands.

Enters: a file of any kind, a JSON-like value, or a text, and a key of the user. Leaves: the redacted form and counts.
Presidio is not imported, so these start fast. One file is its own case: it is read twice, first to learn.
"""

import gzip
import os
import re
import shutil
import tempfile
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from diagpack.errors import RedactionError
from diagpack.model.keys import CaseKey
from diagpack.model.machine import machine_fault
from diagpack.redact import work
from diagpack.redact.dictionary import Dictionary
from diagpack.redact.engine import Engine, NeedsWithholding
from diagpack.redact.har_lines import lay_out
from diagpack.redact.json_text import Document
from diagpack.redact.last_look import LastLook, ScanBlueprint
from diagpack.redact.learned import Learned
from diagpack.redact.policy import Policy
from diagpack.redact.pseudonyms import Pseudonyms
from diagpack.redact.replay import Recording, Replay
from diagpack.redact.seeds import Seeds, detectors_for, plant, policy_of, vendor_id_patterns
from diagpack.redact.structure import redact_structure
from diagpack.redact.walk_har import HarWalker
from diagpack.redact.walk_json import MarkedWalker

_HEAD = 65536
# What a compressed file may become: logs shrink to a tenth, seldom to a hundredth.
_MOST_INFLATED = 256 << 20
_MOST_RATIO = 100
# Of what the first pass wrote and asked, held for the second.
_MOST_KEPT = 64 << 20
_PROSE_NAMES = (".txt", ".md", ".eml", ".note", ".text", ".markdown", ".vtt", ".srt")
# The first line of a mail; a time of day near the start of a line.
_MAIL = re.compile(
    rb"(?:\xef\xbb\xbf)?(?:From|Return-Path|Received|Delivered-To|To|Subject|Date|MIME-Version|Message-I[Dd]): "
)
# `[14:02] …` and `[INFO] …` are lines of text.
_JSON = re.compile(rb"\{\s*[\"}]|\[\s*(?:[\[{\"\]]|true|false|null|-?[0-9][0-9.eE+-]*\s*[,\]])")
_STAMPED = re.compile(rb"[^\n]{0,30}\b\d\d:\d\d:\d\d")


@dataclass(frozen=True, slots=True)
class StreamResult:
    """Counts by `class/rule`, and what was withheld: label and reason."""

    counts: Mapping[str, int]
    withheld: tuple[Mapping[str, str], ...] = ()
    not_searched: Mapping[str, int] = field(default_factory=dict)


class Standalone:
    """Detectors, policy and key, set up once."""

    def __init__(self, key: CaseKey, policy: Policy, seeds: Seeds | None = None) -> None:
        self._seeds = seeds or Seeds()
        self._policy = policy_of(policy, self._seeds)
        self._key = key
        self._pseudonyms = Pseudonyms(key)
        self._scanner = detectors_for(policy, self._seeds)

    def __repr__(self) -> str:
        return "Standalone(…)"

    def engine(self, learned: Learned | None, values: Mapping[str, str]) -> Engine:
        """One pass: with `learned` it learns, without it rewrites with `values`."""
        return Engine(
            self._policy,
            self._pseudonyms,
            self._scanner,
            learned=learned,
            dictionary=None if learned is not None else Dictionary(values),
            classes=dict(values),
            structure=redact_structure,
            vendor_ids=vendor_id_patterns(self._policy, self._seeds),
            decisions={},
        )

    def value(self, value: Any) -> Any:
        """A JSON-like value, redacted in two passes. Raises RedactionError (DP211)."""
        try:
            learned = self.learner()
            work.redact_facts(self.engine(learned, {}), value)
            return work.redact_facts(self.engine(None, learned.dictionary()), value)
        except RedactionError:
            raise
        except Exception:
            raise _failed("value") from None

    def har(self, document: Any) -> Any:
        """A parsed HAR, redacted in two passes. Raises RedactionError (DP211)."""
        return self._walked(document, lambda engine, parsed: HarWalker(engine, Document()).har(parsed))

    def marked(self, document: Any) -> Any:
        """A summary a collector wrote: its marks decide. Raises RedactionError (DP211)."""
        return self._walked(document, lambda engine, parsed: MarkedWalker(engine, Document()).walk(parsed))

    def _walked(self, document: Any, walk: Callable[[Engine, Any], Any]) -> Any:
        try:
            learned = self.learner()
            walk(self.engine(learned, {}), document)
            return walk(self.engine(None, learned.dictionary()), document)
        except RedactionError:
            raise
        except Exception:
            raise _failed("document") from None

    def text(self, text: str) -> str:
        """A text of unknown structure, redacted in two passes. Raises RedactionError (DP211)."""
        try:
            learned = self.learner()
            self.engine(learned, {}).value(text)
            return self.engine(None, learned.dictionary()).value(text)
        except RedactionError:
            raise
        except Exception:
            raise _failed("text") from None

    def file(self, source: Path, out: Path, name: str) -> StreamResult:
        """Redact one file into `out`, which must not exist. Raises RedactionError; then `out` is not there.

        A gzip file is opened first; `out` is gzip again when its name ends in `.gz`, and plain otherwise. All is
        written into a folder of this user's own beside `out`: what is opened there is raw, and what was written becomes
        `out` only when the last look found nothing, in one step.
        """
        try:
            with tempfile.TemporaryDirectory(prefix=".redact-", dir=out.parent, ignore_cleanup_errors=True) as folder:
                shown, before = Path(folder, "shown"), source.stat()
                result = self._opened(source, shown, name, is_packed=out.suffix.lower() == ".gz")
                if _is_another(before, source.stat()):
                    # The second pass would have written what the first did not learn from.
                    raise RedactionError(
                        "DP211", f"{name}: the file changed while it was read", hint="make a copy, and redact that"
                    )
                if not result.withheld:
                    _deliver(shown, out)
                return result
        except OSError as problem:
            if words := machine_fault(problem):
                raise RedactionError("DP211", f"{name}: {words}", hint="free some space and run again") from None
            raise

    def _opened(self, source: Path, shown: Path, name: str, *, is_packed: bool) -> StreamResult:
        """The same into `shown`, beside which there is room for what a packed file holds."""
        wide, is_gz = wide_encoding(source), is_gzip(source)
        if not wide and not is_gz:
            return self._plain_file(source, shown, name)
        inside, plain = shown.with_name(f"{shown.name}.in"), shown.with_name(f"{shown.name}.out")
        try:
            if wide:
                transcode(source, inside, wide, "utf-8")
            else:
                gunzip(source, inside)
        except NeedsWithholding as reason:
            return _withheld(name, reason)
        # Inside a compressed file may be UTF-16, or another one.
        result = self._plain_file(inside, plain, name) if wide else self._opened(inside, plain, name, is_packed=False)
        if result.withheld:
            return result
        if wide:
            transcode(plain, shown, "utf-8", wide)
        elif is_packed:
            _pack(plain, shown)
        else:
            plain.replace(shown)
        return result

    def _plain_file(self, source: Path, out: Path, name: str) -> StreamResult:
        media_type, size_bytes = media_type_of(source), source.stat().st_size
        if media_type != work.HAR or not work.RANGE < size_bytes <= self._policy.limit("document_bytes"):
            return self._in_ranges(work.Task(name, "file", media_type, source, 0, size_bytes), out, name)
        # A HAR as browsers write it is one document; with an entry a line it is read in ranges.
        lines = out.with_name(f"{out.name}.lines")
        source = lines if lay_out(source, lines) else source
        task = work.Task(name, "file", media_type, source, 0, source.stat().st_size)
        return self._in_ranges(task, out, name)

    def _in_ranges(self, task: work.Task, out: Path, name: str) -> StreamResult:
        source = task.path
        parts = work.parts(task, work.RANGE) if task.media_type == work.HAR else [task]
        learned = self.learner()
        prose = self._scanner.names_in_prose if task.media_type == work.TEXT and is_prose(source, name) else None
        try:
            learning = self.engine(learned, {})
            learning.prose = prose
            recording = Recording(_MOST_KEPT)
            for part in parts:
                work.run(learning, part, _nowhere, recording if work.is_replayed(part) else None)
            if learned.is_overflowing:
                raise NeedsWithholding("more distinct sensitive values than the dictionary holds")
            engine = self.engine(None, learned.dictionary())
            engine.prose = prose
            self._write(engine, parts, out, Replay(recording.kept()))
            blueprint = ScanBlueprint(learned.dictionary(), learned.prints().tobytes(), self._key.reveal())
            look = LastLook(blueprint)
            _check(look, out, name)
        except NeedsWithholding as reason:
            return _withheld(name, reason)
        except RedactionError:
            raise
        except Exception as problem:
            if machine_fault(problem):
                raise
            raise _failed(name) from None
        return StreamResult(
            dict(sorted(engine.tally.items())), (), dict(sorted((learned.not_searched + look.not_searched()).items()))
        )

    def learner(self) -> Learned:
        """A fresh learner with the seeds planted."""
        learned = Learned(self._policy)
        plant(self._seeds, learned)
        return learned

    def _write(self, engine: Engine, parts: Sequence[work.Task], out: Path, replay: Replay) -> None:
        descriptor = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as stream:
            for part in parts:
                work.run(engine, part, stream.write, replay if work.is_replayed(part) else None)


def redact_stream(source: Path, out: Path, *, key: CaseKey, policy: Policy, name: str) -> StreamResult:
    """One file of any kind into a new file. Raises RedactionError, and then leaves none."""
    return Standalone(key, policy).file(source, out, name)


def redact_json_value(value: Any, *, key: CaseKey, policy: Policy) -> Any:
    """A JSON-like value, redacted."""
    return Standalone(key, policy).value(value)


def redact_text(text: str, *, key: CaseKey, policy: Policy) -> str:
    """A text of unknown structure, redacted."""
    return Standalone(key, policy).text(text)


def media_type_of(source: Path) -> str:
    """What a file is, by its first bytes: a HAR, JSON, JSON Lines, text, or something that cannot be inspected."""
    with source.open("rb") as stream:
        head = stream.read(_HEAD)
    bare = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if head.startswith(b"\x89PNG"):
        return work.PNG
    if _is_binary(head):
        return "application/octet-stream"
    if _JSON.match(bare):
        first = bare.split(b"\n", 1)
        if len(first) == 2 and first[0].rstrip().endswith((b"}", b"]")) and first[1].lstrip()[:1] in (b"{", b"["):
            return work.JSONL
        return work.HAR if b'"log"' in head[:4096] and b'"entries"' in head else work.JSON
    return work.TEXT


def is_prose(source: Path, name: str) -> bool:
    """Text that people wrote: named as such, or a mail; and no log."""
    with source.open("rb") as stream:
        head = stream.read(_HEAD)
    lines = [each for each in head.split(b"\n") if each.strip()]
    if not name.lower().removesuffix(".gz").endswith(_PROSE_NAMES) and not _MAIL.match(head):
        return False
    # Times of captions stand on lines of their own.
    return sum(_STAMPED.match(each) is not None and b"-->" not in each for each in lines) * 5 < len(lines)


def _is_binary(head: bytes) -> bool:
    if b"\0" in head and not work.has_lone_nulls(head):
        return True
    # Beside blanks, marks of terminals, and what parts the fields of FIX (1) and of HL7 over TCP (11, 28).
    controls = sum(0 < each < 32 and each not in (1, 8, 9, 10, 11, 12, 13, 27, 28) for each in head[:4096])
    return controls * 50 > len(head[:4096])


def _check(look: LastLook, out: Path, name: str) -> None:
    for hit in look.hits_in(out, "output"):
        raise RedactionError(
            "DP210",
            f"{name}: something that should have been redacted is still there (rule {hit.rule})",
            hint="report the fault; no output was kept",
        )


def is_gzip(source: Path) -> bool:
    """Whether a file starts as a gzip stream (RFC 1952, 2.3.1)."""
    with source.open("rb") as stream:
        return stream.read(3) == b"\x1f\x8b\x08"


def gunzip(source: Path, target: Path) -> None:
    """Unpack in pieces. Raises NeedsWithholding for a damaged stream or one that inflates too far."""
    size_bytes, packed_bytes = 0, source.stat().st_size
    try:
        with gzip.open(source) as stream, target.open("xb") as plain:
            while piece := stream.read(1 << 20):
                size_bytes += len(piece)
                if size_bytes > max(_MOST_INFLATED, _MOST_RATIO * packed_bytes):
                    raise NeedsWithholding("a compressed file that inflates too far")
                plain.write(piece)
    except (OSError, EOFError, zlib.error) as problem:
        if machine_fault(problem):
            raise
        raise NeedsWithholding("a compressed file that is damaged") from None


def wide_encoding(source: Path) -> str:
    """`utf-16-le` or `utf-16-be` for a file of two bytes a character, with or without a mark; "" for any other."""
    with source.open("rb") as stream:
        head = stream.read(_HEAD)
    head = head[: len(head) // 2 * 2]
    if head.startswith(b"\xff\xfe") or (head and head[1::2].count(0) * 10 > len(head) * 4 and 0 not in head[0::2]):
        return "utf-16-le"
    if head.startswith(b"\xfe\xff") or (head and head[0::2].count(0) * 10 > len(head) * 4 and 0 not in head[1::2]):
        return "utf-16-be"
    return ""


def transcode(source: Path, target: Path, encoding: str, other: str) -> None:
    """The same text in another encoding, in pieces; a mark and line ends stay. Raises NeedsWithholding."""
    try:
        with source.open(encoding=encoding, newline="") as text, target.open("x", encoding=other, newline="") as out:
            shutil.copyfileobj(text, out, 1 << 20)
    except UnicodeError:
        raise NeedsWithholding("text that is not the UTF-16 it begins as") from None


def _pack(plain: Path, target: Path) -> None:
    # No name and no time: the same input gives the same bytes.
    with (
        plain.open("rb") as stream,
        target.open("xb") as file,
        gzip.GzipFile("", "wb", fileobj=file, mtime=0) as packed,
    ):
        shutil.copyfileobj(stream, packed, 1 << 20)


def _deliver(shown: Path, out: Path) -> None:
    """Give a finished file its name, for this user only. Raises FileExistsError: what is there stays."""
    os.close(os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    try:
        shown.chmod(0o600)
        shown.replace(out)
    except BaseException:
        out.unlink(missing_ok=True)
        raise


def _withheld(name: str, reason: NeedsWithholding) -> StreamResult:
    return StreamResult({}, ({"artifact": name, "reason": str(reason)},))


def _is_another(before: os.stat_result, now: os.stat_result) -> bool:
    """Whether a file was replaced, cut or written over. What a running log appends is not read, and does not count."""
    is_same = (before.st_dev, before.st_ino) == (now.st_dev, now.st_ino)
    is_written_over = before.st_size == now.st_size and before.st_mtime_ns != now.st_mtime_ns
    return not is_same or now.st_size < before.st_size or is_written_over


def _failed(name: str) -> RedactionError:
    return RedactionError("DP211", f"{name}: the redactor could not process this", hint="report the fault")


def _nowhere(piece: bytes) -> None:
    """The first pass only learns."""
