"""All detectors together: what goes, what stays, how they agree, how fast."""

import pickle
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diagpack.errors import RedactionError
from diagpack.redact.detect import TextDetectors, resolve
from diagpack.redact.detectors._engine import Rank, RuleScanner
from diagpack.redact.rulebook import load_rules
from diagpack.redact.spans import Span
from tests.redact.generated import Part, log_lines, prose
from tests.redact.recipes import build, seeded

DETECTORS = TextDetectors.load()


def found(text: str, detectors: TextDetectors = DETECTORS) -> list[tuple[str, str]]:
    data = text.encode()
    return [(data[span.start : span.end].decode(), span.entity) for span in detectors.scan(data)]


def coverage(lines: Iterable[list[Part]], scan: Callable[[bytes], list[Span]]) -> tuple[Counter[str], Counter[str]]:
    """By kind: how many tokens were covered (whole for those that must go, at all for the others), and how many exist.

    Kind "characters" counts the bytes outside of everything that must go.
    """
    data, marks = bytearray(), []
    for parts in lines:
        for text, kind in [*parts, ("\n", "")]:
            start = len(data)
            data += text.encode()
            marks.append((start, len(data), kind))
    covered = bytearray(len(data))
    for span in scan(bytes(data)):
        covered[span.start : span.end] = b"\1" * (span.end - span.start)
    hits, totals = Counter[str](), Counter[str]()
    for start, end, kind in marks:
        count = sum(covered[start:end])
        must_go = kind in ("secret", "personal", "name")
        totals[kind] += 1
        hits[kind] += (count == end - start) if must_go else count > 0
        if not must_go:
            totals["characters"] += end - start
            hits["characters"] += count
    return hits, totals


def test_generated_logs_lose_their_secrets_and_keep_their_identifiers() -> None:
    hits, totals = coverage(log_lines(3000, seeded("logs")), DETECTORS.scan)

    assert hits["id"] == 0
    assert hits["diag"] / totals["diag"] <= 0.005
    assert hits["secret"] == totals["secret"] > 300
    assert hits["personal"] / totals["personal"] >= 0.995


def test_names_in_prose_are_found_without_masking_other_words() -> None:
    hits, totals = coverage(prose(1500, seeded("prose")), DETECTORS.names_in_prose)

    assert hits["name"] / totals["name"] >= 0.7
    assert hits["characters"] / totals["characters"] <= 0.015


def test_documented_vendor_shapes_are_found_in_free_text() -> None:
    source = seeded("vendors")
    hits = total = 0
    for rule in load_rules("secrets"):
        for text in ("we got {} in the log", "value={}; next", '"{}"', "({})"):
            example = build(rule.example, source)
            data = text.format(example).encode()
            covered = {at for span in DETECTORS.scan(data) for at in range(span.start, span.end)}
            first, last = next(RuleScanner(rule).values(example.encode()))
            secret = example.encode()[max(first, last - 8) : last]
            place = data.find(secret)
            total += 1
            hits += all(at in covered for at in range(place, place + len(secret)))

    assert hits / total >= 0.95


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("session=123e4567-e89b-12d3-a456-426614174000", [("123e4567-e89b-12d3-a456-426614174000", "token")]),
        ("request_id=123e4567-e89b-12d3-a456-426614174000", []),
        ("postgres://canary:p/w#1@db.example/x", [("canary", "user"), ("p/w#1", "password")]),
        ("dob=1980-02-03 at 2026-02-03", [("1980-02-03", "dob")]),
        ("heroku_api_key=123e4567-e89b-12d3-a456-426614174000", [("123e4567-e89b-12d3-a456-426614174000", "key")]),
        ("1742384111111111 4111111111111111", [("4111111111111111", "card")]),
    ],
)
def test_a_key_outranks_protection_and_protection_outranks_a_shape(text: str, expected: list[tuple[str, str]]) -> None:
    assert found(text) == expected


def test_overlapping_findings_leave_nothing_between_them() -> None:
    spans = resolve(
        [
            (Rank.PERSONAL, Span(0, 10, "email", "a")),
            (Rank.STRUCTURAL, Span(5, 20, "token", "b")),
            (Rank.VENDOR, Span(18, 25, "key", "c")),
            (Rank.PERSONAL, Span(30, 31, "ip", "d")),
        ]
    )

    assert spans == [
        Span(0, 5, "email", "a"),
        Span(5, 20, "token", "b"),
        Span(20, 25, "key", "c"),
        Span(30, 31, "ip", "d"),
    ]


@given(st.lists(st.tuples(st.sampled_from(list(Rank)), st.integers(0, 60), st.integers(1, 20)), max_size=12))
def test_resolved_spans_are_disjoint_sorted_and_cover_exactly_what_was_found(
    raw: list[tuple[Rank, int, int]],
) -> None:
    findings = [(rank, Span(start, start + size, "word", rank.name)) for rank, start, size in raw]

    spans = resolve(findings)

    assert all(left.end <= right.start for left, right in pairwise(spans))
    covered = {at for _rank, span in findings for at in range(span.start, span.end)}
    assert {at for span in spans for at in range(span.start, span.end)} == covered


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300) | st.text(alphabet="a1.:=@\"'\\/% -{}[]&;<>key", max_size=300).map(str.encode))
def test_any_bytes_give_valid_spans(data: bytes) -> None:
    spans = DETECTORS.scan(data)

    assert all(0 <= span.start < span.end <= len(data) for span in spans)
    assert all(left.end <= right.start for left, right in pairwise(spans))


class _Broken:
    id = "broken"
    entities = ("word",)

    def scan(self, data: bytes, context: str = "") -> Iterator[Span]:
        raise ValueError(f"canary-{data!r}")


def test_a_failing_detector_ends_the_scan_and_names_itself_but_not_the_text() -> None:
    with pytest.raises(RedactionError) as caught:
        TextDetectors.load(extra=[_Broken()]).scan(b"canary-text")

    assert caught.value.id == "DP251"
    assert "broken" in str(caught.value)
    assert "canary" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_a_worker_process_rebuilds_the_same_configuration() -> None:
    detectors = TextDetectors.load(words={"Canarycorp": "company"}, vendor_ids=["acct-*"])

    copied = pickle.loads(pickle.dumps(detectors))  # noqa: S301 - our own bytes

    text = b"canarycorp has acct-4111111111111111 and a@b.example"
    assert copied.scan(text) == detectors.scan(text)
    assert [span.entity for span in copied.scan(text)] == ["company", "email"]


def test_a_kept_class_is_not_looked_for_but_secrets_always_are() -> None:
    detectors = TextDetectors.load(classes={"email": "keep", "token": "keep", "password": "keep"})

    assert found("a@b.example password=canary-1", detectors) == [("canary-1", "password")]


def test_hosts_are_found_only_when_the_policy_asks_and_never_the_listed_ones() -> None:
    text = "db1.corp.local api.vendor.example https://shop.canary.example/x com.example.app.Foo"

    active = TextDetectors.load(classes={"host": "pseudonymise"}, keep_hosts=["vendor.example"])

    assert found(text) == []
    assert found(text, active) == [("db1.corp.local", "host"), ("shop.canary.example", "host")]


def test_importing_the_detectors_brings_neither_presidio_nor_spacy_nor_numpy() -> None:
    script = (
        "import sys, diagpack.redact.detect as d; d.TextDetectors.load().scan(b'password=x');"
        "print([m for m in ('presidio_analyzer', 'spacy', 'numpy', 'phonenumbers') if m in sys.modules])"
    )

    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"


_SIZE = 100_000
_HOSTILE = {
    "dotted digits": "1.",
    "dotted letters": "a.",
    "one long word": "a",
    "digits": "7",
    "at signs": "a@",
    "percent at": "%40a",
    "keys": "token=",
    "quoted keys": 'password="',
    "backslashes": "\\",
    "half tokens": "eyJa.",
    "half blocks": "-----BEGIN " + "PRIVATE KEY-----\n",
    "colons": "::",
    "deep json": '{"a":',
    "tiny base64": "cGFzcw== ",
    "prefixes": "ghp_",
    "headers": "Authorization: ",
    "cookies": "Cookie: a=b; ",
}


@pytest.mark.parametrize("piece", _HOSTILE.values(), ids=_HOSTILE)
def test_hostile_input_is_read_at_a_megabyte_a_second(piece: str) -> None:
    data = (piece * (_SIZE // len(piece))).encode()
    DETECTORS.scan(data[:1000])

    started = time.process_time()
    DETECTORS.scan(data)

    # One second for 0.1 MB would be 0.1 MB/s: ten times slack for a busy machine, far below anything quadratic.
    assert time.process_time() - started < 1.0


def test_one_search_tells_a_short_text_without_findings_from_all_others() -> None:
    detectors = TextDetectors.load()
    data = "\n".join("".join(part for part, _kind in line) for line in log_lines(60, seeded("gate"))).encode()
    for start in range(0, len(data), 97):
        text = data[start : start + 260]
        if detectors.is_clear(text):
            assert [span for each in detectors.detectors for span in each.scan(text)] == []
    # A built-in detector that does not say where it may find something would switch this off for all of them.
    assert all(hasattr(each, "trigger") for each in detectors.detectors)
    assert detectors.is_clear(b"GET /api/v2/orders/123?page=2")
    assert not detectors.is_clear(b"mail canary@customer.example")
