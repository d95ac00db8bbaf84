"""The customer's steps as data: the last file decides, a skip has the customer's words."""

from diagpack.model.customer import customer_steps, received
from tests.support.customer import guided, step
from tests.support.evidence import evidence


def test_a_later_file_decides_and_every_step_is_cited() -> None:
    first = guided(step("har", status="skipped", reason="no_permission"), step("happened", value="It fails"))
    second = guided(step("har", kind="file", file="har.har", attempts=2), number=2)

    har, happened = customer_steps(evidence(first, second))

    assert (har.status, har.attempts, str(har.ref)) == ("ok", 2, "[guided-2 /steps/0]")
    assert (happened.value, str(happened.ref)) == ("It fails", "[guided-1 /steps/1]")


def test_a_step_that_was_never_reached_is_no_answer() -> None:
    (each,) = customer_steps(evidence(guided(step("har", status="skipped", reason="not reached"))))

    assert each.skipped_because == ""


def test_how_a_file_came_in_is_told() -> None:
    (each,) = received(evidence(guided(step("har"), authenticated=False, opened_with="recovery key")))

    assert (each.is_authenticated, each.opened_with, each.made_by) == (False, "recovery key", "page")


def test_without_a_collector_there_is_nothing() -> None:
    assert customer_steps(evidence()) == received(evidence()) == ()
