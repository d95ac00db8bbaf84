"""Evidence in the formats of many vendors: what must go from each, and what engineers need of it."""

import base64
import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from diagpack.redact.standalone import Standalone
from tests.redact.planting import KEY, POLICY

_ALONE = Standalone(KEY, POLICY)
_B16 = "Zk9xQ2pLm4Tn8Rv3"
_BLOCKS: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "formats.yaml").read_text("utf-8"))
_NAMED = re.compile(r"\{(b64:[^}]*|[A-Z]+[0-9]*)\}")


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def _jwt() -> str:
    parts = ({"alg": "RS256", "kid": "k1"}, {"sub": "tamsin-sub", "iss": "https://id.example.com", "exp": 1767323045})
    return ".".join([*(_base64(json.dumps(each)).rstrip("=") for each in parts), _B16 * 3])


# No token stands in this repository.
_TOKENS = {
    "AKIA": "AKIA" + "Q7XW2ZP4M6N8R3TB",
    "ASIA": "ASIA" + "Q7XW2ZP4M6N8R3TC",
    "ASK": "wJalrXUtnFEMI/K7MDENG/" + "bPxRfiCYq8Zt4mWv9k",
    "B16": _B16,
    "B24": (_B16 * 2)[:24],
    "B36": _B16 * 2 + "Ab12",
    "JWT": _jwt(),
    "SLACK": "hooks.slack.com/services/" + "T00000000/B00000000",
    "STRIPE": "sk_live_" + (_B16 * 2)[:24],
}


def _filled(text: str) -> str:
    def fill(found: re.Match[str]) -> str:
        name = found.group(1)
        if not name.startswith("b64:"):
            return _TOKENS.get(name, found.group(0))
        plain = name[4:].replace("SSHA", "{SSHA}" + _TOKENS["B24"])
        return _base64(plain.replace("\\x00", "\0"))

    return _NAMED.sub(fill, text)


@pytest.mark.parametrize("name", _BLOCKS)
def test_a_vendors_document_keeps_its_diagnosis_and_loses_people_and_secrets(name: str, tmp_path: Path) -> None:
    block = _BLOCKS[name]
    text = _filled(block["text"])
    source, out = tmp_path / "in", tmp_path / "out"
    source.write_bytes(text.encode())

    result = _ALONE.file(source, out, block["file"])

    assert result.withheld == ()
    shown = out.read_bytes().decode()
    gone, kept = (list(map(_filled, block[each])) for each in ("gone", "kept"))
    assert [each for each in (*gone, *kept) if each not in text] == []
    assert [each for each in gone if each in shown] == []
    assert [each for each in kept if each not in shown] == []


@pytest.mark.parametrize("name", _BLOCKS)
def test_a_vendors_document_stays_as_it_is_the_second_time(name: str, tmp_path: Path) -> None:
    block = _BLOCKS[name]
    (tmp_path / "0").write_bytes(_filled(block["text"]).encode())
    for number in (0, 1):
        _ALONE.file(tmp_path / str(number), tmp_path / str(number + 1), block["file"])

    assert (tmp_path / "2").read_bytes() == (tmp_path / "1").read_bytes()
