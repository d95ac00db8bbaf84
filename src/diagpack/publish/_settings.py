"""What filing in Jira needs to be told, and where each part may come from.

Enters: the profile's `jira` section merged with the command line, and the environment for secrets. Leaves: one checked,
frozen `JiraSettings`. A token is never an argument and never stands in a file that diagpack writes.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from diagpack.errors import AuthenticationError, UsageError

_LOOPBACK = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True, slots=True)
class JiraSettings:
    """`site` is what people open; `api_base` is what is called (they differ for scoped tokens). Times are seconds."""

    site: str
    api_base: str
    project: str
    issue_type: str
    email: str
    token: str = field(repr=False)
    flavour: str = "auto"
    fields: Mapping[str, Any] = field(default_factory=dict)
    labels: tuple[str, ...] = ()
    issue: str = ""
    case_url: str = ""
    quiet_seconds: float = 120.0
    assume_not_created: bool = False

    @classmethod
    def read(cls, settings: Mapping[str, Any]) -> "JiraSettings":
        """Raises UsageError (DP503) naming what is missing, AuthenticationError (DP504) without a token."""
        site = str(settings.get("site") or os.environ.get("DIAGPACK_JIRA_SITE") or "").rstrip("/")
        project = str(settings.get("project") or os.environ.get("DIAGPACK_JIRA_PROJECT") or "")
        if not site or not project:
            missing = "jira.site" if not site else "jira.project"
            raise UsageError("DP503", f"{missing} is not set", hint="in the team profile; or use --to DIR")
        api_base = str(settings.get("api_base") or site).rstrip("/")
        for url in (site, api_base):
            _check_url(url)
        token = os.environ.get("DIAGPACK_JIRA_TOKEN", "")
        if not token:
            raise AuthenticationError(
                "DP504", "there is no Jira token", hint="set DIAGPACK_JIRA_TOKEN, and DIAGPACK_JIRA_EMAIL on Jira Cloud"
            )
        return cls(
            site=site,
            api_base=api_base,
            project=project,
            issue_type=str(settings.get("issue_type") or "Bug"),
            email=str(settings.get("email") or os.environ.get("DIAGPACK_JIRA_EMAIL") or ""),
            token=token,
            flavour=str(settings.get("flavour") or "auto"),
            fields=dict(settings.get("fields") or {}),
            labels=tuple(settings.get("labels") or ()),
            issue=str(settings.get("issue") or ""),
            case_url=str(settings.get("case_url") or ""),
            quiet_seconds=float(settings.get("quiet_seconds") or 120.0),
            assume_not_created=bool(settings.get("assume_not_created")),
        )


def _check_url(url: str) -> None:
    parts = urlsplit(url)
    if parts.scheme == "https" and parts.hostname:
        return
    if parts.scheme == "http" and parts.hostname in _LOOPBACK:
        return
    raise UsageError("DP503", "jira.site must be an https address", hint="for example https://example.atlassian.net")
