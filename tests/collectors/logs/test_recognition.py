"""Logs are told from documents, prose and bytes."""

import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diagpack.collectors.logs.recognition import looks_like_log, score

ACCESS = b'192.0.2.7 - - [03/Mar/2026:10:11:12 +0100] "GET / HTTP/1.1" 200 1 "-" "curl/8"\n' * 9
TRACES = (b"2026-03-03 10:11:12 ERROR x\n" + b"Caused by: a.B: c\n" * 15) * 4


@pytest.mark.parametrize(
    "head",
    [
        ACCESS,
        gzip.compress(ACCESS),
        TRACES,
        b"Mar  3 10:11:12 host app[7]: x\n" * 9,
        b"#Fields: date time c-ip\n2026-03-03 10:11:12 192.0.2.1\n",
        b'{"ts":"2026-03-03T10:11:12Z","msg":"x"}\n{"ts":"2026-03-03T10:11:13Z","msg":"x"}\n',
        "2026-03-03T10:11:12Z ünïcode\n".encode("utf-16") * 1,
    ],
)
def test_logs_of_any_kind_are_recognised_without_their_name(head: bytes):
    assert 0.5 <= score(head, "x") <= 0.6
    assert looks_like_log(head)


@pytest.mark.parametrize(
    "head",
    [
        b'{\n  "log": {\n    "entries": [\n      {"startedDateTime": "2026-03-03T10:11:12Z"}\n',
        b'{"log":{"entries":[{"startedDateTime":"2026-03-03T10:11:12Z"}]}}',
        b'[{"startedDateTime":"2026-03-03T10:11:12Z"}]',
        b'<?xml version="1.0"?>\n<samlp:Response IssueInstant="2026-03-03T10:11:12Z">\n',
        b"-----BEGIN CERTIFICATE-----\n",
        b"eyJhbGciOiJSUzI1NiJ9.eyJpYXQiOjE3NzI1MzI2NzJ9.c2ln",
        b"",
        b"\n\n",
        bytes(range(256)) * 20,
    ],
)
def test_documents_tokens_and_bytes_are_not_logs(head: bytes):
    assert score(head, "x") == 0
    assert not looks_like_log(head)


@given(st.binary(max_size=300), st.text(max_size=10))
def test_no_head_makes_it_raise_or_leave_its_range(head: bytes, name: str):
    assert 0 <= score(head, name) <= 0.6
