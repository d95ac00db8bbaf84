"""Times of a message, judged at the event (SAML Core 2.5.1, Profiles 4.1.4.2)."""

from datetime import datetime, timedelta

from diagpack.collectors.sso.clock import Clock, parse_time, seconds, stamp
from diagpack.collectors.sso.report import Report
from diagpack.collectors.sso.saml_message import Message, bearer_data
from diagpack.collectors.sso.xml import Element, child, children

_TICK = timedelta(microseconds=1)


def check_times(message: Message, clock: Clock, report: Report) -> None:
    """All findings about time of a response or a bare assertion."""
    assertion = message.assertion
    conditions = child(assertion, "saml:Conditions")
    _readable(message, report)
    if conditions is not None:
        _window(conditions, clock, report)
    for data in bearer_data(assertion):
        _confirmation(data, clock, report)
    for index, statement in enumerate(children(assertion, "saml:AuthnStatement")):
        _session(statement, index, clock, report)
    _order(message, clock, report)
    _skew(message, clock, report)
    if clock.event is None and conditions is not None and conditions.get("NotOnOrAfter"):
        report.add(
            "saml.capture_time_unknown",
            f"valid {conditions.get('NotBefore') or 'from any time'} to {conditions.get('NotOnOrAfter')}",
            "/conditions",
        )


def _readable(message: Message, report: Report) -> None:
    assertion = message.assertion
    places: list[tuple[Element | None, str, str, bool]] = [(message.body, "IssueInstant", "/issue_instant", True)]
    if assertion is not None and assertion is not message.body:
        places.append((assertion, "IssueInstant", "/assertion/issue_instant", True))
    conditions = child(assertion, "saml:Conditions")
    places += [(conditions, name, "/conditions", False) for name in ("NotBefore", "NotOnOrAfter")]
    places += [
        (each, name, "/subject", False) for each in bearer_data(assertion) for name in ("NotBefore", "NotOnOrAfter")
    ]
    for statement in children(assertion, "saml:AuthnStatement"):
        places += [(statement, "AuthnInstant", "/authn", True), (statement, "SessionNotOnOrAfter", "/authn", False)]
    for element, name, path, is_required in places:
        value = None if element is None else element.get(name)
        if element is None or (value is None and not is_required):
            continue
        if parse_time(value) is None:
            how = (
                "missing"
                if value is None
                else "empty"
                if not value.strip()
                else f"unreadable ({len(value)} characters)"
            )
            report.add("saml.bad_timestamp", f"{name} is {how}", path)


def _shown(element: Element) -> str:
    """The time limits that the element states."""
    return ", ".join(f"{name} {element.get(name)}" for name in ("NotBefore", "NotOnOrAfter") if element.get(name))


def _window(conditions: Element, clock: Clock, report: Report) -> None:
    begin, end = (parse_time(conditions.get(name)) for name in ("NotBefore", "NotOnOrAfter"))
    has_children = any(isinstance(each.tag, str) for each in conditions)
    missing = [name for name in ("NotBefore", "NotOnOrAfter") if not (conditions.get(name) or "").strip()]
    if missing and (has_children or len(missing) == 1):
        report.add("saml.no_time_window", f"{' and '.join(missing)} missing", "/conditions")
    shown = _shown(conditions)
    if begin and end and begin >= end:
        report.add("saml.bad_timestamp", f"{shown}: the end is not after the beginning", "/conditions")
    _past("saml.expired", end, shown, "/conditions", clock, report)
    if begin is not None:
        # NotBefore is inclusive: at that very moment the message is valid.
        offs = [None if each is None else begin - each - _TICK for each in (clock.event, clock.server)]
        _outside("saml.not_yet_valid", offs[0], offs[1], "before NotBefore", shown, "/conditions", clock, report)


def _past(id: str, end: datetime | None, shown: str, path: str, clock: Clock, report: Report) -> None:
    if end is None:
        return
    offs = [None if each is None else each - end for each in (clock.event, clock.server)]
    _outside(id, offs[0], offs[1], "after the end", shown, path, clock, report)
    if clock.event is None and clock.now is not None and clock.now >= end:
        text = f"{shown}: expired now; the capture time is unknown"
        report.add(id, text, path, level="warning", certainty="hint")


def _outside(
    id: str,
    by_event: timedelta | None,
    by_server: timedelta | None,
    where: str,
    shown: str,
    path: str,
    clock: Clock,
    report: Report,
) -> None:
    """`by_…`: how far outside the validity the event was by each clock, negative when inside.

    The service provider judged by its own clock; where only one of the two clocks says "outside", that is said.
    """
    outside = [each for each in (by_event, by_server) if each is not None and each >= timedelta()]
    if by_event is None or not outside:
        return
    clocks = f"event {stamp(clock.event)} ({'browser clock' if clock.source == 'har' else 'as given'})"
    if clock.server is not None:
        clocks += f", service provider's Date {stamp(clock.server)}"
    off, level, certainty, only = seconds(outside[0]), "", "proven", ""
    if by_server is not None and len(outside) == 1:
        is_browser = by_event >= timedelta()
        only = f", by the {'browser' if is_browser else 'service provider'}'s clock only"
        level, certainty = ("warning", "hint") if is_browser else ("", "proven")
    if clock.source == "har" and off < clock.tolerance_seconds:
        level = "warning"
    text = f"{shown}; {clocks}: {off} s {where}{only}"
    report.add(id, text, path, level=level, certainty=certainty, detail={"seconds": off})


def _confirmation(data: Element, clock: Clock, report: Report) -> None:
    shown = f"SubjectConfirmationData {_shown(data)}"
    if data.get("NotBefore") is not None:
        report.add("saml.sc_has_notbefore", shown, "/subject")
    if not (data.get("NotOnOrAfter") or "").strip():
        report.add("saml.sc_no_notonorafter", shown, "/subject")
    _past("saml.sc_expired", parse_time(data.get("NotOnOrAfter")), shown, "/subject", clock, report)


def _session(statement: Element, index: int, clock: Clock, report: Report) -> None:
    end = parse_time(statement.get("SessionNotOnOrAfter"))
    shown = f"SessionNotOnOrAfter {statement.get('SessionNotOnOrAfter')}"
    _past("saml.session_expired", end, shown, f"/authn/{index}", clock, report)


def _order(message: Message, clock: Clock, report: Report) -> None:
    """Times that are impossible beside the others."""
    assertion = message.assertion
    conditions = child(assertion, "saml:Conditions")
    issued = parse_time(message.body.get("IssueInstant"))
    end = parse_time(conditions.get("NotOnOrAfter")) if conditions is not None else None
    if issued and end and issued >= end + clock.tolerance:
        text = f"issued {stamp(issued)}, after the assertion's end {stamp(end)}"
        report.add("saml.bad_timestamp", text, "/issue_instant", level="warning")
    made = parse_time(assertion.get("IssueInstant")) if assertion is not None else None
    if made and issued and made > issued + clock.tolerance:
        text = f"the Assertion was issued {stamp(made)}, after its Response {stamp(issued)}"
        report.add("saml.bad_timestamp", text, "/assertion/issue_instant", level="warning")
    elif made and end and made >= end + clock.tolerance:
        text = f"the Assertion was issued {stamp(made)}, after its own end {stamp(end)}"
        report.add("saml.bad_timestamp", text, "/assertion/issue_instant", level="warning")
    for index, statement in enumerate(children(assertion, "saml:AuthnStatement")):
        instant = parse_time(statement.get("AuthnInstant"))
        if instant and issued and instant > issued + clock.tolerance:
            text = f"AuthnInstant {stamp(instant)} is later than IssueInstant {stamp(issued)}"
            report.add("saml.bad_timestamp", text, f"/authn/{index}", level="warning")


def _skew(message: Message, clock: Clock, report: Report) -> None:
    """Three clocks: the identity provider's (IssueInstant), the service provider's (Date) and the browser's."""
    issued = parse_time(message.body.get("IssueInstant"))
    if issued is None or clock.event is None:
        return
    if clock.source != "har":
        if issued > clock.event + clock.tolerance:
            off = seconds(issued - clock.event)
            text = f"IssueInstant {stamp(issued)} is {off} s after the event {stamp(clock.event)}"
            report.add("saml.clock_skew", text, "/issue_instant", level="warning", certainty="hint")
        return
    clocks = {"identity provider": issued, "browser": clock.event}
    if clock.server is not None:
        clocks["service provider"] = clock.server
    odd = _odd_one(clocks, clock.tolerance_seconds)
    # With the browser off, the two that matter to the service provider still agree.
    start, end = (
        (clock.server or clock.event, clock.event) if odd == "browser" else (issued, clock.server or clock.event)
    )
    off = seconds(end - start)
    if abs(off) <= clock.tolerance_seconds:
        return
    shown = ", ".join(f"{name} {stamp(moment)}" for name, moment in clocks.items())
    text = f"{shown}: {abs(off)} s apart"
    # Three clocks of two parties prove nothing: whose is wrong is judged from the whole recording (model.clocks).
    text += f"; the {odd}'s is apart from the other two" if odd else ""
    level = "warning" if odd == "browser" else ""
    report.add("saml.clock_skew", text, "/issue_instant", level=level, detail={"seconds": off, "off": odd})


def _odd_one(clocks: dict[str, datetime], tolerance: int) -> str:
    """The clock that is far from two others which agree; empty when all agree or none do."""
    if len(clocks) < 3:
        return ""
    for name, moment in clocks.items():
        first, second = (each for other, each in clocks.items() if other != name)
        is_far = min(abs(seconds(moment - each)) for each in (first, second)) > tolerance
        if is_far and abs(seconds(first - second)) <= tolerance:
            return name
    return ""
