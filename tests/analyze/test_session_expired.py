"""A session that ends is told apart from a normal challenge."""

from pathlib import Path

from diagpack.analyze.session_expired import RULE
from tests.har_fixtures import evidence_of, har, har_entry

COOKIE = {"cookie": "session=1"}


def test_success_then_401_is_an_ended_session(tmp_path: Path) -> None:
    entries = [har_entry(request_headers=COOKIE), har_entry(status=401, seconds=5, request_headers=COOKIE)]

    (finding,) = RULE.check(evidence_of(tmp_path, har(*entries)))

    assert [str(each) for each in finding.refs] == ["[har-1 #0]", "[har-1 #1]"]


def test_a_challenge_that_is_answered_is_none(tmp_path: Path) -> None:
    entries = [har_entry(request_headers=COOKIE, status=status) for status in (200, 401, 200)]

    assert list(RULE.check(evidence_of(tmp_path, har(*entries)))) == []
