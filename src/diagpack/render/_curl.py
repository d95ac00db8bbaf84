"""One exchange as a curl command to copy, with secrets as shell variables.

Enters: a recorded exchange and the slots of the page. Leaves: one command, or nothing for what curl cannot send as
text. What is left out and quoted is decided where `repro.sh` decides it, so both behave alike.
"""

from diagpack.model.repro import Slots, call_of
from diagpack.render._exchanges import Recorded
from diagpack.render._visible import visible
from diagpack.render.repro.curl import quoted

_LIMIT = 6_000


def curl(call: Recorded, slots: Slots) -> str:
    """The command, one option a line. No redirects, so that no secret follows one."""
    made = call_of(call.parsed, str(call.ref), slots)
    if made is None or (isinstance(made.body, bytes) and not _is_text(made.body)):
        return ""
    by_name = {each.name: each for each in slots.variables}
    parts = [f"curl -q --globoff --include --max-redirs 0 --request {quoted((made.method,), by_name)}"]
    # curl takes `Name:` as "leave it out"; an empty value is written `Name;`.
    parts += [
        f"--header {quoted((f'{name}: ', *value) if value else (f'{name};',), by_name)}" for name, value in made.headers
    ]
    if made.body is not None:
        body = (made.body.decode(),) if isinstance(made.body, bytes) else made.body
        parts.append(f"--data-raw {quoted(body, by_name)}")
    parts.append(f"--url {quoted((made.origin, *made.path), by_name)}")
    command = visible(" \\\n  ".join(parts))
    return command if len(command) <= _LIMIT else ""


def _is_text(body: bytes) -> bool:
    try:
        return "\0" not in body.decode("utf-8")
    except UnicodeDecodeError:
        return False
