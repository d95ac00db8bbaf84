import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diagpack.assess.run import make_scene
from diagpack.assess.signature import PARTS, digest, mask, signature
from diagpack.assess.timeline import first_failure
from diagpack.model.assessment import CaseSignature
from tests.support.evidence import evidence, har, har_entry, log, log_record

TRACE = """ERROR java.lang.IllegalStateException: order 4711 has no store for 203.0.113.9
    at java.util.Objects.requireNonNull(Objects.java:222)
    at com.example.Store.open(Store.java:{line})
    at com.example.Login.finish(Login.java:40)
    at org.springframework.web.Servlet.run(Servlet.java:10)
    at com.example.Http.handle(Http.java:7)
    at com.example.Main.run(Main.java:1)"""


def signed(*, line: int = 81, order: str = "4711", status: int = 500, id: str = "req-0001") -> CaseSignature:
    found = evidence(
        har(
            [
                har_entry(
                    0,
                    f"https://app.example.com/orders/{order}/pay",
                    method="POST",
                    status=status,
                    response_headers={"X-Request-Id": id},
                )
            ]
        ),
        log([log_record(5, TRACE.replace("4711", order).format(line=line), level="error", ids=[id], lines=7)]),
    )
    scene = make_scene({"environment": {"hosts": ["app.example.com"]}}, found, (), {})
    return signature(scene, first_failure(scene), "api-failure")


def test_the_same_problem_has_the_same_signature_whatever_varies() -> None:
    assert signed() == signed(line=83, order="990", id="req-0002")


def test_the_parts_can_be_read() -> None:
    parts = signed().parts

    assert parts["exception"] == "IllegalStateException"
    assert parts["message"] == "order <n> has no store for <ip>"
    assert parts["frames"] == "com.example.Store.open > com.example.Login.finish > com.example.Http.handle"
    assert parts["route"] == "POST /orders/{id}/pay"
    assert tuple(parts) == PARTS


def test_the_value_names_its_version_and_covers_every_part() -> None:
    found = signed()

    assert found.value == f"dp1:{digest(found.parts)}"
    assert len(found.value) == len("dp1:") + 12
    assert all(digest({**found.parts, each: "other"}) != digest(found.parts) for each in PARTS)


def test_without_a_log_the_status_class_stands_for_the_exception() -> None:
    found = evidence(har([har_entry(0, "https://app.example.com/a", status=503)]))
    scene = make_scene({"environment": {"hosts": ["app.example.com"]}}, found, (), {})

    parts = signature(scene, first_failure(scene), "api-failure").parts

    assert (parts["exception"], parts["frames"], parts["route"]) == ("HTTP 5xx", "", "GET /a")


def test_a_case_without_any_failure_still_has_a_signature() -> None:
    scene = make_scene({}, evidence(), (), {})

    assert signature(scene, None, "base").parts["kind"] == "base"


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("id 7b1d2c3e-4f50-4172-8394-a5b6c7d8e9f0 gone", "id <uuid> gone"),
        ("from 02:00:5e:10:00:ff", "from <mac>"),
        ("GET https://app.example.com/a?b=1 failed", "GET <url> failed"),
        ("mail to k3f9q2m7ab4t@dp.invalid", "mail to <email>"),
        ("peer 192.0.2.7:443 closed", "peer <ip> closed"),
        ("at 2026-03-03T09:14:02.113Z", "at <time>"),
        ("open /srv/app/data.txt", "open <path>"),
        ("addr 0xDEADbeef", "addr <hex>"),
        ("digest 9f86d081884c7d65", "digest <hex>"),
        ("key 'abc' is missing", "key <text> is missing"),
        ("took 812 ms", "took <n> ms"),
        ("worker-17 died", "<id> died"),
        ("status=503 tenant=t-9", "status=<v> tenant=<v>"),
        ("dp-email-k3f9q2m7ab4t is unknown", "<dp> is unknown"),
        ("deadbeef is no number", "deadbeef is no number"),
    ],
)
def test_what_varies_is_masked_by_its_kind(text: str, masked: str) -> None:
    assert mask(text) == masked


@pytest.mark.parametrize(
    "unit", ["a" * 4000, "1." * 2000, "/a" * 2000, "a@" * 2000, "<n>" * 1500, "a=" * 2000, '"' * 4000]
)
def test_hostile_text_is_masked_in_time(unit: str) -> None:
    start = time.monotonic()

    mask(unit * 20)

    assert time.monotonic() - start < 2


@given(st.text(max_size=300))
def test_masking_twice_changes_little_and_never_raises(text: str) -> None:
    once = mask(text)

    assert "\n" not in once
    assert isinstance(mask(once), str)
