"""docs/redaction.md is read by customers' security teams: its numbers and its table are held against the rule files."""

import re
from pathlib import Path

import pytest
import yaml

from diagpack.model.request_ids import HEADERS
from diagpack.redact.policy import load_policy
from diagpack.redact.residue_shapes import SHAPES
from diagpack.redact.rulebook import load_rules
from diagpack.redact.spans import SECRET_CLASSES

TEXT = (Path(__file__).parents[2] / "docs" / "redaction.md").read_text("utf-8")
POLICY = load_policy()
COUNTED = dict(re.findall(r"^\| ([^|`]+?) \| (\d+) \|$", TEXT, re.MULTILINE))
CLASSES = dict(re.findall(r"^\| `([a-z]+)` \|[^|]*\| ([a-z, ]+) \|$", TEXT, re.MULTILINE))


@pytest.mark.parametrize(
    ("label", "number"),
    [
        ("rules for credentials", len(load_rules("secrets"))),
        (
            "vendors and products named by these rules",
            len({each.vendor for each in load_rules("secrets")} - {"", "several"}),
        ),
        ("rules for personal data in text", len(load_rules("personal"))),
        ("forms of credentials that the last search knows by itself", len(SHAPES)),
        ("names of request-ID headers that stay", len(HEADERS)),
        ("layers of encoding that are opened", POLICY.limit("depth")),
        ("distinct learned values a case may hold", POLICY.limit("dictionary_values")),
        ("largest document that is inspected, in MiB", POLICY.limit("document_bytes") >> 20),
        ("largest content unpacked from a compressed value, in MiB", POLICY.limit("inflate_bytes") >> 20),
    ],
)
def test_the_numbers_are_those_of_the_rule_files(label: str, number: int) -> None:
    assert int(COUNTED[label]) == number


def test_every_counted_number_is_checked_above() -> None:
    assert len(COUNTED) == 9


def test_every_class_is_listed_with_what_the_shipped_policy_does() -> None:
    listed = {name: action.removesuffix(", always") for name, action in CLASSES.items()}

    assert listed == dict(POLICY.section("classes"))
    assert {name for name, action in CLASSES.items() if action.endswith(", always")} == SECRET_CLASSES


def test_the_example_of_a_stricter_policy_is_a_valid_one(tmp_path: Path) -> None:
    (example,) = re.findall(r"```yaml\n(.*?)```", TEXT, re.DOTALL)
    (tmp_path / "team.yaml").write_text(example)

    stricter = load_policy([tmp_path / "team.yaml"])

    assert stricter.action("host") == "pseudonymise"
    assert stricter.section("review")["second_person"] is True
    assert stricter.classify("Kundennummer") == "user"
    assert set(yaml.safe_load(example)) <= set(POLICY.data)
