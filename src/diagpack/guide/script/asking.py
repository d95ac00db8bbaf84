"""Questions in a terminal; in batch mode nothing is asked.

Enters: a step. Leaves: what was typed, or None for a skip.
"""

from __future__ import annotations

import sys
from typing import Any


class Cancelled(Exception):
    """The input ended before the answer."""


class Asker:
    """One terminal."""

    def __init__(self, strings: dict[str, str], *, is_batch: bool) -> None:
        self._strings = strings
        self.is_batch = is_batch

    def say(self, text: str) -> None:
        """One line; characters the terminal cannot show are replaced, controls are not passed on."""
        shown = "".join(each if each.isprintable() or each in "\n\t" else "?" for each in text)
        encoding = sys.stdout.encoding or "ascii"
        sys.stdout.write(shown.encode(encoding, "replace").decode(encoding) + "\n")
        sys.stdout.flush()

    def _line(self, prompt: str) -> str:
        self.say(prompt)
        line = sys.stdin.readline()
        if not line:
            raise Cancelled
        return line.strip()

    def agree(self, question: str, *, default: bool = True) -> bool:
        """Yes or no; batch mode agrees to what is the default."""
        if self.is_batch:
            return default
        typed = self._line(question + (" [Y/n] " if default else " [y/N] ")).lower()
        return typed[:1] in ("y", "j", "o", "s") if typed else default

    def answer(self, step: dict[str, Any]) -> str | None:
        if self.is_batch:
            return None
        self.say(step["question"])
        self.say("  (" + step["why"] + ")")
        options = step.get("options", [])
        for number, option in enumerate(options, start=1):
            self.say("  " + str(number) + "  " + self._strings.get("option_" + option, option))
        while True:
            typed = self._line(self._strings["script_answer"])
            if not options or not typed:
                return typed or None
            if typed.isdigit() and 1 <= int(typed) <= len(options):
                return str(options[int(typed) - 1])

    def path(self, step: dict[str, Any]) -> str | None:
        if self.is_batch:
            return None
        # A checklist asks to send a file; here it is named.
        self.say(self._strings.get("ask_" + step["id"], step["question"]))
        self.say(self._strings["image_here" if step["reads"] == "image" else "file_here"])
        if step["privacy"]:
            self.say("  (" + step["privacy"] + ")")
        return self._line(self._strings["script_path"]).strip("'\"") or None

    def reason(self, step: dict[str, Any]) -> str:
        """Why a step is skipped."""
        if self.is_batch:
            return "not given"
        self.say(self._strings["skip_why"])
        for number, each in enumerate(step["skip_reasons"], start=1):
            self.say("  " + str(number) + "  " + self._strings["reason_" + each])
        typed = self._line(self._strings["script_answer"])
        if typed.isdigit() and 1 <= int(typed) <= len(step["skip_reasons"]):
            return str(step["skip_reasons"][int(typed) - 1])
        return "other"

    def word(self) -> str:
        """Another word to hide, or "" to go on."""
        return "" if self.is_batch else self._line(self._strings["script_hide"])
