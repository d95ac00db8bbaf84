"""Hosts that a person named in the policy or the case: they go with their subdomains, also where hosts stay."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, Final

from diagpack.redact.detectors._engine import Pattern, Rank, compiled
from diagpack.redact.spans import Detector, Span

_LABEL_BYTES: Final = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-")


class HiddenHosts:
    """Empty unless configured. `*` in an entry stands for letters, digits and dashes of one label."""

    id = "hidden-host"
    entities: tuple[str, ...] = ("host",)
    rank = Rank.STRUCTURAL
    # Looked for although hosts in general stay.
    is_named = True

    def __init__(self, hosts: Sequence[str] = ()) -> None:
        self.hosts = tuple(host.strip().lower().removeprefix("*.").strip(".") for host in hosts)

    def configured(self, config: Mapping[str, Any]) -> "HiddenHosts":
        return HiddenHosts(config["hide_hosts"])

    @cached_property
    def _names(self) -> str:
        return "|".join(_escaped(host) for host in sorted(self.hosts, key=len, reverse=True) if host)

    @cached_property
    def _pattern(self) -> Pattern | None:
        return compiled(rf"(?:[A-Za-z0-9_-]+\.)*(?:{self._names})", ignore_case=True) if self._names else None

    def trigger(self) -> str:
        """Where something may be found; "" for nowhere."""
        return f"(?i:{self._names})" if self._names else ""

    @property
    def structural_rules(self) -> frozenset[str]:
        """What a person named outranks what the lexer protects."""
        return frozenset({"hidden-host"})

    def scan(self, data: bytes, context: str = "") -> Iterator[Span]:
        if self._pattern is None:
            return
        for start, end in self._pattern.spans(data):
            if not _goes_on(data, start, end):
                yield Span(start, end, "host", "hidden-host")


def _goes_on(data: bytes, start: int, end: int) -> bool:
    """Whether the match is a part of another name: `example.com.evil.test`, `myexample.com`."""
    if start and data[start - 1] in _LABEL_BYTES:
        return True
    after = data[end : end + 2]
    if after[:1] == b".":
        return len(after) > 1 and after[1] in _LABEL_BYTES
    return bool(after) and after[0] in _LABEL_BYTES


def _escaped(host: str) -> str:
    return "".join("[A-Za-z0-9_-]*" if each == "*" else each if each.isalnum() else f"\\{each}" for each in host)


DETECTOR: Final[Detector] = HiddenHosts()
