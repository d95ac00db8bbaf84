"""A JSON schema of HAR 1.2, written from the specification: required fields, types, and the values that are allowed."""

from typing import Any

TEXT: dict[str, Any] = {"type": "string"}
SIZE: dict[str, Any] = {"type": "integer", "minimum": -1}
DURATION: dict[str, Any] = {"type": "number", "minimum": -1}
MOMENT: dict[str, Any] = {
    "type": "string",
    "pattern": r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:?\d{2})$",
}


def thing(required: dict[str, Any], **optional: Any) -> dict[str, Any]:
    """An object; custom fields begin with an underscore."""
    return {
        "type": "object",
        "required": list(required),
        "properties": {**required, **optional, "comment": TEXT},
        "patternProperties": {"^_": {}},
        "additionalProperties": False,
    }


def many(each: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": each}


PAIR = thing({"name": TEXT, "value": TEXT})
COOKIE = thing(
    {"name": TEXT, "value": TEXT},
    path=TEXT,
    domain=TEXT,
    expires=TEXT,
    httpOnly={"type": "boolean"},
    secure={"type": "boolean"},
    sameSite=TEXT,
)
PARAM = thing({"name": TEXT}, value=TEXT, fileName=TEXT, contentType=TEXT)
POST = thing({"mimeType": TEXT}, text=TEXT, params=many(PARAM), encoding=TEXT)
REQUEST = thing(
    {
        "method": {"type": "string", "minLength": 1},
        "url": TEXT,
        "httpVersion": TEXT,
        "cookies": many(COOKIE),
        "headers": many(PAIR),
        "queryString": many(PAIR),
        "headersSize": SIZE,
        "bodySize": SIZE,
    },
    postData=POST,
)
RESPONSE = thing(
    {
        "status": {"type": "integer", "minimum": 0},
        "statusText": TEXT,
        "httpVersion": TEXT,
        "cookies": many(COOKIE),
        "headers": many(PAIR),
        "content": thing({"size": SIZE, "mimeType": TEXT}, text=TEXT, encoding=TEXT, compression={"type": "integer"}),
        "redirectURL": TEXT,
        "headersSize": SIZE,
        "bodySize": SIZE,
    }
)
REQUIRED_DURATION: dict[str, Any] = {"type": "number", "minimum": 0}
TIMINGS = thing(
    {"send": REQUIRED_DURATION, "wait": REQUIRED_DURATION, "receive": REQUIRED_DURATION},
    blocked=DURATION,
    dns=DURATION,
    connect=DURATION,
    ssl=DURATION,
)
ENTRY = thing(
    {
        "startedDateTime": MOMENT,
        "time": REQUIRED_DURATION,
        "request": REQUEST,
        "response": RESPONSE,
        "cache": {"type": "object"},
        "timings": TIMINGS,
    },
    pageref=TEXT,
    serverIPAddress=TEXT,
    connection=TEXT,
)
PAGE = thing(
    {
        "startedDateTime": TEXT,
        "id": TEXT,
        "title": TEXT,
        "pageTimings": thing({}, onContentLoad={"type": "number"}, onLoad={"type": "number"}),
    }
)
NAMED = thing({"name": TEXT, "version": TEXT})
HAR = {
    "type": "object",
    "required": ["log"],
    "properties": {
        "log": thing(
            {"version": {"const": "1.2"}, "creator": NAMED, "entries": many(ENTRY)}, browser=NAMED, pages=many(PAGE)
        )
    },
    "additionalProperties": False,
}
