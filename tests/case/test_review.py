"""A recorded review stands for exactly the files that were read, and only this case can make one."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from diagpack.case.journal import FileJournal
from diagpack.case.review import ReviewBook, changed_since, digest_of
from diagpack.model.keys import CaseKey

KEY = CaseKey(b"k" * 32)
NOW = datetime(2026, 3, 4, 9, tzinfo=UTC)
FILES = {"evidence/notes/note-1.txt": "a" * 64, "evidence/logs/log-1.jsonl": "b" * 64}


def _book(tmp_path: Path, key: CaseKey = KEY) -> ReviewBook:
    return ReviewBook(FileJournal(tmp_path / "journal"), key)


def test_a_review_stands_as_long_as_every_file_is_the_one_that_was_read(tmp_path: Path) -> None:
    _book(tmp_path).accept(FILES, by="ann", at=NOW)

    (found,) = _book(tmp_path).standing(FILES)
    assert (found.by, found.at, found.digest) == ("ann", "2026-03-04T09:00:00+00:00", digest_of(FILES))
    assert _book(tmp_path).standing({**FILES, "evidence/har/har-1.har": "c" * 64}) == ()
    assert _book(tmp_path).standing({**FILES, "evidence/notes/note-1.txt": "c" * 64}) == ()
    assert _book(tmp_path).standing({"evidence/notes/note-1.txt": "a" * 64}) == ()


def test_reviews_of_several_people_stand_side_by_side(tmp_path: Path) -> None:
    book = _book(tmp_path)
    book.accept(FILES, by="ann", at=NOW)
    book.accept(FILES, by="bo", at=NOW)

    assert [each.by for each in book.standing(FILES)] == ["ann", "bo"]


def test_a_record_edited_by_hand_or_of_another_case_does_not_count(tmp_path: Path) -> None:
    _book(tmp_path).accept(FILES, by="ann", at=NOW)
    journal = tmp_path / "journal"

    assert _book(tmp_path, CaseKey(b"x" * 32)).standing(FILES) == ()
    journal.write_bytes(journal.read_bytes().replace(b'"ann"', b'"bob"'))
    assert _book(tmp_path).all() == ()


def test_nonsense_in_the_journal_is_no_review(tmp_path: Path) -> None:
    FileJournal(tmp_path / "journal").put("reviews", {"entries": [1, {"by": 2}, {"by": "a", "at": "b", "digest": "c"}]})

    assert _book(tmp_path).all() == ()


def test_what_changed_is_named(tmp_path: Path) -> None:
    review = _book(tmp_path).accept(FILES, by="ann", at=NOW)

    changed = {"evidence/notes/note-1.txt": "c" * 64, "evidence/har/har-1.har": "d" * 64}
    assert changed_since(review, FILES) == []
    assert changed_since(review, changed) == sorted({*FILES, *changed})
    assert changed_since(replace(review, files={}), {}) == []


@given(st.dictionaries(st.text(max_size=8), st.text(max_size=8), max_size=4), st.text(max_size=8), st.text(max_size=8))
def test_any_difference_gives_another_digest(files: dict[str, str], path: str, digest: str) -> None:
    changed = {**files, path: digest}

    assert (digest_of(files) == digest_of(changed)) == (files == changed)
