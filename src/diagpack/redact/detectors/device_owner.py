"""What a phone writes about its owner: accounts, networks it joined, numbers of the device and of the contract."""

from typing import Final

from diagpack.redact.detectors._rules import RuleDetector
from diagpack.redact.spans import Detector

DETECTOR: Final[Detector] = RuleDetector(
    "device-owner",
    ("user", "name", "id"),
    (
        "device-account",
        "device-user",
        "wifi-network",
        "wifi-joined",
        "wifi-joined-bare",
        "wifi-channel",
        "wifi-profile",
        "device-id-named",
        "device-number",
    ),
)
