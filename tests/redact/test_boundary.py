"""The door: what enters raw leaves redacted, sealed, or not at all."""

import json
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from diagpack.errors import RedactionError
from diagpack.model.keys import CaseKey
from diagpack.model.raw import RawArtifact
from diagpack.redact import passes
from diagpack.redact.boundary import Redaction, load_evidence, redact_case
from diagpack.redact.mapping import reveal
from diagpack.redact.seeds import Seeds
from diagpack.redact.spans import Span
from tests.redact.planting import ENCODERS, KEY, POLICY, compact_jwt, har, har_entry, log, raw, views

_HAR = "application/har+json"
_LOG = "application/jsonl"


def _redact(tmp_path: Path, *raws: RawArtifact, workers: int = 1, **more: object) -> Redaction:
    return redact_case(
        raws,
        key=KEY,
        policy=POLICY,
        seeds=more.pop("seeds", Seeds()),  # type: ignore[arg-type]
        evidence_dir=tmp_path / "evidence",
        workers=workers,
        **more,  # type: ignore[arg-type]
    )


def _content(redaction: Redaction) -> dict[str, bytes]:
    return {each.package_path: each.read() for each in redaction.artifacts}


def _mixed_case(tmp_path: Path) -> list[RawArtifact]:
    entry = har_entry(
        url="https://bob:canary-userinfo@app.example.com/reset/canaryReset123456/x;jsessionid=canaryPath1?code=canary-code1"
        "#access_token=canary-fragment1",
        request={
            "headers": [
                {"name": "Cookie", "value": "sid=canary-cookie1; theme=canary-cookie2"},
                {
                    "name": "Authorization",
                    "value": "Bearer " + compact_jwt({"sub": "canary-sub", "iss": "https://idp.test"}),
                },
                {"name": "X-Request-Id", "value": "4bf92f35-77b3-4da6-a3ce-929d0e0e4736"},
            ],
            "queryString": [{"name": "code", "value": "canary-code1"}],
            "postData": {"mimeType": "application/json", "text": json.dumps({"firstName": "Quillon", "pin": 98765})},
        },
        response={
            "headers": [{"name": "Set-Cookie", "value": "a=canary-sc1; Path=/; HttpOnly\nb=canary-sc2; Secure"}],
            "content": {
                "mimeType": "application/json",
                "text": json.dumps({"access_token": "canary-at1", "inner": json.dumps({"password": "canary-pw1"})}),
            },
        },
        _vendor="canary-vendor",
        comment="canary-comment",
    )
    return [
        raw(
            tmp_path,
            "har-1",
            json.dumps(har(entry)),
            media_type=_HAR,
            facts={"writer": "Chrome", "mail": "q@corp.test"},
        ),
        raw(
            tmp_path,
            "log-1",
            log(
                "INFO user Quillon logged in, rid 4bf92f35-77b3-4da6-a3ce-929d0e0e4736",
                "WARN password=canary-logpw1 from 198.51.100.7",
                "mail quillon%40example.com and cookie canary-cookie1",
                ids=["4bf92f35-77b3-4da6-a3ce-929d0e0e4736"],
            ),
            media_type=_LOG,
        ),
        raw(tmp_path, "note-1", "Quillon called about canary-pw1.\n"),
    ]


def test_no_planted_value_survives_and_request_ids_do(tmp_path: Path) -> None:
    redaction = _redact(tmp_path, *_mixed_case(tmp_path))

    everything = b"".join(_content(redaction).values())
    for view in views(everything):
        assert b"canary" not in view
        assert b"Quillon" not in view
        assert b"quillon" not in view
        assert b"198.51.100.7" not in view
        assert b"98765" not in view
    assert everything.count(b"4bf92f35-77b3-4da6-a3ce-929d0e0e4736") == 5
    assert b"https://idp.test" in b"".join(ENCODERS["plain"](each).encode() for each in _claims(redaction))
    assert b"sid=" in everything
    assert b"; Path=/; HttpOnly" in everything


def _claims(redaction: Redaction) -> Iterator[str]:
    import base64

    for entry in redaction.artifacts[0].json()["log"]["entries"]:
        for header in entry["request"]["headers"]:
            if header["name"] == "Authorization":
                segment = header["value"].split(".")[1]
                yield base64.urlsafe_b64decode(segment + "=" * (-len(segment) % 4)).decode()


def test_a_value_that_only_another_file_betrays_is_replaced_everywhere_by_one_token(tmp_path: Path) -> None:
    redaction = _redact(tmp_path, *_mixed_case(tmp_path))

    by_id = {each.id: each.text() for each in redaction.artifacts}
    name = json.loads(json.loads(by_id["har-1"])["log"]["entries"][0]["request"]["postData"]["text"])["firstName"]
    assert name.startswith("dp-name-")
    assert name in by_id["log-1"]
    assert name in by_id["note-1"]


def test_facts_are_redacted_too(tmp_path: Path) -> None:
    redaction = _redact(tmp_path, *_mixed_case(tmp_path))

    facts = redaction.artifacts[0].facts
    assert facts["writer"] == "Chrome"
    assert facts["mail"].endswith("@dp.invalid")


def test_the_finished_files_pass_the_scan_and_a_planted_leftover_does_not(tmp_path: Path) -> None:
    redaction = _redact(tmp_path, *_mixed_case(tmp_path))
    files = _content(redaction)

    assert len(redaction.scan(files)) == 3
    for name, encode in ENCODERS.items():
        with pytest.raises(RedactionError) as caught:
            redaction.scan({**files, "report.md": f"see {encode('x canary-logpw1 y')}".encode()})
        assert "report.md" in str(caught.value), name
        assert "canary" not in str(caught.value)
    with pytest.raises(RedactionError):
        redaction.scan({"evidence/canary-logpw1.txt": b""})


def test_a_second_redaction_changes_nothing(tmp_path: Path) -> None:
    first = _redact(tmp_path, *_mixed_case(tmp_path))
    again = [
        raw(tmp_path, each.id, each.read(), media_type=each.media_type, kind=each.kind) for each in first.artifacts
    ]

    second = redact_case(again, key=KEY, policy=POLICY, seeds=Seeds(), evidence_dir=tmp_path / "second")

    assert _content(second) == _content(first)


def test_workers_do_not_change_a_byte(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one = _redact(tmp_path, *_mixed_case(tmp_path))
    contents, tallies = _content(one), [each.tally for each in one.artifacts]

    monkeypatch.setattr(passes, "WORTH_PROCESSES", 0)
    two = _redact(tmp_path, *_mixed_case(tmp_path), workers=2)

    assert _content(two) == contents
    assert [each.tally for each in two.artifacts] == tallies
    assert two.report == one.report


def test_evidence_is_loaded_again_and_a_changed_file_or_index_is_not(tmp_path: Path) -> None:
    redaction = _redact(tmp_path, *_mixed_case(tmp_path))
    folder = tmp_path / "evidence"

    assert [each.sha256 for each in load_evidence(folder, KEY)] == [each.sha256 for each in redaction.artifacts]

    with pytest.raises(RedactionError):
        load_evidence(folder, CaseKey(b"\x09" * 32))
    note = redaction.artifacts[2].path
    note.write_bytes(note.read_bytes() + b"x")
    with pytest.raises(RedactionError):
        load_evidence(folder, KEY)
    index = folder / "index.json"
    index.write_text(index.read_text().replace('"kind": "note"', '"kind": "log"'))
    with pytest.raises(RedactionError, match="index"):
        load_evidence(folder, KEY)


class _Broken:
    id = "broken"
    entities = ("secret",)

    def scan(self, data: bytes, context: str = "") -> Iterator[Span]:
        raise ValueError("canary-in-a-traceback " + data.decode("latin-1"))


def test_a_detector_that_raises_ends_the_run_and_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(RedactionError) as caught:
        _redact(
            tmp_path, raw(tmp_path, "log-1", log("password=canary-1"), media_type=_LOG), extra_detectors=[_Broken()]
        )

    assert "log-1" in caught.value.message
    assert "broken" in caught.value.message
    assert "canary" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert [each for each in (tmp_path / "evidence").rglob("*") if each.is_file()] == []


@pytest.mark.parametrize(
    ("media_type", "content"),
    [
        ("application/octet-stream", b"\x00\x01\x02"),
        ("image/png", b"\x89PNG\r\n\x1a\n"),
        ("application/json", b"{broken"),
        ("application/json", b"\xff\xfe{\x00}\x00"),
        ("application/json", b"[" * 5000 + b"]" * 5000),
        ("application/har+json", b'{"no": "har"}'),
        ("text/plain", "canary".encode("utf-16")),
    ],
)
def test_what_cannot_be_inspected_is_withheld_with_a_reason(tmp_path: Path, media_type: str, content: bytes) -> None:
    redaction = _redact(
        tmp_path, raw(tmp_path, "x-1", content, media_type=media_type), raw(tmp_path, "note-1", "fine\n")
    )

    assert [each.id for each in redaction.artifacts] == ["note-1"]
    assert redaction.withheld[0].label == "x-1"
    assert redaction.withheld[0].reason
    assert redaction.report.withheld[0]["artifact"] == "x-1"


def test_an_approved_picture_passes_as_it_is(tmp_path: Path) -> None:
    content = b"\x89PNG\r\n\x1a\n" + bytes(range(256))

    redaction = _redact(tmp_path, raw(tmp_path, "image-1", content, media_type="image/png", facts={"approved": True}))

    assert redaction.artifacts[0].read() == content
    assert "pictures" in redaction.report.notes[0]


def test_the_analyst_withholds_an_artifact_without_it_being_read(tmp_path: Path) -> None:
    withheld = raw(tmp_path, "log-1", log("x"), media_type=_LOG)
    withheld.raw_path.unlink()

    redaction = _redact(tmp_path, withheld, withheld={"log-1": "heap dump of another customer"})

    assert redaction.artifacts == ()
    assert redaction.withheld[0].reason == "heap dump of another customer"
    assert redaction.withheld[0].is_fault is False


def test_too_many_distinct_secrets_withhold_the_artifact(tmp_path: Path) -> None:
    from diagpack.redact.policy import load_policy

    small = load_policy(overrides={"limits": {"dictionary_values": 20}})
    noisy = raw(tmp_path, "log-1", log(*(f"password=canary{n}x{n}" for n in range(100))), media_type=_LOG)

    redaction = redact_case(
        [noisy, raw(tmp_path, "note-1", "canary3x3\n")],
        key=KEY,
        policy=small,
        seeds=Seeds(),
        evidence_dir=tmp_path / "e",
    )

    assert [each.label for each in redaction.withheld] == ["log-1"]
    assert b"canary" not in redaction.artifacts[0].read()


@pytest.mark.parametrize(
    "shown",
    ["canary99x99", "say canary99x99.", '{"a": "canary99x99"}', "a%20canary99x99", "c2F5IGNhbmFyeTk5eDk5IG5vdw=="],
)
def test_a_value_that_found_no_room_stops_the_run_where_another_file_shows_it(tmp_path: Path, shown: str) -> None:
    from diagpack.redact.policy import load_policy

    small = load_policy(overrides={"limits": {"dictionary_values": 20}})
    noisy = raw(tmp_path, "log-1", log(*(f"password=canary{n}x{n}" for n in range(100))), media_type=_LOG)
    redaction = redact_case(
        [noisy, raw(tmp_path, "note-1", f"{shown}\n")],
        key=KEY,
        policy=small,
        seeds=Seeds(),
        evidence_dir=tmp_path / "e",
    )

    with pytest.raises(RedactionError) as caught:
        redaction.scan({"notes/note-1.txt": redaction.artifacts[0].read()})

    assert caught.value.id == "DP210"
    assert "value/overflow" in caught.value.message
    assert "canary99" not in str(caught.value)
    assert redaction.scan({"notes/note-1.txt": b"a plain note, canary100x100"})


def test_seeds_are_replaced_everywhere(tmp_path: Path) -> None:
    seeds = Seeds(
        people=("Ottilie Brandvold",),
        companies=("Fjordwerk Logistics",),
        domains=("fjordwerk.test",),
        words_hide=("Nightjar",),
    )

    redaction = _redact(
        tmp_path,
        raw(tmp_path, "note-1", "Ottilie at FJORDWERK LOGISTICS, project Nightjar; Brandvold, Ottilie agrees\n"),
        seeds=seeds,
    )

    text = redaction.artifacts[0].text()
    for word in ("Ottilie", "Brandvold", "FJORDWERK", "Nightjar"):
        assert word not in text


def test_a_named_domain_is_replaced_inside_host_names_and_the_package_can_be_signed(tmp_path: Path) -> None:
    seeds = Seeds(domains=("fjordwerk.test",))

    redaction = _redact(tmp_path, raw(tmp_path, "note-1", "POST https://hooks.fjordwerk.test/orders\n"), seeds=seeds)

    text = redaction.artifacts[0].text()
    assert text.startswith("POST https://hooks.dp-company-")
    assert redaction.scan({"notes/note-1.txt": text.encode()})


def test_vendor_ids_stay(tmp_path: Path) -> None:
    seeds = Seeds(vendor_ids=("acct_*",))

    redaction = _redact(
        tmp_path, raw(tmp_path, "log-1", log('{"user": "acct_9x8y7z6w"}'), media_type=_LOG), seeds=seeds
    )

    assert "acct_9x8y7z6w" in redaction.artifacts[0].text()


def test_a_vendor_field_outranks_personal_data_and_never_a_secret(tmp_path: Path) -> None:
    seeds = Seeds(vendor_ids=("customerId", "password"))

    redaction = _redact(
        tmp_path,
        raw(
            tmp_path, "config-1", '{"customerId":"Kx82-Lm91-Qz","password":"canary-1x"}', media_type="application/json"
        ),
        seeds=seeds,
    )

    assert "Kx82-Lm91-Qz" in redaction.artifacts[0].text()
    assert "canary" not in redaction.artifacts[0].text()


def test_live_credentials_are_counted_with_their_own_expiry(tmp_path: Path) -> None:
    token = compact_jwt({"sub": "canary", "exp": 1999999999})

    redaction = _redact(tmp_path, raw(tmp_path, "log-1", log(f"Authorization: Bearer {token}"), media_type=_LOG))

    assert ("JWT", "log-1", 1999999999) in [
        (each.kind, each.artifact, each.expires_at) for each in redaction.live_credentials
    ]
    assert "canary" not in repr(redaction.live_credentials)


def test_the_map_gives_a_value_back_to_the_holder_of_the_key_only(tmp_path: Path) -> None:
    path = tmp_path / "map"

    redaction = _redact(
        tmp_path, raw(tmp_path, "log-1", log("password=canary-mapped1"), media_type=_LOG), map_path=path
    )

    token = redaction.artifacts[0].text().split("password=")[1].split('"')[0]
    assert reveal(path, KEY, token) == "canary-mapped1"
    assert b"canary" not in path.read_bytes()
    assert path.stat().st_mode & 0o077 == 0
    with pytest.raises(RedactionError):
        reveal(path, CaseKey(b"\x09" * 32), token)


def test_an_artifact_cannot_be_written_outside_the_folder(tmp_path: Path) -> None:
    with pytest.raises(RedactionError, match="lead out"):
        _redact(tmp_path, raw(tmp_path, "note-1", "x\n", kind=".."))


def test_shapes_and_counts_stay_for_random_documents(tmp_path: Path) -> None:
    chance = random.Random(4)  # noqa: S311 - reproducible, no secret
    planted, entries, lines = [], [], []
    for number, (first, second) in enumerate((a, b) for a in ENCODERS for b in ENCODERS):
        canary = f"canary{number}" + "".join(chance.choices("abcXYZ0189", k=8))
        planted.append(canary)
        slot = chance.choice(
            [
                json.dumps({"api_key": canary}),
                f"access_token={canary}&x=1",
                f"client_secret={canary}",
                f"<a><password>{canary}</password></a>",
            ]
        )
        value = ENCODERS[second](ENCODERS[first](slot))
        if chance.random() < 0.5:
            lines.append("INFO payload " + value)
        else:
            entries.append(har_entry(len(entries), response={"content": {"mimeType": "text/plain", "text": value}}))

    redaction = _redact(
        tmp_path,
        raw(tmp_path, "har-1", json.dumps(har(*entries)), media_type=_HAR),
        raw(tmp_path, "log-1", log(*lines), media_type=_LOG),
    )

    files = _content(redaction)
    assert len(redaction.artifacts[0].json()["log"]["entries"]) == len(entries)
    assert len(redaction.artifacts[1].text().splitlines()) == len(lines)
    redaction.scan(files)
    for canary in planted:
        assert canary.encode() not in b"".join(files.values())
