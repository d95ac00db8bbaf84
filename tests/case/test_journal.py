"""Facts of a delivery."""

from pathlib import Path

from diagpack.case.journal import FileJournal
from diagpack.model.package import Journal


def test_the_last_value_of_a_name_wins(tmp_path: Path) -> None:
    journal: Journal = FileJournal(tmp_path / "journal")
    journal.put("create", {"state": "sent"})
    journal.put("attach", {"id": "1"})

    journal.put("create", {"state": "done", "key": "OPS-1"})

    assert journal.get("create") == {"state": "done", "key": "OPS-1"}
    assert journal.get("attach") == {"id": "1"}
    assert journal.get("nothing") is None


def test_another_process_sees_what_was_put(tmp_path: Path) -> None:
    FileJournal(tmp_path / "journal").put("create", {"state": "sent"})

    assert FileJournal(tmp_path / "journal").all() == {"create": {"state": "sent"}}


def test_a_torn_line_does_not_hide_what_was_put_before(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    journal = FileJournal(path)
    journal.put("create", {"state": "sent"})
    path.write_bytes(path.read_bytes() + b'{"name":"create","va')

    assert journal.get("create") == {"state": "sent"}
    journal.put("create", {"state": "done"})

    assert journal.get("create") == {"state": "done"}
