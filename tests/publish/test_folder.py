"""A folder gets the package and the text to paste, once."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from diagpack.errors import DiagpackError, UsageError
from diagpack.model.package import PublishContext
from diagpack.publish.folder import PUBLISHER
from tests.support.packages import verified_package


def context(to: Path | None, said: list[str], *, dry_run: bool = False) -> PublishContext:
    journal: Any = None
    return PublishContext(
        journal=journal,
        settings={"to": to},
        out_dir=Path("out"),
        say=said.append,
        sleep=lambda seconds: None,
        clock=lambda: 0.0,
        sign_delivery=lambda key: b"",
        is_dry_run=dry_run,
    )


def test_package_and_ticket_text_are_written(tmp_path: Path) -> None:
    package, said = verified_package(), list[str]()

    receipt = PUBLISHER.publish(package, context(tmp_path / "to", said))

    assert (tmp_path / "to" / "CS-1-esc1.zip").read_bytes() == package.content
    assert (tmp_path / "to" / "CS-1-esc1.ticket.md").read_bytes() == b"# ticket\n"
    assert receipt.sha256 == package.sha256
    assert len(said) == 3


def test_a_filing_note_is_a_file_of_its_own(tmp_path: Path) -> None:
    noted = replace(context(tmp_path, []), notes=("Filed as urgent; 2 points are still open:", "Open (E03)"))

    PUBLISHER.publish(verified_package(), noted)

    assert (tmp_path / "CS-1-esc1.filing-note.txt").read_text().startswith("Filed as urgent")


def test_twice_is_fine_and_other_content_is_refused(tmp_path: Path) -> None:
    package = verified_package()
    PUBLISHER.publish(package, context(tmp_path, []))
    PUBLISHER.publish(package, context(tmp_path, []))
    (tmp_path / "CS-1-esc1.zip").write_bytes(b"somebody else's")

    with pytest.raises(UsageError, match="other content"):
        PUBLISHER.publish(package, context(tmp_path, []))

    assert (tmp_path / "CS-1-esc1.zip").read_bytes() == b"somebody else's"


def test_a_dry_run_writes_nothing(tmp_path: Path) -> None:
    said: list[str] = []
    PUBLISHER.publish(verified_package(), context(tmp_path, said, dry_run=True))

    assert list(tmp_path.iterdir()) == []
    assert all(each.startswith("would write") for each in said)


def test_a_folder_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(DiagpackError) as caught:
        PUBLISHER.publish(verified_package(), context(tmp_path / "file" / "sub", []))

    assert caught.value.id == "DP502"


def test_without_a_folder_the_option_is_named() -> None:
    with pytest.raises(UsageError) as caught:
        PUBLISHER.publish(verified_package(), context(None, []))

    assert "--to" in caught.value.hint
