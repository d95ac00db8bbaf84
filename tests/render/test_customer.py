"""The customer's steps in manifest, report and page: status, reason, attempts, checks, and how the file came in."""

from diagpack.model.customer import customer_steps, received
from diagpack.render._customer import described, received_words, step_words
from tests.support.customer import guided, step
from tests.support.evidence import evidence

CHECKS = [{"id": "har.has_host", "level": "error"}, {"id": "har.parse", "level": "ok"}]
HELD = evidence(
    guided(
        step("har", kind="file", status="warn", reason="used anyway", attempts=2, checks=CHECKS, file="har.har"),
        step("happened", status="skipped", reason="policy_forbids"),
        step("window", value={"start": "2026-11-23T10:00:00Z", "end": "2026-11-23T10:05:00Z", "zone": "UTC"}),
        authenticated=False,
        expired=True,
        made_by="script",
    )
)


def test_the_words_of_a_step_hold_reason_attempts_and_checks() -> None:
    har, happened, window = customer_steps(HELD)

    assert step_words(har) == "used anyway; 2 attempts; har.has_host error, har.parse ok"
    assert step_words(happened) == "the customer's rules forbid it"
    assert step_words(window) == "2026-11-23T10:00:00Z to 2026-11-23T10:05:00Z"


def test_how_the_file_came_in_is_one_sentence() -> None:
    (file,) = received(HELD)

    assert received_words(file) == (
        "guided-1: a file of the terminal program, not authenticated, made after its collector had expired, "
        "SHA-256 abababababababab…"
    )


def test_the_manifest_holds_all_of_it() -> None:
    told = described(HELD)

    assert told["files"][0]["authenticated"] is False
    assert told["steps"][0] == {
        "id": "har",
        "status": "warn",
        "reason": "used anyway",
        "attempts": 2,
        "checks": CHECKS,
        "ref": "[guided-1 /steps/0]",
    }
    assert described(evidence()) == {"files": [], "steps": []}
