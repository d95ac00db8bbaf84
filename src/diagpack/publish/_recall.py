"""Takes a filed package back in Jira: notice attached, said in a comment, labelled, the zip deleted where allowed.

Enters: a signed notice, the issue, a client. Leaves: sentences on what could not be done. Every step looks before it
acts, so that the same command can be run again after any fault.
"""

import io
from collections.abc import Callable, Mapping
from typing import Any, Final

from diagpack.errors import RemoteError
from diagpack.model.package import RecallNotice
from diagpack.publish._client import JiraClient, Rejected, UnknownOutcome
from diagpack.publish._filing_note import adf

LABEL: Final = "diagpack-recalled"
PROPERTY: Final = "diagpack-recall"


def recall_in_jira(
    notice: RecallNotice,
    client: JiraClient,
    *,
    is_cloud: bool,
    say: Callable[[str], None],
    sleep: Callable[[float], None],
) -> tuple[str, ...]:
    """Raises AuthenticationError (4), RemoteError (7; run the same command again)."""
    issue = client.get(f"/issue/{notice.issue}", fields="attachment,labels", properties=PROPERTY)
    key = str(issue.get("key", notice.issue)) if isinstance(issue, Mapping) else notice.issue
    _attach(notice, key, client, sleep)
    done = _property(issue)
    if done.get("sha256") != notice.sha256:
        # The property is written behind the comment: a fault between the two says it twice rather than never.
        _comment(notice, key, client, is_cloud)
        client.put(f"/issue/{key}/properties/{PROPERTY}", {"schema": "diagpack.recall/1", "sha256": notice.sha256})
        say(f"{key}: the recall is noted")
    return (*_label(key, client), *_delete(notice, key, client, say))


def _attach(notice: RecallNotice, key: str, client: JiraClient, sleep: Callable[[float], None]) -> None:
    name = f"{notice.package_id}-{notice.sha256[:8]}.recall.json"
    for _ in range(3):
        if any(each["filename"] == name for each in _attachments(client, key)):
            return
        try:
            client.attach(f"/issue/{key}/attachments", name, io.BytesIO(notice.content), "application/json")
        except UnknownOutcome:
            sleep(1.0)
    raise RemoteError("DP587", f"{name} could not be attached to {key}", hint="run the same command again")


def _comment(notice: RecallNotice, key: str, client: JiraClient, is_cloud: bool) -> None:
    lines = [
        f"{notice.package_id}.zip (SHA-256 {notice.sha256}) is recalled. Do not use it, and delete your copies.",
        f"Reason: {notice.reason}",
        f"Check a copy with: diagpack verify {notice.package_id}.zip --recall FILE (the attached .recall.json)",
    ]
    try:
        client.post(f"/issue/{key}/comment", {"body": adf(lines) if is_cloud else "\n".join(lines)})
    except UnknownOutcome:
        raise RemoteError(
            "DP582", "it is not known whether the comment arrived", hint="run the same command again"
        ) from None


def _label(key: str, client: JiraClient) -> list[str]:
    try:
        client.put(f"/issue/{key}", {"update": {"labels": [{"add": LABEL}]}})
    except Rejected:
        return [f"{key}: the label {LABEL} could not be set"]
    return []


def _delete(notice: RecallNotice, key: str, client: JiraClient, say: Callable[[str], None]) -> list[str]:
    name = f"{notice.package_id}-{notice.sha256[:8]}.zip"
    problems = []
    for each in _attachments(client, key):
        if each["filename"] != name:
            continue
        try:
            client.delete(f"/attachment/{each['id']}")
            say(f"{key}: {name} is deleted")
        except Rejected as refusal:
            if refusal.status != 404:
                problems.append(f"{key}: {name} may not be deleted by this account; ask an administrator to do it")
    return problems


def _attachments(client: JiraClient, key: str) -> list[Mapping[str, Any]]:
    answer = client.get(f"/issue/{key}", fields="attachment")
    fields = answer.get("fields", {}) if isinstance(answer, Mapping) else {}
    listed = fields.get("attachment", []) if isinstance(fields, Mapping) else []
    return [each for each in listed if isinstance(each, Mapping) and "filename" in each and "id" in each]


def _property(issue: Any) -> Mapping[str, Any]:
    properties = issue.get("properties") if isinstance(issue, Mapping) else None
    found = properties.get(PROPERTY) if isinstance(properties, Mapping) else None
    return found if isinstance(found, Mapping) else {}
