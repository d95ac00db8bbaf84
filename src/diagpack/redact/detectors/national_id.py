"""National identity numbers: dashed US social security numbers by shape, others behind a word that names them."""

from typing import Final

from diagpack.redact.detectors._rules import RuleDetector
from diagpack.redact.spans import Detector

DETECTOR: Final[Detector] = RuleDetector("national-id", ("nationalid",), ("us-ssn",))
