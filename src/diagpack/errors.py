"""What can go wrong, in words for the person holding the case.

Enters: an id of the catalogue (`explanations.yaml`), a sentence, a hint. Leaves: an exception the command line
prints as `error[DP204]: sentence` / `hint: …`. A message never holds a value from the evidence.

    DiagpackError
    ├── UsageError            exit 2    the call, a configuration or a case file is wrong
    ├── CollectError          (none)    one input cannot be read: noted as missing, the others go on
    ├── NothingCollected      exit 3
    ├── AuthenticationError   exit 4
    ├── RedactionError        exit 5    the run ends, `out/` is unchanged
    ├── RemoteError           exit 7    the other side failed, or the outcome is unknown; resumable
    ├── NotReady              exit 8    the readiness lint blocks
    └── PackageError          exit 11   a package that is not what it claims

Ids: DP1xx collect, DP2xx redact, DP3xx analyze and assess, DP4xx render, sign, verify, DP5xx publish and repro,
DP6xx the case on disk, DP7xx guided collector, DP8xx team profile and keys, DP9xx the program itself.
"""

from enum import IntEnum
from typing import ClassVar


class ExitCode(IntEnum):
    """Exit codes of the command line; stable."""

    OK = 0
    INTERNAL = 1
    USAGE = 2
    NOTHING_COLLECTED = 3
    AUTHENTICATION = 4
    REDACTION = 5
    PARTIAL = 6
    REMOTE = 7
    NOT_READY = 8
    UNTRUSTED = 10
    INVALID = 11
    UNSIGNED = 12
    CANCELLED = 130


# With several reasons at once, the first of these decides.
PRECEDENCE = (
    ExitCode.INTERNAL,
    ExitCode.REDACTION,
    ExitCode.AUTHENTICATION,
    ExitCode.REMOTE,
    ExitCode.NOTHING_COLLECTED,
    ExitCode.PARTIAL,
)


class DiagpackError(Exception):
    """Base of everything diagpack raises on purpose."""

    exit_code: ClassVar[ExitCode] = ExitCode.INTERNAL

    def __init__(self, id: str, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.id = id
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message}" if not self.hint else f"{self.message} ({self.hint})"


class UsageError(DiagpackError):
    exit_code = ExitCode.USAGE


class CollectError(DiagpackError):
    """One input cannot be read. Collecting fails forward: the pipeline lists it as missing and goes on."""

    exit_code = ExitCode.PARTIAL


class NothingCollected(DiagpackError):
    exit_code = ExitCode.NOTHING_COLLECTED


class AuthenticationError(DiagpackError):
    exit_code = ExitCode.AUTHENTICATION


class RedactionError(DiagpackError):
    """Redaction could not be completed. Names artifact and rule, never the value."""

    exit_code = ExitCode.REDACTION


class RemoteError(DiagpackError):
    exit_code = ExitCode.REMOTE


class NotReady(DiagpackError):
    exit_code = ExitCode.NOT_READY


class PackageError(DiagpackError):
    exit_code = ExitCode.INVALID
