"""The first screen: every command in one line, grouped by what it is for.

Enters: the commands that the modules registered. Leaves: the text of `diagpack --help`, one screen long.
"""

from collections.abc import Iterator
from typing import Any

import typer
from typer.core import TyperGroup

# In the order of work. A command that is not listed here appears below the last group with its own first sentence.
GROUPS: dict[str, dict[str, str]] = {
    "Case": {
        "new": "start a case: a commented case.yaml to fill in",
        "collect": "evidence in, one redacted and signed package out",
        "status": "what is known, tried, missing, promised, next",
        "review": "what was removed; words to hide or keep",
        "confirm": "put your name to steps, severity, disposition",
        "submit": "file the package in Jira, exactly once; or in a folder",
        "sync": "bring the issue up to date with the newest package",
        "recall": "call a package back that should not have been filed",
        "validate": "is it fixed? run the repro again, or compare a capture",
        "close": "delete raw files, map and key; keep the package",
    },
    "Evidence": {
        "har": "what failed in a HAR; or how two captures differ",
        "logs": "the records of request IDs or of a time window",
        "sso": "every diagnosis of a SAML or OIDC message",
        "redact": "redact one file of any kind",
        "repro": "the failing call, safe to send again; --run sends it",
    },
    "Package": {
        "verify": "check a package you received",
        "open": "verify it and open the report",
    },
    "Customer": {
        "guide": "one offline page that lets the customer collect",
    },
    "Team": {
        "demo": "the whole thing on a built-in case, offline",
        "doctor": "what is installed and configured, with the fix",
        "explain": "what an error, finding or rule means",
        "handoff": "the page for the next shift",
        "setup": "write a commented team profile, make a signing key",
        "profile": "check a team profile",
        "checklist": "list, show and check checklists",
        "keys": "signing and intake keys",
        "audit": "check the audit log's chain",
    },
}
EPILOG = """\b
Examples:
  diagpack collect CS-1042 login.har app.log   evidence in, package out
  diagpack submit CS-1042                      file it in Jira, once
  diagpack verify CS-1042-esc1.zip             check what you received
"""


class Overview(TyperGroup):
    """The root command: groups its commands, and ends quietly when the reader of its output went away."""

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        width = max(map(len, self.commands), default=0)
        with formatter.section("Commands"):
            for title, rows in self._groups(ctx):
                formatter.write(f"{'':{formatter.current_indent}}{title}\n")
                for name, summary in rows:
                    formatter.write(f"{'':{formatter.current_indent + 2}}{name:<{width}}  {summary}\n")

    def _groups(self, ctx: Any) -> Iterator[tuple[str, list[tuple[str, str]]]]:
        shown = {name: command for name in self.list_commands(ctx) if not (command := self.commands[name]).hidden}
        for title, summaries in GROUPS.items():
            yield title, [(name, summary) for name, summary in summaries.items() if shown.pop(name, None)]
        if shown:
            yield "More", [(name, command.get_short_help_str(limit=60)) for name, command in shown.items()]

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            # Typer would end with 1. The flush at the end of the run meets the same closed pipe and says so.
            raise typer.Exit from None
