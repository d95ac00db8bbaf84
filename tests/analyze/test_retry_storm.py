"""Repeats without waiting are a storm; polls with pauses are none."""

from pathlib import Path

import pytest

from diagpack.analyze.retry_storm import RULE
from tests.har_fixtures import evidence_of, har, har_entry


@pytest.mark.parametrize(("pause", "is_storm"), [(0.5, True), (30, False)])
def test_only_close_repeats_count(tmp_path: Path, pause: float, is_storm: bool) -> None:
    entries = [har_entry(status=503, seconds=n * pause) for n in range(8)]

    found = list(RULE.check(evidence_of(tmp_path, har(*entries))))

    assert bool(found) is is_storm
