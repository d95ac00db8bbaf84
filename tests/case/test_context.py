"""What collectors are lent."""

import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from diagpack.case.context import RunContext
from diagpack.case.store import RawStore
from diagpack.model.case import Case, Window, case_id
from diagpack.model.collector import CollectContext
from tests.case.cases import new_case

NOW = datetime(2026, 11, 20, 10, tzinfo=UTC)
CASE = Case(
    id=case_id("CS-1042"),
    window=Window(NOW, NOW),
    request_ids=("req-Canary-1",),
    sections={"sso": {"issuer": "https://idp.example.com"}, "plugins": ("x",)},
)


@pytest.fixture
def store(tmp_path: Path) -> RawStore:
    return RawStore(new_case(tmp_path))


@pytest.fixture
def context(store: RawStore) -> RunContext:
    return store.context(CASE, NOW)


def test_it_is_what_collectors_expect(context: RunContext) -> None:
    lent: CollectContext = context

    assert (lent.now, lent.window) == (NOW, CASE.window)
    assert lent.section("sso") == {"issuer": "https://idp.example.com"}
    assert lent.section("plugins") == lent.section("nothing") == {}


def test_an_artifact_is_written_under_derived_with_its_digest(store: RawStore, context: RunContext) -> None:
    source = store.ingest_bytes(b"{}", "login.har", "file")

    artifact = context.store(
        source, kind="har", media_type="application/har+json", suffix=".har", content=[b"{", b"}"], facts={"n": 1}
    )

    assert (artifact.id, artifact.folder, artifact.suffix, artifact.source) == ("har-1", "har", ".har", "source-1")
    assert artifact.sha256 == hashlib.sha256(b"{}").hexdigest()
    assert artifact.size_bytes == 2
    assert artifact.raw_facts == {"n": 1}
    assert artifact.raw_path.name == "har-1.har"
    with artifact.open_raw() as stream:
        assert stream.read() == b"{}"


def test_without_content_the_sources_own_bytes_are_the_artifact(store: RawStore, context: RunContext) -> None:
    source = store.ingest_bytes(b"a note", "note", "note")

    artifact = context.store(source, kind="note", media_type="text/plain", suffix=".txt", folder="notes")

    assert artifact.raw_path == source.raw_path
    assert (artifact.folder, artifact.sha256) == ("notes", source.sha256)


def test_a_collector_that_fails_half_way_takes_no_number_and_leaves_no_file(
    store: RawStore, context: RunContext
) -> None:
    source = store.ingest_bytes(b"x", "a", "file")

    def failing() -> Iterator[bytes]:
        yield b"half"
        raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        context.store(source, kind="har", media_type="x", suffix=".har", content=failing())

    assert context.all_artifacts() == []
    assert list(Path(context._folders.derived).iterdir()) == []
    assert context.store(source, kind="har", media_type="x", suffix=".har", content=[b"x"]).id == "har-1"


@pytest.mark.parametrize(
    "words",
    [
        {"kind": "../x"},
        {"kind": "Har"},
        {"kind": ""},
        {"folder": "a/b"},
        {"folder": ".."},
        {"suffix": "/../x"},
        {"suffix": "har"},
        {"suffix": ".a/b"},
    ],
)
def test_nothing_is_written_outside_of_derived(words: dict[str, str], store: RawStore, context: RunContext) -> None:
    source = store.ingest_bytes(b"x", "a", "file")

    with pytest.raises(ValueError, match="plain words"):
        context.store(
            source,
            **{"kind": "har", "media_type": "x", "suffix": ".har", "content": [b"x"], **words},  # type: ignore[arg-type]
        )


def test_artifacts_come_in_the_order_of_their_numbers(store: RawStore, context: RunContext) -> None:
    sources = [store.ingest_bytes(bytes([each + 1]), "a", "file") for each in range(11)]
    for source in reversed(sources):
        context.store(source, kind="har", media_type="x", suffix=".har")

    assert [each.id for each in context.artifacts("har")] == [f"har-{each + 1}" for each in range(11)]
    assert context.artifacts("log") == []


def test_request_ids_come_from_the_case_and_from_earlier_collectors(store: RawStore, context: RunContext) -> None:
    source = store.ingest_bytes(b"x", "a", "file")
    found = {"ids": [{"id": "req-2", "spellings": ["REQ-2", "req-2"]}]}

    context.store(
        source, kind="request-ids", media_type="application/json", suffix=".json", content=[json.dumps(found).encode()]
    )

    assert context.request_ids() == ("req-Canary-1", "req-canary-1", "REQ-CANARY-1", "req-2", "REQ-2")


def test_gaps_are_kept_with_label_and_name(store: RawStore, context: RunContext) -> None:
    context.missing(store.ingest_bytes(b"x", "a.png", "file"), "DP150", "not approved", question="May it be shown?")

    (gap,) = context.missing_items
    assert (gap.label, gap.name, gap.id, gap.question) == ("source-1", "a.png", "DP150", "May it be shown?")


def test_a_new_run_clears_what_an_earlier_one_derived(store: RawStore, context: RunContext) -> None:
    source = store.ingest_bytes(b"x", "a", "file")
    old = context.store(source, kind="har", media_type="x", suffix=".har", content=[b"x"])

    again = store.context(CASE, NOW)

    assert not old.raw_path.exists()
    assert again.all_artifacts() == []


def test_now_needs_a_zone(store: RawStore) -> None:
    with pytest.raises(ValueError, match="zone"):
        store.context(CASE, datetime(2026, 11, 20))
