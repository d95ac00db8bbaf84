"""Publish to Jira: one issue with the package attached, exactly once.

Enters: a verified package, settings, a journal. Leaves: a receipt. Jira has no idempotency key, so the issue is born
with a label and a property that name this case; a create whose outcome is unknown is looked up by them and never sent
again before the quiet time is over. The journal is synced before every step that cannot be taken back.
States: planned, creating, created, attached, done.
"""

import hashlib
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from diagpack.errors import PackageError, RemoteError
from diagpack.model.package import PublishContext, Publisher, RecallNotice, Receipt, VerifiedPackage
from diagpack.publish._client import JiraClient, Rejected, UnknownOutcome
from diagpack.publish._filing_note import adf, shown, with_note
from diagpack.publish._preflight import Plan, Ticket, detect_cloud, preflight
from diagpack.publish._recall import recall_in_jira
from diagpack.publish._settings import JiraSettings

PROPERTY: Final = "diagpack"
_LOOKUP_WAITS: Final = (2.0, 4.0, 8.0, 16.0, 30.0, 30.0, 30.0)


class Jira:
    """Files a package in Jira Cloud (v3) or Data Center (v2)."""

    id = "jira"

    def publish(self, package: VerifiedPackage, ctx: PublishContext) -> Receipt:
        """Raises AuthenticationError (4), UsageError (2), RemoteError (7; run the same command again)."""
        settings = JiraSettings.read(ctx.settings)
        with JiraClient(settings, sleep=ctx.sleep) as client:
            return _Delivery(package, ctx, settings, client).run()

    def recall(self, notice: RecallNotice, ctx: PublishContext) -> tuple[str, ...]:
        """See `_recall`."""
        settings = JiraSettings.read(ctx.settings)
        with JiraClient(settings, sleep=ctx.sleep) as client:
            is_cloud = detect_cloud(client, settings)
            client.api = "/rest/api/3" if is_cloud else "/rest/api/2"
            return recall_in_jira(notice, client, is_cloud=is_cloud, say=ctx.say, sleep=ctx.sleep)


class _Delivery:
    def __init__(
        self, package: VerifiedPackage, ctx: PublishContext, settings: JiraSettings, client: JiraClient
    ) -> None:
        self.package = package
        self.ctx = ctx
        self.settings = settings
        self.client = client
        self.label = label_for(package.case_id, settings)
        self.slot = f"jira:{settings.site}:{settings.project}:{package.case_id}"
        self.attachments = {f"{package.id}-{package.sha256[:8]}.zip": package.content}

    def run(self) -> Receipt:
        ticket = with_note(ticket_of(self.package), self.ctx.notes)
        largest = max(map(len, self.attachments.values()))
        plan = preflight(self.client, self.settings, ticket, largest, self.label)
        for note in plan.notes:
            self.ctx.say(note)
        known = self.settings.issue or str((self.ctx.journal.get(self.slot) or {}).get("key", ""))
        self._say_similar(ticket, known)
        if self.ctx.is_dry_run:
            return self._dry_run(plan, known)
        key = self._existing(known) if known else self._find_or_create(plan)
        self._attach_all(key)
        self._note_package(key, plan, is_update=bool(known))
        digests = self._check(key)
        self._put("done", key=key)
        return Receipt("jira", key, f"{self.settings.site}/browse/{key}", digests, self.package.sha256)

    def _say_similar(self, ticket: Ticket, known: str) -> None:
        """Tickets that carry the same signature label: the same failure, seen before."""
        for label in (each for each in ticket.labels if each.startswith("dp1-")):
            found = self._search(f'project = "{self.settings.project}" AND labels = "{label}"')
            others = [key for key, own in found if key != known and own != self.label]
            if others:
                self.ctx.say(f"the same signature ({label.replace('-', ':', 1)}) is on {', '.join(others[:5])}")

    def _put(self, state: str, **values: Any) -> None:
        before = dict(self.ctx.journal.get(self.slot) or {})
        self.ctx.journal.put(self.slot, {**before, "state": state, "label": self.label, **values})

    def _dry_run(self, plan: Plan, known: str) -> Receipt:
        found = known or self._look_up(has_labels=plan.has_labels)
        self.ctx.say(f"would {'update ' + found if found else 'create an issue in ' + self.settings.project}")
        self.ctx.say(f"POST {self.settings.api_base}{self.client.api}/issue")
        self.ctx.say(json.dumps({name: plan.fields[name] for name in plan.fields if name != "description"}))
        for name, content in self.attachments.items():
            self.ctx.say(f"would attach {name}, {len(content)} bytes")
        return Receipt("jira", found, f"{self.settings.site}/browse/{found}" if found else "", {}, self.package.sha256)

    def _existing(self, key: str) -> str:
        """The issue may have been moved: its answer carries the key that counts now."""
        answer = self.client.get(f"/issue/{key}", fields="labels")
        return str(answer.get("key", key)) if isinstance(answer, Mapping) else key

    def _find_or_create(self, plan: Plan) -> str:
        state = self.ctx.journal.get(self.slot) or {}
        found = self._look_up(has_labels=plan.has_labels)
        if not found and state.get("state") == "creating" and not self.settings.assume_not_created:
            found = self._wait_for_index(plan, float(state.get("at", 0.0)), is_final=False)
        if not found:
            found = self._create(plan)
        self._put("created", key=found)
        self.ctx.say(f"issue {found}")
        return found

    def _create(self, plan: Plan) -> str:
        body = {"fields": dict(plan.fields), "properties": [{"key": PROPERTY, "value": self._property("creating")}]}
        self._put("creating", at=self.ctx.clock())
        try:
            answer = self._post_issue(body, plan)
        except UnknownOutcome:
            return self._wait_for_index(plan, self.ctx.clock())
        except Rejected:
            self._put("planned")
            raise
        if not isinstance(answer, Mapping) or "key" not in answer:
            return self._wait_for_index(plan, self.ctx.clock())
        return str(answer["key"])

    def _post_issue(self, body: dict[str, Any], plan: Plan) -> Any:
        try:
            return self.client.post("/issue", body)
        except Rejected as refusal:
            # Some sites allow shorter descriptions than Jira's own limit; a refusal created nothing.
            if "description" not in refusal.fields:
                raise
            self.ctx.say("the description is too long for this Jira; sending the short one")
            body["fields"]["description"] = short_description(self.package, plan.is_cloud, self.ctx.notes)
            return self.client.post("/issue", body)

    def _wait_for_index(self, plan: Plan, since: float, *, is_final: bool = True) -> str:
        """Look until the quiet time since the create is over.

        Raises RemoteError (DP585) when it is not over: unknown, run again to resume. When it is over and nothing was
        found, the answer is "" for a later run (which may create) and DP585 for the run that sent the create.
        """
        for wait in (0.0, *_LOOKUP_WAITS):
            self.ctx.sleep(wait)
            if found := self._look_up(has_labels=plan.has_labels):
                return found
            if self.ctx.clock() - since >= self.settings.quiet_seconds:
                break
        if not is_final and self.ctx.clock() - since >= self.settings.quiet_seconds:
            return ""
        raise RemoteError(
            "DP585",
            "it is not known whether Jira created the issue",
            hint="run the same command again in two minutes; --assume-not-created if you looked and it is not there",
        )

    def _look_up(self, *, has_labels: bool = True) -> str:
        """The issue of this case, by label or by property. Raises RemoteError (DP586) when there are two."""
        jql = f'project = "{self.settings.project}" AND labels = "{self.label}"'
        if not has_labels:
            jql = f'project = "{self.settings.project}" AND creator = currentUser() AND created >= -2d'
        keys = [key for key, found in self._search(jql) if has_labels or found == self.label]
        if len(keys) > 1:
            raise RemoteError(
                "DP586", f"two issues belong to this case: {', '.join(keys[:5])}", hint="name one with --issue KEY"
            )
        return keys[0] if keys else ""

    def _search(self, jql: str) -> list[tuple[str, str]]:
        """Key and the label in the property, of each issue found."""
        if self.client.api.endswith("/3"):
            body = {"jql": jql, "fields": ["labels"], "properties": [PROPERTY], "maxResults": 50}
            answer = self.client.post("/search/jql", body, is_idempotent=True)
        else:
            answer = self.client.get("/search", jql=jql, fields="labels", maxResults="50")
        issues = answer.get("issues", []) if isinstance(answer, Mapping) else []
        return [(str(each["key"]), _label_of(each)) for each in issues if isinstance(each, Mapping) and "key" in each]

    def _attach_all(self, key: str) -> None:
        # The package was signed before its ticket existed; this second, small signature ties the two together.
        name = f"{self.package.id}-{self.package.sha256[:8]}.delivery.json"
        self.attachments[name] = self.ctx.sign_delivery(key)
        for name, content in self.attachments.items():
            media_type = "application/zip" if name.endswith(".zip") else "application/json"
            self._attach(key, name, content, media_type)
        self._put("attached", key=key)

    def _attach(self, key: str, name: str, content: bytes, media_type: str) -> None:
        """An upload of unknown outcome is settled by reading the list again, not by sending it again."""
        for _ in range(3):
            if self._has(key, name, len(content)):
                return
            try:
                self.client.attach(f"/issue/{key}/attachments", name, io.BytesIO(content), media_type)
            except UnknownOutcome:
                self.ctx.sleep(1.0)
        if not self._has(key, name, len(content)):
            raise RemoteError("DP587", f"{name} could not be attached to {key}", hint="run the same command again")

    def _has(self, key: str, name: str, size: int) -> bool:
        answer = self.client.get(f"/issue/{key}", fields="attachment")
        return any(each["filename"] == name and int(each["size"]) == size for each in _attachments(answer))

    def _note_package(self, key: str, plan: Plan, *, is_update: bool) -> None:
        """The property says what was filed; a further package of the case is announced by one comment."""
        answer = self.client.get(f"/issue/{key}", properties=PROPERTY, fields="labels")
        properties = answer.get("properties", {}) if isinstance(answer, Mapping) else {}
        before = properties.get(PROPERTY, {}) if isinstance(properties, Mapping) else {}
        if (
            isinstance(before, Mapping)
            and before.get("sha256") == self.package.sha256
            and before.get("state") == "done"
        ):
            return
        if is_update and isinstance(before, Mapping) and before.get("sha256") not in (None, self.package.sha256):
            self.client.post(f"/issue/{key}/comment", {"body": _comment(self.package, plan.is_cloud)})
            if lines := shown(self.ctx.notes):
                body = adf(lines) if plan.is_cloud else "\n".join(lines)
                self.client.post(f"/issue/{key}/comment", {"body": body})
        self.client.put(f"/issue/{key}/properties/{PROPERTY}", self._property("done"))
        if self.settings.case_url:
            link = {"globalId": f"diagpack:{self.package.case_id}", "object": _link(self.settings, self.package)}
            self.client.post(f"/issue/{key}/remotelink", link, is_idempotent=True)

    def _property(self, state: str) -> dict[str, Any]:
        # Any user who sees the issue can read its properties: digests and states only.
        return {"schema": "diagpack.delivery/1", "state": state, "sha256": self.package.sha256, "label": self.label}

    def _check(self, key: str) -> dict[str, str]:
        """Read back: an app may have deleted an attachment after it was accepted."""
        for name, content in self.attachments.items():
            if not self._has(key, name, len(content)):
                raise RemoteError(
                    "DP588", f"{name} disappeared from {key} after the upload", hint="ask which app deletes zip files"
                )
        return {name: hashlib.sha256(content).hexdigest() for name, content in self.attachments.items()}


def label_for(case_id: str, settings: JiraSettings) -> str:
    """One label per case and project: `diagpack-<20 hex>`."""
    digest = hashlib.sha256(f"{case_id}\0{settings.site}\0{settings.project}".encode()).hexdigest()
    return f"diagpack-{digest[:20]}"


def ticket_of(package: VerifiedPackage) -> Ticket:
    """The ticket inside the verified package. Raises PackageError (DP589) when it has none."""
    try:
        document = json.loads(package.files["ticket.adf.json"])
        return Ticket(
            summary=str(document["summary"]),
            labels=tuple(map(str, document.get("labels", ()))),
            adf=document["description"],
            wiki=package.files["ticket.wiki.txt"].decode(),
            severity=str(document.get("severity", "")),
        )
    except (KeyError, ValueError, TypeError):
        raise PackageError("DP589", "the package has no ticket text", hint="run collect again") from None


def short_description(package: VerifiedPackage, is_cloud: bool, notes: Sequence[str] = ()) -> Any:
    """For sites with a small limit: where to look, and what was said about the filing."""
    text = f"The description did not fit here. Open report.html in the attached {package.id}.zip."
    short = Ticket("", (), _adf(text), text)
    return with_note(short, notes).adf if is_cloud else with_note(short, notes).wiki


def _comment(package: VerifiedPackage, is_cloud: bool) -> Any:
    text = f"New evidence: {package.id}.zip is attached (SHA-256 {package.sha256}). Check it with: diagpack verify"
    return _adf(text) if is_cloud else text


def _adf(text: str) -> dict[str, Any]:
    return {
        "version": 1,
        "type": "doc",
        "content": [{"type": "paragraph", "content": [{"type": "text", "text": text}]}],
    }


def _label_of(issue: Mapping[str, Any]) -> str:
    properties = issue.get("properties")
    held = properties.get(PROPERTY) if isinstance(properties, Mapping) else None
    return str(held.get("label", "")) if isinstance(held, Mapping) else ""


def _link(settings: JiraSettings, package: VerifiedPackage) -> dict[str, str]:
    return {"url": settings.case_url, "title": f"Support case {package.case_id}"}


def _attachments(answer: Any) -> Iterable[Mapping[str, Any]]:
    fields = answer.get("fields", {}) if isinstance(answer, Mapping) else {}
    listed = fields.get("attachment", []) if isinstance(fields, Mapping) else []
    return [each for each in listed if isinstance(each, Mapping) and "filename" in each and "size" in each]


PUBLISHER: Final[Publisher] = Jira()
