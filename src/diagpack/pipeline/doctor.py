"""`diagpack doctor`: what is there, what is missing, and the one thing to do about it.

Enters: the team profile. Leaves: one `Check` per line. Only `online=True` opens
connections, to hosts the profile names.
"""

import importlib.util
import os
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from diagpack.case.layout import cases_root
from diagpack.errors import DiagpackError
from diagpack.pipeline.settings import key_path
from diagpack.team.profile import Profile, load_profile


@dataclass(frozen=True, slots=True)
class Check:
    """One line. `is_needed` is False for what only some commands need."""

    name: str
    ok: bool
    detail: str
    fix: str = ""
    is_needed: bool = False


def check_up(profile_path: Path | None, *, online: bool = False) -> list[Check]:
    """All checks, most important first."""
    checks = [_python(), *_libraries(), *_programs(), _cases(), _key_storage(), _signing_key()]
    try:
        profile = load_profile(profile_path)
    except DiagpackError as problem:
        return [*checks, Check("team profile", False, problem.message, problem.hint, is_needed=True)]
    checks.append(_profile(profile_path, profile))
    checks += _jira(profile)
    if online:
        checks += _reached(profile)
    return checks


def _python() -> Check:
    version = ".".join(map(str, sys.version_info[:3]))
    return Check("Python", sys.version_info >= (3, 11), version, "install Python 3.11 or newer", is_needed=True)


def _libraries() -> Iterator[Check]:
    for name, needed, why in (
        ("presidio-analyzer", True, "detects personal data in text"),
        ("google-re2", True, "linear-time patterns"),
        ("lxml", True, "reads XML"),
        ("signxml", False, "checks SAML signatures"),
    ):
        try:
            yield Check(name, True, f"{metadata.version(name)}, {why}")
        except metadata.PackageNotFoundError:
            extra = "pip install 'diagpack[saml]'" if name == "signxml" else f"pip install {name}"
            yield Check(name, False, f"not installed; {why}", extra, is_needed=needed)
    has_model = importlib.util.find_spec("en_core_web_sm") is not None
    detail = "en_core_web_sm" if has_model else "no spaCy model; names in prose are found by lists and context"
    yield Check("names by model (--ner)", has_model, detail, "python -m spacy download en_core_web_sm, if you want it")


def _programs() -> Iterator[Check]:
    for name, why in (
        ("ssh-keygen", "engineers verify with it"),
        ("curl", "runs repro.sh"),
        ("openssl", "reads .pyz results"),
    ):
        path = shutil.which(name)
        yield Check(name, path is not None, f"found, {why}" if path else f"not found; {why}", f"install {name}")


def _cases() -> Check:
    root = cases_root(None)
    parent = root if root.exists() else next(each for each in root.parents if each.exists())
    writable = os.access(parent, os.W_OK)
    return Check("cases", writable, str(root), "choose another folder with --cases or DIAGPACK_CASES", is_needed=True)


def _key_storage() -> Check:
    fix = "install a keyring, or set DIAGPACK_PASSPHRASE"
    if os.environ.get("DIAGPACK_PASSPHRASE"):
        return Check("case keys", True, "wrapped by the passphrase in DIAGPACK_PASSPHRASE")
    import keyring
    from keyring.backends import fail, null

    if os.environ.get("DIAGPACK_NO_KEYRING") or isinstance(keyring.get_keyring(), fail.Keyring | null.Keyring):
        return Check("case keys", False, "plain files readable only by you: there is no keyring here", fix)
    return Check("case keys", True, "in the system keyring")


def _signing_key() -> Check:
    path = key_path()
    detail = str(path) if path.exists() else "none yet; the first collect makes one"
    return Check("signing key", True, detail)


def _profile(path: Path | None, profile: Profile) -> Check:
    if path is None:
        return Check("team profile", False, "none; built-in matrix, checklists and policy are used", "diagpack setup")
    return Check("team profile", True, profile.name or str(path))


def _jira(profile: Profile) -> Iterator[Check]:
    site = profile.jira.get("site") or os.environ.get("DIAGPACK_JIRA_SITE", "")
    if not site:
        yield Check("Jira", False, "no site configured; submit --to DIR works without", "set jira.site in the profile")
        return
    has_token = bool(os.environ.get("DIAGPACK_JIRA_TOKEN"))
    yield Check("Jira", has_token, f"{site}{'' if has_token else ', no token'}", "set DIAGPACK_JIRA_TOKEN")


def _reached(profile: Profile) -> Iterator[Check]:
    """The one check that opens connections: to the Jira that the profile or the environment names."""
    if not (profile.jira.get("site") or os.environ.get("DIAGPACK_JIRA_SITE")):
        return
    from diagpack.publish.reach import reach

    ok, detail = reach(profile.jira)
    yield Check("Jira answers", ok, detail, "check the address, the proxy and the token")
