"""What each readiness rule asks for, why, and how to meet it.

Leaves: `LINT`, id to (title, why, fix), for `diagpack status`, `diagpack explain` and the documentation.
"""

from collections.abc import Mapping
from typing import Final

LINT: Final[Mapping[str, tuple[str, str, str]]] = {
    "E01": (
        "The summary names component and symptom",
        "Engineers triage by the summary alone; names of customers and people do not belong into it.",
        "Set `title` in case.yaml: 20 to 120 characters, one line, what fails and how, no names.",
    ),
    "E02": (
        "At least two ordered steps, the first with a start state",
        "A step without its starting point cannot be followed.",
        "Write `answers.steps`: the first says address, role or state; then one action a line.",
    ),
    "E03": (
        "The expected behaviour is stated",
        "Two of three reports leave it out, and then nobody knows what fixed means.",
        "Write `answers.expected`: one sentence on what should have happened.",
    ),
    "E04": (
        "The actual behaviour is stated and differs from the expected",
        "When both say the same, the report describes no problem.",
        "Write `answers.actual`: what happened instead, with the exact error.",
    ),
    "E05": (
        "The actual behaviour cites evidence",
        "A statement that can be checked needs no question back.",
        "Collect a recording or log of the failure, or cite an entry such as [har-1 #37].",
    ),
    "E06": (
        "Severity has a rationale with function, scope and workaround, and fits the matrix",
        "A level without its reasons is argued about instead of worked on.",
        "Set `severity.function`, `.scope` and `.workaround`; an override needs `severity.override.reason`.",
    ),
    "E07": (
        "The impact has a number",
        "Users, tenants, money or a date make two cases comparable.",
        "Write `answers.impact` with a number, or set `severity.users` or `severity.tenants`.",
    ),
    "E08": (
        "Version, region or tenant, browser and system, and a window with a time zone are known",
        "They decide which logs and which build to look at.",
        "Set `environment.product_version`, `.region` or `.tenant`, `.browser`, `.os` and `window`.",
    ),
    "E09": (
        "First and last time seen are known",
        "They bound the change that caused it.",
        "Set `answers.first_seen` and `answers.last_seen`, or `window`, with a time zone.",
    ),
    "E10": (
        "Reproducibility is given as n of m",
        "3 of 5 and 5 of 5 are searched for in different ways.",
        "Write `answers.reproducibility`, for example `3 of 5`, or run `diagpack repro CASE --run`.",
    ),
    "E11": (
        "A request or trace ID of the failure, or `none found`",
        "With it the failing call is found in seconds.",
        "Collect a recording of the failure, pass `--request-id`, or write `answers.request-id: none found`.",
    ),
    "E12": (
        "Redaction has run over all evidence, with one policy and nothing unresolved",
        "Nothing leaves unredacted. This rule is never relaxed.",
        "Run `diagpack collect CASE` again, and `diagpack review CASE` for what is unresolved.",
    ),
    "E13": (
        "The package's signature verifies and its digest is the one in the ticket",
        "Engineers rely on the package being what was sent. This rule is never relaxed.",
        "Run `diagpack collect CASE` again; check the signing key with `diagpack doctor`.",
    ),
    "E14": (
        "All attachments fit the tracker's limit",
        "An attachment that is refused leaves a ticket without evidence.",
        "Leave the largest artifact out with `--withhold ARTIFACT --reason …`, or send it by `--to DIR`.",
    ),
    "E15": (
        "The description is valid and within the tracker's limits",
        "A refused or cut description loses facts.",
        "Shorten the free text in case.yaml; details belong into the package.",
    ),
    "E16": (
        "The ask and its date are stated",
        "Fix, investigate or decide: each goes to other people.",
        "Write `answers.ask` (fix, investigate, decide) and `answers.needed_by`.",
    ),
    "E17": (
        "A named person has confirmed what was drafted",
        "A draft from evidence is proposed, not known, until someone has read it.",
        "Read steps, expected, actual, severity and disposition, then run `diagpack confirm CASE PART …`.",
    ),
    "E18": (
        "A problem that is no defect has a reason to be escalated",
        "Settings, third parties and known issues are solved faster without a ticket.",
        "Send the drafted reply to the customer, or give `submit --reason …`.",
    ),
    "W01": (
        "The workaround is stated, also when none is known",
        "It decides the severity and helps the customer today.",
        "Set `severity.workaround` or write `answers.workaround: none known`.",
    ),
    "W02": (
        "At least one thing was tried, with its result",
        "It saves engineers the same attempt.",
        "Write `answers.tried`: a list of {what, result}.",
    ),
    "W03": (
        "Duplicates were searched for",
        "The answer may already exist.",
        "Write the query into `answers.duplicates_searched`, or let `submit` search.",
    ),
    "W04": (
        "There is a comparison with something that works",
        "What differs between the two is where the fault is.",
        "Write `answers.works_on`: another browser, network, tenant, user or version.",
    ),
    "W05": (
        "No vague words without a number",
        "`Sometimes slow` can mean anything.",
        "Replace the word by a figure: how often, how long, how many.",
    ),
    "W06": (
        "No links that engineers cannot open or that expire",
        "Log links and file shares are dead within days.",
        "Add what the link shows to the case with `diagpack collect`.",
    ),
    "W07": (
        "Every picture has a caption",
        "A picture without a sentence is guessed at.",
        "Write `answers.captions`: artifact id to one sentence.",
    ),
    "W08": (
        "The recording lies inside the stated window",
        "Otherwise it may show another problem.",
        "Correct `window`, or ask for a recording of the failure.",
    ),
    "W09": (
        "The steps follow the order of the recording",
        "Steps in another order do not reproduce.",
        "Compare `answers.steps` with the timeline and reorder them.",
    ),
    "W10": (
        "The customer's next update is scheduled",
        "Nobody is surprised by a customer who waits.",
        "Set `answers.next_update`.",
    ),
    "W11": (
        "A severe case has an assignee or an incident",
        "S1 and S2 without an owner wait until someone looks.",
        "Set `answers.assignee` or `incident`.",
    ),
    "W12": (
        "No speculation without evidence",
        "A guess in a ticket becomes a fact by the third reader.",
        "Cite the evidence in the same sentence, or leave the guess out.",
    ),
    "W13": (
        "No blame",
        "Tickets are read by those whom they are about.",
        "Say what happened, not whose fault it is.",
    ),
    "W14": (
        "No promises",
        "A promise made in a ticket is quoted to the customer.",
        "Say when the next update comes, not when it is fixed.",
    ),
    "W15": (
        "The required items of the checklist are there",
        "What is missing comes back as a question.",
        "Send the ready message to the customer, or skip the item with a reason.",
    ),
}
