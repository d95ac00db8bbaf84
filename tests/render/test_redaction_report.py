"""redaction/report.json."""

import json

from diagpack.render.redaction_report import RENDERER, by_class
from tests.render.escalations import escalation


def test_counts_are_given_by_class_rule_and_file() -> None:
    report = json.loads(dict(RENDERER.render(escalation()))["redaction/report.json"])

    assert report["schema"] == "diagpack.redaction/1"
    assert report["total"] == 34
    assert report["by_class"] == {"secret": 23, "email": 7, "ip": 3, "phone": 1}
    assert report["by_rule"]["secret/cookie"] == 9
    assert report["by_file"]["evidence/har/har-1.har"]["email/shape"] == 7
    assert report["withheld"] == [{"artifact": "image-1", "reason": "not approved"}]
    assert report["notes"] == ["Text in pictures is not redacted."]


def test_the_most_frequent_class_comes_first_and_ties_are_in_order_of_name() -> None:
    assert list(by_class({"b/x": 1, "a/x": 1, "c/x": 1, "c/y": 1})) == ["c", "a", "b"]
