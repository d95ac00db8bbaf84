"""A picture stays out until it is approved, and then nothing but its pixels goes in."""

import io
import struct
import zlib
from pathlib import Path

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from diagpack.collectors.images import COLLECTOR
from diagpack.errors import CollectError
from diagpack.model.raw import RawArtifact
from tests.collectors._lent import Lent, content, source


def _picture(form: str, mode: str = "RGB") -> bytes:
    image = Image.new(mode, (4, 3), "red")
    exif = Image.Exif()
    exif[0x010E] = "canary-description"
    exif[0x0112] = 6
    info = PngInfo()
    info.add_text("Comment", "canary-text")
    output = io.BytesIO()
    options = {"pnginfo": info} if form == "PNG" else {}
    image.save(output, form, **({"exif": exif} if form in ("PNG", "JPEG", "WEBP") else {}), **options)
    return output.getvalue() + (b"canary-behind-the-end" if form != "TIFF" else b"")


def _collect(tmp_path: Path, data: bytes) -> RawArtifact:
    given = source(tmp_path, data)
    ctx = Lent(tmp_path, sections={"images": {"approved": [given.sha256]}})
    (artifact,) = COLLECTOR.collect(given, ctx)
    return artifact


def test_a_picture_nobody_approved_is_left_out_and_named(tmp_path: Path):
    ctx = Lent(tmp_path, sections={"images": {"approved": ["source-9"]}})

    assert list(COLLECTOR.collect(source(tmp_path, _picture("PNG")), ctx)) == []
    assert [id for id, _ in ctx.gaps] == ["DP138"]
    assert "text in pictures is not redacted" in ctx.gaps[0][1]


def test_a_label_approves_as_well_as_a_digest(tmp_path: Path):
    ctx = Lent(tmp_path, sections={"images": {"approved": ["source-1"]}})

    assert len(list(COLLECTOR.collect(source(tmp_path, _picture("PNG")), ctx))) == 1


@pytest.mark.parametrize("form", ["PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF"])
def test_an_approved_picture_loses_everything_but_its_pixels(tmp_path: Path, form: str):
    data = _picture(form)

    artifact = _collect(tmp_path, data)

    made = content(artifact)
    assert COLLECTOR.recognise(data, "") > 0.9
    assert b"canary" not in made
    assert made.startswith(b"\x89PNG")
    assert {made[at + 4 : at + 8] for at in _chunks(made)} == {b"IHDR", b"IDAT", b"IEND"}
    assert artifact.raw_facts["approved"] is True
    assert artifact.raw_facts["note"] == "text in pictures is not redacted"


def _chunks(png: bytes) -> list[int]:
    at, found = 8, []
    while at < len(png):
        found.append(at)
        at += 12 + struct.unpack(">L", png[at : at + 4])[0]
    return found


def test_a_picture_lying_on_its_side_is_set_upright(tmp_path: Path):
    artifact = _collect(tmp_path, _picture("JPEG"))

    assert (artifact.raw_facts["width"], artifact.raw_facts["height"]) == (3, 4)


def test_transparency_is_kept(tmp_path: Path):
    with Image.open(io.BytesIO(content(_collect(tmp_path, _picture("PNG", "RGBA"))))) as image:
        assert image.mode == "RGBA"


def test_a_picture_that_would_inflate_to_gigabytes_is_refused_before_it_does(tmp_path: Path):
    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">L", len(data)) + name + data + struct.pack(">L", zlib.crc32(name + data))

    header = struct.pack(">LLBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    bomb = (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(bytes(1 << 20)))
        + chunk(b"IEND", b"")
    )

    with pytest.raises(CollectError) as caught:
        _collect(tmp_path, bomb)

    assert caught.value.id == "DP139"


@pytest.mark.parametrize("data", [_picture("PNG")[:60], b"\x89PNG\r\n\x1a\ncanary", b"GIF89acanary"])
def test_a_damaged_picture_is_one_clear_error(tmp_path: Path, data: bytes):
    with pytest.raises(CollectError) as caught:
        _collect(tmp_path, data)

    assert caught.value.id == "DP139"
    assert "canary" not in str(caught.value)


def test_text_is_no_picture():
    assert COLLECTOR.recognise(b"<svg></svg>", "x.png") == 0
    assert COLLECTOR.recognise(b"BMW is a car", "x") == 0


def test_a_blacked_out_region_is_overwritten_and_the_rest_stays(tmp_path: Path):
    image = Image.new("RGBA", (6, 4), (200, 10, 10, 0))
    output = io.BytesIO()
    image.save(output, "PNG")
    given = source(tmp_path, output.getvalue())
    section = {"approved": ["source-1"], "black_out": {"source-1": [[1, 1, 2, 1]], "source-2": [[0, 0, 9, 9]]}}
    ctx = Lent(tmp_path, sections={"images": section})

    (artifact,) = COLLECTOR.collect(given, ctx)

    with Image.open(io.BytesIO(content(artifact))) as drawn:
        black = {(x, y) for x in range(6) for y in range(4) if drawn.getpixel((x, y)) == (0, 0, 0, 255)}
    assert black == {(1, 1), (2, 1)}
    assert artifact.raw_facts["blacked_out"] == 1


UNCLEAR: list[object] = [
    5,
    "x",
    {"source-1": 5},
    {"source-1": [[0, 0, 1]]},
    {"source-1": [[0, 0, 0, 1]]},
    {"source-1": ["abcd"]},
    {"source-1": [[-1, 0, 2, 2]]},
    {"source-1": [[True, 0, 1, 1]]},
    {"source-1": [[99, 0, 1, 1]]},
]


@pytest.mark.parametrize("regions", UNCLEAR)
def test_a_picture_with_unclear_regions_stays_out(tmp_path: Path, regions: object):
    given = source(tmp_path, _picture("PNG"))
    ctx = Lent(tmp_path, sections={"images": {"approved": ["source-1"], "black_out": regions}})

    with pytest.raises(CollectError) as caught:
        list(COLLECTOR.collect(given, ctx))

    assert caught.value.id == "DP658"
    assert ctx.earlier == []
