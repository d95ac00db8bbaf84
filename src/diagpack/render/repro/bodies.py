"""Files for request bodies that stand beside the scripts.

Enters: calls. Leaves: `bodies/NN.bin` for bytes as they were, `bodies/NN.txt` with `{{NAME}}` where a secret goes.
"""

import re

from diagpack.model.repro import Call, Slot, Template

INLINE_BYTES = 8_000
_BRACES = re.compile(r"[{}]{2,}")
_STRAY_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})", re.ASCII)


def inline_text(body: bytes | Template) -> str | None:
    """A body that may stand in a script as text: short, printable, UTF-8. None for everything else."""
    if not isinstance(body, bytes) or len(body) > INLINE_BYTES:
        return None
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        return None
    return text if all(each in "\t\n" or (each.isprintable() and each.isascii()) for each in text) else None


def body_path(call: Call, suffix: str = ".bin") -> str:
    """Where the body of a call stands, relative to the scripts; digits only, nothing from the capture."""
    return f"bodies/{call.index:04d}{suffix}"


def body_files(calls: tuple[Call, ...]) -> dict[str, bytes]:
    """All body files of these calls."""
    made: dict[str, bytes] = {}
    for call in calls:
        if isinstance(call.body, bytes):
            made[body_path(call)] = call.body
        elif call.body is not None:
            made[body_path(call, ".txt")] = with_braces(call.body).encode("utf-8", "replace")
    return made


def with_braces(template: Template) -> str:
    """A template with `{{NAME}}` slots. Callers make sure that literals hold no `{{`."""
    return "".join(f"{{{{{each.name}}}}}" if isinstance(each, Slot) else each for each in template)


def is_active(template: Template) -> bool:
    """Whether literal text could be read as a variable or script by Postman or an `.http` client.

    Two opening braces do it, also when the second one belongs to a slot that follows.
    """
    texts = [each if isinstance(each, str) else None for each in template]
    return any(
        text is not None and ("{{" in text or (text.endswith("{") and texts[position + 1 : position + 2] == [None]))
        for position, text in enumerate(texts)
    )


def encoded(path: Template) -> Template:
    """An address as editors may have it: what they act on is percent-encoded, everything else stays.

    Two braces side by side are a variable or a script, also where the second belongs to a slot that follows; a
    backslash in the path is taken for a slash (WHATWG URL, 4.4).
    """
    made: list[str | Slot] = []
    is_query = False
    for position, each in enumerate(path):
        if not isinstance(each, str):
            made.append(each)
            continue
        text = _BRACES.sub(lambda match: match[0].replace("{", "%7B").replace("}", "%7D"), each)
        if text.endswith("{") and position + 1 < len(path):
            text = text[:-1] + "%7B"
        if text.startswith("}") and position:
            text = "%7D" + text[1:]
        before, question, query = ("", "", text) if is_query else text.partition("?")
        is_query = is_query or bool(question)
        made.append(before.replace("\\", "%5C") + question + query)
    return tuple(made)


def without_stray_percent(path: Template) -> Template:
    """Percent signs that begin no escape, escaped: httpYac stumbles on them."""
    return tuple(_STRAY_PERCENT.sub("%25", each) if isinstance(each, str) else each for each in path)


def as_node_header(value: Template) -> Template:
    """UTF-8 bytes spelled as Latin-1 characters: JavaScript clients send each character of a header as one byte."""
    return tuple(each.encode("utf-8", "replace").decode("latin-1") if isinstance(each, str) else each for each in value)
