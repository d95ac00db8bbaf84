"""Geographic positions: a pair of decimal degrees, or degrees with a hemisphere."""

from typing import Final

from diagpack.redact.detectors._rules import RuleDetector
from diagpack.redact.spans import Detector

DETECTOR: Final[Detector] = RuleDetector("geo-position", ("geo",), ("geo-pair", "geo-hemisphere", "geo-named"))
