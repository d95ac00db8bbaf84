"""`diagpack demo`: the built-in case through exactly the pipeline of `collect`.

Enters: a folder to work in. Leaves: a signed package in it, verified. The signing key is made for this run and
forgotten; the keyring is not touched.
"""

from dataclasses import replace
from pathlib import Path

from diagpack.case.config import new_case_yaml, update_case_yaml
from diagpack.case.layout import CaseDir
from diagpack.errors import UsageError
from diagpack.model.case import case_id
from diagpack.pipeline import demo_case
from diagpack.pipeline.collecting import Inputs
from diagpack.pipeline.run import Outcome, Say, collect
from diagpack.pipeline.settings import Settings, allowed_signers

_MARKER = ".diagpack-demo"


def run_demo(into: Path, settings: Settings, say: Say, secrets: demo_case.Secrets | None = None) -> Outcome:
    """Make the demo in `into`; a folder made by an earlier demo is used again."""
    if into.exists() and any(into.iterdir()) and not (into / _MARKER).exists():
        raise UsageError("DP904", "that folder holds something else", hint="name an empty one with --dir")
    into.mkdir(parents=True, exist_ok=True)
    (into / _MARKER).write_text("made by diagpack demo; may be deleted\n")
    inputs = []
    for name, content in demo_case.demo_files(secrets).items():
        path = into / "input" / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)
        inputs.append(path)
    certificate = into / "input" / "idp.pem"
    certificate.write_bytes(demo_case.idp_certificate())
    folder = CaseDir(into / "cases", case_id(demo_case.CASE_ID))
    if not folder.exists():
        folder.create()
        folder.yaml.write_text(new_case_yaml(folder.id, "sso-saml"), encoding="utf-8")
        update_case_yaml(folder.yaml, demo_case.demo_case_yaml(str(certificate.resolve())))
    settings = replace(settings, use_keyring=False)
    outcome = collect(folder, Inputs(paths=tuple(inputs)), settings, say)
    trust = into / "allowed_signers"
    trust.write_text(allowed_signers(settings.signer), encoding="utf-8")
    return outcome
