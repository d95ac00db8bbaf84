"""The severity of a log record, in one vocabulary.

Enters: a record's first line. Leaves: `fatal`, `error`, `warning`, `info`, `debug`, `trace` or None. Sources: syslog
(RFC 5424, section 6.2.1), Log4j, glog, bunyan and pino numbers, OpenTelemetry severity numbers.
"""

import re
from collections.abc import Mapping
from typing import Any, Final

from diagpack.collectors.logs.json_times import LEVEL_KEYS, object_in

ERRORS: Final = ("fatal", "error")
_WORDS: Final = {
    "fatal": "fatal critical crit panic emerg emergency alert",
    "error": "error err severe eror erro",
    "warning": "warning warn wrn warnung",
    "info": "info information inf notice note log statement",
    "debug": "debug dbg fine config",
    "trace": "trace trc finer finest verbose verb",
}
_BY_WORD: Final = {word: level for level, words in _WORDS.items() for word in words.split()}
_UPPER = re.compile(
    r"\b(?:" + "|".join(word.upper() for word in _BY_WORD if word not in ("note", "log", "statement")) + r")\b(?!=)"
)
_KEYED = re.compile(r"\b(?:level|lvl|severity|loglevel)\s*[=:]\s*\"?([A-Za-z]+)", re.IGNORECASE)
_BRACKETED = re.compile(r"[\[<(|]\s*(?:[a-z_]+:)?([a-zA-Z]{3,9})\s*[\]>)|]")
_TITLE = re.compile(r"\b(Error|Warning|Info|Fatal|Critical|Debug)\b[,:\]|]")
_GLOG = re.compile(r"^([IWEFD])\d{4}(?:\d{4})? ")
_ANDROID = re.compile(r"^\S+ \S+\s+\d+\s+\d+ ([VDIWEF]) ")
_PRI = re.compile(r"^<(\d{1,3})>")
_STATUS = re.compile(r'" (5\d\d) ')
_THROWN = re.compile(
    r"^[ \t]*(?:Traceback \(most recent call last\)|Exception in thread|panic: |Caused by: |(?:[\w$]+[.:]+)*[A-Z][\w$]*"
    r"(?:Exception|Error|Throwable)\b)",
    re.MULTILINE,
)
_LETTERS: Final = {"I": "info", "W": "warning", "E": "error", "F": "fatal", "D": "debug", "V": "trace"}
_HEAD: Final = 300


def level_of(text: str) -> str | None:
    """The level of a record, from its first line; a thrown exception in it counts as an error."""
    first = text.split("\n", 1)[0]
    document, _ = object_in(first)
    level = _of_object(document) if document is not None else None
    level = level or _of_line(first[:_HEAD])
    if level is None and _THROWN.search(text[:4096]):
        return "error"
    return level


def _of_object(document: Mapping[str, Any]) -> str | None:
    for key in LEVEL_KEYS:
        if key in document:
            level = _of_value(document[key], key)
            if level is not None:
                return level
    inner = document.get("log")
    if isinstance(inner, Mapping):
        return _of_value(inner.get("level"), "level")
    return _of_line(inner[:_HEAD]) if isinstance(inner, str) else None


def _of_value(value: Any, key: str) -> str | None:
    is_number = isinstance(value, int) and not isinstance(value, bool)
    if isinstance(value, str):
        if not (value.isascii() and value.isdigit() and len(value) < 10):
            return _BY_WORD.get(value.strip().lower()) or _LETTERS.get(value)
        is_number = True
    if is_number:
        number = int(value)
        if key == "PRIORITY":
            return _of_syslog(number)
        # bunyan and pino: 10 trace, 20 debug, 30 info, 40 warn, 50 error, 60 fatal.
        return {1: "trace", 2: "debug", 3: "info", 4: "warning", 5: "error", 6: "fatal"}.get(number // 10)
    return None


def _of_syslog(severity: int) -> str:
    return ("fatal", "fatal", "fatal", "error", "warning", "info", "info", "debug")[severity & 7]


def _of_line(line: str) -> str | None:
    if match := _GLOG.match(line) or _ANDROID.match(line):
        return _LETTERS[match[1]]
    if match := _PRI.match(line):
        return _of_syslog(int(match[1]))
    if (match := _KEYED.search(line)) and (level := _BY_WORD.get(match[1].lower())):
        return level
    if match := _UPPER.search(line):
        return _BY_WORD[match[0].lower()]
    for match in _BRACKETED.finditer(line):
        if level := _BY_WORD.get(match[1].lower()):
            return level
    if match := _TITLE.search(line):
        return _BY_WORD[match[1].lower()]
    return "error" if _STATUS.search(line) else None
