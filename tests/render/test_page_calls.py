"""The calls section."""

from diagpack.model.evidence import EvidenceSet
from diagpack.render._citations import Citations
from diagpack.render._exchanges import recorded
from diagpack.render._page_calls import call_groups, duration_text
from tests.render.escalations import ref
from tests.support import evidence as support


def test_durations_are_in_the_unit_people_use() -> None:
    assert [duration_text(each) for each in (0.4, 80, 1210, 125_000)] == ["0 ms", "80 ms", "1.21 s", "2 min 5 s"]


def test_a_short_recording_is_shown_whole_with_details_of_failing_and_cited_calls() -> None:
    entries = [
        support.har_entry(number, f"https://a.test/{number}", status=500 if number == 3 else 200) for number in range(6)
    ]
    evidence = EvidenceSet([support.har(entries)])
    citations = Citations(evidence)
    citations.link(ref("[har-1 #1]"))
    calls = recorded(evidence)

    (group,) = call_groups(calls, citations, calls[3], ())

    assert [row.is_detailed for row in group.rows] == [False, True, False, True, False, False]
    assert [row.is_first for row in group.rows] == [False, False, False, True, False, False]
    assert (group.total, group.failing, group.skipped_after) == (6, 1, 0)


def test_a_long_recording_shows_the_neighbourhood_and_counts_the_rest() -> None:
    entries = [
        support.har_entry(number, f"https://a.test/{number}", status=500 if number == 300 else 200)
        for number in range(1000)
    ]
    evidence = EvidenceSet([support.har(entries)])

    (group,) = call_groups(recorded(evidence), Citations(evidence), None, ())

    numbers = [row.exchange.ref.place.index for row in group.rows]
    assert numbers == list(range(292, 309))
    assert group.rows[0].skipped_before == 292
    assert group.skipped_after == 691
    assert 292 + len(group.rows) + 691 == 1000


def test_failures_of_third_parties_and_icons_stay_in_the_background() -> None:
    entries = [
        support.har_entry(0, "https://app.example.com/", mime="text/html", resource="document"),
        support.har_entry(1, "https://app.example.com/api", status=500, resource="xhr"),
        support.har_entry(2, "https://app.example.com/favicon.ico", status=404, resource="image"),
        support.har_entry(3, "https://ads.example.net/p", status=503, resource="xhr"),
    ]
    evidence = EvidenceSet([support.har(entries)])

    (group,) = call_groups(recorded(evidence), Citations(evidence), None, ())

    assert [row.is_minor for row in group.rows] == [False, False, True, True]


def test_the_first_failure_counts_as_failing_even_when_its_status_is_fine() -> None:
    evidence = EvidenceSet([support.har([support.har_entry(0, "https://a.test/job", time=14_000)])])
    calls = recorded(evidence)

    (group,) = call_groups(calls, Citations(evidence), calls[0], ())

    assert group.failing == 1
    assert group.rows[0].is_failing


def test_calls_of_an_api_run_are_numbered_like_those_of_a_recording() -> None:
    exchange = {"request": {"method": "GET", "url": "https://hooks.example.net/"}, "response": {"status": 401}}
    evidence = EvidenceSet([support.api([exchange, exchange])])

    (group,) = call_groups(recorded(evidence), Citations(evidence), None, ())

    assert [(row.number, row.is_minor) for row in group.rows] == [("#0", False), ("#1", False)]
