"""Words that a person decided about: hide them everywhere, or let them stay.

Enters: the part `words` of `case.yaml`, where an entry is a text or `{word, reason, by}`. Leaves: the words, and the
part with one word added. A word stands on one side only.
"""

from collections.abc import Mapping
from typing import Any, Final

from diagpack.errors import UsageError

KINDS: Final = ("hide", "keep")


def words_of(words: Mapping[str, Any], kind: str) -> tuple[str, ...]:
    """The words to hide or to keep. Raises UsageError (DP612) with the place and not the word."""
    entries = words.get(kind) or ()
    if not isinstance(entries, list | tuple):
        raise _wrong(f"words.{kind}", "a list")
    return tuple(_word(f"words.{kind}[{index}]", each) for index, each in enumerate(entries))


def with_word(words: Mapping[str, Any], kind: str, word: str, *, reason: str, by: str) -> dict[str, Any]:
    """The part with this decision added; an older decision about the same word, either way, is replaced."""
    folded = word.strip().casefold()
    changed: dict[str, Any] = dict(words)
    for each in KINDS:
        texts = words_of(words, each)
        entries = [entry for entry, text in zip(words.get(each) or (), texts, strict=True) if text.casefold() != folded]
        if entries or each in words:
            changed[each] = entries
    changed[kind] = [*changed.get(kind, []), {"word": word.strip(), "reason": reason, "by": by}]
    return changed


def _word(path: str, entry: Any) -> str:
    word = entry.get("word") if isinstance(entry, Mapping) else entry
    if not isinstance(word, str) or not word.strip():
        raise _wrong(path, "a word, or a mapping of word, reason, by")
    return word.strip()


def _wrong(path: str, expected: str) -> UsageError:
    return UsageError("DP612", f"{path}: expected {expected}", hint="edit case.yaml")
