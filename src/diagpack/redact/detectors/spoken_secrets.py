"""Secrets that no `key = value` shows: command lines, debug dumps, and a password told in words.

`curl -u svc:…`, `ssh jo@web-1`, `mysql -p…`, `sshpass -p …`, `redis-cli -a …`, `AUTH …`, `['--token', '…']`, PHP's
`["password"]=> string(22) "…"`, `the password is …`. Sources: the manual pages of these programs; RFC 7617 for `-u`.
"""

from collections.abc import Callable, Iterator
from typing import Final

from diagpack.redact.detectors._engine import Pattern, Rank, compiled, lower_case
from diagpack.redact.detectors._gate import RARE
from diagpack.redact.detectors._goes_on import end_of_value
from diagpack.redact.detectors._validators import is_mixed, is_scrambled
from diagpack.redact.spans import Detector, Span

_STEM: Final = r"(?:password|passwd|passphrase|secret|token|api-?key|access-?key|private-?key)"
_COPULA: Final = r"(?:is|was|ist|war|lautet|est|es|era|=|:)?"
_WORD: Final = r"([^\s\"'`,;<>()]+)"
_FOR_WHOM: Final = r"[ \t]+(?:for|of|f\xc3\xbcr|von|pour|de|para)[ \t]+[^\s:]{1,30}(?:[ \t][^\s:]{1,30})?"
_GAP: Final = r"[^\r\n|;&]{0,300}?"


# `GET /lost-password HTTP/1.1`: a protocol or product and its version; a version.
_PRODUCT: Final = compiled(r"(?:[A-Za-z][A-Za-z0-9._-]*/)?v?[0-9]+(?:\.[0-9A-Za-z]+)+")


_NAME_OF_WORDS: Final = compiled(r"[A-Za-z]+(?:[._:/-][A-Za-z]*[0-9]{0,4})+")


def _any(value: bytes) -> bool:
    return len(value) >= 3 and not value.startswith((b"-", b"$", b"{", b"<", b"*"))


def _credential(value: bytes) -> bool:
    """Letters and digits mixed, eight or more, or letters in no speakable order: no word, no number, no path."""
    is_drawn = len(value) >= 8 and (is_mixed(value) or is_scrambled(value))
    return is_drawn and b"/" not in value[:1] and _PRODUCT.at(value, 0) != len(value)


def _token(value: bytes) -> bool:
    """Twenty characters or more, mixed, and no name made of words (`rate-limiter-2`)."""
    return len(value) >= 20 and _credential(value) and _NAME_OF_WORDS.at(value, 0) != len(value)


def _flagged(value: bytes) -> bool:
    """Behind a flag of PowerShell: no other flag, variable or call, and no word of a sentence."""
    return _any(value) and not value.isalpha()


def _person(value: bytes) -> bool:
    """A user on a command line: no role, no account of a program."""
    return _any(value) and value.lower() not in _ROLES and b"/" not in value


def _answer(value: bytes) -> bool:
    """One word as an answer: more than a yes, a thanks, or the end of a sentence that was folded."""
    return _any(value) and value.lower().rstrip(b".!?,") not in _NO_ANSWERS


def _numbered(value: bytes) -> bool:
    return any(48 <= byte <= 57 for byte in value)


_ROLES: Final = frozenset(
    b"root admin administrator user username postgres mysql sa git deploy ubuntu ec2-user elastic guest anonymous test "
    b"service api token system nobody oauth2 x-token-auth app".split()
)
_NO_ANSWERS: Final = frozenset(
    b"yes yep nope sure okay thanks thank thx hello none unknown what why done sent nein danke oui non merci gracias "
    b"wrong incorrect correct expired invalid valid required missing empty blocked locked rejected refused denied "
    b"accepted reset changed disabled enabled set unset right secret private safe null true false not working broken "
    b"falsch richtig abgelaufen gesperrt korrekt incorrecto caducada incorrect refus never always still the too".split()
)
# A line of a chat or of an answered mail, up to its last word: time, name, marks of quotation.
_NEXT_LINE: Final = (
    r"[ 	]*\r?\n(?:[ 	>]*\r?\n)?(?:[^\r\n]{0,60}?[:>\])][ 	]+)?[ 	>]*([^\s<>]+)[ 	]*(?:\r?\n|$)"
)
_OWN: Final = r"(?:my|our|his|her|your|the|new|mein|meine|das|die|ihr|mon|ma|le|la|mi|minha|mijn)"
# On a command line, quotes and backslashes may stand inside of a value.
_COMMANDS: Final = frozenset(
    {"curl-user", "wget-password", "mysql-p", "sshpass-p", "redis", "docker-login", "net-user", "net-use", "powershell"}
)
_BACKSLASH: Final = 0x5C
# Directly behind a number of a card.
_EXPIRES: Final = (
    r"[ \t]*[,;(]?[ \t]*(?:exp(?:ir[a-z]*)?\.?(?:[ ](?:date|on))?|valid[ ](?:thru|until|through|to)|good[ ]thru"
    r"|g\xc3\xbcltig[ ]bis)"
)
_IS: Final = r"(?:is|ist|war|lautet|est|es|\xc3\xa9)"
_QUESTION: Final = r"(?:what(?:'s|s|[ ]is|[ ]was)|wie[ ](?:ist|lautet|war)|quel(?:le)?[ ]est|cu\xc3\xa1l[ ]es)"
_WORDS_FOR_PASSWORD: Final = (
    (b"pass", "password|passwd|passphrase|passcode|passwort"),
    (b"kennwort", "kennwort"),
    (b"mot de passe", "mot de passe"),
    (b"contrase", r"contrase(?:\xc3\xb1|n)a"),
    (b"senha", "senha"),
    (b"wachtwoord", "wachtwoord"),
)
_ASKED: Final = "|".join((*(word for _, word in _WORDS_FOR_PASSWORD), "pin(?:[ -]?(?:code|nummer|number))?"))
# marker (lower case), pattern whose only group is the value, class, rule, test of the value.
_Shape = tuple[bytes, Pattern, str, str, Callable[[bytes], bool]]
_SHAPES: Final[tuple[_Shape, ...]] = tuple(
    (marker, compiled(pattern, ignore_case=True, captures=True), entity, rule, test)
    for marker, pattern, entity, rule, test in (
        (b"curl", rf"\bcurl\b{_GAP}[ \t](?:-u|--user|--proxy-user|-U)[ \t=]*[\"']?[^\s\"':]+:([^\s\"']+)", "password",
         "curl-user", _any),
        (b"wget", rf"\bwget\b{_GAP}[ \t]--(?:http-|ftp-|proxy-)?password[ \t=]+[\"']?([^\s\"']+)", "password",
         "wget-password", _any),
        (b"mysql", rf"\bmysql(?:dump|admin|import|sh)?\b{_GAP}[ \t]-p[\"']?([^\s\"']+)", "password", "mysql-p", _any),
        (b"sshpass", r"\bsshpass[ \t]+-p[ \t]*[\"']?([^\s\"']+)", "password", "sshpass-p", _any),
        (b"redis-cli", rf"\bredis-cli\b{_GAP}[ \t](?:-a|--pass)[ \t=]+[\"']?([^\s\"']+)", "password", "redis", _any),
        (b"docker", rf"\bdocker[ \t]+login\b{_GAP}[ \t]-p[ \t]*[\"']?([^\s\"']+)", "password", "docker-login", _any),
        (b"auth", r"\bAUTH[ \t]+(?:[\w.-]{1,60}[ \t]+)?[\"']?([^\s\"']+)", "password", "redis-auth", _credential),
        (b"string(", rf"\[[\"'][\w.-]*{_STEM}[\w.-]*[\"'](?::\w+)?\][ \t]*=>\s*string\(\d+\)[ \t]*\"([^\"\r\n]+)\"",
         "secret", "php-dump", _any),
        (b"--", rf"--[a-z0-9-]*{_STEM}[a-z0-9-]*\\*[\"'][ \t]*,\s*\\*[\"']([^\"'\\\r\n]+)", "secret", "argv", _any),
        *((word, rf"\b(?:{pattern})[ \t]+{_COPULA}[ \t:=]*[\"'`]?{_WORD}", "password", "told-password", _credential)
          for word, pattern in _WORDS_FOR_PASSWORD),
        *((word, rf"\b(?:{pattern}){_FOR_WHOM}:[ \t]*[\"'`]?{_WORD}", "password", "told-password", _credential)
          for word, pattern in _WORDS_FOR_PASSWORD),
        (b"pw", rf"\bpwd?[ \t]+(?:is|ist|lautet|:)[ \t]*[\"'`]?{_WORD}", "password", "told-password", _credential),
        (b"code", r"\b(?:your|my|ihr|mein|votre|mon|verification|security|confirmation|one-time|login|sms|mfa|2fa)[ -]"
                  r"(?:verification |security |login |one-time )?code[ \t]*(?:is|ist|lautet|est|:|=)[ \t:]*"
                  r"([0-9]{4,8}|[0-9]{3}[ -][0-9]{3})\b", "secret", "told-code", _any),
        (b"token ", rf"\btoken[ \t]+[\"'`]?{_WORD}", "token", "told-token", _token),
        (b"cv", r"\b(?:cvv2?|cvc2?|cvn)[ \t]*(?:is|:|=)?[ \t]*([0-9]{3,4})\b", "card", "card-check", _any),
        (b"-asplaintext", r"[\"']([^\"'\r\n]+)[\"'][ \t]+-AsPlainText\b", "password", "powershell", _any),
        (b"-secure", r"-SecureString[ \t]+(?:-String[ \t]+)?[\"']([^\"'\r\n]+)[\"']", "password", "powershell", _any),
        (b" -", rf"[ \t]-(?:[A-Za-z]{{0,20}}{_STEM})[ \t]+[\"']?([^\s\"'(]+)", "password", "powershell", _flagged),
        (b"net", r"\bnet1?(?:\.exe)?[ \t]+user[ \t]+[^\s/]+[ \t]+([^\s/]\S*)", "password", "net-user", _any),
        (b"/user:", r"[ \t]/user:\S+[ \t]+([^\s/]\S*)", "password", "net-use", _flagged),
        (b"identified", r"\bidentified[ \t]+(?:with[ \t]+[\"'`]?\w+[\"'`]?[ \t]+)?by[ \t]+(?:password[ \t]+)?\\*['\"]"
                        r"([^'\"\\\r\n]+)", "password", "sql-password", _any),
        (b"password", r"\bpassword(?:[ \t]+|\()\\*'([^'\\\r\n]+)'", "password", "sql-password", _any),
    )
)  # fmt: skip


# Rare ones, behind one search for all of them.
_RARE_SHAPES: Final[tuple[_Shape, ...]] = tuple(
    (b"", compiled(pattern, ignore_case=True, captures=True), entity, rule, test)
    for pattern, entity, rule, test in (
        (rf"\bcurl\b{_GAP}[ \t](?:-u|--user|--proxy-user|-U)[ \t=]+[\"']?([^\s\"':]+)", "user", "command-user",
         _person),
        (rf"\bcurl\b{_GAP}[ \t]-[uU][\"']?([^\s\"':=-][^\s\"':]*):", "user", "command-user", _person),
        (rf"\b(?:mysql(?:dump|admin|import|sh)?|psql|sqlcmd|docker)\b{_GAP}[ \t](?:-u|--user(?:name)?)[ \t=]+"
         r"[\"']?([^\s\"':]+)", "user", "command-user", _person),
        (rf"\b(?:ssh|scp|sftp|rsync)[ \t]{_GAP}([A-Za-z0-9_][A-Za-z0-9_.-]*)@[A-Za-z0-9]", "user", "command-user",
         _person),
        (rf"\b{_OWN}[ \t]+(?:[a-z]+[ \t]+)?(?:{_ASKED})[ \t]+{_IS}[ \t]*:?{_NEXT_LINE}", "password", "told-password",
         _answer),
        (rf"\b{_QUESTION}[ \t]+{_OWN}[ \t]+(?:[a-z]+[ \t]+)?(?:{_ASKED})[ \t]*\?{_NEXT_LINE}", "password",
         "told-password", _answer),
        (r"\b(?:verification|security|confirmation|one-time|login|sms|mfa|2fa|my|your|mein|ihr|mon|votre)"
         rf"[ -](?:(?:verification|security|login|one-time)[ ])?code(?:[ \t]+{_IS}[ \t]*:?|[ \t]*\?){_NEXT_LINE}",
         "secret", "told-code", _numbered),
        (rf"(?:[0-9][ -]?){{12,18}}[0-9]{_EXPIRES}[ \t:]*([0-9]{{2}}[ ]?[/-][ ]?(?:20)?[0-9]{{2}})\b", "card",
         "card-expiry", _any),
    )
)  # fmt: skip
_RARE_TRIGGER: Final = (
    rf"(?i:\b(?:curl|mysql[a-z]*|psql|sqlcmd|docker|ssh|scp|sftp|rsync)[ \t]|(?:{_ASKED}|code)(?:[ \t]+{_IS}[ \t]*:?"
    rf"|[ \t]*\?)[ \t]*\r?\n|[0-9]{_EXPIRES}[ \t:]*[0-9])"
)
_is_rare_likely: Final = RARE.add(lambda: _RARE_TRIGGER)


# One search instead of one for each marker: at the markers, with what always follows the short ones.
_TRIGGER: Final = (
    r"(?i:\b(?:curl|wget|mysql|sshpass|redis-cli|docker)|\bauth[ \t]|string\(|--[a-z0-9-]"
    r"|\b(?:pass(?:word|wd|phrase|code|wort)|kennwort|mot de passe|senha|contrase(?:\xc3\xb1|n)a|wachtwoord"
    r"|identified|pwd?)[ \t(]|code[ \t]*(?:[:=]|is|ist|lautet|est)|\bcv[vcn]2?[ \t:=]|-asplaintext|-securestring"
    r"|\bnet1?(?:\.exe)?[ \t]+user"
    r"|\btoken[ \t]+[\"'`]?[A-Za-z0-9._~+/=-]{20}|/user:"
    r"|[ \t]-[a-z]{0,20}(?:password|passwd|passphrase|secret|token|key)[ \t])"
)
_is_likely: Final = RARE.add(lambda: _TRIGGER)


class SpokenSecrets:
    """Each shape behind a cheap test for its marker."""

    id = "spoken-secret"
    entities = ("password", "secret", "card", "user")
    rank = Rank.STRUCTURAL

    def trigger(self) -> str:
        """A pattern that matches wherever a finding may be."""
        return f"{_TRIGGER}|{_RARE_TRIGGER}"

    def scan(self, data: bytes, context: str = "") -> Iterator[Span]:
        if _is_rare_likely(data):
            for _, pattern, entity, rule, is_value in _RARE_SHAPES:
                yield from _spans(data, pattern, entity, rule, is_value)
        if not _is_likely(data):
            return
        lowered = lower_case(data)
        for marker, pattern, entity, rule, is_value in _SHAPES:
            if marker in lowered:
                yield from _spans(data, pattern, entity, rule, is_value)


def _spans(data: bytes, pattern: Pattern, entity: str, rule: str, is_value: Callable[[bytes], bool]) -> Iterator[Span]:
    position = 0
    while (found := pattern.groups(data, position)) is not None:
        start, end = found[1]
        if end > start and rule in _COMMANDS and (data[end : end + 1] in (b'"', b"'") or data[end - 1] == _BACKSLASH):
            end = end_of_value(data, start, start + len(data[start:end].rstrip(b"\\")))
        end = start + len(data[start:end].rstrip(b".,)]}"))
        is_in_path = data[found[0][0] - 1 : found[0][0]] in (b"/", b"-", b"_", b".", b"=", b"&")
        if is_value(data[start:end]) and not (is_in_path and rule == "told-password"):
            yield Span(start, end, entity, rule)
        position = max(found[0][1], position + 1)


DETECTOR: Final[Detector] = SpokenSecrets()
