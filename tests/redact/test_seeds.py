"""What the case file teaches before any evidence is read."""

from diagpack.redact.learned import Learned
from diagpack.redact.policy import load_policy
from diagpack.redact.seeds import Seeds, detectors_for, plant, vendor_id_names, vendor_id_patterns
from tests.redact.planting import POLICY


def test_named_values_are_taken_whole_however_short() -> None:
    learned = Learned(POLICY)

    plant(Seeds(people=("Bo Li",), companies=("Ace",), domains=("*.Ace.test",), words_hide=("zz",)), learned)

    assert learned.values["Bo Li"] == "name"
    assert learned.values["Ace"] == "company"
    assert learned.values["ace.test"] == "company"
    assert learned.values["zz"] == "word"


def test_vendor_ids_come_as_names_literals_and_patterns() -> None:
    policy = load_policy(overrides={"vendor_ids": {"names": ["tenant_id"], "patterns": ["org_[a-z]+"]}})
    seeds = Seeds(vendor_ids=("acct-*", "/t[0-9]+/", "workspace"))

    assert vendor_id_patterns(policy, seeds) == ["org_[a-z]+", r"acct\-[A-Za-z0-9_-]*", "t[0-9]+"]
    assert vendor_id_names(policy, seeds) == {"tenantid", "workspace"}


def test_detectors_follow_the_policy() -> None:
    keeping = detectors_for(load_policy(overrides={"classes": {"email": "keep"}}), Seeds())

    assert not [each for each in keeping.scan(b"mail ann@example.com now") if each.entity == "email"]


def test_seeds_are_never_shown() -> None:
    assert "canary" not in repr(Seeds(people=("canary",)))
