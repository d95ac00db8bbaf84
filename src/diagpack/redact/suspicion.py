"""Words beside which something sensitive may have been missed, for the person who reviews.

Enters: redacted free text in which tokens are already masked. Leaves: the suspicious words with a weight. A word whose
value was replaced is not suspicious: `password: <token>` says that redaction worked. This only orders what people read;
it decides nothing.
"""

import re
from typing import Final

MASK: Final = "\0"
# Three groups, the most telling first. Words of the languages that notes are written in.
_SECRETS: Final = """
    password passwort kennwort passphrase passcode pwd pin otp secret geheim token bearer apikey api-key access-key
    secret-key private-key credential credentials zugangsdaten login anmeldung contraseña contrasena mot-de-passe
    motdepasse session-id cookie key schlüssel clave パスワード 密码
"""
_PERSONS: Final = """
    dob born birthday birth geburtsdatum geburtstag ssn social-security passport ausweis national-id tax-id iban bic
    credit-card card-number cvv cvc account-number kontonummer address adresse phone telefon mobile handy tel salary
    gehalt patient diagnosis diagnose insurance versicherung username user-name benutzername naissance nacimiento
"""
_TITLES: Final = "mr mrs ms dr prof herr frau mme monsieur madame señor señora dear hi hello liebe lieber regards"
# After the word: what belongs to it, then the token that took the value's place.
_REPLACED: Final = re.compile(r"[\s:=\"'>(\[,-]{0,8}(?:is|was|ist|war|lautet)?[\s:=\"'>(\[]{0,8}" + MASK)
_LONG_NUMBER: Final = re.compile(r"(?<![\w.:-])\d(?:[ -]?\d){8,18}(?![\w.:-])")
_OPAQUE: Final = re.compile(
    r"(?<![\w-])(?=[\w+/=-]*\d)(?=[\w+/=-]*[a-z])(?=[\w+/=-]*[A-Z])[\w+/=-]{20,200}(?![\w-])", re.ASCII
)
_CAPITALISED: Final = re.compile(r"(?<=[a-zß-ÿ,] )[A-Z][a-zß-ÿ]{2,20} [A-Z][a-zß-ÿ]{2,20}(?!\w)")
_TITLED: Final = re.compile(r"(?<!\w)(?:" + "|".join(_TITLES.split()) + r")\.?,? [A-Z][a-zß-ÿ]{2,20}", re.IGNORECASE)


def _pattern(words: str) -> re.Pattern[str]:
    forms = sorted((re.escape(each).replace(r"\-", "[ _-]?") for each in words.split()), key=len, reverse=True)
    return re.compile(r"(?<![^\W_])(?:" + "|".join(forms) + r")s?(?![^\W_])", re.IGNORECASE)


_WEIGHTED: Final = ((3, _pattern(_SECRETS)), (2, _pattern(_PERSONS)))


def suspicious(masked: str, *, is_prose: bool = True) -> tuple[int, tuple[str, ...]]:
    """Weight (0: nothing) and the words found, in order of the text.

    `masked`: the text with `MASK` for every token. `is_prose`: people wrote it, so names and numbers count as well.
    """
    found = [
        (match.start(), weight, match.group(0).lower())
        for weight, pattern in _WEIGHTED
        for match in pattern.finditer(masked)
        if not _REPLACED.match(masked, match.end())
    ]
    if is_prose:
        for name, weight, pattern in (
            ("long number", 2, _LONG_NUMBER),
            ("opaque value", 2, _OPAQUE),
            ("maybe a name", 1, _TITLED),
            ("maybe a name", 1, _CAPITALISED),
        ):
            found += [(match.start(), weight, name) for match in pattern.finditer(masked)]
    found.sort()
    words = tuple(dict.fromkeys(word for _, _, word in found))
    return max((weight for _, weight, _ in found), default=0), words


def first_place(masked: str) -> int:
    """Where the first suspicious word stands, to show a long line around it; 0 when there is none."""
    places = [match.start() for _, pattern in _WEIGHTED for match in pattern.finditer(masked)]
    return min(places, default=0)
