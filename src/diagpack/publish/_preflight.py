"""Everything that can be refused is asked before the issue exists.

Enters: a client, settings, the ticket of the package. Leaves: a `Plan`: the dialect, ids of project fields, and the
create request. A field that is not on the create screen is left out and said so, rather than failing after the fact.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from diagpack.errors import AuthenticationError, RemoteError, UsageError
from diagpack.publish._client import JiraClient, Rejected
from diagpack.publish._settings import JiraSettings

PERMISSIONS: Final = "CREATE_ISSUES,CREATE_ATTACHMENTS,ADD_COMMENTS"


@dataclass(frozen=True, slots=True)
class Ticket:
    """What the package says the ticket should be: Cloud takes ADF, Data Center wiki markup."""

    summary: str
    labels: tuple[str, ...]
    adf: Mapping[str, Any]
    wiki: str
    severity: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """`fields` is ready to send. `notes` are sentences on what could not be set."""

    is_cloud: bool
    fields: Mapping[str, Any]
    has_labels: bool
    upload_limit: int
    notes: tuple[str, ...] = ()


def detect_cloud(client: JiraClient, settings: JiraSettings) -> bool:
    """Which dialect; `flavour` in the settings decides without asking."""
    if settings.flavour in ("cloud", "dc"):
        return settings.flavour == "cloud"
    client.api = "/rest/api/2"
    found = client.get("/serverInfo")
    return not (isinstance(found, Mapping) and found.get("deploymentType") == "Server")


def preflight(client: JiraClient, settings: JiraSettings, ticket: Ticket, largest: int, label: str) -> Plan:
    """Raises AuthenticationError, UsageError (DP506 type, DP507 rights, DP508 size)."""
    is_cloud = detect_cloud(client, settings)
    client.api = "/rest/api/3" if is_cloud else "/rest/api/2"
    client.get("/myself")
    _check_rights(client, settings)
    limit = _upload_limit(client)
    if largest > limit:
        raise UsageError(
            "DP508", f"the package has {largest} bytes, this Jira takes {limit}", hint="submit --to DIR, and link it"
        )
    type_id, known = _create_screen(client, settings)
    fields, notes = _fields(settings, ticket, known, is_cloud, label)
    fields["issuetype"] = {"id": type_id}
    return Plan(is_cloud, fields, "labels" in fields, limit, notes)


def _check_rights(client: JiraClient, settings: JiraSettings) -> None:
    answer = client.get("/mypermissions", projectKey=settings.project, permissions=PERMISSIONS)
    granted = answer.get("permissions", {}) if isinstance(answer, Mapping) else {}
    denied = [name for name, each in granted.items() if isinstance(each, Mapping) and not each.get("havePermission")]
    if denied:
        raise AuthenticationError(
            "DP507", f"this account may not {', '.join(sorted(denied))} in that project", hint="ask a project admin"
        )


def _upload_limit(client: JiraClient) -> int:
    answer = client.get("/attachment/meta")
    if not isinstance(answer, Mapping) or not answer.get("enabled", True):
        raise RemoteError("DP509", "attachments are switched off in this Jira", hint="submit --to DIR")
    limit = answer.get("uploadLimit")
    return limit if isinstance(limit, int) else 10 << 20


def _create_screen(client: JiraClient, settings: JiraSettings) -> tuple[str, dict[str, Mapping[str, Any]]]:
    path = f"/issue/createmeta/{settings.project}/issuetypes"
    try:
        types = _pages(client, path, "issueTypes")
    except Rejected:
        raise UsageError(
            "DP506", "there is no such project, or it is not visible to you", hint="jira.project"
        ) from None
    wanted = settings.issue_type.casefold()
    chosen = next((each for each in types if str(each.get("name", "")).casefold() == wanted), None)
    if chosen is None:
        names = ", ".join(sorted(str(each.get("name", "")) for each in types)[:12])
        raise UsageError("DP506", "the project has no such issue type", hint=f"jira.issue_type: one of {names}")
    fields = _pages(client, f"{path}/{chosen['id']}", "fields")
    return str(chosen["id"]), {str(each.get("fieldId") or each.get("key")): each for each in fields}


def _pages(client: JiraClient, path: str, name: str) -> list[Mapping[str, Any]]:
    """Cloud names the list `issueTypes` or `fields`, Data Center `values` for both."""
    found: list[Mapping[str, Any]] = []
    while True:
        answer = client.get(path, startAt=str(len(found)), maxResults="50")
        page = (answer.get(name) or answer.get("values") or []) if isinstance(answer, Mapping) else []
        found += [each for each in page if isinstance(each, Mapping)]
        total = answer.get("total", 0) if isinstance(answer, Mapping) else 0
        if not page or not isinstance(total, int) or len(found) >= total:
            return found


def _fields(
    settings: JiraSettings, ticket: Ticket, known: Mapping[str, Mapping[str, Any]], is_cloud: bool, label: str
) -> tuple[dict[str, Any], tuple[str, ...]]:
    notes: list[str] = []
    fields: dict[str, Any] = {
        "project": {"key": settings.project},
        "summary": " ".join(ticket.summary.split())[:255] or "Escalation",
        "description": dict(ticket.adf) if is_cloud else ticket.wiki,
    }
    if "labels" in known:
        fields["labels"] = sorted({label, *_labels(ticket.labels), *_labels(settings.labels)})
    else:
        notes.append("labels are not on the create screen; the issue is found again by its properties")
    wanted = dict(settings.fields)
    if ticket.severity and "severity" not in {name.casefold() for name in wanted}:
        wanted["Severity"] = ticket.severity
    for name, value in wanted.items():
        field_id, encoded = _encode(name, value, known)
        if field_id:
            fields[field_id] = encoded
        elif name in settings.fields:
            notes.append(f"the field {name} is not on the create screen, or does not allow the value")
    missing = _required(known, fields)
    if missing:
        raise UsageError("DP506", f"the project requires {missing}", hint="set it under jira.fields in the profile")
    return fields, tuple(notes)


def _labels(labels: Sequence[str]) -> list[str]:
    return ["-".join(each.split())[:255] for each in labels if each.split()]


def _encode(name: str, value: Any, known: Mapping[str, Mapping[str, Any]]) -> tuple[str, Any]:
    """Field id and value in the field's own shape; ("", None) when the screen does not take it."""
    for field_id, field in known.items():
        if name.casefold() not in (str(field.get("name", "")).casefold(), field_id.casefold()):
            continue
        allowed = field.get("allowedValues")
        if not isinstance(allowed, list) or not allowed:
            return field_id, value
        for each in allowed:
            if str(value).casefold() in (str(each.get("value", "")).casefold(), str(each.get("name", "")).casefold()):
                chosen = {"id": str(each["id"])}
                is_list = isinstance(field.get("schema"), Mapping) and field["schema"].get("type") == "array"
                return field_id, [chosen] if is_list else chosen
    return "", None


def _required(known: Mapping[str, Mapping[str, Any]], fields: Mapping[str, Any]) -> str:
    provided = {*fields, "issuetype", "reporter"}
    names = [
        str(field.get("name") or field_id)
        for field_id, field in known.items()
        if field.get("required") and not field.get("hasDefaultValue") and field_id not in provided
    ]
    return ", ".join(sorted(names))
