"""Pictures: left out unless approved one by one, then drawn again.

Enters: a PNG, JPEG, GIF, WebP, BMP or TIFF. Leaves: a PNG made from the pixels alone: no EXIF, no text chunks, no
thumbnail, no second frame, nothing behind the end. Text in pictures is not redacted, and every picture says so; regions
that the analyst blacked out are overwritten before the picture is encoded.
"""

import io
import warnings
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from PIL import Image, ImageDraw, ImageOps

from diagpack.errors import CollectError
from diagpack.model.collector import CollectContext, Collector
from diagpack.model.raw import RawArtifact, Source

NOT_REDACTED: Final = "text in pictures is not redacted"
_PIXELS_MAX: Final = 25_000_000
_BYTES_MAX: Final = 32 << 20
_FORMATS: Final = ("PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF")
_Region = tuple[int, int, int, int]
_BLACK: Final = {"RGB": (0, 0, 0), "RGBA": (0, 0, 0, 255)}
_MAGIC: Final = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF87a", b"GIF89a", b"II*\0", b"MM\0*")


class Images:
    """Reads section `images` of the case.

    `approved`: a list of SHA-256 values or source labels. `black_out`: source label or SHA-256 to a list of regions
    `[x, y, width, height]` in pixels of the upright picture.
    """

    id: Final = "images"
    needs: Final[tuple[str, ...]] = ()
    provides: Final = ("image",)
    derives_from: Final[tuple[str, ...]] = ()

    def recognise(self, head: bytes, name: str) -> float:
        """By the first bytes."""
        is_riff = head[:4] == b"RIFF" and head[8:12] == b"WEBP"
        is_bitmap = head[:2] == b"BM" and head[6:10] == b"\0\0\0\0"
        is_heic = head[4:8] == b"ftyp" and head[8:12] in (b"heic", b"heix", b"mif1", b"avif")
        return 0.95 if head.startswith(_MAGIC) or is_riff or is_bitmap or is_heic else 0.0

    def collect(self, source: Source, ctx: CollectContext) -> Iterator[RawArtifact]:
        """Nothing for a picture that is not approved: that is named as missing. Raises CollectError (DP139, DP658)."""
        if not _is_approved(source, ctx):
            ctx.missing(
                source,
                "DP138",
                f"a picture is left out until it is approved by name, because {NOT_REDACTED}",
                question="Please send the text of the message on this picture.",
            )
            return
        regions = _regions(source, ctx)
        content, width, height = _drawn_again(source, regions)
        yield ctx.store(
            source,
            kind="image",
            media_type="image/png",
            folder="screens",
            suffix=".png",
            content=[content],
            facts={
                "approved": True,
                "note": NOT_REDACTED,
                "width": width,
                "height": height,
                "blacked_out": len(regions),
            },
        )


def _is_approved(source: Source, ctx: CollectContext) -> bool:
    approved = ctx.section("images").get("approved") or ()
    return isinstance(approved, list | tuple) and any(
        str(each).strip().lower() in (source.sha256.lower(), source.label) for each in approved
    )


def _regions(source: Source, ctx: CollectContext) -> list[_Region]:
    """The regions of this picture. Anything unclear withholds the picture."""
    given = ctx.section("images").get("black_out") or {}
    if not isinstance(given, Mapping):
        raise _unclear("images.black_out is not a mapping of pictures to regions")
    wanted = (source.sha256.lower(), source.label)
    return [_region(each) for name, listed in given.items() if str(name).lower() in wanted for each in _listed(listed)]


def _listed(value: Any) -> Sequence[Any]:
    if not isinstance(value, list | tuple):
        raise _unclear("the regions of a picture are not a list")
    return value


def _region(value: Any) -> _Region:
    numbers = tuple(value) if isinstance(value, list | tuple) else ()
    is_whole = all(isinstance(each, int) and not isinstance(each, bool) for each in numbers)
    if len(numbers) != 4 or not is_whole or min(numbers) < 0 or not (numbers[2] and numbers[3]):
        raise _unclear("a region is not four whole numbers x, y, width, height")
    return numbers


def _unclear(reason: str) -> CollectError:
    return CollectError("DP658", f"the picture is left out: {reason}", hint="correct `images` in case.yaml")


def _drawn_again(source: Source, regions: Sequence[_Region]) -> tuple[bytes, int, int]:
    if source.size_bytes > _BYTES_MAX:
        raise CollectError("DP139", f"this picture is larger than {_BYTES_MAX >> 20} MiB", hint="send a smaller one")
    with source.open_raw() as stream:
        data = stream.read(_BYTES_MAX + 1)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the number of pixels is judged below, before any is decoded
            with Image.open(io.BytesIO(data), formats=_FORMATS) as picture:
                width, height = picture.size
                if width * height <= _PIXELS_MAX:
                    return _as_png(picture, regions)
    except CollectError:
        raise
    except Exception:  # a decoder may raise anything on hostile input
        raise CollectError(
            "DP139", "this picture is damaged or of a kind that cannot be read", hint="send it as PNG or JPEG"
        ) from None
    raise CollectError(
        "DP139", f"this picture has more than {_PIXELS_MAX // 1_000_000} million pixels", hint="send a smaller one"
    )


def _as_png(picture: Image.Image, regions: Sequence[_Region]) -> tuple[bytes, int, int]:
    """Pixels only: a new image is filled from the old one's, and nothing else is taken over."""
    upright = ImageOps.exif_transpose(picture)
    has_alpha = upright.mode in ("RGBA", "LA", "PA") or "transparency" in upright.info
    plain = upright.convert("RGBA" if has_alpha else "RGB")
    fresh = Image.frombytes(plain.mode, plain.size, plain.tobytes())
    for x, y, width, height in regions:
        if x >= fresh.width or y >= fresh.height:
            raise _unclear("a region lies outside of it")
        # The corner is inclusive; what reaches over the edge is cut there.
        ImageDraw.Draw(fresh).rectangle((x, y, x + width - 1, y + height - 1), fill=_BLACK[fresh.mode])
    output = io.BytesIO()
    fresh.save(output, "PNG", optimize=False)
    return output.getvalue(), fresh.width, fresh.height


COLLECTOR: Final[Collector] = Images()
