"""Rendering a package: every path once, the same bytes every time."""

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

from diagpack.errors import DiagpackError
from diagpack.model.escalation import Escalation
from diagpack.plugins import discover
from diagpack.render.run import render
from tests.render.escalations import escalation


class Fixed:
    """A renderer that writes what it is told."""

    def __init__(self, id: str, *paths: str) -> None:
        self.id = id
        self._paths = paths

    def render(self, escalation: Escalation) -> Iterator[tuple[str, bytes]]:
        yield from ((path, self.id.encode()) for path in self._paths)


def test_files_are_sorted_by_path() -> None:
    files = render(escalation(), [Fixed("b", "z.txt", "a.txt"), Fixed("a", "m/n.txt")])

    assert list(files) == ["a.txt", "m/n.txt", "z.txt"]


@pytest.mark.parametrize("other", ["report.html", "REPORT.html"])
def test_two_renderers_cannot_write_one_path(other: str) -> None:
    with pytest.raises(DiagpackError) as caught:
        render(escalation(), [Fixed("a", "report.html"), Fixed("b", other)])

    assert caught.value.id == "DP401"


@pytest.mark.parametrize("path", ["../x", "/x", "a/../b", "a//b", "a\\b", "", ".hidden", "a b", "C:x", "a/"])
def test_a_path_that_leaves_the_package_is_refused(path: str) -> None:
    with pytest.raises(DiagpackError) as caught:
        render(escalation(), [Fixed("a", path)])

    assert caught.value.id == "DP402"


def test_the_package_holds_every_file_of_the_design() -> None:
    files = render(escalation(), [each.plugin for each in discover("diagpack.render", "RENDERER")])

    promised = "README.txt report.html report.md ticket.md ticket.adf.json ticket.wiki.txt manifest.json timeline.jsonl"
    assert {*promised.split(), "redaction/report.json", "updates/customer.md", "updates/internal.md"} <= set(files)


_DIGESTS = """
import hashlib
from diagpack.plugins import discover
from diagpack.render.run import render
from tests.render.escalations import escalation
files = render(escalation(), [each.plugin for each in discover("diagpack.render", "RENDERER")])
print({path: hashlib.sha256(content).hexdigest() for path, content in files.items()})
"""


def test_zone_locale_and_hash_seed_do_not_change_a_byte() -> None:
    outputs = set()
    for zone, locale, seed in (("UTC", "C", "1"), ("Asia/Kathmandu", "de_DE.UTF-8", "2")):
        environment = {**os.environ, "TZ": zone, "LC_ALL": locale, "LANG": locale, "PYTHONHASHSEED": seed}
        done = subprocess.run(
            [sys.executable, "-c", _DIGESTS], env=environment, capture_output=True, text=True, check=True
        )
        outputs.add(done.stdout)

    assert len(outputs) == 1
