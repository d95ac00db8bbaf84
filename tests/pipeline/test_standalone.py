"""One file without a case: redacted output, nothing raw written, no connection, no Presidio."""

import errno
import json
import subprocess
import sys
import zipfile
from dataclasses import fields
from pathlib import Path

import pytest

from diagpack.errors import CollectError, RedactionError, UsageError
from diagpack.pipeline import demo_case, standalone
from diagpack.pipeline.hars import compare_hars, read_har
from diagpack.pipeline.standalone import read_logs, read_sso, redact_one, user_key
from diagpack.team.profile import Profile
from tests.support_pipeline import forms

SECRETS = demo_case.planted()


@pytest.fixture
def files(tmp_path: Path) -> Path:
    for name, content in demo_case.demo_files(SECRETS).items():
        (tmp_path / name).write_bytes(content)
    return tmp_path


def leaked(text: str) -> list[str]:
    return [
        slot.name
        for slot in fields(SECRETS)
        if any(form in text.encode() for form in forms(str(getattr(SECRETS, slot.name))))
    ]


def test_a_har_is_ranked_and_nothing_secret_is_shown(files: Path, no_sockets: None) -> None:
    found = read_har(files / "login.har", Profile())

    assert found["entries"] == 10
    assert found["failing"][0]["entry"] == 5
    assert found["failing"][0]["request_ids"][0] == demo_case.REQUEST_ID
    assert found["skew_seconds"] == pytest.approx(-420, abs=2)
    assert leaked(json.dumps(found)) == []


def test_two_hars_are_compared_and_the_first_difference_comes_first(files: Path) -> None:
    working = json.loads((files / "login.har").read_text())
    for entry in working["log"]["entries"]:
        if entry["response"]["status"] == 500:
            entry["response"]["status"] = 200
    (files / "working.har").write_text(json.dumps(working))

    found = compare_hars(files / "working.har", files / "login.har", Profile())

    assert found["is_failing"]
    assert "500" in found["first"]


def test_log_records_of_an_id_come_out_redacted(files: Path, no_sockets: None) -> None:
    records = list(
        read_logs([files / "app.log.gz"], Profile(), ids=[demo_case.REQUEST_ID], window=None, zone="", everything=False)
    )

    assert records[-1]["summary"]
    assert any(demo_case.REQUEST_ID in record.get("text", "") for record in records)
    assert leaked(json.dumps(records)) == []


def test_a_login_har_is_diagnosed_without_showing_the_person(files: Path, no_sockets: None) -> None:
    found = read_sso(files / "login.har", b"", Profile(), config=None, at=None)

    assert {each["id"] for each in found["findings"]} >= {"saml.clock_skew"}
    assert leaked(json.dumps(found)) == []


def test_the_configuration_may_be_a_case_file_with_relative_paths(files: Path) -> None:
    (files / "idp.pem").write_bytes(demo_case.idp_certificate())
    (files / "case.yaml").write_text("sso:\n  sp_entity_id: https://other.example.com\n  idp_certificates: [idp.pem]\n")

    found = read_sso(files / "login.har", b"", Profile(), config=files / "case.yaml", at=None)

    assert "saml.bad_audience" in {each["id"] for each in found["findings"]}


def test_a_file_is_redacted_into_a_new_file_only(files: Path, no_sockets: None) -> None:
    done = redact_one(files / "login.har", files / "out.har", Profile())

    text = (files / "out.har").read_text()
    assert leaked(text) == []
    assert len(json.loads(text)["log"]["entries"]) == 10
    assert sum(done.result.counts.values()) > 10
    with pytest.raises(UsageError, match="exists"):
        redact_one(files / "note.txt", files / "out.har", Profile())


def test_a_link_in_the_place_of_the_output_stays(files: Path) -> None:
    (files / "link").symlink_to(files / "nowhere")

    with pytest.raises(UsageError, match="exists"):
        redact_one(files / "note.txt", files / "link", Profile())

    assert (files / "link").is_symlink()


def test_what_cannot_be_inspected_is_not_written(files: Path) -> None:
    (files / "core").write_bytes(b"\x7fELF\0" + bytes(range(256)) * 20)

    with pytest.raises(RedactionError):
        redact_one(files / "core", files / "out", Profile())

    assert not (files / "out").exists()


def test_an_archive_is_left_alone_and_the_message_says_what_to_do(files: Path) -> None:
    with zipfile.ZipFile(files / "sessions.saz", "w") as archive:
        archive.writestr("raw/1_c.txt", "POST /login HTTP/1.1\r\n\r\nuser=zofia&password=hunterpass")

    with pytest.raises(RedactionError) as caught:
        redact_one(files / "sessions.saz", files / "out", Profile())

    assert caught.value.id == "DP174"
    assert "unpack it" in str(caught.value.hint)
    assert not (files / "out").exists()


@pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="Linux only")
def test_a_file_system_that_takes_no_files_is_named_before_anything_is_read(files: Path) -> None:
    with pytest.raises(UsageError) as caught:
        redact_one(files / "note.txt", Path("/proc/x"), Profile())

    assert caught.value.id == "DP930"


def test_the_user_key_is_made_once_and_for_this_user_only() -> None:
    one, two = user_key(), user_key()

    assert one.subkey("x") == two.subkey("x")


@pytest.mark.parametrize("content", [b"", b"short"])
def test_a_damaged_user_key_says_what_to_delete(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes
) -> None:
    monkeypatch.setattr(standalone.platformdirs, "user_config_path", lambda _: tmp_path)
    (tmp_path / "pseudonym_key").write_bytes(content)

    with pytest.raises(UsageError) as caught:
        user_key()

    assert caught.value.id == "DP923"
    assert str(tmp_path / "pseudonym_key") in caught.value.hint


def test_a_full_disk_leaves_no_damaged_user_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(standalone.platformdirs, "user_config_path", lambda _: tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr("diagpack.case.durable.sync", full)
        with pytest.raises(OSError, match="No space"):
            user_key()

    assert list(tmp_path.iterdir()) == []
    assert user_key().subkey("x") == user_key().subkey("x")


def test_presidio_is_not_imported(files: Path) -> None:
    script = (
        "import sys\nfrom pathlib import Path\nfrom diagpack.team.profile import Profile\n"
        "from diagpack.pipeline.hars import read_har\n"
        f"read_har(Path({str(files / 'login.har')!r}), Profile())\n"
        "print([name for name in ('presidio_analyzer', 'spacy') if name in sys.modules])"
    )
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    assert result.stdout.strip() == "[]"


def test_broken_input_is_one_sentence(files: Path) -> None:
    (files / "broken.har").write_bytes(b"PK\x03\x04 canary")

    with pytest.raises((CollectError, UsageError)) as caught:
        read_har(files / "broken.har", Profile())

    assert "canary" not in str(caught.value)
