"""User names inside paths: `/home/NAME`, `/Users/NAME`, `C:\\Users\\NAME`; the rest of the path stays."""

from typing import Final

from diagpack.redact.detectors._rules import RuleDetector
from diagpack.redact.spans import Detector

DETECTOR: Final[Detector] = RuleDetector("user-path", ("user",), ("home-path", "windows-path-spaced", "windows-path"))
