from pathlib import Path
from typing import Any

import pytest

from diagpack.assess.signature import digest
from diagpack.assess.similar import error_words, find_similar, known_match, load_known_issues, past_entry
from diagpack.errors import UsageError
from diagpack.model.assessment import CaseSignature, SimilarCase

PARTS = {
    "kind": "api-failure",
    "exception": "IllegalStateException",
    "message": "order <n> has no store",
    "frames": "Store.open > Login.finish > Http.handle",
    "route": "POST /orders/{id}",
}
OWN = CaseSignature(f"dp1:{digest(PARTS)}", PARTS)
HEAD = "schema: diagpack.known-issues/1"
WORDS = error_words("order 4711 has no open session store")


def past(**changes: Any) -> dict[str, Any]:
    parts = {**PARTS, **{name: each for name, each in changes.items() if name in PARTS}}
    rest = {name: each for name, each in changes.items() if name not in PARTS}
    return {"case": "CS-812", "signature": f"dp1:{digest(parts)}", "parts": parts, **rest}


def search(*cases: dict[str, Any], known: tuple[dict[str, Any], ...] = ()) -> tuple[SimilarCase, ...]:
    return find_similar(OWN, WORDS, past=cases, known_issues=known, case_id="CS-1042")


def test_the_same_signature_is_strong_and_says_what_is_the_same() -> None:
    (found,) = search(past(fixed_in="4.2.1"))

    assert found.strength == "strong"
    assert found.why.startswith("same topic, same exception, same message, same three frames, same route as CS-812")
    assert found.why.endswith("(fixed in 4.2.1)")


def test_the_same_frames_with_another_message_are_medium_and_say_what_differs() -> None:
    (found,) = search(past(message="timeout", exception="HTTP 5xx"))

    assert found.strength == "medium"
    assert "same three frames" in found.why
    assert "differs: exception (HTTP 5xx there, IllegalStateException here), message" in found.why


def test_many_common_words_of_the_error_are_weak() -> None:
    (found,) = search(past(frames="Other.run", exception="X", tokens=sorted(WORDS | {"cluster"})))

    assert found.strength == "weak"
    assert "% of the words of the error" in found.why


def test_what_a_package_stores_of_itself_is_found_again() -> None:
    stored = past_entry("CS-812", OWN, WORDS, fixed_in="4.2.1", status="")

    assert search(stored)[0].strength == "strong"
    assert stored["fixed_in"] == "4.2.1"
    assert "status" not in stored


def test_nothing_in_common_is_not_similar() -> None:
    assert search(past(frames="", exception="", message="disk full", route="", kind="")) == ()
    assert search(past(frames="", message="x", tokens=["a", "b"])) == ()


def test_the_case_itself_is_left_out() -> None:
    assert search(past(case="CS-1042")) == ()


def test_a_signature_of_another_version_is_compared_by_its_parts() -> None:
    (found,) = search(past(signature="dp0:aaaaaaaaaaaa"))

    assert found.strength == "medium"


@pytest.mark.parametrize(
    "odd", [{}, {"case": "X"}, {"case": "X", "parts": 3, "tokens": "x"}, {"case": 7, "signature": None}]
)
def test_an_odd_entry_of_a_shared_folder_never_stops_the_search(odd: dict[str, Any]) -> None:
    assert [each.case for each in search(odd, past())] == ["CS-812"]


def test_a_known_issue_matches_by_signature_or_by_patterns_and_comes_first() -> None:
    issue = {"id": "KI-7", "parts": {"exception": "IllegalState*", "frames": "Store.open*"}, "workaround": "restart"}

    found = search(past(), known=(issue, {"id": "KI-8", "parts": {"exception": "Other"}}))

    assert [each.case for each in found] == ["KI-7", "CS-812"]
    assert found[0].why == "same exception and frames as KI-7 (workaround: restart)"
    assert known_match(found) is found[0]
    assert known_match(found[1:]) is None
    assert search(known=({"id": "KI-9", "signature": OWN.value},))[0].strength == "strong"


def test_a_known_issues_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "known.yaml"
    path.write_text("schema: diagpack.known-issues/1\nissues: [{id: KI-7, parts: {exception: X}}]", "utf-8")

    assert load_known_issues(path) == ({"id": "KI-7", "parts": {"exception": "X"}},)


@pytest.mark.parametrize(
    "text",
    [
        *("[]", "schema: x", f"{HEAD}\nissues: {{}}", "issues: ["),
        *(f"{HEAD}\nissues: [{each}]" for each in ("3", "{id: a}", "{id: a, parts: {x: 1}}", "{parts: {}}")),
    ],
)
def test_a_broken_known_issues_file_is_one_clear_error(tmp_path: Path, text: str) -> None:
    path = tmp_path / "known.yaml"
    path.write_text(text, "utf-8")

    with pytest.raises(UsageError) as caught:
        load_known_issues(path)

    assert caught.value.id == "DP305"
