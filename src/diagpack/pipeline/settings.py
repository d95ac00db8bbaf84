"""Everything a run is told besides its evidence: profile, signer, clock, limits.

Enters: the team profile, environment variables, options. Leaves: one frozen `Settings`.
"""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

import platformdirs
import yaml

from diagpack.assess.disposition import Criteria, load_criteria
from diagpack.assess.severity import Matrix, load_matrix
from diagpack.assess.similar import load_known_issues
from diagpack.errors import UsageError
from diagpack.model.package import NAMESPACE
from diagpack.redact.spans import Detector
from diagpack.sign.signer import Signer, load_signer, new_key, throwaway_signer
from diagpack.team.profile import Profile, load_profile

if TYPE_CHECKING:
    from diagpack.guide.intake import IntakeKey

# Libraries whose version changes what a package says.
_SHAPING = ("diagpack", "presidio-analyzer", "haralyzer", "google-re2", "lxml", "signxml")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """One run's settings. `now` is the run's only clock reading (aware, UTC).

    `recovery_key`: the team's, for customers' files whose case key is lost.
    """

    profile: Profile
    signer: Signer
    now: datetime
    matrix: Matrix
    criteria: Criteria
    templates: Mapping[str, str] = field(default_factory=dict)
    passphrase: str | None = None
    recovery_key: "IntakeKey | None" = None
    use_keyring: bool = True
    has_throwaway_key: bool = False
    workers: int = 1
    ner: str = ""
    is_urgent: bool = False
    extra_detectors: Sequence[Detector] = ()
    known_issues: Sequence[Mapping[str, Any]] = field(default=())


def load_settings(
    profile_path: Path | None = None,
    *,
    throwaway: bool = False,
    workers: int = 0,
    ner: str = "",
    use_keyring: bool | None = None,
) -> Settings:
    """Settings for a command. `throwaway` signs with a key that is forgotten when the program ends (demo)."""
    profile = load_profile(profile_path)
    keyring_allowed = use_keyring if use_keyring is not None else not os.environ.get("DIAGPACK_NO_KEYRING")
    return Settings(
        profile=profile,
        signer=throwaway_signer("demo@throwaway.invalid") if throwaway else user_signer(profile),
        now=datetime.now(UTC),
        matrix=load_matrix(profile.severity_matrix),
        criteria=load_criteria(profile.disposition),
        templates=load_templates(profile.queries),
        passphrase=os.environ.get("DIAGPACK_PASSPHRASE"),
        use_keyring=keyring_allowed,
        has_throwaway_key=throwaway,
        workers=workers or min(os.cpu_count() or 1, 4),
        ner=ner,
        known_issues=load_known_issues(profile.known_issues) if profile.known_issues else (),
    )


def key_path() -> Path:
    """Where this user's signing key lives when the profile names none."""
    named = os.environ.get("DIAGPACK_SIGNING_KEY")
    return Path(named) if named else platformdirs.user_config_path("diagpack") / "signing_key"


def principal() -> str:
    """Who signs, as the trust store will know them."""
    return os.environ.get("DIAGPACK_PRINCIPAL") or f"{os.environ.get('USER', 'analyst')}@localhost"


def user_signer(profile: Profile) -> Signer:
    """The signer the profile names; else the user's own key, made on first use."""
    if signing := profile.keys.get("signing"):
        return load_signer(signing)
    path = key_path()
    if not path.exists():
        new_key(path, principal())
    return load_signer({"key": str(path), "principal": principal()})


def load_templates(path: Path | None) -> dict[str, str]:
    """The team's own log query templates by engine. Raises UsageError (DP911) when the file is not such a mapping."""
    if path is None:
        return {}
    try:
        document = yaml.safe_load(path.read_text("utf-8"))
    except (OSError, yaml.YAMLError, UnicodeDecodeError):
        document = None
    if not isinstance(document, dict) or not all(isinstance(each, str) for each in document.values()):
        raise UsageError(
            "DP911", "the log query templates cannot be read", hint="a mapping of engine to one query text"
        )
    return {str(name): template for name, template in document.items()}


def allowed_signers(signer: Signer) -> str:
    """The line that makes `ssh-keygen -Y verify` trust this signer's packages."""
    return f'{signer.principal} namespaces="{NAMESPACE}" {signer.public_line}\n'


def versions(settings: Settings) -> dict[str, str]:
    """Versions that shaped a package, plug-ins from elsewhere included."""
    found: dict[str, str] = {}
    for name in (*_SHAPING, *settings.profile.plugins):
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            found[name] = "not installed"
    return found
