"""Street addresses by the word for a street, in six languages; the rules are in rules/personal.yaml."""

from typing import Final

from diagpack.redact.detectors._rules import RuleDetector
from diagpack.redact.spans import Detector

DETECTOR: Final[Detector] = RuleDetector(
    "street-address",
    ("address",),
    ("street-english", "street-german", "street-french", "street-spanish-italian", "post-box", "us-state-zip"),
)
