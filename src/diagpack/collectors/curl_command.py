"""Reads a pasted curl command without running it.

Enters: text that begins with `curl` (bash, or "Copy as cURL (cmd)" of Windows). Leaves: requests in the shape of
HAR 1.2. `@file` stays text: no file is opened. Source: curl manual.
"""

import re
import shlex
from base64 import b64encode
from typing import Any, Final

_START: Final = re.compile(r"(?:\$ |> |# )?curl(?:\.exe)?[ \t^\\]", re.IGNORECASE)
_WITH_VALUE: Final = frozenset(
    """
    -H --header -X --request -d --data --data-raw --data-binary --data-ascii --data-urlencode --json -F --form
    --form-string -u --user -A --user-agent -e --referer -b --cookie --url -o --output -m --max-time --connect-timeout
    -x --proxy --resolve --cert --key --cacert --proto --max-redirs --retry -w --write-out -K --config -T --upload-file
    -c --cookie-jar -U --proxy-user --ciphers --range -r -E --interface --limit-rate
    """.split()
)
_DATA: Final = frozenset("-d --data --data-raw --data-binary --data-ascii --data-urlencode --json".split())
_HEADER_OF: Final = {"-A": "User-Agent", "--user-agent": "User-Agent", "-e": "Referer", "--referer": "Referer"}


def is_curl(text: str) -> bool:
    """Whether the text begins with a curl command."""
    return _START.match(text) is not None


def parse_curl(text: str) -> list[dict[str, Any]]:
    """The requests of one or several commands; a command that cannot be read is left out."""
    made = []
    for command in re.split(r"(?:^|\n)(?=(?:\$ |> |# )?curl(?:\.exe)?[ \t^\\])", text):
        words = _words(command)
        if words:
            request = _request(words)
            if request["url"]:
                made.append(request)
    return made


def _words(command: str) -> list[str]:
    command = re.split(r"\n(?=HTTP/\d)", command.strip())[0]
    if "^\n" in command.replace("\r\n", "\n") or '^"' in command:
        # Windows: `^` escapes, also the line end.
        command = re.sub(r"\^(\r?\n)", " ", command).replace('^"', '"').replace("^^", "^")
    command = re.sub(r"\\\r?\n", " ", command)
    # $'…' of bash: shlex knows plain quotes only.
    command = re.sub(r"\$'((?:[^'\\]|\\.)*)'", lambda match: shlex.quote(_unescaped(match[1])), command)
    try:
        words = shlex.split(command.removeprefix("$ ").removeprefix("> ").removeprefix("# "))
    except ValueError:
        return []
    end = next((n for n, word in enumerate(words) if word in ("|", ">", ">>", "2>&1", "&&", ";", "&")), len(words))
    return words[1:end]


def _unescaped(text: str) -> str:
    named = {"n": "\n", "t": "\t", "r": "\r", "\\": "\\", "'": "'", '"': '"'}

    def one(match: re.Match[str]) -> str:
        if match[1]:
            return chr(int(match[1], 16))
        return named.get(match[2], match[0])

    return re.sub(r"\\(?:u([0-9a-fA-F]{4})|(.))", one, text)


def _request(words: list[str]) -> dict[str, Any]:
    method, url, is_get = "", "", False
    headers: list[dict[str, str]] = []
    data: list[str] = []
    fields: list[dict[str, str]] = []
    for option, value in _options(words):
        if option in ("", "--url"):
            url = url or value
        elif option in ("-X", "--request"):
            method = value
        elif option in ("-H", "--header"):
            name, _, content = value.partition(":")
            if name.strip() and not value.startswith("@"):
                headers.append({"name": name.strip().rstrip(";"), "value": content.strip()})
        elif option in _HEADER_OF:
            headers.append({"name": _HEADER_OF[option], "value": value})
        elif option in ("-b", "--cookie") and "=" in value:
            headers.append({"name": "Cookie", "value": value})
        elif option in ("-u", "--user"):
            headers.append({"name": "Authorization", "value": "Basic " + b64encode(value.encode()).decode()})
        elif option in _DATA:
            data.append(value)
            if option == "--json":
                headers.append({"name": "Content-Type", "value": "application/json"})
        elif option in ("-F", "--form", "--form-string"):
            name, _, content = value.partition("=")
            is_file = option != "--form-string" and content[:1] in ("@", "<")
            fields.append({"name": name, "fileName": content[1:]} if is_file else {"name": name, "value": content})
        elif option in ("-G", "--get"):
            is_get = True
        elif option in ("-I", "--head"):
            method = method or "HEAD"
    return _made(method, url, headers, data, fields, is_get)


def _made(
    method: str, url: str, headers: list[dict[str, str]], data: list[str], fields: list[dict[str, str]], is_get: bool
) -> dict[str, Any]:
    if url and "://" not in url:
        url = f"http://{url}"
    if is_get and data:
        url += ("&" if "?" in url else "?") + "&".join(data)
        data = []
    has_body = bool(data or fields)
    made: dict[str, Any] = {"method": method or ("POST" if has_body else "GET"), "url": url, "headers": headers}
    mime = next((each["value"] for each in headers if each["name"].lower() == "content-type"), "")
    if data:
        made["postData"] = {"mimeType": mime or "application/x-www-form-urlencoded", "text": "&".join(data)}
    elif fields:
        made["postData"] = {"mimeType": "multipart/form-data", "params": fields}
    return made


def _options(words: list[str]) -> list[tuple[str, str]]:
    """(option, value) pairs; an address has an empty option."""
    found: list[tuple[str, str]] = []
    waiting = list(words)
    while waiting:
        word = waiting.pop(0)
        if not word.startswith("-") or word == "-":
            found.append(("", word))
        elif word.startswith("--"):
            name, equals, value = word.partition("=")
            if name in _WITH_VALUE:
                found.append((name, value if equals else (waiting.pop(0) if waiting else "")))
            else:
                found.append((name, ""))
        else:
            found += _short(word, waiting)
    return found


def _short(word: str, waiting: list[str]) -> list[tuple[str, str]]:
    """Bundled short options: `-sSXPOST`, `-H value`."""
    found: list[tuple[str, str]] = []
    for position in range(1, len(word)):
        option = f"-{word[position]}"
        if option in _WITH_VALUE:
            rest = word[position + 1 :]
            found.append((option, rest or (waiting.pop(0) if waiting else "")))
            return found
        found.append((option, ""))
    return found
