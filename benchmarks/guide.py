"""How long the page takes for a big recording, and whether it stays alive meanwhile.

Run: python benchmarks/guide.py [MB]. Needs Chromium, Node and puppeteer-core (tests/npm). Prints one JSON object: size,
seconds from choosing the file to the checked and redacted result, the longest pause of the page between two ticks.
"""

import json
import random
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.guide.support import canary_har, common, drive

from diagpack.guide.build import build_page

_WORDS = "order item price status created customer region total discount currency shipping invoice note active".split()
# Counts how long the page itself was busy: a timer every 50 ms, the longest gap is what a person would feel.
_TICKER = """(() => { let last = performance.now(); globalThis.longest = 0;
const tick = () => { const now = performance.now(); longest = Math.max(longest, now - last); last = now; };
setInterval(tick, 50);
globalThis.began = performance.now(); })()"""


def big_har(megabytes: int) -> str:
    """Entries with headers and bodies that differ from each other: JSON, scripts, HTML."""
    chance = random.Random(1)
    template = canary_har()["log"]["entries"][0]
    pieces: list[str] = []
    size = 0
    while size < megabytes * 1_000_000:
        entry: dict[str, Any] = json.loads(json.dumps(template))
        kind = chance.choice(["json", "script", "html"])
        entry["response"]["content"] = {"mimeType": f"text/{kind}", "size": 1, "text": _body(chance, kind)}
        entry["request"]["url"] += f"&id={chance.getrandbits(64):x}"
        entry["response"]["headers"].append({"name": "X-Request-Id", "value": f"{chance.getrandbits(128):032x}"})
        pieces.append(json.dumps(entry))
        size += len(pieces[-1])
    return '{"log":{"version":"1.2","creator":{"name":"bench","version":"1"},"entries":[' + ",".join(pieces) + "]}}"


def _body(chance: random.Random, kind: str) -> str:
    def word() -> str:
        return chance.choice(_WORDS) + str(chance.randrange(1000))

    if kind == "json":
        rows = [{word(): word(), "id": chance.getrandbits(40), "email": f"{word()}@example.com"} for _ in range(150)]
        return json.dumps({"items": rows, "access_token": f"{chance.getrandbits(200):x}"})
    if kind == "script":
        return "".join(f"function {word()}(a){{var {word()}=a.{word()}||b[0];return {word()}}}" for _ in range(150))
    return (
        "<html><body>"
        + "".join(f"<p class='{word()}'>{word()} {word()} {word()}</p>" for _ in range(200))
        + "</body></html>"
    )


def main() -> None:
    """Measure once."""
    megabytes = int(sys.argv[1]) if len(sys.argv) > 1 else 150
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        (place / "page.html").write_bytes(build_page(**common()))
        (place / "big.har").write_text(big_har(megabytes), encoding="utf-8")
        seen = "[Math.round(performance.now() - began), Math.round(longest)]"
        actions = [["click", "#start"], ["evaluate", _TICKER], ["upload", "#file", str(place / "big.har")],
                   ["wait", "#result .notes"], ["evaluate", seen], ["text", "#result"]]  # fmt: skip
        started = time.perf_counter()
        out = drive("chromium", place / "page.html", actions, place, timeout=240_000)
        spent, longest = out["results"][4]
        size = (place / "big.har").stat().st_size / 1e6
        result = {"megabytes": round(size, 1), "seconds": spent / 1000, "longest_pause_ms": longest}
        print(
            json.dumps({**result, "with_browser": round(time.perf_counter() - started, 1), "shown": out["results"][-1]})
        )


if __name__ == "__main__":
    main()
