"""National identity numbers: shapes with a check of their own, others behind a word that names them."""

from collections.abc import Mapping
from typing import Any, Final

from diagpack.redact.detectors._rules import RuleDetector
from diagpack.redact.spans import Detector

_NAMED: Final = ("national-id-named", "birth-date-named")
_SHAPES: Final = ("us-ssn", "br-cpf", "it-codice-fiscale", "es-dni", "gb-nino")


class NationalIds(RuleDetector):
    """Each shape has a switch in the policy (`national_ids`); what a word names is always found."""

    def __init__(self, shapes: tuple[str, ...] = _SHAPES) -> None:
        super().__init__("national-id", ("nationalid", "dob"), (*shapes, *_NAMED))

    def configured(self, config: Mapping[str, Any]) -> "NationalIds":
        chosen = config["national_ids"]
        if chosen is None:
            return self
        return NationalIds(tuple(each for each in _SHAPES if chosen.get(each.replace("-", "_"), True)))


DETECTOR: Final[Detector] = NationalIds()
