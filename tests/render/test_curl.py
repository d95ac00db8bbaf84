"""curl commands to copy."""

import shlex

from diagpack.model.evidence import EvidenceSet
from diagpack.model.repro import Slots
from diagpack.render._curl import curl
from diagpack.render._exchanges import Recorded, recorded
from tests.support import evidence as support

TOKEN = "dp-secret-k3f9q2m7ab4t"


def call(url: str = "https://app.example.com/api?a=1", **changes: object) -> Recorded:
    return recorded(EvidenceSet([support.har([support.har_entry(0, url, method="POST", **changes)])]))[0]  # type: ignore[arg-type]


def test_secrets_are_variables_for_the_hosts_of_the_case_only() -> None:
    made = call(request_headers={"Authorization": f"Bearer {TOKEN}"})

    assert TOKEN not in curl(made, Slots(["app.example.com"]))
    assert "${DP_AUTH_1:?" in curl(made, Slots(["app.example.com"]))
    assert "Authorization" not in curl(made, Slots([]))


def test_hostile_values_stay_one_word() -> None:
    body = "'; touch /tmp/canary-curl; $(id) `id` @/etc/passwd"
    text = curl(call(posted=body, request_headers={"X-A": "'\"; rm -rf ~ #", "-o/tmp/x": "y"}), Slots([]))

    words = shlex.split(text.replace("\\\n", " "))
    assert body in words
    assert words[0] == "curl"
    assert not [each for each in words if each.startswith(("-o", "@"))]


def test_other_schemes_have_no_command() -> None:
    assert curl(call("file:///etc/passwd"), Slots([])) == ""
    assert curl(call("javascript:alert(1)"), Slots([])) == ""


def test_a_huge_body_has_no_command() -> None:
    assert curl(call(posted="x" * 100_000), Slots([])) == ""
