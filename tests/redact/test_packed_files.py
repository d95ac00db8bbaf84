"""Pictures, documents and archives in base64 go as a whole: nobody can look inside."""

import base64
import bz2
import gzip
import io
import json
import lzma
import random
import zipfile
import zlib

import pytest

from diagpack.redact.packed_files import packed_files
from diagpack.redact.runs import FILE, runs
from diagpack.redact.standalone import redact_json_value, redact_text
from tests.redact.planting import KEY, POLICY

_CAP = 1 << 20
SECRET = b"password=canary-x1 of Quillon Drakeworth\n"
NOISE = random.Random(5).randbytes(6000)  # noqa: S311 - reproducible, no secret


def _zip(content: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("salaries of canary.csv", content * 3)
    return made.getvalue()


FILES = {
    "png": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + NOISE[:200],
    "jpeg": b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + NOISE[:200],
    "gif": b"GIF89a" + NOISE[:200],
    "webp": b"RIFF\x24\x00\x00\x00WEBPVP8 " + NOISE[:200],
    "pdf": b"%PDF-1.7\n%\xe2\xe3\n1 0 obj\nstream\n" + zlib.compress(SECRET * 3),
    "zip": _zip(SECRET),
    "ole": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + NOISE[:200],
    "bzip2": bz2.compress(SECRET * 20),
    "xz": lzma.compress(SECRET * 20),
    "tar.gz": gzip.compress(b"\0" * 512 + SECRET, mtime=0),
    "mp4": b"\0\0\0\x20ftypisom\0\0\x02\0" + NOISE[:200],
    "unknown": NOISE,
}


@pytest.mark.parametrize("kind", FILES)
@pytest.mark.parametrize("frame", ['{"a": 1, "file": "%s"}', "INFO body=%s end", "/files/%s", "<img>%s</img>", "%s"])
def test_a_file_in_a_string_goes_as_a_whole(kind: str, frame: str) -> None:
    run = base64.b64encode(FILES[kind]).decode()

    shown = redact_text(frame % run, key=KEY, policy=POLICY)

    # Where an unknown one begins, nobody can tell from the path in front of it.
    before, _, behind = ("" if kind == "unknown" and frame == "/files/%s" else frame).partition("%s")
    assert shown.startswith(before)
    assert shown.endswith(behind)
    assert len(shown) < len(frame) + 40
    assert run[:20] not in shown


@pytest.mark.parametrize("kind", FILES)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_part_of_a_mail_goes_to_its_last_line(kind: str, end: str) -> None:
    folded = base64.encodebytes(FILES[kind]).decode().replace("\n", end)
    mail = f"Content-Transfer-Encoding: base64{end}{end}{folded}{end}--boundary{end}See the request above{end}"

    shown = redact_text(mail, key=KEY, policy=POLICY)

    assert shown.startswith(f"Content-Transfer-Encoding: base64{end}{end}dp-secret-")
    assert shown.endswith(f"{end}--boundary{end}See the request above{end}")
    assert not [line for line in folded.split(end) if len(line) > 3 and line in shown]


def test_equal_files_stay_equal_and_a_value_in_json_too() -> None:
    run = base64.b64encode(FILES["png"]).decode()

    shown = redact_json_value({"a": run, "b": [run, "text"]}, key=KEY, policy=POLICY)

    assert shown["a"] == shown["b"][0] != run
    assert shown["b"][1] == "text"


@pytest.mark.parametrize(
    "content",
    [
        b"a text of several words, request 3f2504e0-4f89-41d3-9a0c-0305e82c3301\n" * 200,
        json.dumps({"status": "ok", "items": list(range(3000))}).encode(),
        "größere Texte mit Umlauten, Zeile für Zeile\n".encode() * 200,
        "wide text\n".encode("utf-16-le") * 800,
        gzip.compress(b"".join(b"line %d took %d ms\n" % (each, each * 7919 % 997) for each in range(3000)), mtime=0),
    ],
)
@pytest.mark.parametrize("is_folded", [False, True])
def test_what_can_be_read_stays(content: bytes, is_folded: bool) -> None:
    run = (base64.encodebytes if is_folded else base64.b64encode)(content).decode()

    assert redact_text(f"body:\n{run}\nend", key=KEY, policy=POLICY) == f"body:\n{run}\nend"


@pytest.mark.parametrize(
    "text",
    [
        "sha256:" + "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08" * 3,
        "iVBORw0KGgo",
        "/9j/4AAQ is how a JPEG begins",
        "\n".join(["QUJD" * 10 + "_x"] * 3),
        "id=" + base64.b64encode(NOISE[:90]).decode(),
    ],
)
def test_ids_digests_and_short_runs_stay(text: str) -> None:
    assert not [kind for _, _, kind, _ in runs(text.encode(), _CAP) if kind == "file"]


def test_a_certificate_stays_however_long() -> None:
    from datetime import UTC, datetime, timedelta

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "idp.example.com")])
    hosts = x509.SubjectAlternativeName([x509.DNSName(f"host-{each}.example.com") for each in range(200)])
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), 7)
        .not_valid_before(datetime(2026, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=9))
        .add_extension(hosts, critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = made.public_bytes(serialization.Encoding.PEM)

    assert len(pem) > 4500
    assert not [kind for _, _, kind, _ in runs(pem, _CAP) if kind == "file"]


def test_a_million_lines_are_read_in_linear_time() -> None:
    data = b"\n".join([base64.b64encode(NOISE[:57])] * 20_000)

    found = list(packed_files(data, [(at, at + 76) for at in range(0, len(data), 77)], _CAP))

    assert found == [(0, len(data))]
    assert FILE.text == b""
