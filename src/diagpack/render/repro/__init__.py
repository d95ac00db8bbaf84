"""The `repro/` folder. Enters: an escalation. Leaves: scripts that send the failing call again, safely."""

from collections.abc import Iterator
from typing import Final

from diagpack.model.capture import hosts_in
from diagpack.model.escalation import Escalation, Renderer
from diagpack.model.repro_plan import Plan, plan_of
from diagpack.render.repro.bodies import body_files
from diagpack.render.repro.curl import script
from diagpack.render.repro.http_file import http_file
from diagpack.render.repro.postman import collection
from diagpack.render.repro.readme import readme


class ReproRenderer:
    """See the module."""

    id = "repro"

    def render(self, escalation: Escalation) -> Iterator[tuple[str, bytes]]:
        """Nothing when no call that can be sent failed."""
        plan = plan_of(escalation.evidence, hosts_in(escalation.case) or None)
        if plan is not None:
            for path, content in files(plan, f"Reproduce {escalation.case_id}").items():
                yield f"repro/{path}", content


def files(plan: Plan, title: str) -> dict[str, bytes]:
    """All files of the folder, by relative path."""
    return {
        "README.md": readme(plan, title).encode("utf-8", "replace"),
        "repro.sh": script(plan, title).encode("utf-8", "replace"),
        "repro.http": http_file(plan, title).encode("utf-8", "replace"),
        "repro.postman_collection.json": collection(plan, title),
        **body_files(plan.steps),
    }


RENDERER: Final[Renderer] = ReproRenderer()
