"""Messages whose fields are known by their number: HL7 version 2, X12, EDIFACT, FIX.

Enters: a chunk of text. Leaves: the fields that hold a person or a password; what parts them stays. Sources: HL7 v2.8.2
chapters 3 and 6 (PID, NK1, PV1, GT1, IN1); ASC X12 004010 (NM1, N1, N3, N4, PER, DMG, REF); UN/EDIFACT D.96A (NAD, CTA,
COM); FIX 4.4 volume 6 (553, 554, 925).
"""

import re
from collections.abc import Iterator
from typing import Final

from diagpack.redact.detectors._engine import compiled

# Segment to field to class. Fields of HL7 are numbered from 1 behind the name of the segment.
_HL7: Final[dict[bytes, dict[int, str]]] = {
    b"PID": {2: "id", 3: "id", 4: "id", 5: "name", 6: "name", 7: "dob", 9: "name", 11: "address", 13: "phone",
             14: "phone", 18: "id", 19: "nationalid", 20: "nationalid", 23: "address"},
    b"NK1": {2: "name", 4: "address", 5: "phone", 6: "phone", 16: "dob", 30: "name", 31: "phone", 32: "address",
             37: "nationalid"},
    b"PV1": {7: "name", 8: "name", 9: "name", 17: "name", 52: "name"},
    b"GT1": {3: "name", 4: "name", 5: "address", 6: "phone", 7: "phone", 8: "dob", 12: "nationalid"},
    b"IN1": {16: "name", 18: "dob", 19: "address", 36: "id", 49: "id"},
    b"ORC": {10: "name", 11: "name", 12: "name"},
    b"OBR": {10: "name", 16: "name", 28: "name"},
    b"MRG": {1: "id", 7: "name"},
}  # fmt: skip
_X12: Final[dict[bytes, dict[int, str]]] = {
    b"NM1": {3: "name", 4: "name", 5: "name", 9: "id"},
    b"N1": {2: "name"},
    b"N2": {1: "name", 2: "name"},
    b"N3": {1: "address", 2: "address"},
    b"N4": {1: "address", 3: "address"},
    b"PER": {2: "name", 4: "phone", 6: "phone", 8: "phone"},
    b"DMG": {2: "dob"},
}
_EDIFACT: Final[dict[bytes, dict[int, str]]] = {
    b"NAD": {3: "name", 4: "name", 5: "address", 6: "address", 8: "address"},
    b"CTA": {2: "name"},
    b"COM": {1: "phone"},
}
# The head of a message and a field.
_SHORTEST: Final = 24
_MARKS: Final = (b"MSH|^~\\&", b"ISA*", b"UNB+", b"8=FIX")
_SEGMENT_HL7 = compiled(r"(?:PID|NK1|PV1|GT1|IN1|ORC|OBR|MRG)\|[^\r\n\x0b\x1c]*")
_SEGMENT_X12 = compiled(r"\b(?:NM1|N[1-4]|PER|DMG)\*[^~\r\n]*")
_SEGMENT_EDIFACT = compiled(r"\b(?:NAD|CTA|COM)\+(?:[^'?\r\n]|\?[^\r\n])*")
_FIX = compiled(r"(?:\x01|\||\^A|;|[ ])(?:553|554|925)=[^\x01|\^;\r\n]+")
_FIX_CLASSES: Final = {b"553": "user", b"554": "password", b"925": "password"}
# `\r` in a string of JSON or a log ends a segment as well.
_ENDS = re.compile(rb"\\r|\\n|\\x0d|<cr>", re.IGNORECASE)


def segment_values(data: bytes) -> Iterator[tuple[int, int, str]]:
    """(start, end, class) of each such field of a chunk that holds the head of a message."""
    hl7, x12, edifact, fix = (mark in data for mark in _MARKS)
    if hl7:
        yield from _fields(data, _SEGMENT_HL7.spans(data), b"|", _HL7)
    if x12:
        yield from _fields(data, _SEGMENT_X12.spans(data), b"*", _X12)
    if edifact:
        yield from _fields(data, _SEGMENT_EDIFACT.spans(data), b"+", _EDIFACT)
    if fix:
        for start, end in _FIX.spans(data):
            equals = data.index(b"=", start)
            yield equals + 1, end, _FIX_CLASSES[data[equals - 3 : equals]]


def may_stand(data: bytes) -> bool:
    """Whether there may be such a message."""
    # Most texts are short, and there are millions.
    return len(data) > _SHORTEST and (b"MSH|^~\\&" in data or b"ISA*" in data or b"UNB+" in data or b"8=FIX" in data)


def _fields(
    data: bytes, found: Iterator[tuple[int, int]], separator: bytes, known: dict[bytes, dict[int, str]]
) -> Iterator[tuple[int, int, str]]:
    for start, end in found:
        cut = _ENDS.search(data, start, end)
        end = cut.start() if cut is not None else end
        position = start
        classes: dict[int, str] = {}
        for number, field in enumerate(data[start:end].split(separator)):
            if number == 0:
                classes = known.get(field, {})
            elif number in classes and any(byte > 0x2F for byte in field):
                yield position, position + len(field), classes[number]
            position += len(field) + 1
