"""Is this a log?

Enters: the first bytes of a file. Leaves: a score. A log is text whose lines begin with timestamps, or JSON objects one
a line; one JSON or XML document is not, and neither is prose, whatever dates it mentions.
"""

import json
import re
from typing import Final

from diagpack.collectors._compressed import compression, first_bytes
from diagpack.collectors.logs.encodings import detect
from diagpack.collectors.logs.stamper import Stamper, without_escapes

_HEAD: Final = 1 << 16
_SURE: Final = 0.6
_CONTROL: Final = frozenset(range(32)) - frozenset(b"\t\n\r\x0b\x0c\x1b")
_LEVEL: Final = re.compile(
    r"\b(?:TRACE|DEBUG|INFO|NOTICE|WARN|WARNING|ERROR|FATAL|CRITICAL|SEVERE|FINE)\b|level=", re.ASCII
)
_DOCUMENT: Final = ("<?xml", "<!doctype", "<html", "<saml", "-----begin")


def text_of(head: bytes) -> str | None:
    """The head as text, None when it is binary."""
    encoding = detect(head)
    if encoding.width == 1:
        strange = sum(head.count(each) for each in _CONTROL)
        if strange > len(head) * 0.01 + 1:
            return None
    return encoding.decode(head[encoding.skip :])


def looks_like_log(head: bytes) -> bool:
    """Whether the plain bytes are log lines."""
    return score(head, "") >= 0.3


def score(head: bytes, name: str) -> float:
    """0 to 0.6: a format with a collector of its own always wins over a generic log."""
    plain = first_bytes(head, _HEAD)
    text = text_of(plain)
    if text is None or not text.strip():
        return 0.0
    lines = [each for each in text.splitlines()[:400] if each.strip()]
    if len(lines) > 1 and len(plain) >= _HEAD // 2:
        lines = lines[:-1]  # the last one is cut off
    is_named = any(part in name.lower() for part in (".log", "syslog", ".out", ".err", "catalina", "journal"))
    if _is_document(text, lines):
        return 0.0
    if any(each.startswith("#Fields:") for each in lines[:20]):
        return _SURE  # W3C Extended Log File Format, Zeek
    share, has_levels = _stamped(lines)
    if share >= 0.5:
        return _SURE
    if share > 0.02 and (is_named or has_levels or compression(head)):
        return 0.5
    if share > 0.05:
        return 0.25  # a note with a few dates in it scores as much
    return 0.35 if is_named or compression(head) else 0.0


def _stamped(lines: list[str]) -> tuple[float, bool]:
    """The share of lines that begin a record, of those not indented; and whether most of them name a level."""
    stamper = Stamper.learn(lines)
    outer = [each for each in lines if stamper.is_indented or each[:1] not in (" ", "\t")]
    stamped = [each for each in outer if _starts_record(stamper, each)]
    levels = sum(1 for each in stamped if _LEVEL.search(each[:300]))
    return len(stamped) / max(1, len(outer)), levels * 2 > len(stamped) > 1


def _starts_record(stamper: Stamper, line: str) -> bool:
    reading = stamper.read(line)
    # A log line has its timestamp near its start; application servers put a process and an address before it.
    return reading is not None and (reading.start <= 200 or line[:1] == "{")


def _is_document(text: str, lines: list[str]) -> bool:
    """One JSON or XML document over many lines, or a single long line of JSON that is no log record."""
    start = without_escapes(text[:64]).lstrip("\ufeff \t\r\n").lower()
    if start.startswith(_DOCUMENT):
        return True
    if not start.startswith(("{", "[")):
        return False
    first = lines[0].strip()
    if start.startswith("["):
        return len(first) < 3 or first.startswith(("[{", '["'))
    try:
        value = json.loads(first)
    except (ValueError, RecursionError):
        # JSON lines are whole objects; a pretty-printed or cut document is not.
        return len(lines) == 1 or first in ("{", "}") or not lines[1].lstrip().startswith("{")
    return len(lines) == 1 and isinstance(value, dict) and "log" in value and isinstance(value["log"], dict)
