"""The one escaper for evidence that reaches a terminal: controls, bidi marks and markup cannot act.

Source: Unicode TR 36 (bidirectional text spoofing); ECMA-48 (control sequences).
"""


def escape(text: str, *, limit: int = 500) -> str:
    """One line of harmless text: every control, format, bidi or unassigned character is shown as `\\xNN`."""
    shown = "".join(_shown(each) for each in text[:limit])
    return shown + "…" if len(text) > limit else shown


def _shown(character: str) -> str:
    # `isprintable` is False for all of Unicode's "Other" and "Separator" categories but the plain space.
    return character if character.isprintable() else character.encode("unicode_escape").decode("ascii")
