"""The door between raw and redacted evidence: the only maker of `RedactedArtifact` and `ScannedFiles`.

Enters: raw artifacts, the case key, a policy. Leaves: sealed redacted artifacts, what was withheld and why, a report
of counts, and the scan that stands before the signature. Fails closed: on any fault nothing is left behind.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from diagpack.errors import RedactionError
from diagpack.model._seal import Sealer
from diagpack.model.keys import CaseKey
from diagpack.model.missing import Missing
from diagpack.model.raw import RawArtifact
from diagpack.model.redacted import RedactedArtifact, RedactionReport, ScannedFiles, canonical, describe, describe_files
from diagpack.model.ref import ArtifactId
from diagpack.redact.index import evidence_path, read_index, write_index
from diagpack.redact.last_look import LastLook
from diagpack.redact.passes import Aligned, CasePasses, LiveCredential, Rewritten, Settings
from diagpack.redact.policy import Policy
from diagpack.redact.seeds import Seeds
from diagpack.redact.spans import Detector


@dataclass(frozen=True, slots=True, repr=False)
class Redaction:
    """The result of redacting one case."""

    artifacts: tuple[RedactedArtifact, ...]
    withheld: tuple[Missing, ...]
    report: RedactionReport
    live_credentials: tuple[LiveCredential, ...]
    _look: LastLook
    _sealer: Sealer

    def __repr__(self) -> str:
        return f"Redaction({len(self.artifacts)} artifacts, {len(self.withheld)} withheld)"

    def scan(self, files: Mapping[str, bytes]) -> ScannedFiles:
        """The residue scan over finished files. Raises RedactionError (DP210) naming file and rule."""
        return scan_files(files, self._look, self._sealer)


def redact_case(
    raws: Sequence[RawArtifact],
    *,
    key: CaseKey,
    policy: Policy,
    seeds: Seeds,
    evidence_dir: Path,
    withheld: Mapping[str, str] = MappingProxyType({}),
    workers: int = 1,
    extra_detectors: Sequence[Detector] = (),
    ner: str = "",
    map_path: Path | None = None,
    aligned: Aligned | None = None,
) -> Redaction:
    """Redact a whole case in two passes.

    `withheld` maps artifact ids to the analyst's reason; those are not read. `ner`: a spaCy model (name or folder) for
    names in prose. `map_path`: where the encrypted map of tokens goes, if anywhere. `aligned`: artifacts that came with
    tokens of another key.
    Raises RedactionError, and then leaves no file behind.
    """
    settings = Settings(key, policy, seeds, workers, tuple(extra_detectors), ner, map_path, aligned)
    passes = CasePasses(raws, settings, withheld)
    evidence_dir.mkdir(parents=True, exist_ok=True)
    written: list[Path] = []
    try:
        rewritten = passes.run(evidence_dir, lambda raw: _target(evidence_dir, raw, written))
        sealer = Sealer(key.subkey("seal"))
        artifacts = tuple(_sealed(each, policy, sealer) for each in rewritten)
        look = passes.last_look(evidence_dir)
        report = _report(rewritten, passes, look, policy)
        _write_index(evidence_dir, artifacts, sealer)
    except BaseException:
        for path in written:
            path.unlink(missing_ok=True)
        raise
    return Redaction(artifacts, tuple(passes.missing), report, passes.live_credentials(), look, sealer)


def scan_files(files: Mapping[str, bytes], look: LastLook, sealer: Sealer) -> ScannedFiles:
    """Every file and file name; the first hit stops everything."""
    for hit in look.hits(files):
        raise RedactionError(
            "DP210",
            f"{hit.path}: something that should have been redacted is still there (rule {hit.rule})",
            hint="withhold the artifact with --withhold ARTIFACT --reason TEXT, and report the fault",
        )
    digests = {path: hashlib.sha256(content).hexdigest() for path, content in files.items()}
    return ScannedFiles(files, sealer.seal(describe_files(digests)))


def load_evidence(evidence_dir: Path, key: CaseKey) -> tuple[RedactedArtifact, ...]:
    """The redacted artifacts of an earlier run, in order. Raises RedactionError when anything was changed."""
    sealer = Sealer(key.subkey("seal"))
    content, mac = read_index(evidence_dir)
    if not sealer.seal(canonical(content)).mac == mac:
        raise RedactionError(
            "DP222", "the index of redacted evidence was changed or belongs to another case", hint="run collect again"
        )
    artifacts = []
    for record in content["artifacts"]:
        path = evidence_path(evidence_dir, record["folder"], record["id"] + record["suffix"])
        seal = sealer.seal(describe(**record))
        artifact = RedactedArtifact(**{**record, "id": ArtifactId(record["id"])}, path=path, seal=seal)
        artifact.open().close()
        artifacts.append(artifact)
    return tuple(artifacts)


def _target(evidence_dir: Path, raw: RawArtifact, written: list[Path]) -> Path:
    path = evidence_path(evidence_dir, raw.folder, raw.id + raw.suffix)
    path.parent.mkdir(parents=True, exist_ok=True)
    written.append(path)
    return path


def _sealed(each: Rewritten, policy: Policy, sealer: Sealer) -> RedactedArtifact:
    record = {**each.description(), "policy_sha256": policy.sha256}
    return RedactedArtifact(
        **{**record, "id": ArtifactId(each.id)}, path=each.path, seal=sealer.seal(describe(**record))
    )


def _write_index(evidence_dir: Path, artifacts: Sequence[RedactedArtifact], sealer: Sealer) -> None:
    content = {"artifacts": [json.loads(each._description()) for each in artifacts]}
    write_index(evidence_dir, content, sealer.seal(canonical(content)).mac)


def _report(rewritten: Sequence[Rewritten], passes: CasePasses, look: LastLook, policy: Policy) -> RedactionReport:
    counts: Counter[str] = Counter()
    for each in rewritten:
        counts.update(each.tally)
    return RedactionReport(
        policy_sha256=policy.sha256,
        counts=dict(sorted(counts.items())),
        by_artifact={each.id: dict(sorted(each.tally.items())) for each in rewritten},
        withheld=tuple({"artifact": each.label, "reason": each.reason} for each in passes.missing),
        not_searched=dict(sorted((passes.not_searched() + look.not_searched()).items())),
        notes=("Text in pictures is not redacted.",)
        if any(each.media_type == "image/png" for each in rewritten)
        else (),
    )


__all__ = ["LiveCredential", "Redaction", "Seeds", "load_evidence", "redact_case"]
