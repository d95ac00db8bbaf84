"""Redaction side by side: diagpack, Presidio's defaults, detect-secrets and scrubadub on the same generated data.

    python benchmarks/redaction.py [--megabytes 2] [--logs FOLDER]

Enters: nothing but a size. Leaves: one table. Tools that are not installed are shown as such. Presidio's default set
runs on the no-op engine (its default engine would download a model) and reads a sample, because it is slow.
"""

import argparse
import importlib.util
import re
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.redact.generated import Part, log_lines, prose
from tests.redact.recipes import build, seeded

from diagpack.redact.detect import TextDetectors
from diagpack.redact.detectors._engine import RuleScanner
from diagpack.redact.rulebook import load_rules

if TYPE_CHECKING:
    from diagpack.redact.standalone import Standalone

Range = tuple[int, int]
Scan = Callable[[bytes], Iterable[Range]]

# Presidio's defaults read this much of the log; at 0.07 MB/s more would take minutes.
_SLOW_SAMPLE = 200_000
_COLUMNS = (
    ("MB/CPU s", 9), ("secrets", 8), ("personal", 9), ("vendor", 7), ("names", 6), ("other text", 11),
    ("ids touched", 12), ("diag touched", 13),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Tool:
    name: str
    scan: Scan
    prose: Scan
    sample: int


def tools(size: int) -> Iterator[Tool]:
    """Every tool that is installed."""
    ours = TextDetectors.load()
    yield Tool("diagpack detectors", _ranges(ours.scan), _ranges(ours.names_in_prose), size)
    if _has("presidio_analyzer"):
        from diagpack.redact.presidio import PresidioText

        engine = PresidioText.load()
        yield Tool("diagpack in Presidio", _ranges(engine.scan), _ranges(engine.names_in_prose), size)
        stock = _presidio_defaults()
        yield Tool("Presidio defaults", stock, stock, _SLOW_SAMPLE)
    if _has("detect_secrets"):
        yield Tool("detect-secrets", _detect_secrets, _detect_secrets, _SLOW_SAMPLE)
    if _has("scrubadub"):
        yield Tool("scrubadub", _scrubadub(), _scrubadub(), _SLOW_SAMPLE)


def _has(module: str) -> bool:
    return importlib.util.find_spec(module) is not None


def _ranges(scan: Callable[[bytes], list]) -> Scan:
    return lambda data: [(span.start, span.end) for span in scan(data)]


def _presidio_defaults() -> Scan:
    import tldextract
    from presidio_analyzer import AnalyzerEngine, RecognizerRegistry
    from presidio_analyzer.nlp_engine import NoOpNlpEngine

    tldextract.tldextract.TLD_EXTRACTOR = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)
    engine = NoOpNlpEngine([{"lang_code": "en", "model_name": "no_op"}])
    registry = RecognizerRegistry(supported_languages=["en"])
    registry.load_predefined_recognizers(languages=["en"], nlp_engine=engine)
    analyzer = AnalyzerEngine(registry=registry, nlp_engine=engine, supported_languages=["en"])

    def scan(data: bytes) -> Iterator[Range]:
        for start in range(0, len(data), 4096):
            for each in analyzer.analyze(data[start : start + 4096].decode("latin1"), "en", score_threshold=0.4):
                yield start + each.start, start + each.end

    return scan


def _detect_secrets(data: bytes) -> Iterator[Range]:
    from detect_secrets.core.scan import scan_file
    from detect_secrets.settings import default_settings

    lines = data.decode("latin1").split("\n")
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line) + 1)
    # Its function for single lines reports every word, also below the entropy limit; the one for files does not.
    with default_settings(), tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "app.log")
        path.write_bytes(data)
        for each in scan_file(str(path)):
            at = lines[each.line_number - 1].find(each.secret_value or "")
            if each.secret_value and at >= 0:
                start = starts[each.line_number - 1] + at
                yield start, start + len(each.secret_value)


def _scrubadub() -> Scan:
    import scrubadub

    scrubber = scrubadub.Scrubber()

    def scan(data: bytes) -> Iterator[Range]:
        for start in range(0, len(data), 4096):
            for filth in scrubber.iter_filth(data[start : start + 4096].decode("latin1")):
                yield start + filth.beg, start + filth.end

    return scan


def _flat(lines: Iterable[list[Part]]) -> tuple[bytes, list[tuple[int, int, str]]]:
    """The text, and (start, end, kind) of every token."""
    data, marks = bytearray(), []
    for parts in lines:
        for text, kind in [*parts, ("\n", "")]:
            start = len(data)
            data += text.encode()
            marks.append((start, len(data), kind))
    return bytes(data), marks


def _measure(scan: Scan, data: bytes, marks: list[tuple[int, int, str]]) -> dict[str, float]:
    """Share of each kind that was covered: whole for what must go, at all for what must stay."""
    covered = bytearray(len(data))
    for start, end in scan(data):
        covered[start:end] = b"\1" * (end - start)
    hits, totals = Counter[str](), Counter[str]()
    for start, end, kind in marks:
        if end > len(data):
            break
        count = sum(covered[start:end])
        must_go = kind in ("secret", "personal", "name")
        totals[kind] += 1
        hits[kind] += (count == end - start) if must_go else count > 0
        totals["other"] += 0 if must_go else end - start
        hits["other"] += 0 if must_go else count
    return {kind: hits[kind] / totals[kind] for kind in totals if totals[kind]}


def _vendor_share(scan: Scan) -> float:
    """How many documented token shapes are covered in free text, by the last eight characters of their values."""
    source, hits = seeded("benchmark"), 0
    rules = load_rules("secrets")
    for rule in rules:
        example = build(rule.example, source)
        data = f"the log says {example} and goes on".encode()
        covered = {at for start, end in scan(data) for at in range(start, end)}
        first, last = next(RuleScanner(rule).values(data))
        hits += all(at in covered for at in range(max(first, last - 8), last))
    return hits / len(rules)


def _seconds(scan: Scan, data: bytes) -> float:
    started = time.process_time()
    list(scan(data))
    return time.process_time() - started


def _row(tool: Tool, log: bytes, marks: list[tuple[int, int, str]]) -> list[str]:
    data = log[: tool.sample]
    speed = len(data) / 1e6 / min(_seconds(tool.scan, data), _seconds(tool.scan, data))
    found = _measure(tool.scan, data, marks)
    named = _measure(tool.prose, *_flat(prose(300, seeded("names"))))
    shares = (found["secret"], found["personal"], _vendor_share(tool.scan), named["name"], named["other"],
              found["id"], found["diag"])  # fmt: skip
    return [f"{speed:.2f}", *(f"{share:.1%}" for share in shares)]


def _whole_engine(log: bytes) -> str:
    """Discover, rewrite and residue scan of one file, by the stand-alone engine."""
    if not _has("diagpack.redact.standalone"):
        return "the engine is not in this tree"
    from diagpack.model.keys import CaseKey
    from diagpack.redact.policy import load_policy
    from diagpack.redact.standalone import Standalone

    alone = Standalone(CaseKey(bytes(range(32))), load_policy())
    with tempfile.TemporaryDirectory() as folder:
        source, out = Path(folder, "in.log"), Path(folder, "out.log")
        source.write_bytes(log)
        started = time.process_time()
        alone.file(source, out, source.name)
        return f"{len(log) / 1e6 / (time.process_time() - started):.2f} MB/CPU s"


_SLOTS = (
    '{{"api_key": "{0}"}}', "access_token={0}&x=1", "Authorization: Bearer {0}", "<a><password>{0}</password></a>",
    '{{"name":"X-Api-Key","value":"{0}"}}', "client_secret={0}", "Set-Cookie: sid={0}; Path=/",
)  # fmt: skip
_TWELVE = ("percent double-percent all-percent entities html json-string unicode-escape base64 base64url hex gzip "
           "deflate").split()  # fmt: skip
_SIX = ("plain", "percent", "entities", "json-string", "base64", "hex")


def targets() -> Iterator[tuple[str, str, str]]:
    """Accuracy of the whole engine: what, target, measured. Every value is searched for in every decoding."""
    from tests.redact.planting import ENCODERS

    alone = _alone()
    left = total = 0
    for number, (first, second) in enumerate((a, b) for a in _TWELVE for b in _TWELVE):
        for at, slot in enumerate(_SLOTS):
            value = f"canary{number}x{at}Qz7"
            shown = alone.text(f"INFO payload {ENCODERS[second](ENCODERS[first](slot.format(value)))} end")
            left, total = left + _is_left(shown, value, "secret"), total + 1
    yield f"secrets in slots, 12 x 12 encodings ({total})", "100 %", f"{1 - left / total:.2%}"
    left = total = 0
    source = seeded("people")
    for number in range(60):
        name = "".join(source.choices(_SYLLABLES, k=3)).title()
        values = ((name, "name"), (f"{name.lower()}{number}@corp.example", "email"), (f"198.51.{number}.77", "ip"))
        for encoding in _SIX:
            text = ENCODERS[encoding](f"then {values[0][0]} wrote from {values[1][0]} at {values[2][0]} again")
            shown = alone.text(f'user "firstName": "{name}", mail {values[1][0]}\nINFO {text} end')
            for value, entity in values:
                left, total = left + _is_left(shown, value, entity), total + 1
    yield f"keyed and propagated PII, e-mail, IP, 6 encodings ({total})", ">= 99.5 %", f"{1 - left / total:.2%}"
    if _has("faker"):
        found = _measure(_ranges(TextDetectors.load().names_in_prose), *_flat(_faker_prose(600)))
        yield "names in prose, Faker's names (600 sentences)", ">= 70 %", f"{found['name']:.1%}"
        yield "  other characters masked", "<= 1.5 %", f"{found['other']:.2%}"
        for language, locale in (("de", "de_DE"), ("fr", "fr_FR"), ("es", "es_ES")):
            text = _faker_prose(600, [locale], language)
            found = _measure(_ranges(TextDetectors.load().names_in_prose), *_flat(text))
            yield f"  the same in {language}; other characters masked", "", f"{found['name']:.1%}; {found['other']:.2%}"


# What an engineer searches for, found by other patterns than the engine's own lexer.
_DIAGNOSTIC = re.compile(
    r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}|\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d|\b[0-9a-f]{16,64}\b"
    r"|(?<![.\d])\d{4,19}\b|\b[A-Za-z_]+\.(?:java|py|go|rb|js|cs|php|cc?|h):\d+|\b[A-Z][A-Za-z]+(?:Exception|Error)\b"
    r"|(?<![.\d])v?\d+\.\d+\.\d+(?![.\d])|\b\d{1,3}/[A-Z][a-z]{2}/\d{4}|\b\d\d:\d\d:\d\d(?:[.,]\d+)?|0x[0-9a-f]+"
)


_PERSONAL = re.compile(r"\S*@\S*|\b\d{4}(?:-\d{4}){3}\b")


def corpus(folder: Path) -> Iterator[tuple[str, str, str]]:
    """Real logs: diagnostic tokens that are gone from their line, of all."""
    alone, total, gone = _alone(), 0, Counter[str]()
    for path in sorted(each for each in folder.rglob("*") if each.is_file() and each.suffix not in (".csv", ".gz")):
        with tempfile.TemporaryDirectory() as place:
            source, out = Path(place, "in.log"), Path(place, "out.log")
            source.write_bytes(path.read_bytes()[:2_000_000])
            alone.file(source, out, "in.log")
            if not out.exists():
                continue
            before, after = (each.read_text("utf-8", "replace").split("\n") for each in (source, out))
        for line, shown in zip(before, after, strict=False):
            # The digits of an address or a card are no diagnosis.
            found = Counter(_DIAGNOSTIC.findall(_PERSONAL.sub(" ", line)))
            total += sum(found.values())
            gone.update({token: count for token, count in found.items() if token not in shown})
    left = sum(gone.values())
    yield f"diagnostic tokens of real logs touched ({total})", "<= 0.5 %", f"{left / max(1, total):.2%}"


_SYLLABLES = "ka lo mi ren sto va del bra ni cor tan wel har ost ber quin dal fer".split()
_LOCALES = "en_US en_GB de_DE fr_FR es_ES it_IT pl_PL nl_NL sv_SE pt_BR en_IN tr_TR".split()


def _faker_prose(count: int, locales: Sequence[str] = (), language: str = "en") -> Iterator[list[Part]]:
    """The sentences of the tests with names of a library that shares nothing with our lists."""
    import faker

    source = faker.Faker(list(locales or _LOCALES))
    source.seed_instance(7)
    for parts in prose(count, seeded("faker"), language):
        line: list[Part] = []
        for text, kind in parts:
            made = (source.first_name(), source.last_name())
            line.append((" ".join(made) if " " in text else made[0], kind) if kind == "name" else (text, kind))
        yield line


def _is_left(shown: str, value: str, entity: str) -> bool:
    from diagpack.redact.learned import Learned
    from diagpack.redact.policy import load_policy
    from diagpack.redact.residue import ResidueScanner

    learned = Learned(load_policy())
    if entity in ("email", "ip"):
        learned.note_shape(value, entity)
    values = {} if entity in ("email", "ip") else {value: entity}
    return any(True for _ in ResidueScanner(values, learned.prints(), lambda data: False).scan("out", shown.encode()))


def _alone() -> "Standalone":
    from diagpack.model.keys import CaseKey
    from diagpack.redact.policy import load_policy
    from diagpack.redact.standalone import Standalone

    return Standalone(CaseKey(bytes(range(32))), load_policy())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=float, default=2.0)
    parser.add_argument("--logs", type=Path, help="a folder of real logs, for the last row")
    arguments = parser.parse_args()
    wanted = int(arguments.megabytes * 1e6)
    log, marks = _flat(log_lines(wanted // 200, seeded("benchmark")))
    print(
        f"{len(log) / 1e6:.1f} MB of generated log, 300 sentences of prose, {len(load_rules('secrets'))} token shapes"
    )
    print(f"{'':22}" + "".join(f"{title:>{width}}" for title, width in _COLUMNS))
    for tool in tools(len(log)):
        cells = _row(tool, log, marks)
        print(f"{tool.name:22}" + "".join(f"{c:>{w}}" for c, (_, w) in zip(cells, _COLUMNS, strict=True)), flush=True)
    for module, name in (("detect_secrets", "detect-secrets"), ("scrubadub", "scrubadub")):
        if not _has(module):
            print(f"{name:22} not installed")
    print(f"{'whole engine':22} {_whole_engine(log)}")
    print(f"\n{'whole engine, target table':62}{'target':>10}{'measured':>10}")
    rows = [targets(), *([corpus(arguments.logs)] if arguments.logs else [])]
    for what, wanted_share, measured in chain(*rows):
        print(f"{what:62}{wanted_share:>10}{measured:>10}", flush=True)


if __name__ == "__main__":
    main()
