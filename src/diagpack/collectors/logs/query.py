"""What to look for in a log.

Enters: IDs as people give them, a window. Leaves: a `Query` with every spelling of every ID, and the parts of composite
ones.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

from diagpack.collectors.logs.cut import Caps
from diagpack.model.case import Window
from diagpack.model.request_ids import spellings

_SHORTEST: Final = 4


@dataclass(frozen=True, slots=True)
class Query:
    """`ids`: every spelling to search, to the ID it stands for. `slack`: how far around the window to look."""

    ids: Mapping[str, str] = field(default_factory=dict)
    window: Window | None = None
    slack: timedelta = timedelta(minutes=5)
    zone: str = ""
    caps: Caps = field(default_factory=Caps)
    is_everything: bool = False

    @property
    def wide_window(self) -> Window | None:
        if self.window is None:
            return None
        return Window(self.window.start - self.slack, self.window.end + self.slack)


def query_of(ids: Sequence[str], **options: Any) -> Query:
    """A query over IDs as a person gives them: spellings are added, and the parts of composite IDs."""
    wanted: dict[str, str] = {}
    for each in ids:
        for form in (*spellings(each), *(part for part in _parts(each))):
            if len(form) >= _SHORTEST:
                wanted.setdefault(form, each)
    return Query(ids=wanted, **options)


def _parts(id: str) -> Iterator[str]:
    """`32hex#109#uuid` holds two IDs that other systems log alone."""
    for separator in "#|;,":
        if separator in id:
            yield from (part for part in id.split(separator) if len(part) >= 12)
