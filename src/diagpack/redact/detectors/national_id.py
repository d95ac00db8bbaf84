"""National identity numbers: shapes with a check of their own, others behind a word that names them."""

from typing import Final

from diagpack.redact.detectors._rules import RuleDetector
from diagpack.redact.spans import Detector

DETECTOR: Final[Detector] = RuleDetector(
    "national-id",
    ("nationalid", "dob"),
    ("us-ssn", "br-cpf", "it-codice-fiscale", "es-dni", "gb-nino", "national-id-named", "birth-date-named"),
)
