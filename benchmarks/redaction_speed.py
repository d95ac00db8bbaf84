"""Speed and memory of the whole redaction: discover, rewrite, residue scan.

    python benchmarks/redaction_speed.py [--megabytes 16] [--kinds text,log,har,realistic,browser] [--workers 1,2]
                                         [--large] [--log 500] [--emails 1000000]

Enters: sizes. Leaves: one table. Every case runs in a process of its own on generated files; the time is the CPU time
(and the wall time) of `redact_case` and the residue scan after all imports of this process (a second worker imports
within the time), with the scan's share of the wall time and the whole process beside it, and the memory is the peak
resident set of the larger of the process and its worker. MB are 10^6 bytes of the raw file.

"text" is a SaaS log as plain text (access, JSON and message lines), "log" the same as records of the log collector,
"har" a recording of an application, "realistic" a mix of logs with escapes and many people (`realistic_log.py`),
"browser" a recording whose tokens, links and ids are new in every exchange (`realistic_har.py`). "adversarial" are
inputs made to be slow. `--large` is the 100 MB case with one and two workers, a 500 MB log and one million distinct
e-mail addresses: it takes a quarter of an hour.
"""

import argparse
import base64
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from realistic_har import browser_har
from realistic_log import realistic

_TITLES = ("case", "MB", "workers", "CPU s", "MB/CPU s", "wall s", "scan s", "process s", "peak MB")
_WIDTHS = (26, 8, 9, 9, 10, 9, 9, 11, 9)
_AGENT = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36"
)
_WORDS = (
    "order invoice payment customer session request worker queue timeout retry connection pool upstream cache index "
    "report export import batch job schedule webhook delivery account tenant region shard replica primary lock"
).split()
_SERVICES = "api-gateway billing checkout identity notifier search export scheduler".split()
_LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"


def log_line(r: random.Random, number: int) -> str:
    """One line of a SaaS log: three in ten are JSON, four an access line, three a message."""
    clock = f"{number // 3600 % 24:02}:{number // 60 % 60:02}:{number % 60:02}"
    address = f"203.0.113.{r.randrange(256)}" if r.random() < 0.8 else f"198.51.{r.randrange(256)}.{r.randrange(256)}"
    request, kind = uuid.UUID(int=r.getrandbits(128)), r.random()
    path = f"/api/v2/{r.choice(_WORDS)}s/{r.randrange(10**7)}?page={r.randrange(40)}&limit=50"
    if kind < 0.4:
        return (
            f'{address} - - [02/Mar/2026:{clock} +0000] "GET {path} HTTP/1.1" {r.choice([200, 200, 304, 404, 500])} '
            f'{r.randrange(90000)} "https://app.example.com/{r.choice(_WORDS)}" "{_AGENT}" request_id={request}'
        )
    if kind < 0.7:
        record = {
            "timestamp": f"2026-03-02T{clock}.{r.randrange(1000):03}Z",
            "level": r.choice(["INFO", "INFO", "WARN", "ERROR"]),
            "service": r.choice(_SERVICES),
            "request_id": str(request),
            "trace_id": f"{r.getrandbits(128):032x}",
            "path": path,
            "status": r.choice([200, 200, 404, 503]),
            "duration_ms": r.randrange(4000),
            "message": f"{r.choice(_WORDS)} {r.choice(_WORDS)} finished after {r.randrange(9)} attempts",
        }
        if r.random() < 0.2:
            record["user"] = f"{r.choice(_WORDS)}.{r.randrange(3000)}@customer.example"
        if r.random() < 0.05:
            record["client_ip"] = address
        return json.dumps(record)
    return (
        f"2026-03-02 {clock},{r.randrange(1000):03} {r.choice(['INFO ', 'DEBUG', 'WARN '])} [{r.choice(_SERVICES)}] "
        f"[worker-{r.randrange(64)}] com.example.{r.choice(_WORDS)}.Service - {r.choice(_WORDS)} {r.choice(_WORDS)} "
        f"{request} took {r.randrange(4000)} ms, offset={r.randrange(10**9)} pool={r.randrange(9)}/20 "
        f"v2.14.{r.randrange(9)}"
        + (f" for {r.choice(_WORDS)}{r.randrange(3000)}@customer.example" if r.random() < 0.1 else "")
        + (f" password=canary{r.getrandbits(60):015x}" if r.random() < 0.01 else "")
    )


def text(path: Path, size: int) -> str:
    r, written, number = random.Random(7), 0, 0
    with path.open("w", encoding="utf-8") as stream:
        while written < size:
            written += stream.write(log_line(r, number) + "\n")
            number += 1
    return "text/plain"


def log(path: Path, size: int) -> str:
    r, written, number = random.Random(7), 0, 0
    with path.open("w", encoding="utf-8") as stream:
        while written < size:
            line = log_line(r, number)
            record = {
                "source": "app.log", "line": number, "lines": 1, "bytes": [written, written + len(line)],
                "time": f"2026-03-02T09:{number // 60 % 60:02}:{number % 60:02}Z", "zone": "UTC", "level": "INFO",
                "ids": [], "text": line,
            }  # fmt: skip
            written += stream.write(json.dumps(record, ensure_ascii=False, separators=(",", ":")) + "\n")
            number += 1
    return "application/jsonl"


def har(path: Path, size: int) -> str:
    r, written, number = random.Random(7), 0, 0
    with path.open("w", encoding="utf-8") as stream:
        stream.write('{"log":{"version":"1.2","creator":{"name":"bench","version":"1"},"pages":[],"entries":[\n')
        while written < size:
            written += stream.write((",\n" if number else "") + json.dumps(entry(r, number), separators=(",", ":")))
            number += 1
        stream.write("\n]}}\n")
    return "application/har+json"


def entry(r: random.Random, number: int) -> dict[str, Any]:
    """One exchange: a JSON answer, a script, or a picture; cookies and a bearer token that seldom change."""
    session = random.Random(number // 400)
    token = "".join(session.choices(_LETTERS, k=40))
    kind = r.random()
    if kind < 0.6:
        rows = [
            {
                "id": str(uuid.UUID(int=r.getrandbits(128))),
                "title": " ".join(r.choices(_WORDS, k=6)),
                "amount": r.randrange(10**6) / 100,
                "createdAt": f"2026-03-02T09:{r.randrange(60):02}:{r.randrange(60):02}.000Z",
                "owner": {"email": f"{r.choice(_WORDS)}{r.randrange(2000)}@customer.example", "role": "editor"},
                "tags": r.choices(_WORDS, k=3),
            }
            for _ in range(r.randrange(4, 60))
        ]
        content = {
            "mimeType": "application/json; charset=utf-8",
            "text": json.dumps({"data": rows, "total": len(rows)}),
        }
    elif kind < 0.85:
        script = ";".join(
            f"function {r.choice(_WORDS)}{r.randrange(999)}(e,t){{return e.{r.choice(_WORDS)}(t,{r.randrange(9999)})}}"
            for _ in range(r.randrange(50, 400))
        )
        content = {"mimeType": "application/javascript", "text": script}
    else:
        picture = base64.b64encode(r.randbytes(r.randrange(1000, 30000))).decode()
        content = {"mimeType": "image/png", "encoding": "base64", "text": picture}
    path = f"api/v2/{r.choice(_WORDS)}s/{r.randrange(10**6)}"
    headers = {
        ":authority": "app.example.com", "accept": "application/json, text/plain, */*",
        "accept-language": "en-US,en;q=0.9",
        "authorization": f"Bearer {token}",
        "cookie": f"sid={token[::-1]}; theme=dark; _ga=GA1.1.{session.randrange(10**9)}.17",
        "referer": "https://app.example.com/dashboard", "user-agent": _AGENT, "sec-fetch-mode": "cors",
        "x-request-id": str(uuid.UUID(int=r.getrandbits(128))),
    }  # fmt: skip
    answer = {
        "content-type": content["mimeType"], "date": "Mon, 02 Mar 2026 09:00:00 GMT",
        "cache-control": "private, no-cache",
        "etag": f'W/"{r.getrandbits(64):x}"', "server": "nginx",
        "strict-transport-security": "max-age=31536000",
        "x-request-id": headers["x-request-id"], "vary": "Accept-Encoding", "cf-ray": f"{r.getrandbits(60):016x}-FRA",
    }  # fmt: skip
    return {
        "startedDateTime": f"2026-03-02T09:{number // 60 % 60:02}:{number % 60:02}.000Z",
        "time": 40.5,
        "request": {
            "method": "GET",
            "url": f"https://app.example.com/{path}?page={r.randrange(40)}&limit=50",
            "httpVersion": "h2",
            "cookies": [{"name": "sid", "value": token[::-1]}, {"name": "theme", "value": "dark"}],
            "headers": [{"name": name, "value": value} for name, value in headers.items()],
            "queryString": [{"name": "page", "value": "1"}, {"name": "limit", "value": "50"}],
            "headersSize": -1,
            "bodySize": 0,
        },
        "response": {
            "status": r.choice([200, 200, 200, 404, 500]),
            "statusText": "",
            "httpVersion": "h2",
            "cookies": [],
            "headers": [{"name": name, "value": value} for name, value in answer.items()],
            "content": {"size": len(content["text"]), **content},
            "redirectURL": "",
            "headersSize": -1,
            "bodySize": len(content["text"]),
        },
        "cache": {},
        "timings": {"send": 1, "wait": 30, "receive": 9},
        "serverIPAddress": "203.0.113.7",
        "_resourceType": "fetch",
    }


def emails(path: Path, count: int) -> str:
    """`count` distinct addresses, one a line."""
    with path.open("w", encoding="utf-8") as stream:
        for number in range(count):
            stream.write(f"2026-03-02 09:00:00 INFO mail for person{number}@customer{number % 977}.example accepted\n")
    return "text/plain"


def _repeated(part: str) -> Callable[[Path, int], str]:
    def write(path: Path, size: int) -> str:
        path.write_text((part * (size // len(part) + 1))[:size], "ascii")
        return "text/plain"

    return write


def _deep_json(path: Path, size: int) -> str:
    """Many objects, each as deep as the policy allows."""
    one = '{"a":' * 150 + '"x@y.example"' + "}" * 150
    path.write_text("[" + ",".join([one] * (size // len(one))) + "]", "ascii")
    return "application/json"


def _tiny_base64(path: Path, size: int) -> str:
    """As many short runs of base64 as fit; a million in 17 MB."""
    r = random.Random(7)
    with path.open("w", encoding="ascii") as stream:
        for _ in range(size // 17):
            stream.write(base64.b64encode(b"v" + f"{r.randrange(10**10):010}".encode()).decode() + "\n")
    return "text/plain"


def _distinct(one: Callable[[random.Random], str]) -> Callable[[Path, int], str]:
    """Values that never return: nothing that was decided once helps."""

    def write(path: Path, size: int) -> str:
        r, written = random.Random(7), 0
        with path.open("w", encoding="ascii") as stream:
            while written < size:
                written += stream.write(one(r) + "\n")
        return "text/plain"

    return write


def _card(r: random.Random) -> str:
    """A number of the length and check digit of a payment card (ISO/IEC 7812-1, annex B)."""
    digits = [4, *(r.randrange(10) for _ in range(14))]
    doubled = sum(sum(divmod(2 * each, 10)) if index % 2 == 0 else each for index, each in enumerate(digits))
    return "".join(map(str, digits)) + str(-doubled % 10)


def _cookie(r: random.Random) -> str:
    return f"Cookie: sid={r.getrandbits(120):030x}; theme=dark"


def _base64_finding(r: random.Random) -> str:
    return base64.b64encode(f"user{r.getrandbits(40):x}@customer.example said {r.choice(_WORDS)}".encode()).decode()


def _mixed(path: Path, size: int) -> str:
    """One line in which percent, JSON, HTML and quoted-printable escapes, base64 and hex stand next to one another."""
    r = random.Random(7)
    written, signs = 0, 'abcdefgh@.=&%\\"ij klm0123'
    with path.open("w", encoding="ascii") as stream:
        while written < size:
            word = "".join(r.choices(signs, k=r.randrange(4, 24)))
            escape = r.choice(("%%%02X", "\\u%04x", "&#%d;", "=%02X", "", "hex"))
            if not escape:
                part = f" {base64.b64encode(word.encode()).decode()} "
            else:
                part = f" {word.encode().hex()} " if escape == "hex" else "".join(escape % ord(each) for each in word)
            written += stream.write(part)
    return "text/plain"


ADVERSARIAL: dict[str, Callable[[Path, int], str]] = {
    "one line of words": _repeated("word1 word2 status=200 "),
    "1.1.1.1.": _repeated("1."),
    "a@a@a@": _repeated("a@"),
    "a.a.a.a.": _repeated("a."),
    "%40a%40a": _repeated("%40a"),
    "token=token=": _repeated("token="),
    "eyJa.eyJa.": _repeated("eyJa."),
    "quotes": _repeated('"'),
    "backslashes": _repeated("\\"),
    "PEM heads": _repeated("-----BEGIN PRIVATE KEY-----\n"),
    "digits": _repeated("4111111111111111 "),
    "base64 soup": _repeated("QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVo"),
    "hex soup": _repeated("0123456789abcdef"),
    "deep JSON": _deep_json,
    "tiny base64 runs": _tiny_base64,
    "mixed encodings": _mixed,
    "distinct cards": _distinct(_card),
    "distinct cookies": _distinct(_cookie),
    "distinct IPv6": _distinct(lambda r: "2001:db8:" + ":".join(f"{r.getrandbits(16):x}" for _ in range(6))),
    "distinct passwords": _distinct(lambda r: f"password={r.getrandbits(60):015x}"),
    "+%2B+%2B": _repeated("+%2B"),
    "a+b+c+": _repeated("a+b+c+"),
    "words, one a line": _distinct(lambda r: "".join(r.choices(_LETTERS[:26], k=r.randrange(4, 12)))),
    "ids, one a line": _distinct(lambda r: f"{r.getrandbits(128):032x}"),
    "base64 with findings": _distinct(_base64_finding),
}
GENERATORS: dict[str, Callable[[Path, int], str]] = {
    "text": text,
    "log": log,
    "har": har,
    "realistic": realistic,
    "browser": browser_har,
    "emails": emails,
    **ADVERSARIAL,
}


def run(name: str, size: int, workers: int) -> dict[str, float]:
    """One case in this process; the file is made by a child, so that its memory does not count."""
    from diagpack.model.keys import CaseKey
    from diagpack.model.raw import RawArtifact
    from diagpack.model.ref import ArtifactId
    from diagpack.redact import presidio  # noqa: F401 - its import is not part of the time
    from diagpack.redact.boundary import redact_case
    from diagpack.redact.policy import load_policy
    from diagpack.redact.seeds import Seeds

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "raw")
        media_type = subprocess.run(
            [sys.executable, __file__, "--make", name, "--size", str(size), "--path", str(path)],
            check=True, capture_output=True, text=True,
        ).stdout.strip()  # fmt: skip
        kind = "har" if media_type == "application/har+json" else "log"
        raw = RawArtifact(
            id=ArtifactId(f"{kind}-1"), kind=kind, media_type=media_type, folder=kind, suffix=".txt", path=path,
            sha256="0" * 64, size_bytes=path.stat().st_size, source="source-1", facts={},
        )  # fmt: skip
        policy, key = load_policy(), CaseKey(bytes(range(32)))
        before, started = _cpu_seconds(), time.perf_counter()
        redaction = redact_case(
            [raw], key=key, policy=policy, seeds=Seeds(), evidence_dir=Path(folder, "out"), workers=workers
        )
        passes = time.perf_counter() - started
        for each in redaction.artifacts:
            # What stands before the signature, read from the disk: a package is in memory, a log of this size is not.
            for hit in redaction._look.hits_in(each.path, "evidence"):
                raise SystemExit(f"residue: {hit.rule}")
        return {
            "megabytes": path.stat().st_size / 1e6,
            "cpu": _cpu_seconds() - before,
            "wall": time.perf_counter() - started,
            "passes": passes,
            "process": _cpu_seconds(),
            "peak": _peak_megabytes(),
            "withheld": len(redaction.withheld),
        }


def _cpu_seconds() -> float:
    """Of this process and its finished children."""
    own, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


def _peak_megabytes() -> float:
    """The larger of this process and its largest child."""
    return max(resource.getrusage(each).ru_maxrss for each in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)) / 1024


def cases(options: argparse.Namespace) -> Iterator[tuple[str, int, int]]:
    """(name, size, workers) of each row."""
    size = int(options.megabytes * 1e6)
    for kind in options.kinds.split(","):
        for workers in map(int, options.workers.split(",")):
            if kind == "adversarial":
                yield from ((name, int(options.adversarial * 1e6), workers) for name in ADVERSARIAL)
            elif kind:
                yield kind, size, workers
    if options.large:
        yield from ((kind, 100_000_000, workers) for kind in ("text", "log", "har") for workers in (1, 2))
        yield "text", int(options.log * 1e6), 1
        yield "emails", options.emails, 1


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--megabytes", type=float, default=16.0)
    parser.add_argument("--adversarial", type=float, default=2.0, help="megabytes of each adversarial input")
    parser.add_argument(
        "--kinds", default="text,log,har,realistic,browser", help="these and adversarial, separated by commas"
    )
    parser.add_argument("--workers", default="1")
    parser.add_argument("--large", action="store_true", help="also 100 MB with 1 and 2 workers, and the memory cases")
    parser.add_argument("--log", type=float, default=500.0, help="megabytes of the large log")
    parser.add_argument("--emails", type=int, default=1_000_000)
    for hidden in ("--make", "--run"):
        parser.add_argument(hidden, help=argparse.SUPPRESS)
    parser.add_argument("--size", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--path", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.make:
        print(GENERATORS[options.make](options.path, options.size))
    elif options.run:
        print(json.dumps(run(options.run, options.size, int(options.workers))))
    else:
        _table(options)


def _table(options: argparse.Namespace) -> None:
    print("".join(f"{title:>{width}}" for title, width in zip(_TITLES, _WIDTHS, strict=True)))
    for name, size, workers in cases(options):
        command = [sys.executable, __file__, "--run", name, "--size", str(size), "--workers", str(workers)]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode:
            print(f"{name:>26} failed: {done.stderr.strip().splitlines()[-1]}")
            continue
        found = json.loads(done.stdout)
        speed = f"{found['megabytes'] / found['cpu']:.2f}"
        seconds = (f"{each:.1f}" for each in (found["wall"], found["wall"] - found["passes"], found["process"]))
        cells = (name, f"{found['megabytes']:.1f}", workers, f"{found['cpu']:.1f}", speed, *seconds,
                 f"{found['peak']:.0f}")  # fmt: skip
        note = "  withheld" if found["withheld"] else ""
        print("".join(f"{cell:>{width}}" for cell, width in zip(cells, _WIDTHS, strict=True)) + note, flush=True)


if __name__ == "__main__":
    main()
