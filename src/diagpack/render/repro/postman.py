"""`repro.postman_collection.json`: Postman collection v2.1, read by Postman, Insomnia, Bruno and Hoppscotch.

Enters: a plan. Leaves: a collection without scripts. Postman replaces `{{NAME}}` in every text, so a capture that holds
such text could pull a secret into a foreign address: literal braces are encoded, moved to a file or left out.
Source: postmanlabs/schemas, collection v2.1.0.
"""

import json
from typing import Any, Final

from diagpack.model.repro import Call
from diagpack.model.repro_plan import Plan
from diagpack.model.terminal import escape
from diagpack.render.repro.bodies import as_node_header, body_path, encoded, is_active, with_braces

SCHEMA: Final = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"
_RAW_BYTES: Final = 256_000
_BEHAVIOR: Final = {
    "followRedirects": False,
    "disableUrlEncoding": True,
    "disableBodyPruning": True,
    "disableCookies": True,
    "disabledSystemHeaders": {
        "user-agent": True,
        "accept": True,
        "cache-control": True,
        "postman-token": True,
        "content-type": True,
        "accept-encoding": True,
    },
}


def collection(plan: Plan, title: str) -> bytes:
    """The whole collection as JSON."""
    made: dict[str, Any] = {
        "info": {
            "name": escape(title, limit=200),
            "description": "Secrets are variables, each for one origin only; README.md lists them. Set them as "
            "current values of an environment, which Postman does not sync.",
            "schema": SCHEMA,
        },
        "item": [_item(number, call) for number, call in enumerate(plan.steps, 1)],
        "variable": [{"key": each.name, "value": "", "type": "string"} for each in plan.variables],
    }
    return (json.dumps(made, indent=1, ensure_ascii=True) + "\n").encode()


def _item(number: int, call: Call) -> dict[str, Any]:
    notes = list(call.notes)
    headers = []
    for name, value in call.headers:
        if is_active(value):
            notes.append("a header whose value Postman would replace was left out")
        else:
            headers.append({"key": name, "value": with_braces(as_node_header(value)), "type": "text"})
    request: dict[str, Any] = {"method": call.method, "header": headers, "url": _url(call)}
    body = _body(call)
    if body is not None:
        request["body"] = body
    request["description"] = " ".join(f"{escape(each, limit=300)}." for each in notes)
    return {
        "name": f"{number} {call.ref} {call.method}",
        "request": request,
        "response": [],
        "protocolProfileBehavior": _BEHAVIOR,
    }


def _url(call: Call) -> dict[str, Any]:
    """Raw and parsed form; runners take the parsed one when it is there."""
    scheme, _, rest = call.origin.partition("://")
    host, colon, port = rest.rpartition(":") if rest[-1:] != "]" and ":" in rest else (rest, "", "")
    path = with_braces(encoded(call.path))
    before, question, query = path.partition("?")
    made: dict[str, Any] = {
        "raw": call.origin + path,
        "protocol": scheme,
        "host": [host],
        "path": before[1:].split("/"),
    }
    if colon:
        made["port"] = port
    if question:
        made["query"] = [_parameter(each) for each in query.split("&")]
    return made


def _parameter(text: str) -> dict[str, Any]:
    key, equals, value = text.partition("=")
    return {"key": key, "value": value if equals else None}


def _body(call: Call) -> dict[str, Any] | None:
    if call.body is None:
        return None
    if isinstance(call.body, bytes):
        text = _text(call.body)
        if text is not None and not is_active((text,)):
            return {"mode": "raw", "raw": text}
        return {"mode": "file", "file": {"src": body_path(call)}}
    if is_active(call.body):
        return {"mode": "file", "file": {"src": body_path(call, ".txt")}}
    return {"mode": "raw", "raw": with_braces(call.body)}


def _text(body: bytes) -> str | None:
    try:
        return body.decode("utf-8") if len(body) <= _RAW_BYTES else None
    except UnicodeDecodeError:
        return None
