"""updates/: short drafts for the customer and for colleagues, and the request for what is still missing.

Enters: an escalation; `assessment.extra` may hold `customer_update` and `internal_update`, else both are drafted here.
Leaves: Markdown. The customer's draft holds facts the customer already knows and what happens next: no internal
address, no request ID, no guess at a cause, no promise of a date.
"""

from collections.abc import Iterator
from typing import Final

from diagpack.model.escalation import Escalation, Renderer
from diagpack.render import _case_words
from diagpack.render import _escape_markdown as markdown
from diagpack.render._ticket import disposition_text, sentence, severity_text


class _Updates:
    id = "updates"

    def render(self, escalation: Escalation) -> Iterator[tuple[str, bytes]]:
        extra = escalation.assessment.extra
        customer = str(extra.get("customer_update") or "") or "\n".join(_customer(escalation))
        internal = str(extra.get("internal_update") or "") or "\n".join(_internal(escalation))
        # What is still missing, as one message; apart from the update, since the two are sent at different times.
        request = escalation.assessment.customer_message
        texts = (("updates/customer.md", customer), ("updates/internal.md", internal), ("updates/request.md", request))
        for path, text in texts:
            if text:
                yield path, (markdown.prose(text.strip()) + "\n").encode()


def _customer(escalation: Escalation) -> Iterator[str]:
    utc, local = _case_words.window_text(escalation)
    yield "Hello,"
    yield ""
    yield f"thank you for the details on case {escalation.case_id}."
    yield f"What we see: {_case_words.symptom(escalation)}"
    yield f"When: {f'{local} ({utc})' if local else utc}."
    yield ""
    yield "We have passed what you sent to our engineers. Personal data and secrets were removed before that."
    questions = [each.question for each in escalation.evidence.missing if each.question]
    questions += [each.question for each in escalation.assessment.items if each.question]
    if escalation.assessment.customer_message:
        yield from ("", escalation.assessment.customer_message)
    elif questions:
        yield from ("", "To go on we need from you:", *(f"- {each}" for each in dict.fromkeys(questions)))
    yield from ("", "We will write again as soon as there is news.")


def _internal(escalation: Escalation) -> Iterator[str]:
    assessment = escalation.assessment
    yield f"{escalation.case_id}: {_case_words.symptom(escalation)}"
    yield ""
    yield f"- Severity: {severity_text(assessment.severity)}"
    yield f"- Kind: {disposition_text(escalation)}"
    if assessment.first_failure:
        yield f"- First failure: {sentence(assessment.first_failure)}"
    if assessment.first_failure_request_ids:
        yield f"- Request ID: {', '.join(assessment.first_failure_request_ids[:3])}"
    opened = [each.title or each.item for each in assessment.items if each.question]
    yield f"- Still open: {'; '.join(opened) if opened else 'nothing on the checklist'}"
    yield f"- Package: {escalation.package_id}.zip; check it with: diagpack verify {escalation.package_id}.zip"


RENDERER: Final[Renderer] = _Updates()
