"""Payment card values by shape; the rule and its source are in rules/personal.yaml."""

from typing import Final

from diagpack.redact.detectors._rules import RuleDetector
from diagpack.redact.spans import Detector

DETECTOR: Final[Detector] = RuleDetector("payment-card", ("card",), ("card",))
