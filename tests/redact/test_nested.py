"""What is hidden inside a text."""

import base64

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
