"""User names where servers write them: sign-ins, refusals, sessions, sudo, access and query logs."""

from typing import Final

from diagpack.redact.detectors._rules import RuleDetector
from diagpack.redact.spans import Detector

DETECTOR: Final[Detector] = RuleDetector(
    "log-user",
    ("user", "id"),
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
    ),
)
