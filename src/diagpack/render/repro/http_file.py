"""`repro.http`: for VS Code REST Client, JetBrains and httpYac.

Enters: a plan. Leaves: a file in which no text of the capture can act: these clients run `{{ … }}` as JavaScript, read
local files at `<` and write them at `>>`. Bodies therefore always stand in files; an address with `{{` is encoded, a
header with `{{` is left out. Sources: httpYac guide; VS Code REST Client readme; JetBrains HTTP client reference.
"""

import re
from typing import Final

from diagpack.model.repro import Call
from diagpack.model.repro_plan import Plan
from diagpack.model.terminal import escape
from diagpack.render.repro.bodies import (
    as_node_header,
    body_path,
    encoded,
    is_active,
    with_braces,
    without_stray_percent,
)

# httpYac reads `...name` as a spread of an expression and other beginnings as directives.
_NAME: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*", re.ASCII)
_FORM: Final = re.compile(r"[A-Za-z0-9%_.*+~-]+=[A-Za-z0-9%_.*+~&=-]*", re.ASCII)
_METHOD: Final = re.compile(r"[A-Z][A-Z-]{0,19}", re.ASCII)


def http_file(plan: Plan, title: str) -> str:
    """The whole file."""
    lines = [
        f"# {escape(title, limit=200)}",
        "# Secrets come from environment variables, each for one origin only; README.md lists them.",
        "# JetBrains: put them into http-client.private.env.json under the same names, and delete the @ lines.",
    ]
    lines += [f"@{each.name}={{{{$processEnv {each.name}}}}}" for each in plan.variables]
    for number, call in enumerate(plan.steps, 1):
        lines += [
            "",
            f"### Step {number}: {call.ref}, answered {call.expected_status} when it was captured",
            *_call(call),
        ]
    return "\n".join(lines) + "\n"


def _call(call: Call) -> list[str]:
    notes = [f"# {escape(each, limit=300)}" for each in call.notes]
    if call.is_body_incomplete:
        notes.append("# The body is incomplete in the capture.")
    if _METHOD.fullmatch(call.method) is None:
        return [*notes, "# The method is not one that editors know; repro.sh sends it."]
    kept = [(name, value) for name, value in call.headers if _NAME.fullmatch(name) and not is_active(value)]
    if len(kept) < len(call.headers):
        notes.append("# A header that an editor would run as a script was left out.")
    body = _body(call)
    if call.body is not None and not body:
        notes.append("# The body was left out: an editor would run a part of it as a script. repro.sh sends it.")
    path = with_braces(without_stray_percent(encoded(call.path)))
    return [
        *notes,
        "# @no-redirect",
        "# @no-cookie-jar",
        f"{call.method} {call.origin}{path}",
        *(f"{name}: {with_braces(as_node_header(value))}" for name, value in kept),
        *body,
    ]


def _body(call: Call) -> list[str]:
    if isinstance(call.body, bytes):
        form = call.body.decode("utf-8", "replace")
        # httpYac sends nothing when a form stands in a file; form text of these letters cannot act.
        if _FORM.fullmatch(form):
            return ["", form]
        return ["", f"< ./{body_path(call)}"]
    if call.body is None or is_active(call.body):
        return []
    return ["", f"<@ ./{body_path(call, '.txt')}"]
