"""What is hidden inside a text."""

import base64
import random
from collections.abc import Callable

import pytest

from diagpack.redact.policy import load_policy
from tests.redact.planting import engine


@pytest.mark.parametrize(
    "text",
    [
        "GET /cb?code=canary-1&x=1 HTTP/1.1",
        "sent https://h.example.com/reset-password/canary1234567890 to user",
        "payload /v1/" + base64.b64encode(b'{"password":"canary-1"}').decode() + " ok",
        "q=" + base64.b64encode(b"password=canary-1 and more").hex(),
        "xml &lt;password&gt;canary-1&lt;/password&gt; end",
        'msg="{\\"password\\":\\"canary-1\\"}"',
        "quoted-printable: password=3Dcanary-1",
    ],
)
def test_hidden_values_go(text: str) -> None:
    assert "canary" not in engine().text(text)


def test_what_inflates_too_far_is_replaced_as_a_whole() -> None:
    import zlib

    small = load_policy(overrides={"limits": {"inflate_bytes": 1000}})
    bomb = base64.b64encode(zlib.compress(b"a" * 100_000)).decode()
    made = engine(policy=small)

    shown = made.text(f"blob {bomb} end")

    assert bomb not in shown
    assert made.tally["secret/inflates-too-far"] == 1


def test_text_without_anything_sensitive_keeps_its_encoding() -> None:
    text = "a%20b &amp; " + base64.b64encode(b"just a harmless sentence").decode() + ' {\\"a\\": 1}'

    assert engine().text(text) == text


@pytest.mark.parametrize("inner", ["password=canary-1", "ann@canary.example", "Canary-77 x", "Canary-77"])
def test_one_of_many_short_runs_that_holds_something_is_found(inner: str) -> None:
    runs = [base64.b64encode(f"item{number:07}".encode()).decode() for number in range(400)]
    hidden = base64.b64encode(inner.encode()).decode()

    new = engine(values={"Canary-77": "name"}).text("\n".join([*runs[:200], f"x {hidden} y", *runs[200:]]))

    assert hidden not in new
    assert new.split("\n")[:200] + new.split("\n")[201:] == runs


_KINDS: dict[str, Callable[[str], str]] = {
    "percent": lambda text: "".join(f"%{ord(each):02X}" for each in text),
    "unicode escape": lambda text: "".join(f"\\u{ord(each):04x}" for each in text),
    "decimal": lambda text: "".join(f"&#{ord(each)};" for each in text),
    "hexadecimal": lambda text: "".join(f"&#x{ord(each):x};" for each in text),
    "quoted-printable": lambda text: "".join(f"={ord(each):02X}" for each in text),
    "base64": lambda text: base64.b64encode(text.encode()).decode(),
    "hex": lambda text: text.encode().hex(),
    "plain": lambda text: text,
}


def _dense(r: random.Random, size: int) -> str:
    parts = []
    while sum(map(len, parts)) < size:
        word = "".join(r.choices('abcdefgh@.=&%\\"ij klm0123', k=r.randrange(4, 24)))
        parts.append(_KINDS[r.choice(["percent", "unicode escape", "decimal", "quoted-printable"])](word))
    return "".join(parts)


@pytest.mark.parametrize("outer", _KINDS)
@pytest.mark.parametrize("inner", _KINDS)
def test_in_a_dense_line_a_value_of_any_two_encodings_goes(outer: str, inner: str) -> None:
    # Parts of these would be spoiled by a decoder that they were not written for.
    values = ("password: ca=41nary%20one", "password: ca%2nary-two", "mail: ann=40.lee@canary.example")
    planted = [_KINDS[outer](_KINDS[inner](f" = {each} ")) for each in values]
    core = "" if "base64" in (outer, inner) else _KINDS[outer](_KINDS[inner]("nary"))
    r = random.Random(f"{outer}{inner}")  # noqa: S311 - the same text in every run
    line = "".join(f"{_dense(r, 5000)} =3D {each} " for each in planted) + _dense(r, 5000)

    new = engine().text(line)

    assert core in line
    assert not core or core not in new
    for each in planted:
        assert each not in new


def test_a_line_of_mixed_encodings_is_read_a_few_times_and_hides_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    # Once for every choice of five layers would be thirty times and more.
    noise = '%25%5Cu0041 &#38;amp;=3D \\u0026#x25; \\u003d3D &#61;40 {""a"": 1} ' * 200
    hidden = "%26%2335%3Bx password%3D3Dcanary-1 &#112;assword=3Dcanary-2 \\u0070assword%3Dcanary-3 "
    text = noise + hidden + noise
    own, sizes = engine(), []
    edits = own.edits

    def counted(data: bytes, *arguments: object, **named: object) -> object:
        sizes.append(len(data))
        return edits(data, *arguments, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(own, "edits", counted)
    new = own.text(text)
    assert "canary" not in new
    assert sum(sizes) < 14 * len(text)
