"""`repro.sh`: bash and curl.

Enters: a plan. Leaves: a script in which every text of the capture stands inside single quotes or in a body file, never
where the shell, an option or `@file` could act on it. Source: curl manual (7.88); the traps are tested with real curl.
"""

import shlex
from typing import Final

from diagpack.model.repro import Call, Slot, Template, Variable
from diagpack.model.repro_plan import Plan
from diagpack.model.terminal import escape
from diagpack.render.repro.bodies import body_path, inline_text

_HEAD: Final = """#!/usr/bin/env bash
# {title}
# bash repro.sh          sends the sequence that leads to the failure, then ends with the failing call
# bash repro.sh single   sends the failing call alone
# bash repro.sh list     prints what would be sent, sends nothing
# A call that may change data asks first.
# Secrets come from variables, each for one origin only. README.md lists them. Needs bash and curl 7.76 or later.
set -euo pipefail
cd "$(dirname "${{BASH_SOURCE[0]}}")"

# Answers are shown with control characters made visible when they go to a terminal.
show() {{ if [ -t 1 ]; then cat -v; else cat; fi; }}

# A call that may change data goes out only when its method was typed, or is in DP_ALLOW_UNSAFE ("POST PUT").
ask() {{
  case " ${{DP_ALLOW_UNSAFE:-}} " in *" $1 "*) return 0 ;; esac
  if [ -t 0 ] && [ -t 2 ]; then
    printf '%s may change data.\nType %s to send it: ' "$2" "$1" >&2
    IFS= read -r typed || typed=
    if [ "$typed" = "$1" ]; then return 0; fi
  fi
  printf 'not sent: %s may change data; confirm it in a terminal, or set DP_ALLOW_UNSAFE=%s\n' "$2" "$1" >&2
  exit 3
}}

call() {{
  # -q: no curlrc; no globbing; no redirects, so that no secret follows one.
  curl -q --globoff --path-as-is --silent --show-error --include --compressed \\
    --max-time 30 --max-redirs 0 "$@" | show
  echo
}}
"""
_TAIL: Final = """
case "${{1:-all}}" in
  all) {all} ;;
  single) {single} ;;
  list) {listed} ;;
  *) echo "usage: bash repro.sh [all|single|list]" >&2; exit 2 ;;
esac
"""


def script(plan: Plan, title: str) -> str:
    """The whole script."""
    by_name = {each.name: each for each in plan.variables}
    parts = [_HEAD.format(title=escape(title, limit=200))]
    parts += [_function(number, each, by_name) for number, each in enumerate(plan.steps, 1)]
    names = [f"step_{number}" for number in range(1, len(plan.steps) + 1)]
    listed = "\n    ".join(
        f"echo {shlex.quote(f'{name}: {each.method} {each.origin}{_shown(each.path)}')}"
        for name, each in zip(names, plan.steps, strict=True)
    )
    parts.append(_TAIL.format(all="; ".join(names), single=names[-1], listed=f"\n    {listed}"))
    return "\n".join(parts)


def _function(number: int, call: Call, by_name: dict[str, Variable]) -> str:
    notes = [f"# {escape(each, limit=300)}" for each in call.notes]
    if not call.is_safe:
        notes.append(f"# {escape(call.method)} may change data: it asks first; send it to a test system only")
    if call.is_body_incomplete:
        notes.append("# The body is incomplete in the capture: this call is not sent unless DP_SEND_INCOMPLETE=1")
    guard = []
    if not call.is_safe:
        shown = f"{call.method} {call.origin}{_shown(call.path)}"
        guard.append(f"  ask {shlex.quote(call.method)} {shlex.quote(shown)}")
    if call.is_body_incomplete:
        guard.append('  : "${DP_SEND_INCOMPLETE:?the body is incomplete in the capture}"')
    lines = [f"# Step {number}: {call.ref}, answered {call.expected_status} when it was captured", *notes]
    feed, arguments = _arguments(call, by_name)
    body = " \\\n    ".join([f"  {feed}call", *arguments])
    return "\n".join([*lines, f"step_{number}() {{", *guard, body, "}"]) + "\n"


def _arguments(call: Call, by_name: dict[str, Variable]) -> tuple[str, list[str]]:
    """(what is piped into curl, its arguments)."""
    scheme = call.origin.partition("://")[0]
    made = [f"--proto '={scheme}'"]
    made.append("--head" if call.method == "HEAD" else f"--request {shlex.quote(call.method)}")
    names = {name.lower() for name, _ in call.headers}
    for name, value in call.headers:
        made.append(f"--header {_header(name, value, by_name)}")
    blank = ["User-Agent", "Accept", *(["Content-Type", "Expect"] if call.body is not None else [])]
    made += [f"--header '{name}:'" for name in blank if name.lower() not in names]
    feed = ""
    if isinstance(call.body, bytes):
        text = inline_text(call.body)
        if text is not None:
            made.append(f"--data-raw {shlex.quote(text)}")
        else:
            made.append(f"--data-binary @{body_path(call)}")
    elif call.body is not None:
        feed = f"printf %s {quoted(call.body, by_name)} | "
        made.append("--data-binary @-")
    made.append(f"--url {quoted((call.origin, *call.path), by_name)}")
    return feed, made


def _header(name: str, value: Template, by_name: dict[str, Variable]) -> str:
    # curl takes `Name:` as "leave it out"; an empty value is written `Name;`.
    return quoted((f"{name}: ", *value), by_name) if value else shlex.quote(f"{name};")


def quoted(template: Template, by_name: dict[str, Variable]) -> str:
    """One shell word: literals in single quotes, secrets as `"${NAME:?…}"`."""
    made = ""
    for each in template:
        if isinstance(each, Slot):
            origin = by_name[each.name].origin
            made += f'"${{{each.name}:?set {each.name}, for {origin} only}}"'
        else:
            made += _single(each.replace("\0", ""))
    return made or "''"


def _single(text: str) -> str:
    return "'" + text.encode("utf-8", "replace").decode().replace("'", "'\"'\"'") + "'"


def _shown(path: Template) -> str:
    return escape("".join(f"${each.name}" if isinstance(each, Slot) else each for each in path), limit=300)
