"""Many decoded texts read as one give what each gives by itself."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diagpack.redact import nested
from diagpack.redact.edits import Edit
from diagpack.redact.together import APART, Texts, grouped
from tests.redact.planting import ENCODERS, engine
from tests.redact.recipes import seeded

_LINES = (
    "password=canary-1x7 ok", "mail ann.canary@example.com said", "from 198.51.100.7 to 203.0.113.9", "id,lastname",
    "7,Canaryson", "password:", "  canary7k2m9q4x", "-----BEGIN PRIVATE KEY-----", "-----END PRIVATE KEY-----",
    "Authorization: Bearer canaryAAAABBBB1111", "plain words only", 'said "hi" & left', "name: x", "phone", "2 of 3",
)  # fmt: skip


def _line(r: random.Random) -> str:
    """Words, some of them in an encoding, as one line."""
    form = ENCODERS[r.choice(sorted(ENCODERS))]
    other = r.choice(("a%20b", "x=&quot;1&quot;", "tab\\t", ""))
    return f"INFO {form(r.choice(_LINES))} {other}".replace("\n", " ")


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32))
def test_reading_together_changes_no_byte(seed: int) -> None:
    r = seeded(seed)
    data = "\n".join(_line(r) for _ in range(r.randrange(8, 40))).encode()
    together = engine().data(data)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(nested, "_MANY", 10**9)
        alone = engine().data(data)

    assert together == alone, seed
    assert b"canary-1x7" not in together


def test_what_goes_over_several_texts_is_nobody_s() -> None:
    texts = Texts(engine(), [b"one", b"two", b"three", b""])
    data = APART.join(texts.texts)
    first = Edit(0, 3, b"x", "word", "r")
    over = Edit(data.index(b"wo"), data.index(b"ree"), b"x", "word", "r")

    assert texts.spread([first, over]) == [[first], None, None, []]


def test_groups_hold_everything_in_order() -> None:
    texts = [b"aa", b"bbb", b"c", b"dddd"]

    assert list(grouped(texts, 4)) == [[b"aa", b"bbb"], [b"c", b"dddd"]]
