"""Neighbouring lines of base64 and hex: no line alone and no run of them joined shows a value."""

import base64
import gzip
import io
import random
import re
import textwrap
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import chain
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from diagpack.redact import work
from diagpack.redact.blocks import folded
from diagpack.redact.boundary import redact_case
from diagpack.redact.seeds import Seeds
from diagpack.redact.text_stream import redact_text_stream
from tests.redact.planting import KEY, POLICY, engine, log, raw

_SECRET = "canary-1x7"


def _b64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def _bare(text: str) -> str:
    return _b64(text).rstrip("=")


def _hex(text: str) -> str:
    return text.encode().hex()


_KEYS = st.sampled_from(
    ["password=", "client_secret=", "token: ", "said password: ", '{"apiKey":"', "Authorization: Bearer "]
)
_BEHIND = st.sampled_from(["", " ok", "\nnext line", '"}', " and more of the text behind it" * 2])
_PLANTED = st.builds(lambda key, behind: f"{key}{_SECRET}{behind}", _KEYS, _BEHIND)
_FORMS = st.sampled_from([_b64, _bare, _hex])
_FOLDED = st.builds(
    lambda form, text, width: textwrap.wrap(form(text), width),
    _FORMS,
    _PLANTED,
    st.sampled_from([4, 8, 20, 21, 30, 64]),
)
_ALONE = st.builds(lambda form, text: [form(text)], _FORMS, _PLANTED)
_OTHERS = st.one_of(
    st.binary(min_size=3, max_size=40).map(lambda data: [base64.b64encode(data).decode()]),
    st.binary(min_size=3, max_size=30).map(lambda data: [data.hex()]),
    st.sampled_from([["INFO hello"], [""], ["abc"], ["deadbeef"], [_b64("just some words of a text")]]),
)
_LINES = st.lists(st.one_of(_ALONE, _FOLDED, _OTHERS), min_size=1, max_size=5).map(
    lambda found: list(chain.from_iterable(found))
)


def _readings(text: str) -> Iterator[bytes]:
    """Each line, and each run of them joined, decoded in every way that gives something."""
    lines = [each.strip(" \t>\r") for each in text.split("\n")]
    yield text.encode()
    for first in range(len(lines)):
        for last in range(first + 1, len(lines) + 1):
            yield from _decoded("".join(lines[first:last]))


def _decoded(run: str) -> Iterator[bytes]:
    core = run.rstrip("=")
    core = core[: len(core) - (len(core) % 4 == 1)]
    with suppress(ValueError):
        yield base64.b64decode(core + "=" * (-len(core) % 4))
    with suppress(ValueError):
        yield bytes.fromhex(run)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(_LINES, st.sampled_from(["", "> ", "    "]), st.sampled_from(["\n", "\r\n"]))
@example([_b64("password=canary-1x7"), "YWJj"], "", "\n")
@example([_b64("password=canary-1x7 ok!"), _b64("words behind")], "> ", "\r\n")
@example(["0123456789abcdef0123456789abcdef", *textwrap.wrap(_hex("password=canary-1x7 ok!!"), 32)], "", "\n")
@example([_b64("said password:"), _b64(" canary-1x7")], "", "\n")
@example([*textwrap.wrap(_hex("said password: canary-1x7"), 30), "AAAA"], "", "\n")
@example([_bare("line before it"), *textwrap.wrap(_b64("token: canary-1x7"), 8)], "", "\n")
def test_no_reading_of_lines_shows_a_value_and_a_second_run_changes_nothing(
    lines: list[str], head: str, end: str
) -> None:
    text = "".join(head + each + end for each in lines)
    redaction = engine()

    shown = redaction.data(text.encode()).decode()

    assert [each for each in _readings(shown) if _SECRET.encode() in each] == []
    assert shown.count("\n") == text.count("\n")
    assert redaction.data(shown.encode()).decode() == shown


@pytest.mark.parametrize("form", [_b64, _bare, _hex])
def test_a_line_that_is_a_text_by_itself_stays_one(form: Callable[[str], str]) -> None:
    lines = [form(f"user said number {each} password=canary-{each}x, port 8443") for each in range(3)]

    shown = engine().data("\n".join(["INFO", *lines, "done"]).encode()).decode().splitlines()[1:-1]

    plain = [bytes.fromhex(each) if form is _hex else base64.b64decode(each + "==") for each in shown]
    assert all(b"password=dp-password-" in each for each in plain)
    assert b"canary" not in b"".join(plain)


@pytest.mark.parametrize(
    "before", [[], ["c2hvcnQ"], ["0" * 32], [_bare("a line that is longer than those below it, and text")]]
)
def test_a_folded_text_behind_other_lines_is_found(before: list[str]) -> None:
    inner = f"port 8443 password={_SECRET} and the rest of the message " * 3
    packed = base64.b64encode(gzip.compress(inner.encode(), mtime=0)).decode()

    for body in (_b64(inner), packed):
        text = "\n".join([*before, *textwrap.wrap(body, 40)])
        shown = engine().data(text.encode()).decode().splitlines()[len(before) :]
        data = base64.b64decode("".join(shown))
        assert _SECRET.encode() not in (gzip.decompress(data) if body is packed else data)


def test_what_only_another_file_taught_goes_from_every_reading(tmp_path: Path) -> None:
    lines = [_bare("met Quibbleson Canary"), *textwrap.wrap(_b64("then Quibbleson Canary left"), 12)]
    mentions = raw(tmp_path, "log-1", log("INFO", *lines, "end"), media_type=work.JSONL)
    teaches = raw(tmp_path, "log-2", log('{"firstName": "Quibbleson", "lastName": "Canary"}'), media_type=work.JSONL)

    redaction = redact_case([mentions, teaches], key=KEY, policy=POLICY, seeds=Seeds(), evidence_dir=tmp_path / "out")

    text = "\n".join(work.json.loads(each)["text"] for each in redaction.artifacts[0].read().splitlines())
    assert [each for each in _readings(text) if b"Quibbleson" in each] == []


def test_lists_of_ids_and_of_words_stay() -> None:
    ids = "\n".join(f"{number * 0x9E3779B97F4A7C15 % 2**128:032x}" for number in range(1, 400))
    words = "\n".join(f"word{number}list" for number in range(400))

    for text in (ids, words):
        assert engine(values={"Canary": "name"}).data(text.encode()) == text.encode()


def test_lines_that_are_no_text_are_tried_a_few_times_only(monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[int] = []
    behind = folded.Runs.behind

    def counted(runs: folded.Runs, first: int) -> Iterator[tuple[str, int]]:
        tried.append(first)
        return behind(runs, first)

    monkeypatch.setattr(folded.Runs, "behind", counted)
    chance = random.Random(7)  # noqa: S311 - reproducible, no secret
    lines = [f"{chance.randrange(10**15, 10**16)}" for _ in range(2000)]

    engine().text("\n".join(lines))

    assert 0 < len(tried) < 100


@pytest.mark.parametrize("frame", ['body="{0}" end', '{{"a": [{0}', "<data>{0}</data>", "x {0} --", "'{0}',1"])
def test_lines_may_begin_and_end_beside_something_else(frame: str) -> None:
    folded = textwrap.fill(_b64("the text before it, password=canary-1x7 and more"), 32)

    shown = engine().data(f"10:00:01 INFO\n{frame.format(folded)}\n".encode()).decode()

    run = "".join(re.findall(r"[A-Za-z0-9+/]{12,}=*(?!-)", shown))
    assert "canary" not in base64.b64decode(run + "==").decode()
    assert shown.startswith("10:00:01 INFO\n" + frame.partition("{0}")[0].replace("{{", "{"))


def test_a_key_that_names_a_line_has_the_line() -> None:
    shown = engine().data(b"password:\n  hunter2hunter\n" + _b64("url=https://x.test/?state=canary-1x7#y").encode())

    assert shown.startswith(b"password:\n  dp-password-")
    assert b"*" not in base64.b64decode(shown.splitlines()[2])


@pytest.mark.parametrize("shift", range(0, 45, 5))
def test_a_value_that_two_pieces_of_a_text_share_goes(shift: int) -> None:
    words = "w" * shift + "".join(f"words password=canary-{number:04d}x7 and " for number in range(1300))
    data = f"INFO\n{textwrap.fill(_b64(words), 76)}\nINFO end\n".encode()

    shown = b"".join(redact_text_stream(engine(), io.BytesIO(data), 0, len(data)))

    lines = shown.split(b"\n")[1:-2]
    assert b"canary" not in b"".join(base64.b64decode(each + b"=" * (-len(each) % 4)) for each in lines)
    assert shown.count(b"\n") == data.count(b"\n")
