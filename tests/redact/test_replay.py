"""The second pass uses again what the first wrote, and nobody can tell from the result."""

import json
import random
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from diagpack.model.raw import RawArtifact
from diagpack.redact import pieces, replay, text_stream, work
from diagpack.redact.boundary import Redaction, redact_case
from diagpack.redact.edits import Edit
from diagpack.redact.seeds import Seeds
from tests.redact.generated import log_lines
from tests.redact.planting import ENCODERS, KEY, POLICY, engine, har, har_entry, log, raw
from tests.redact.recipes import seeded

Result = tuple[list[bytes], Mapping[str, int]]


@pytest.fixture
def replayed(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """For each unit of the second pass, whether it was used again; units are small."""
    seen: list[bool] = []
    holds = replay.Unit.holds

    def watched(self: replay.Unit, engine: Any) -> bool:
        seen.append(holds(self, engine))
        return seen[-1]

    monkeypatch.setattr(replay.Unit, "holds", watched)
    monkeypatch.setattr(work, "UNIT", 600)
    monkeypatch.setattr(pieces, "PIECE", 300)
    return seen


def test_a_unit_without_news_is_used_again(tmp_path: Path, replayed: list[bool]) -> None:
    lines = [f"INFO user=person{each}x password=canary{each}x of 198.51.100.{each}" for each in range(30)]

    artifacts = [
        raw(tmp_path, "log-1", log(*lines), media_type=work.JSONL),
        raw(tmp_path, "log-2", "\n".join(lines), media_type=work.TEXT),
    ]

    texts, _ = _redacted(artifacts, tmp_path / "out")

    assert len(replayed) > 6
    assert all(replayed)
    assert b"canary" not in b"".join(texts)


@pytest.mark.parametrize("form", sorted(ENCODERS))
def test_what_only_another_file_taught_is_replaced_in_every_form(
    tmp_path: Path, form: str, replayed: list[bool]
) -> None:
    hidden = f"seen {ENCODERS[form]('Canaryson Quibble')} here"
    plain = [f"INFO nothing {number} to see" for number in range(30)]
    mentions = raw(tmp_path, "log-1", log(*plain, hidden, *plain), media_type=work.JSONL)
    teaches = raw(tmp_path, "log-2", log('{"firstName": "Canaryson", "lastName": "Quibble"}'), media_type=work.JSONL)

    (text, _), _ = _redacted([mentions, teaches], tmp_path / "out")

    assert b"anaryson" not in text
    assert ENCODERS[form]("Canaryson Quibble").encode() not in text
    assert False in replayed
    assert True in replayed


def test_a_value_that_is_called_otherwise_elsewhere_has_one_name(tmp_path: Path, replayed: list[bool]) -> None:
    value = "canary7k2m9q4x"
    cookie = raw(tmp_path, "log-1", log(f"Set-Cookie: sid={value}; Path=/"), media_type=work.JSONL)
    password = raw(tmp_path, "log-2", log(f"password={value}"), media_type=work.JSONL)

    (one, two), _ = _redacted([cookie, password], tmp_path / "out")

    assert b"dp-password-" in one
    assert b"dp-password-" in two
    assert replayed == [False, True]


def test_a_diagnostic_id_that_is_a_secret_elsewhere_goes(tmp_path: Path, replayed: list[bool]) -> None:
    value = "0b9d5f4e-7c1a-4c3d-8a52-6f1e2d3c4b5a"
    body = json.dumps({"items": [{"ref": value}, {"ref": "plain words"}]})
    shown = raw(tmp_path, "har-1", _har(body), media_type=work.HAR)
    secret = raw(tmp_path, "log-1", log(f'{{"session_token": "{value}"}}'), media_type=work.JSONL)

    (text, _), _ = _redacted([shown, secret], tmp_path / "out")

    assert value.encode() not in text


def test_a_table_that_goes_on_in_the_next_unit_is_read_as_one(
    tmp_path: Path, replayed: list[bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(work, "UNIT", 4000)
    monkeypatch.setattr(pieces, "PIECE", 4000)
    rows = ["id,lastname,state", *(f"{number},canary{number}son,open" for number in range(200))]
    records = raw(tmp_path, "log-1", log(*rows), media_type=work.JSONL)
    plain = raw(tmp_path, "log-2", "\n".join(rows), media_type=work.TEXT)

    texts, _ = _redacted([records, plain], tmp_path / "out")

    assert b"canary" not in b"".join(texts)
    assert replayed == []


def test_a_line_that_goes_on_in_the_next_unit_is_read_as_one(
    tmp_path: Path, replayed: list[bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(text_stream, "LONGEST", 900)
    monkeypatch.setattr(text_stream, "_OVERLAP", 200)
    line = " ".join(f"user=person{number}x password=canary{number}x" for number in range(100))
    artifact = raw(tmp_path, "log-1", f"INFO plain\n{line}\nINFO plain\n", media_type=work.TEXT)

    (text,), _ = _redacted([artifact], tmp_path / "out")

    assert b"canary" not in text
    assert text.count(b"password=dp-password-") == 100
    assert text.count(b"\n") == 3


def test_an_insert_knows_the_columns_that_an_earlier_unit_told(tmp_path: Path, replayed: list[bool]) -> None:
    table = "CREATE TABLE people (id int, lastname text);"
    plain = [f"INFO nothing {number} to see" for number in range(30)]
    row = "INSERT INTO people VALUES (7, 'Ng'); -- for Canaryson Quibble"
    artifacts = [
        raw(tmp_path, "log-1", log(table, *plain, row), media_type=work.JSONL),
        raw(tmp_path, "log-2", "\n".join([table, *plain, row]), media_type=work.TEXT),
        raw(tmp_path, "log-3", log('{"firstName": "Canaryson", "lastName": "Quibble"}'), media_type=work.JSONL),
    ]

    texts, _ = _redacted(artifacts, tmp_path / "out")

    assert b"".join(texts).count(b"INSERT INTO people VALUES (7, ") == 2
    assert b"Ng" not in b"".join(texts)


def test_a_damaged_memory_costs_the_work_again_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    artifacts = [
        raw(tmp_path, "log-1", log("password=canary-1x", "INFO plain"), media_type=work.JSONL),
        raw(tmp_path, "log-2", "password=canary-1x\nINFO plain\n", media_type=work.TEXT),
    ]
    whole = _redacted(artifacts, tmp_path / "whole")
    monkeypatch.setattr(replay.Kept, "save", lambda self, path: path.write_bytes(b"\xc1 damaged"))

    assert _redacted(artifacts, tmp_path / "damaged") == whole


def test_a_piece_that_is_no_longer_the_same_is_redacted_again() -> None:
    piece = replay.Piece.of(b"user=ann", [Edit(5, 8, b"dp-1", "user", "x")], {})

    assert piece.written(engine(), b"user=ann") == b"user=dp-1"
    assert piece.written(engine(), b"bob =ann") is None


def test_only_the_pieces_with_a_value_of_another_file_are_redacted_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    again: list[bool] = []
    written = replay.Piece.written
    monkeypatch.setattr(pieces, "PIECE", 300)
    monkeypatch.setattr(
        replay.Piece, "written", lambda *each: (again.append(written(*each) is None), written(*each))[1]
    )
    plain = [f"INFO nothing {number} to see" for number in range(30)]
    artifacts = [
        raw(tmp_path, "log-1", "\n".join([*plain, "seen Canaryson Quibble here", *plain]), media_type=work.TEXT),
        raw(tmp_path, "log-2", log('{"firstName": "Canaryson", "lastName": "Quibble"}'), media_type=work.JSONL),
    ]

    (text, _), _ = _redacted(artifacts, tmp_path / "out")

    assert b"Quibble" not in text
    assert sum(again) == 1
    assert len(again) > 4


def test_a_secret_under_two_names_has_only_its_first_unit_redacted_again(
    tmp_path: Path, replayed: list[bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A token against forgery: a cookie, and a header of every request."""
    token = "canary7k2m9q4xcanary7k2m"
    headers = [{"name": "Cookie", "value": f"csrf={token}"}, {"name": "X-Csrf-Token", "value": token}]
    entries = [har_entry(at, request={"headers": headers}, url=f"https://app.example.com/{at}") for at in range(40)]
    head = json.dumps(har(), separators=(",", ":")).removesuffix("]}}")
    document = head + "\n" + ",\n".join(json.dumps(each, separators=(",", ":")) for each in entries) + "\n]}}\n"
    artifact = raw(tmp_path, "har-1", document, media_type=work.HAR)

    (text,), counts = _redacted([artifact], tmp_path / "out")

    assert replayed.count(False) == 1
    assert len(replayed) > 10
    assert b"canary" not in text
    assert text.count(b"dp-secret-") == 80
    monkeypatch.setattr(replay.Unit, "holds", lambda *each: False)
    assert _redacted([artifact], tmp_path / "anew") == ([text], counts)


def test_many_people_in_packed_json_and_base64_are_used_again(
    tmp_path: Path, replayed: list[bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    again: list[bool] = []
    written = replay.Piece.written
    monkeypatch.setattr(
        replay.Piece, "written", lambda *each: (again.append(written(*each) is None), written(*each))[1]
    )
    people = [f"Canary{chr(65 + each)}son Quibble{chr(97 + each)}" for each in range(24)]
    packed = [json.dumps({"body": json.dumps({"user": {"name": each, "email": "a@b.test"}})}) for each in people]
    encoded = [ENCODERS["base64"](f'{{"name": "{each}", "email": "a@b.test"}}') for each in people]
    artifact = raw(
        tmp_path, "log-1", "\n".join(f"{one}\nx {two} y" for one, two in zip(packed, encoded, strict=True)),
        media_type=work.TEXT,
    )  # fmt: skip

    (text,), _ = _redacted([artifact], tmp_path / "out")

    assert all(replayed)
    assert len(replayed) > 4
    assert not any(again)
    assert b"Quibble" not in text
    assert all(ENCODERS["base64"](each).encode()[4:12] not in text for each in people)


def test_texts_of_many_layers_are_kept_deflated_and_searched() -> None:
    questions = replay.Questions(50_000)
    for number in range(8):
        questions.text(b"nothing %d " % number * 8000 + b"Quibble")
    unit = questions.unit(b"", {})

    assert unit is not None
    assert unit.size_bytes < 100_000
    assert unit.holds(engine(values={"Somebody": "name"}))
    assert not unit.holds(engine(values={"Quibble": "name"}))


def test_what_is_kept_does_not_show_what_it_holds() -> None:
    questions = replay.Questions(100)
    questions.text(b"canary")
    unit = questions.unit(b"canary", {})
    piece = replay.Piece.of(b"canary", [Edit(0, 6, b"canary", "word", "x")], {})

    assert "canary" not in f"{piece!r} {questions!r} {unit!r} {replay.Kept([unit], {'a': b'canary'})!r}"


@settings(
    max_examples=25,
    deadline=None,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(seed=st.integers(0, 2**32))
def test_using_units_again_changes_no_byte(
    tmp_path_factory: pytest.TempPathFactory, replayed: list[bool], seed: int
) -> None:
    replayed.clear()
    folder, r = tmp_path_factory.mktemp("case"), seeded(seed)
    artifacts = [
        raw(folder, "log-1", log(*_lines(r)), media_type=work.JSONL),
        raw(folder, "log-2", "\n".join(_lines(r) + _lines(r)), media_type=work.TEXT),
        raw(folder, "har-1", _har(*_lines(r), json.dumps({"rows": [{"note": each, "k": 1.50} for each in _lines(r)]})),
            media_type=work.HAR),
        raw(folder, "har-2", _har("\n".join(_lines(r))), media_type=work.HAR),
    ]  # fmt: skip
    again, _ = _redacted(artifacts, folder / "again")

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(replay.Unit, "holds", lambda *each: False)
        anew, _ = _redacted(artifacts, folder / "anew")

    # Compared here: a runner that shows the difference of long bytes takes minutes.
    is_same = again == anew
    assert is_same, f"other bytes with seed {seed}"


def _lines(r: random.Random) -> list[str]:
    """Lines of a log, among them values that return in other forms and under other names."""
    values = ["canary7k2m9q4x", "Quibble", "Canaryson Quibble", "canaryson.quibble@customer.test", "q9w8e7r6t5z4"]
    lines = ["".join(text for text, _ in line) for line in log_lines(r.randrange(1, 12), r)]
    for _ in range(r.randrange(8)):
        value = ENCODERS[r.choice(sorted(ENCODERS))](r.choice(values))
        key = r.choice(
            ["password=", "user=", "token: ", "say ", "", '{"firstName": "Quibble", "x": "', "id,", "lastname,"]
        )
        end = '"}' if key.startswith("{") else ""
        lines.insert(r.randrange(len(lines) + 1), key + (json.dumps(value)[1:-1] if end else value) + end)
    return lines


def _har(*bodies: str) -> str:
    """As the collector writes it: one entry a line."""
    entries = [
        har_entry(number, response={"content": {"size": len(each), "mimeType": "application/json", "text": each}})
        for number, each in enumerate(bodies)
    ]
    document = json.dumps(har(), separators=(",", ":")).removesuffix("]}}")
    return document + "\n" + ",\n".join(json.dumps(each, separators=(",", ":")) for each in entries) + "\n]}}\n"


def _redacted(artifacts: list[RawArtifact], folder: Path) -> Result:
    redaction: Redaction = redact_case(artifacts, key=KEY, policy=POLICY, seeds=Seeds(), evidence_dir=folder)
    assert not redaction.withheld
    assert [each.name for each in folder.iterdir() if each.name.startswith(".")] == []
    return [each.read() for each in redaction.artifacts], redaction.report.counts
