"""Errors carry an id, a sentence, a hint and one exit code each."""

import pytest

from diagpack.errors import (
    PRECEDENCE,
    AuthenticationError,
    CollectError,
    DiagpackError,
    ExitCode,
    NothingCollected,
    NotReady,
    PackageError,
    RedactionError,
    RemoteError,
    UsageError,
)


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        (DiagpackError, 1),
        (UsageError, 2),
        (NothingCollected, 3),
        (AuthenticationError, 4),
        (RedactionError, 5),
        (CollectError, 6),
        (RemoteError, 7),
        (NotReady, 8),
        (PackageError, 11),
    ],
)
def test_every_kind_has_its_exit_code(kind: type[DiagpackError], code: int) -> None:
    error = kind("DP999", "what happened", hint="what to do")

    assert error.exit_code == code
    assert str(error) == "what happened (what to do)"


def test_the_precedence_is_the_documented_one() -> None:
    assert [int(each) for each in PRECEDENCE] == [1, 5, 4, 7, 3, 6]
    assert ExitCode.CANCELLED == 130
