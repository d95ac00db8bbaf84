"""The guided collector in a terminal: asks, takes files, redacts, shows, writes one encrypted file.

Enters: the data beside this module and what the customer types. Leaves: `CASE-result.diagpack`. Everything is held in
memory until the encrypted file is complete: nothing raw is ever written.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import pkgutil
import sys
import time
from pathlib import Path
from typing import Any

from . import probing, sealing
from .asking import Asker, Cancelled
from .collecting import Collected, take_file
from .redactor import Redactor

EXIT_FAILED = 1
EXIT_USAGE = 2
EXIT_CANCELLED = 130


def main(arguments: list[str] | None = None) -> int:
    """Run; every way of ending has its exit code and leaves no half file behind."""
    data = json.loads(pkgutil.get_data(__package__, "data.json") or b"{}")
    options = _parser(data).parse_args(arguments)
    try:
        return _run(data, options)
    except (KeyboardInterrupt, Cancelled):
        _tell("\n" + data["strings"]["script_stopped"])
        return EXIT_CANCELLED
    except BrokenPipeError:
        # The reader went away; nobody is left to be asked or told.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT_FAILED
    except sealing.SealError as problem:
        _tell(data["strings"][problem.key].format(reason=problem.reason))
        return EXIT_FAILED


def _tell(text: str) -> None:
    with contextlib.suppress(OSError):
        sys.stderr.write(text + "\n")
        sys.stderr.flush()


def _parser(data: dict[str, Any]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="collector-" + data["case"] + ".pyz", description=data["strings"]["title"].format(case=data["case"])
    )
    parser.add_argument("--batch", action="store_true", help="ask nothing; steps without a value are skipped")
    parser.add_argument("--answer", action="append", default=[], metavar="STEP=TEXT", help="the answer to one step")
    parser.add_argument("--file", action="append", default=[], metavar="STEP=PATH", help="the file of one step")
    parser.add_argument("--skip", action="append", default=[], metavar="STEP=REASON", help="skip one step")
    parser.add_argument("--hide", action="append", default=[], metavar="WORD", help="replace this word everywhere")
    parser.add_argument("--out", default=".", metavar="DIR", help="where the file is written")
    parser.add_argument("--no-probe", action="store_true", help="no connection, even when hosts are listed")
    parser.add_argument("--unencrypted", action="store_true", help="write without encryption when openssl is missing")
    parser.add_argument("--list", action="store_true", help="list the steps and end")
    return parser


def _run(data: dict[str, Any], options: argparse.Namespace) -> int:
    strings = data["strings"]
    if options.list:
        for step in data["steps"]:
            sys.stdout.write("\t".join([step["id"], step["kind"], step["question"]]) + "\n")
        return 0
    try:
        given = {name: _pairs(getattr(options, name), data) for name in ("answer", "file", "skip")}
    except ValueError as problem:
        _tell(str(problem))
        return EXIT_USAGE
    asker = Asker(strings, is_batch=options.batch)
    session = Session(data, asker, options.hide)
    asker.say(strings["title"].format(case=data["case"]))
    asker.say(strings["script_intro"].format(contact=data["contact"]))
    sealing.check_tools(options.unencrypted)
    for number, step in enumerate(data["steps"], start=1):
        asker.say("")
        asker.say(strings["step"].format(step=number, total=len(data["steps"])) + " · " + step["title"])
        session.step(step, given)
    if (
        data["probe"]
        and not options.no_probe
        and asker.agree(strings["script_probe"].format(hosts=session.host_names()))
    ):
        session.probe = probing.probe(data["probe"], asker.say, strings)
    session.settle()
    while session.preview():
        session.settle(is_new=True)
    path = sealing.write(data, session, Path(options.out), is_plain=options.unencrypted)
    asker.say(strings["script_saved"].format(name=str(path)))
    asker.say(strings["send_to"] + " " + data["upload_address"])
    return 0


def _pairs(listed: list[str], data: dict[str, Any]) -> dict[str, str]:
    known = [step["id"] for step in data["steps"]]
    pairs = {}
    for each in listed:
        name, equals, value = each.partition("=")
        if not equals or name not in known:
            raise ValueError("STEP=… with STEP one of: " + ", ".join(known))
        pairs[name] = value
    return pairs


class Session:
    """What was answered and taken so far. Raw text stays in memory only."""

    def __init__(self, data: dict[str, Any], asker: Asker, hide: list[str]) -> None:
        self.data = data
        self.key = os.urandom(32)
        self._hide = [*data["book"]["hide"], *hide]
        self._asker = asker
        self._texts: dict[str, str] = {}
        self._taken: dict[str, Any] = {}
        self._redactor = Redactor(data["book"], self.key, self._hide)
        self.answers: dict[str, dict[str, Any]] = {}
        self.files: dict[str, Collected] = {}
        self.probe: dict[str, Any] | None = None
        self.started = _now()

    def _hide_too(self, word: str) -> None:
        self._hide.append(word)
        known = self._redactor.learned
        self._redactor = Redactor(self.data["book"], self.key, self._hide)
        self._redactor.know(known.items())

    def host_names(self) -> str:
        return ", ".join(each["host"] for each in self.data["probe"])

    def step(self, step: dict[str, Any], given: dict[str, dict[str, str]]) -> None:
        """Ask one step until it is answered or skipped."""
        name = step["id"]
        if name in given["skip"]:
            reason = given["skip"][name]
            self._record(step, "skipped", reason=reason if "reason_" + reason in self.data["strings"] else "other")
        elif step["kind"] == "file":
            self._file(step, given["file"].get(name))
        else:
            value = given["answer"].get(name)
            value = self._asker.answer(step) if value is None else value
            if value is None:
                self._record(step, "skipped", reason=self._asker.reason(step))
            else:
                self._texts[name] = value
                self._record(step, "ok", value=self._redactor.prose(value))

    def _file(self, step: dict[str, Any], path: str | None) -> None:
        attempts = 0
        while True:
            chosen = path if path is not None and attempts == 0 else self._asker.path(step)
            if not chosen:
                self._record(step, "skipped", reason=self._asker.reason(step), attempts=attempts)
                return
            attempts += 1
            self._asker.say(self.data["strings"]["working_reading"])
            taken = take_file(Path(chosen).expanduser(), step, self._redactor, self._context())
            for level, text in taken.sentences(self.data["strings"]):
                self._asker.say({"ok": "[ok] ", "warn": "[!] ", "error": "[x] "}.get(level, "[i] ") + text)
            if taken.content is not None and self._is_wanted(taken):
                self.files[step["id"]] = taken
                self._taken[step["id"]] = (Path(chosen).expanduser(), step)
                self._record(step, "warn" if taken.has_warning else "ok", attempts=attempts, checks=taken.checks)
                return
            if self._asker.is_batch:
                self._record(step, "failed", attempts=attempts, checks=taken.checks)
                return

    def _is_wanted(self, taken: Collected) -> bool:
        """A file that seems wrong, or a picture, goes in only when the customer says so; --batch has said so."""
        strings = self.data["strings"]
        if taken.has_error:
            return self._asker.agree(strings["use_anyway"] + "?")
        if any(each["id"] == "img.confirm" for each in taken.checks):
            return self._asker.is_batch or self._asker.agree(strings["img_looked"], default=False)
        return True

    def _context(self) -> dict[str, Any]:
        """What the checks of a file are told; request IDs of an earlier file are looked for in a later one."""
        found = [check for taken in self.files.values() for check in taken.checks if check["id"] == "ids.found"]
        return {
            "hosts": self.data["hosts"],
            "window": self.data["window"],
            "slack": self.data["slack_seconds"],
            "zone": time.strftime("%z"),
            "browser": "",
            "ids": [*self.data["request_ids"], *(each["id"] for check in found for each in check["data"]["ids"])],
            "id_headers": self.data["book"]["id_headers"],
            "error_text": self._texts.get("error-text", ""),
        }

    def _record(self, step: dict[str, Any], status: str, **fields: Any) -> None:
        self.answers[step["id"]] = {"status": status, "reason": "", "attempts": 0, "checks": [], "at": _now(), **fields}

    def preview(self) -> bool:
        """Show what will be in the file; True when the customer named another word to hide."""
        strings = self.data["strings"]
        self._asker.say("")
        self._asker.say(strings["preview"])
        for taken in self.files.values():
            listed = ", ".join(
                str(count) + " " + strings["class_" + entity] for entity, count in sorted(taken.counts.items())
            )
            self._asker.say(
                "  "
                + taken.name
                + ": "
                + (strings["preview_counts"].format(list=listed) if listed else strings["preview_none"])
            )
        if self._asker.agree(strings["script_show"], default=False):
            self._asker.say(json.dumps(self.document(), indent=1, ensure_ascii=False))
            for taken in self.files.values():
                self._asker.say("--- " + taken.name)
                self._asker.say((taken.content or b"").decode("utf-8", "replace"))
        word = self._asker.word()
        if word:
            self._hide_too(word)
        return bool(word)

    def settle(self, *, is_new: bool = False) -> None:
        """Answers and files once more, from the sources, until each knows what the others taught (or a new word)."""
        for name, value in self._texts.items():
            self.answers[name]["value"] = self._redactor.prose(value)
        for name, (path, step) in self._taken.items():
            if is_new or not self.files[name].known >= set(self._redactor.learned):
                self.files[name] = self._again(name, path, step)

    def _again(self, name: str, path: Path, step: dict[str, Any]) -> Collected:
        taken = take_file(path, step, self._redactor, self._context())
        if taken.content is None:
            # Removed or changed since it was chosen.
            raise sealing.SealError("script_file_gone", name)
        return taken

    def document(self) -> dict[str, Any]:
        """The answers as they travel."""
        steps = []
        for step in self.data["steps"]:
            answer = self.answers.get(
                step["id"], {"status": "skipped", "reason": "not reached", "attempts": 0, "checks": []}
            )
            steps.append({"id": step["id"], "kind": step["kind"], "title": step["title_en"], **answer})
            taken = self.files.get(step["id"])
            if taken is not None:
                steps[-1]["checks"] = taken.checks
                steps[-1].update({"file": taken.name, "facts": taken.facts, "removed": taken.counts})
        surroundings = {"python": sys.version.split()[0], "system": sys.platform, "time_zone": time.strftime("%z")}
        return {
            "schema": "diagpack.guided-answers/1",
            "case": self.data["case"],
            "checklist": self.data["checklist"],
            "language": self.data["language"],
            "started": self.started,
            "finished": _now(),
            "words_hidden": len(self._hide) - len(self.data["book"]["hide"]),
            "surroundings": surroundings,
            "network": self.probe,
            "steps": steps,
        }


def _now() -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
