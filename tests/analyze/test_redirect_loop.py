"""A circle of redirects is found; one redirect is none."""

from pathlib import Path
from typing import Any

from diagpack.analyze.redirect_loop import RULE
from tests.har_fixtures import evidence_of, har, har_entry


def redirect(host: str, seconds: float) -> dict[str, Any]:
    return har_entry(f"https://{host}/sso?n={seconds}", status=302, seconds=seconds, body="", kind="document")


def test_a_circle_over_two_hosts_is_found(tmp_path: Path) -> None:
    entries = [redirect(host, n) for n in range(4) for host in ("app.example.com", "idp.example.net")]

    found = list(RULE.check(evidence_of(tmp_path, har(*entries))))

    assert len(found) == 2
    assert "idp.example.net" in found[0].statement
    assert found[0].data["count"] == 4


def test_three_redirects_in_an_hour_are_no_loop(tmp_path: Path) -> None:
    entries = [redirect("app.example.com", n * 1200) for n in range(4)]

    assert list(RULE.check(evidence_of(tmp_path, har(*entries)))) == []
