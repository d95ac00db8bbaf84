"""What was collected is read again as it was written; damage there is a fault and is said."""

import io
import json

import pytest

from diagpack.collectors.har.collected import collected_entries
from diagpack.collectors.har.walk import Reading
from diagpack.errors import CollectError

LOG = {"version": "1.2", "creator": {"name": "Firefox"}, "entries": [{"_dpEntry": 4}, {"_dpEntry": 9}]}


def test_entries_come_one_at_a_time_with_the_head_of_their_log() -> None:
    reading = Reading()

    entries = list(collected_entries(io.BytesIO(json.dumps({"log": LOG}).encode()), reading))

    assert entries == LOG["entries"]
    assert reading.log["creator"] == {"name": "Firefox"}


@pytest.mark.parametrize("cut", [1, 3, 20])
def test_an_artifact_that_breaks_off_is_refused_without_its_content(cut: int) -> None:
    content = json.dumps({"log": {**LOG, "entries": [{"url": "canary-1"}] * 3}}).encode()[:-cut]

    with pytest.raises(CollectError) as caught:
        list(collected_entries(io.BytesIO(content), Reading()))

    assert caught.value.id == "DP112"
    assert "canary" not in str(caught.value)
