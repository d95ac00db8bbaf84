"""The walk through a review in a terminal: suspicious passages one by one, then words, pictures, and the end.

Every question has an option of the command that answers it, so nothing here can be done only by hand, but accepting.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import typer

from diagpack.cli.output import fail, say, show
from diagpack.errors import DiagpackError

if TYPE_CHECKING:
    from diagpack.pipeline.reviewing import Opened, View


class Walk:
    """One walk. Prompts go to stderr."""

    def __init__(self, opened: "Opened", view: "View") -> None:
        self._opened = opened
        self._view = view
        self._decisions = 0

    def run(self, apply: Callable[[], Any], accept: Callable[[Any], None]) -> None:
        """Ask; then collect again and stop, or accept when nothing was decided."""
        self._passages()
        self._words("Word to hide as well (--hide; Enter: none)", "hide")
        self._words("Word or pseudonym to keep (--keep; Enter: none)", "keep")
        if self._view.pictures:
            self._regions()
        if self._decisions or self._view.open_decisions:
            if typer.confirm("Collect again, so that your decisions take effect (--apply)?", default=True, err=True):
                apply()
                say(f"Done. Look at the result: diagpack review {self._opened.folder.id}")
            return
        if not self._view.reviews and typer.confirm("Are you ready to accept (--accept)?", default=False, err=True):
            accept(self._opened)

    def _passages(self) -> None:
        listed = [each for each in self._view.free_text if each.words]
        for number, each in enumerate(listed, 1):
            show(f"{number} of {len(listed)}  [{each.artifact} {each.place}] {each.text}")
            answer = _ask(f"look at {', '.join(each.words)}: Enter goes on, or a word to hide, q ends the list")
            if answer == "q":
                return
            if answer:
                self._decide("hide", answer)

    def _words(self, question: str, kind: str) -> None:
        while word := _ask(question):
            self._decide(kind, word)

    def _regions(self) -> None:
        while answer := _ask("Region to black out, as IMAGE X,Y,W,H (--black-out; Enter: none)"):
            image, _, region = answer.partition(" ")
            self._attempt("black_out", image, region, "")

    def _decide(self, kind: str, word: str) -> None:
        self._attempt(f"{kind}_word", word, _ask("Why (--reason)"))

    def _attempt(self, name: str, *arguments: str) -> None:
        """A refused decision is said and the walk goes on."""
        from diagpack.pipeline import review_decisions

        try:
            getattr(review_decisions, name)(self._opened, *arguments)
        except DiagpackError as problem:
            fail(problem)
        else:
            self._decisions += 1
            say("recorded")


def _ask(question: str) -> str:
    return str(typer.prompt(question, default="", show_default=False, err=True)).strip()
