"""Users where servers write them: sign-ins, refusals, sessions, sudo, access and query logs, names of devices."""

from typing import Final

from diagpack.redact.detectors._rules import RuleDetector
from diagpack.redact.spans import Detector

DETECTOR: Final[Detector] = RuleDetector(
    "log-user",
    ("user", "id", "name"),
    (
        "refused-user",
        "sshd-user",
        "invalid-user",
        "session-user",
        "sudo-user",
        "access-log-user",
        "mysql-log-user",
        "connection-user",
        "bound-parameter",
        "quoted-user",
        "windows-account",
        "principal",
        "told-user",
        "device-owner",
        "device-owner-genitive",
        "device-owner-behind",
    ),
)
