"""One file or value without a case."""

import errno
import gzip
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from diagpack.errors import RedactionError
from diagpack.redact import standalone
from diagpack.redact.standalone import Standalone, media_type_of, redact_json_value, redact_stream, redact_text
from tests.redact.planting import KEY, POLICY, har, har_entry


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (b'{"log":{"entries":[]}}', "application/har+json"),
        (b'{"a":1}', "application/json"),
        (b'{"a":1}\n{"a":2}\n', "application/jsonl"),
        (b"a line\nanother\n", "text/plain"),
        (b"", "text/plain"),
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (b"PK\x03\x04\x00\x00", "application/octet-stream"),
    ],
)
def test_a_file_is_known_by_its_content(tmp_path: Path, content: bytes, media_type: str) -> None:
    path = tmp_path / "a"
    path.write_bytes(content)

    assert media_type_of(path) == media_type


@pytest.mark.parametrize(
    "content",
    [
        "password=canary-1x and later canary-1x\n",
        json.dumps({"password": "canary-1x", "note": "was canary-1x"}),
        json.dumps(har(har_entry(url="https://h.example.com/?code=canary-1x"))),
        '{"password":"canary-1x"}\n{"note":"canary-1x"}\n',
    ],
)
def test_a_file_is_its_own_case(tmp_path: Path, content: str) -> None:
    source, out = tmp_path / "in", tmp_path / "out"
    source.write_text(content)

    result = redact_stream(source, out, key=KEY, policy=POLICY, name="file-1")

    assert "canary" not in out.read_text()
    assert sum(result.counts.values()) >= 1
    assert result.withheld == ()


def test_what_cannot_be_inspected_leaves_no_output(tmp_path: Path) -> None:
    source, out = tmp_path / "in", tmp_path / "out"
    source.write_bytes(b"PK\x03\x04\x00\x00")

    result = redact_stream(source, out, key=KEY, policy=POLICY, name="file-1")

    assert result.withheld[0]["artifact"] == "file-1"
    assert not out.exists()


@pytest.mark.parametrize("name", ["out.log", "out.log.gz"])
def test_a_gzip_log_is_opened_and_packed_again_where_the_name_says_so(tmp_path: Path, name: str) -> None:
    source, out = tmp_path / "in.gz", tmp_path / name
    source.write_bytes(gzip.compress(b"INFO ok\npassword=canary-1x and canary-1x\n"))

    result = redact_stream(source, out, key=KEY, policy=POLICY, name="file-1")

    content = out.read_bytes()
    shown = gzip.decompress(content) if name.endswith(".gz") else content
    assert shown.startswith(b"INFO ok\npassword=dp-password-")
    assert b"canary" not in shown
    assert result.withheld == ()
    assert sorted(each.name for each in tmp_path.iterdir()) == sorted(["in.gz", name])


@pytest.mark.parametrize("content", [gzip.compress(b"x" * 1000)[:-9], b"\x1f\x8b\x08garbage"])
def test_a_damaged_gzip_file_is_withheld(tmp_path: Path, content: bytes) -> None:
    source, out = tmp_path / "in.gz", tmp_path / "out.log"
    source.write_bytes(content)

    result = redact_stream(source, out, key=KEY, policy=POLICY, name="file-1")

    assert "damaged" in result.withheld[0]["reason"]
    assert not out.exists()


def test_a_gzip_bomb_is_withheld(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(standalone, "_MOST_INFLATED", 1 << 20)
    source, out = tmp_path / "in.gz", tmp_path / "out.log"
    source.write_bytes(gzip.compress(bytes(20 << 20)))

    result = redact_stream(source, out, key=KEY, policy=POLICY, name="file-1")

    assert "inflates" in result.withheld[0]["reason"]
    assert [each.name for each in tmp_path.iterdir()] == ["in.gz"]


def test_a_picture_is_refused(tmp_path: Path) -> None:
    source, out = tmp_path / "in.png", tmp_path / "out.png"
    source.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(99))

    assert redact_stream(source, out, key=KEY, policy=POLICY, name="file-1").withheld
    assert not out.exists()


def test_values_and_texts_are_redacted_in_two_passes() -> None:
    shown = redact_json_value({"note": "was canary-1x", "password": "canary-1x"}, key=KEY, policy=POLICY)

    assert "canary" not in json.dumps(shown)
    assert "canary" not in redact_text("canary-2x then password=canary-2x", key=KEY, policy=POLICY)


def test_the_stand_alone_path_does_not_import_presidio() -> None:
    code = (
        "import sys; import diagpack.redact.standalone as s; from diagpack.model.keys import CaseKey; "
        "from diagpack.redact.policy import load_policy; "
        "s.redact_text('a@b.test', key=CaseKey(b'k' * 32), policy=load_policy()); "
        "print([m for m in ('presidio_analyzer', 'spacy') if m in sys.modules])"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"


def test_a_lone_nul_byte_is_a_character_and_many_are_a_binary(tmp_path: Path) -> None:
    few, many = tmp_path / "few.txt", tmp_path / "many.txt"
    few.write_bytes("größe a\0b user password=canary-1x\n".encode())
    many.write_bytes(b"a\0b\0c\xff\0password=canary-1x\n")

    shown = Standalone(KEY, POLICY).file(few, tmp_path / "a", "few.txt")
    withheld = Standalone(KEY, POLICY).file(many, tmp_path / "b", "many.txt")

    assert not shown.withheld
    assert b"a\0b user password=dp-" in (tmp_path / "a").read_bytes()
    assert withheld.withheld
    assert not (tmp_path / "b").exists()


def test_a_number_longer_than_python_reads_stays_a_number(tmp_path: Path) -> None:
    source = tmp_path / "in.json"
    source.write_text('{"a": ' + "1" * 5000 + ', "password": "canary-1x"}')

    Standalone(KEY, POLICY).file(source, tmp_path / "out", "in.json")

    assert "1" * 5000 in (tmp_path / "out").read_text()
    assert "canary" not in (tmp_path / "out").read_text()


def _many_entries() -> str:
    """A recording in which the first request names what the last one shows in its text."""
    entries = [har_entry(index, url=f"https://app.example.com/{index}") for index in range(300)]
    entries[0]["response"]["content"] = {"mimeType": "application/json", "text": '{"firstName": "Canaryson"}'}
    entries[0]["request"]["headers"] = [{"name": "Cookie", "value": "sid=canary-cookie-1234567"}]
    entries[299]["response"]["content"] = {"mimeType": "text/plain", "text": "hello Canaryson canary-cookie-1234567"}
    return json.dumps(har(*entries), indent=2)


def test_a_large_recording_is_read_in_ranges_and_becomes_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, ranged, whole = tmp_path / "in.har", tmp_path / "ranged.har", tmp_path / "whole.har"
    source.write_text(_many_entries(), "utf-8")
    read: list[standalone.work.Task] = []
    run = standalone.work.run

    redact_stream(source, whole, key=KEY, policy=POLICY, name="in.har")
    monkeypatch.setattr(standalone.work, "RANGE", 9000)
    monkeypatch.setattr(
        standalone.work, "run", lambda engine, task, *rest: (read.append(task), run(engine, task, *rest))[1]
    )
    redact_stream(source, ranged, key=KEY, policy=POLICY, name="in.har")

    assert json.loads(ranged.read_bytes()) == json.loads(whole.read_bytes())
    assert b"anary" not in ranged.read_bytes()
    assert len(read) > 10
    assert sorted(each.name for each in tmp_path.iterdir()) == ["in.har", "ranged.har", "whole.har"]


def test_what_the_first_pass_keeps_changes_no_byte(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = tmp_path / "in.log"
    lines = [f"INFO nothing {number} to see for user=canary{number % 7}x" for number in range(400)]
    source.write_text("\n".join([*lines, "and canary3x again"]), "utf-8")
    monkeypatch.setattr(standalone.work, "UNIT", 2000)
    shown = []

    for kept in (0, 3000, 1 << 20):
        monkeypatch.setattr(standalone, "_MOST_KEPT", kept)
        result = redact_stream(source, tmp_path / f"{kept}.log", key=KEY, policy=POLICY, name="in.log")
        shown.append(((tmp_path / f"{kept}.log").read_text("utf-8"), result.counts))

    assert shown[0] == shown[1] == shown[2]
    assert "canary" not in shown[0][0]
    assert shown[0][0].count("\n") == 400


def test_an_interrupted_run_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was written before the last look is not known to be clean, and what was unpacked is raw."""

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(standalone, "_check", interrupted)
    for name, content in (("a.log", b"password=canary-x1\n"), ("a.log.gz", gzip.compress(b"password=canary-x1\n"))):
        source, out = tmp_path / name, tmp_path / "out" / name
        source.write_bytes(content)
        out.parent.mkdir(exist_ok=True)

        with pytest.raises(KeyboardInterrupt):
            redact_stream(source, out, key=KEY, policy=POLICY, name=name)

        assert list(out.parent.iterdir()) == []


def test_the_output_has_its_name_only_after_the_last_look(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source, out = tmp_path / "a.log", tmp_path / "out.log"
    source.write_bytes(b"password=canary-x1\n")
    was_there: list[bool] = []
    monkeypatch.setattr(standalone, "_check", lambda *_: was_there.append(out.exists()))

    redact_stream(source, out, key=KEY, policy=POLICY, name="a.log")

    assert was_there == [False]
    assert out.stat().st_mode & 0o777 == 0o600


def test_what_somebody_else_put_in_the_place_of_the_output_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, out = tmp_path / "a.log", tmp_path / "out.log"
    source.write_bytes(b"password=canary-x1\n")
    monkeypatch.setattr(standalone, "_check", lambda *_: out.write_text("theirs"))

    with pytest.raises(FileExistsError):
        redact_stream(source, out, key=KEY, policy=POLICY, name="a.log")

    assert out.read_text() == "theirs"
    assert sorted(each.name for each in tmp_path.iterdir()) == ["a.log", "out.log"]


@pytest.mark.parametrize("name", ["a.log", "a.log.gz"])
def test_a_full_disk_is_not_blamed_on_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(standalone.work, "run", full)
    if name.endswith(".gz"):
        monkeypatch.setattr(standalone.gzip, "open", full)
    source = tmp_path / name
    source.write_bytes(gzip.compress(b"x\n") if name.endswith(".gz") else b"x\n")

    with pytest.raises(RedactionError, match="No space left") as caught:
        redact_stream(source, tmp_path / "out", key=KEY, policy=POLICY, name=name)

    assert "space" in caught.value.hint
    assert [each.name for each in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize("change", ["replace", "truncate", "overwrite"])
def test_a_file_that_changes_while_it_is_read_is_not_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    """What another file in its place holds was not learned: `hunter` beside `user=hunter` would stay."""
    source, out = tmp_path / "a.log", tmp_path / "out.log"
    source.write_bytes(b"2026-03-03T10:19:40Z a plain line\n" * 9)

    def changed(*_: object) -> None:
        if change == "replace":
            (tmp_path / "b.log").write_bytes(source.read_bytes())
            (tmp_path / "b.log").replace(source)
        elif change == "truncate":
            os.truncate(source, 30)
        else:
            source.write_bytes(b"x" * source.stat().st_size)
            os.utime(source, ns=(1, 1))

    monkeypatch.setattr(standalone, "_check", changed)

    with pytest.raises(RedactionError, match="changed while it was read"):
        redact_stream(source, out, key=KEY, policy=POLICY, name="a.log")

    assert not out.exists()


def test_a_log_that_grows_is_redacted_as_far_as_it_went(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source, out = tmp_path / "a.log", tmp_path / "out.log"
    source.write_bytes(b"password=canary-x1\n" * 9)

    def grown(*_: object) -> None:
        with source.open("ab") as stream:
            stream.write(b"password=canary-x2\n")

    monkeypatch.setattr(standalone, "_check", grown)

    redact_stream(source, out, key=KEY, policy=POLICY, name="a.log")

    assert out.read_bytes().count(b"\n") == 9
