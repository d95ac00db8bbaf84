"""Raw evidence: file-backed, readable only through `open_raw`, silent about its content everywhere else.

Enters: a file in the raw zone of a case. Leaves: bytes, to the collectors and the redactor only. import-linter keeps
this module out of analyze, assess, render, sign and publish.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, NoReturn, final

from diagpack.model.ref import ArtifactId


class _Silent:
    """No repr, format, pickle, copy or attribute dump of these objects shows content."""

    __slots__ = ()

    def __str__(self) -> str:
        return repr(self)

    def __format__(self, spec: str) -> str:
        return repr(self)

    def __reduce__(self) -> NoReturn:
        raise TypeError("raw evidence is never pickled or copied")

    def __copy__(self) -> NoReturn:
        raise TypeError("raw evidence is never pickled or copied")

    def __deepcopy__(self, memo: object) -> NoReturn:
        raise TypeError("raw evidence is never pickled or copied")

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError("raw evidence is immutable")

    def __delattr__(self, name: str) -> None:
        raise AttributeError("raw evidence is immutable")


@final
class Source(_Silent):
    """One piece of input in the raw zone: a file given by the analyst, pasted text, or an artifact read again.

    `label` is a name without evidence in it (`source-3`, `har-1`); `name` is what the file was called, which is
    evidence (it can carry a customer's name). `origin` is "file", "note", "request-id", "answer" or an artifact id.
    """

    __slots__ = ("_name", "_path", "label", "origin", "sha256", "size_bytes")
    label: str
    origin: str
    sha256: str
    size_bytes: int

    def __init__(self, label: str, name: str, path: Path, sha256: str, size_bytes: int, origin: str) -> None:
        for attribute, value in (
            ("label", label),
            ("_name", name),
            ("_path", path),
            ("sha256", sha256),
            ("size_bytes", size_bytes),
            ("origin", origin),
        ):
            object.__setattr__(self, attribute, value)

    @property
    def name(self) -> str:
        """The file's own name: evidence, for recognising a format and for the redactor only."""
        return self._name  # type: ignore[no-any-return,attr-defined]

    @contextmanager
    def open_raw(self) -> Iterator[BinaryIO]:
        """The bytes. Every raw read goes through a method of this name, so one search finds them all."""
        with self._path.open("rb") as stream:  # type: ignore[attr-defined]
            yield stream

    @property
    def raw_path(self) -> Path:
        """For memory maps and external readers that need a path."""
        return self._path  # type: ignore[no-any-return,attr-defined]

    def head(self, size: int = 65536) -> bytes:
        """The first bytes, to recognise a format."""
        with self.open_raw() as stream:
            return stream.read(size)

    def __repr__(self) -> str:
        return f"Source({self.label}, {self.size_bytes} bytes)"


@final
class RawArtifact(_Silent):
    """Evidence that a collector cut from a source; never leaves the case.

    `kind` names what it is (`har`, `log`, `saml`, …); `folder` and `suffix` say where its redacted form will stand
    in the package (`evidence/<folder>/<id><suffix>`). `media_type` chooses the redactor's walker. `facts` is
    JSON-like data the collector computed from raw bytes; it is redacted like everything else. `source` is the label
    of the source it came from.
    """

    __slots__ = ("_facts", "_path", "folder", "id", "kind", "media_type", "sha256", "size_bytes", "source", "suffix")
    id: ArtifactId
    kind: str
    media_type: str
    folder: str
    suffix: str
    sha256: str
    size_bytes: int
    source: str

    def __init__(
        self,
        *,
        id: ArtifactId,
        kind: str,
        media_type: str,
        folder: str,
        suffix: str,
        path: Path,
        sha256: str,
        size_bytes: int,
        source: str,
        facts: Mapping[str, Any],
    ) -> None:
        for attribute, value in (
            ("id", id),
            ("kind", kind),
            ("media_type", media_type),
            ("folder", folder),
            ("suffix", suffix),
            ("_path", path),
            ("sha256", sha256),
            ("size_bytes", size_bytes),
            ("source", source),
            ("_facts", facts),
        ):
            object.__setattr__(self, attribute, value)

    @contextmanager
    def open_raw(self) -> Iterator[BinaryIO]:
        """The bytes, for collectors and the redactor."""
        with self._path.open("rb") as stream:  # type: ignore[attr-defined]
            yield stream

    @property
    def raw_path(self) -> Path:
        """For memory maps and worker processes, which receive a path and a range, never content."""
        return self._path  # type: ignore[no-any-return,attr-defined]

    @property
    def raw_facts(self) -> Mapping[str, Any]:
        """Facts before redaction."""
        return self._facts  # type: ignore[no-any-return,attr-defined]

    def __repr__(self) -> str:
        return f"RawArtifact({self.id}, {self.kind}, {self.media_type}, {self.size_bytes} bytes)"
