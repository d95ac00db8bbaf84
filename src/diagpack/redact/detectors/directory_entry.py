"""People in names and filters of a directory: `CN=…,OU=…,DC=…`, `(&(objectClass=person)(sn=…))`."""

from typing import Final

from diagpack.redact.detectors._rules import RuleDetector
from diagpack.redact.spans import Detector

DETECTOR: Final[Detector] = RuleDetector(
    "directory-entry",
    ("name", "user"),
    ("directory-name", "directory-user", "directory-filter", "directory-filter-user", "ldif-name"),
)
