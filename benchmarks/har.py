"""Time and memory of reading a HAR, against json, orjson and haralyzer.

    python benchmarks/har.py [--sizes 10,100,500] [--kind fat,thin] [--folder DIR]

Each reader runs in its own process; memory is the growth of the peak resident set over the process before it read.
Files are generated: "fat" entries have bodies, "thin" ones headers only. orjson is optional.
"""

import argparse
import json
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

READERS = ("json", "orjson", "haralyzer", "read", "inspect")
MIB = 1 << 20


def generate(path: Path, size: int, kind: str) -> None:
    """Write a HAR of about `size` bytes; the same every time."""
    rng = random.Random(7)
    words = [f"word{number}" for number in range(4000)]
    with path.open("w", encoding="utf-8") as stream:
        stream.write('{"log":{"version":"1.2","creator":{"name":"bench","version":"1"},"pages":[],"entries":[\n')
        number = 0
        while stream.tell() < size:
            stream.write((",\n" if number else "") + json.dumps(entry(number, kind, rng, words)))
            number += 1
        stream.write("\n]}}\n")


def entry(number: int, kind: str, rng: random.Random, words: list[str]) -> dict[str, object]:
    status = 500 if number % 97 == 0 else 200
    headers = [{"name": f"x-header-{each}", "value": rng.choice(words) * 4} for each in range(14)]
    content: dict[str, object] = {"size": 9000, "mimeType": "application/json"}
    if kind == "fat" and number % 5 < 3:
        rows = [
            {"id": each, "name": rng.choice(words), "text": " ".join(rng.choices(words, k=12))} for each in range(60)
        ]
        content["text"] = json.dumps({"rows": rows})
    return {
        "startedDateTime": f"2026-03-02T09:{number // 60 % 60:02}:{number % 60:02}.000Z",
        "time": 40,
        "request": {
            "method": "GET",
            "url": f"https://app.example.com/api/orders/{number}?page=1",
            "httpVersion": "h2",
            "cookies": [],
            "headers": headers,
            "queryString": [{"name": "page", "value": "1"}],
            "headersSize": -1,
            "bodySize": 0,
        },
        "response": {
            "status": status,
            "statusText": "",
            "httpVersion": "h2",
            "cookies": [],
            "headers": [*headers, {"name": "x-request-id", "value": f"req-{number:08}"}],
            "content": content,
            "redirectURL": "",
            "headersSize": -1,
            "bodySize": 9000,
        },
        "cache": {},
        "timings": {"send": 1, "wait": 30, "receive": 9},
        "_resourceType": "fetch",
    }


def read(reader: str, path: Path) -> int:
    """Read the file one way; returns the number of entries."""
    if reader == "json":
        return len(json.loads(path.read_bytes())["log"]["entries"])
    if reader == "orjson":
        import orjson

        return len(orjson.loads(path.read_bytes())["log"]["entries"])
    if reader == "haralyzer":
        from haralyzer import HarParser

        return len(HarParser.from_file(str(path)).har_data["entries"])
    if reader == "read":
        from diagpack.collectors.har.read import read_entries
        from diagpack.collectors.har.walk import Reading

        return sum(1 for _ in read_entries(path, Reading()))
    from diagpack.collectors.har.inspect import inspect

    return int(inspect(path).facts["entries_total"])


def peak() -> int:
    """Peak resident set of this process in bytes (Linux)."""
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) * 1024


def child(reader: str, path: Path) -> None:
    __import__("diagpack.collectors.har.inspect")
    # Loading a module is no reading: every reader has its own in memory before the clock starts.
    for module in {"orjson": ["orjson"], "haralyzer": ["haralyzer"], "inspect": ["haralyzer"]}.get(reader, []):
        __import__(module)
    before, clock, cpu = peak(), time.perf_counter(), time.process_time()
    count = read(reader, path)
    seconds, cpu_seconds = time.perf_counter() - clock, time.process_time() - cpu
    print(json.dumps({"seconds": seconds, "cpu": cpu_seconds, "bytes": peak() - before, "entries": count}))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--sizes", default="10,100,500")
    parser.add_argument("--kind", default="fat,thin")
    parser.add_argument("--folder", default="")
    parser.add_argument("--child", nargs=2)
    chosen = parser.parse_args()
    if chosen.child:
        child(chosen.child[0], Path(chosen.child[1]))
        return
    with tempfile.TemporaryDirectory(dir=chosen.folder or None) as folder:
        for kind in chosen.kind.split(","):
            for size in chosen.sizes.split(","):
                path = Path(folder) / f"{kind}-{size}.har"
                generate(path, int(size) * MIB, kind)
                for reader in READERS:
                    report(kind, size, reader, path)
                path.unlink()


def report(kind: str, size: str, reader: str, path: Path) -> None:
    done = subprocess.run(
        [sys.executable, __file__, "--child", reader, str(path)], capture_output=True, text=True, timeout=900
    )
    if done.returncode:
        print(f"{kind:5} {size:>4} MB  {reader:10} failed or not installed")
        return
    found = json.loads(done.stdout)
    print(
        f"{kind:5} {size:>4} MB  {reader:10} {found['seconds']:7.2f} s {found['cpu']:7.2f} s cpu"
        f" {found['bytes'] / MIB:8.0f} MiB"
        f" {found['entries']:8} entries",
        flush=True,
    )


if __name__ == "__main__":
    main()
