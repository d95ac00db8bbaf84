"""Words that a person wants to keep: refused where one would let a secret pass.

Enters: the words of a policy, a case or a review. Leaves: nothing, or an error that names the place of the word in its
list, never the word. A word that the evidence itself uses as a secret goes all the same: the engine asks for the class
first.
"""

from collections.abc import Iterable

from diagpack.errors import UsageError
from diagpack.redact.policy import Policy
from diagpack.redact.spans import SECRET_CLASSES


def check_keep_words(policy: Policy, words: Iterable[str], hidden: Iterable[str] = ()) -> None:
    """Raises UsageError (DP232) for a word that has the shape of a secret, or that is also to be hidden."""
    from diagpack.redact.detect import TextDetectors

    detectors = None
    away = {each.strip().casefold() for each in (*hidden, *policy.words("hide"))}
    for number, word in enumerate(map(str, words), 1):
        if word.strip().casefold() in away:
            raise UsageError("DP232", f"word {number} to keep is also a word to hide", hint="remove it from one list")
        detectors = detectors or TextDetectors.load()
        spans = detectors.scan(word.encode("utf-8", "surrogatepass"))
        if any(each.entity in SECRET_CLASSES for each in spans) or _is_opaque(word.strip()):
            raise UsageError(
                "DP232",
                f"word {number} to keep has the shape of a secret",
                hint="an id of your own product goes under vendor_ids",
            )


def _is_opaque(word: str) -> bool:
    """One long run of letters and digits, which could be anybody's token."""
    is_mixed = any(each.isdigit() for each in word) and any(each.isalpha() for each in word)
    return len(word) >= 20 and is_mixed and not any(each.isspace() for each in word)
