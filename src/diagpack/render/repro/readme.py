"""`README.md` of the repro folder: how to send it, which secrets it needs, what differs on purpose.

Enters: a plan. Leaves: Markdown in which text of the capture is escaped and stands in code spans.
"""

from diagpack.model.repro import Call, Slot
from diagpack.model.repro_plan import Plan
from diagpack.model.terminal import escape


def readme(plan: Plan, title: str) -> str:
    """The whole page."""
    lines = [f"# {escape(title, limit=200)}", "", f"The failing call: {plan.single.ref}, {escape(plan.why)}.", ""]
    lines += [f"**{escape(each, limit=400)}**" for each in plan.notes]
    lines += ["", *_how(), "", *_secrets(plan), "", "## Steps", ""]
    for number, call in enumerate(plan.steps, 1):
        lines += _step(number, call)
    return "\n".join([*lines, "", *_differs()]) + "\n"


def _how() -> list[str]:
    return [
        "## Send it",
        "",
        "- `bash repro.sh` sends the sequence, `bash repro.sh single` the failing call alone, "
        "`bash repro.sh list` only shows them. A call that may change data is sent only when its method is typed, or "
        "stands in `DP_ALLOW_UNSAFE`.",
        "- `repro.http` opens in VS Code (REST Client), JetBrains and httpYac.",
        "- `repro.postman_collection.json` imports into Postman, Insomnia, Bruno and Hoppscotch "
        "(working directory: this folder).",
        "- `diagpack repro CASE --run` sends it with checks and compares the answers.",
    ]


def _secrets(plan: Plan) -> list[str]:
    if not plan.variables:
        return ["## Secrets", "", "None has a variable."]
    lines = [
        "## Secrets",
        "",
        "Get a fresh value of your own test account for each, never the customer's. Each is sent to its origin only.",
        "In a JSON body or an address the value goes in as it is: escape it yourself.",
        "",
        "| variable | origin | what it is | where to get one |",
        "|---|---|---|---|",
    ]
    rows = (f"| `{each.name}` | {each.origin} | {_cell(each.role)} | {_where(each.role)} |" for each in plan.variables)
    return [*lines, *rows]


def _where(role: str) -> str:
    kind = role.partition(" ")[0].lower()
    if kind in ("authorization", "the"):
        return "sign in to the test system, Network panel, any call: request header Authorization (without the scheme)"
    if kind == "cookie":
        return "sign in to the test system, Application panel, Cookies"
    if "csrf" in kind or "xsrf" in kind:
        return "load the page first and take it from the page or its cookie"
    return "from your test account"


def _step(number: int, call: Call) -> list[str]:
    path = "".join(f"${each.name}" if isinstance(each, Slot) else each for each in call.path)
    lines = [
        f"{number}. {call.ref} `{_code(call.method)} {_code(call.origin + path)}`, answered {call.expected_status}"
        + ("" if call.is_safe else " — may change data")
    ]
    if call.is_body_incomplete:
        lines.append("   - the body is incomplete in the capture: complete it before you send it")
    return [*lines, *(f"   - {escape(each, limit=300)}" for each in call.notes)]


def _differs() -> list[str]:
    return [
        "## What differs from the original on purpose",
        "",
        "- Secrets are variables; personal values are pseudonyms (`dp-…`, `…@dp.invalid`) the server does not know.",
        "- Hop-by-hop headers, Host, Content-Length and Accept-Encoding are left to the client; HTTP/2 is not forced.",
        "- Redirects are not followed, so that no secret follows one.",
        "- In `repro.http` and Postman, double braces and backslashes in an address are percent-encoded, and a header "
        "with double braces is left out; editors also resolve `/../`. `repro.sh` sends all of it as captured.",
    ]


def _cell(text: str) -> str:
    return escape(text, limit=80).replace("|", "/").replace("`", "'").replace("<", "‹").replace("[", "(")


def _code(text: str) -> str:
    return escape(text, limit=300).replace("`", "'")
