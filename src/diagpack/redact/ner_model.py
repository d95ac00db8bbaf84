"""Whether a spaCy model is on this machine; importing spaCy for the question would take a second.

Enters: the name of an installed package, or a folder. Leaves: nothing, or a UsageError (DP252).
"""

from importlib import metadata
from pathlib import Path

from diagpack.errors import UsageError

_HINT = "give the folder of a model, or install one; nothing is downloaded"


def check_model(ner: str) -> None:
    """Presidio would download a model it does not find; this check stands before it, so it cannot."""
    if (Path(ner) / "config.cfg").is_file():
        return
    try:
        metadata.distribution(ner)
    except (metadata.PackageNotFoundError, ValueError):
        raise UsageError(
            "DP252", "the spaCy model is neither the folder of one nor an installed package", hint=_HINT
        ) from None


def unusable() -> UsageError:
    """For a model that is there and cannot be loaded."""
    return UsageError("DP252", "the spaCy model cannot be loaded: it is damaged, or for another version", hint=_HINT)
