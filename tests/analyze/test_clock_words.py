"""What a verdict about clocks says."""

from diagpack.analyze import _clock_words as words
from diagpack.model.clocks import BROWSER, CUSTOMER, PRODUCT, Verdict, Witness
from diagpack.model.ref import EvidenceRef

REF = EvidenceRef.parse("[har-1 #0]")


def clock(name: str, party: str, ahead: float, samples: int = 1) -> Witness:
    return Witness(name, party, ahead, samples, (REF,))


def test_a_shown_fault_names_both_sides_and_the_distance() -> None:
    verdict = Verdict(
        (clock("app.example.com", PRODUCT, 90, 4), clock("log-1", PRODUCT, 91)), (clock(BROWSER, CUSTOMER, 0),)
    )

    assert words.statement(verdict) == (
        "The browser is 1.5 min behind app.example.com (4 Date headers) and the server's log log-1, which agree"
    )
    assert words.ask(verdict).startswith("Administrator of the customer")
    assert words.seconds_apart(verdict) > 60
    assert words.refs(verdict) == (REF,)


def test_an_open_question_says_so_and_asks_both_sides() -> None:
    verdict = Verdict(apart=((clock(BROWSER, CUSTOMER, 0),), (clock("app.example.com", PRODUCT, 300),)))

    assert words.statement(verdict).endswith("so it cannot be told which of them is wrong")
    assert words.ask(verdict).startswith("Both sides: how far is the clock of the computer used and of app.example.com")


def test_many_clocks_are_counted() -> None:
    assert words.names([clock(f"h{number}", "x", 0) for number in range(6)]).endswith(" and 3 more")


def test_clocks_that_agree_are_no_distance() -> None:
    assert words.seconds_apart(Verdict()) == 0
