"""Runs of a form in a text, where a blank is written as `+` (WHATWG URL 5.1), and not as a sign of base64.

Enters: a chunk of text. Leaves: where such runs stand. Linear: a run is asked once whether it is base64.
"""

import re
from collections.abc import Iterator

from diagpack.redact.detectors._engine import compiled
from diagpack.redact.detectors._gate import BESIDES, LONG

_IN_RUN, _IN_WORD = r"[^\s\"'<>]", r"[A-Za-z0-9.,'!?=:-]"
_WORD = rf"{_IN_WORD}{{1,20}}"
_FORM_SIGNS = rf"(?:\+{_IN_RUN}*%[0-9A-Fa-f]{{2}}|%[0-9A-Fa-f]{{2}}{_IN_RUN}*\+|{_WORD}(?:\++{_WORD}){{3}})"
_FORM_RUN = compiled(rf"{_IN_RUN}*{_FORM_SIGNS}{_IN_RUN}*")
_FORM_LIKELY = compiled(_FORM_SIGNS)
# What stands on one side of a `+`, and letters and digits in no order of words.
_SIDE = 40
# An escaped `/` or `+`.
_SIGN = re.compile(rb"%2[BbFf]")
_LEFT, _RIGHT = re.compile(rb"[A-Za-z0-9/]{4,24}\Z"), re.compile(rb"[A-Za-z0-9/]{4,24}")
_MIX = "(?:[a-z][A-Z0-9]|[0-9][A-Za-z]|[A-Z][0-9]|[A-Z]{2}[a-z])"
_SCRAMBLED = re.compile(_MIX.encode("ascii"))
# Such on both sides of a `+`, be it further away.
_SCRAMBLED_SIDES = compiled(rf"{_MIX}[A-Za-z0-9/]*\+[A-Za-z0-9/]*{_MIX}")
# How far a sign that is escaped, or the next blanks, are from a `+` that is one.
_NEAR, _FEW_PLUSES = 64, 2
# What a form has, without what counts.
_has_form = BESIDES.add(lambda: rf"\+{_IN_RUN}*%|%{_IN_RUN}*\+|\+{_IN_WORD}+\++{_IN_WORD}+\++{_IN_WORD}")


def may_be_form(data: bytes) -> bool:
    """Whether a `+` may be a blank somewhere in a text."""
    if not (_has_form(data) if len(data) >= LONG else b"+" in data):
        return False
    at = data.find(b"+")
    while at >= 0:
        # Most stand alone, as in a time zone.
        around = data[max(0, at - _NEAR) : at + _NEAR]
        if b"%" in around or around.count(b"+") > _FEW_PLUSES:
            return _FORM_LIKELY.find(data) is not None
        at = data.find(b"+", at + _NEAR)
    return False


def form_runs(data: bytes) -> Iterator[tuple[int, int]]:
    """Runs in which a `+` is a blank: some other sign is escaped, or there are several between words."""
    return ((start, end) for start, end in _FORM_RUN.spans(data) if not _holds_base64(data[start:end]))


def _holds_base64(run: bytes) -> bool:
    """Whether a `+` stands in what is no word: it is a sign of base64 there, as in a SAML message."""
    if len(run) > _SIDE and _SCRAMBLED_SIDES.find(_SIGN.sub(b"/", run)) is None:
        # Most hold none, and nobody need look at each `+`.
        return False
    at = run.find(b"+")
    while at >= 0:
        before, behind = (
            _SIGN.sub(b"/", each) for each in (run[max(0, at - _SIDE) : at], run[at + 1 : at + 1 + _SIDE])
        )
        # Not the digits of another escape.
        left = _LEFT.search(before[before.rfind(b"%") + 3 :] if b"%" in before else before)
        right = _RIGHT.match(behind)
        if left and right and _SCRAMBLED.search(left[0]) and _SCRAMBLED.search(right[0]):
            return True
        at = run.find(b"+", at + 1)
    return False


def is_form_run(run: bytes) -> bool:
    """Whether a run without blanks is one in which a `+` stands for one."""
    return b"+" in run and _FORM_LIKELY.find(run) is not None and not _holds_base64(run)
