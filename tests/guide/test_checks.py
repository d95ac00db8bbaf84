"""Every check says what it saw: shared recordings in, ids and levels out (run in Node, as the page runs it)."""

import base64
import copy
import json
import re
import shutil
import subprocess
from datetime import timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from diagpack.assess.checklists import load_checklists
from diagpack.guide.build import LANGUAGES, load_strings
from diagpack.guide.script import checks
from tests.guide.support import PAGE, STARTED, b64, book, canary_har, deflated, node_source, percent

pytestmark = pytest.mark.tool("node")
CONTEXT: dict[str, Any] = {
    "hosts": ["*.example.com"],
    "window": None,
    "slack": 900,
    "zone": "UTC",
    "browser": "chrome",
    "ids": [],
    "id_headers": book()["id_headers"],
    "error_text": "",
}


def checked(read: dict[str, Any], wanted: list[Any], **context: Any) -> dict[str, Any]:
    source = node_source()
    source += 'const given = JSON.parse(require("fs").readFileSync(0, "utf8"));'
    source += "process.stdout.write(JSON.stringify(Checks.run(given.read, given.wanted, given.context)));"
    given = {"read": read, "wanted": wanted, "context": {**CONTEXT, **context}}
    node = shutil.which("node")
    assert node is not None
    done = subprocess.run([node, "-e", source], input=json.dumps(given).encode(), capture_output=True, timeout=240)
    assert done.returncode == 0, done.stderr.decode()[-800:]
    return dict(json.loads(done.stdout))


def har(change: Any = None) -> dict[str, Any]:
    document = copy.deepcopy(canary_har())
    if change is not None:
        change(document["log"]["entries"])
    return {"kind": "har", "document": document}


def levels(found: dict[str, Any]) -> dict[str, str]:
    return {each["id"]: each["level"] for each in found["checks"]}


def _each(name: str, value: Any) -> Any:
    def change(entries: list[Any]) -> None:
        for entry in entries:
            part, _, field = name.partition(".")
            entry[part][field] = value if not callable(value) else value(entry[part][field])

    return change


def _late(entries: list[Any]) -> None:
    for entry in entries:
        entry["startedDateTime"] = "2026-11-23T09:50:00Z"


def _blocked(entries: list[Any]) -> None:
    entries[0]["_error"] = "net::ERR_BLOCKED_BY_CLIENT"


def _callback(entries: list[Any]) -> None:
    entries[0]["request"]["url"] = "https://app.example.com/cb?code=canary"


@pytest.mark.parametrize(
    ("change", "wanted", "expected"),
    [
        (None, ["har.has_host"], {"har.parse": "ok", "har.has_host": "ok", "ids.found": "ok"}),
        (_each("request.url", "https://other.example.net/"), ["har.has_host"], {"har.has_host": "error"}),
        (_each("response.status", 200), ["har.has_failure"], {"har.has_failure": "warn"}),
        (_late, [], {"har.skew": "warn"}),
        (_blocked, [], {"har.blocked": "warn"}),
        (_callback, ["har.preserve_log"], {"har.preserve_log": "warn"}),
        (_each("request.headers", []), [], {}),
        (_each("response.content", {"size": 9, "mimeType": "text/html"}), [], {"har.bodies": "warn"}),
    ],
)
def test_a_check_sees_what_is_wrong_with_a_recording(change: Any, wanted: list[str], expected: dict[str, str]) -> None:
    found = levels(checked(har(change), [[each, {}] for each in wanted]))

    assert {name: found.get(name) for name in expected} == expected


def test_a_recording_of_another_time_is_told_with_both_times() -> None:
    window = {"start": "2026-11-20T09:00:00Z", "end": "2026-11-20T09:30:00Z"}

    (found,) = [
        each for each in checked(har(), [["har.window", {}]], window=window)["checks"] if each["id"] == "har.window"
    ]

    assert found["level"] == "warn"
    assert found["data"]["start"] == window["start"]


def test_a_missing_sign_in_names_how_far_it_came() -> None:
    def no_answer(entries: list[Any]) -> None:
        entries[1]["request"].pop("postData")
        entries[1]["request"]["url"] = "https://idp.example.com/sso?SAMLRequest=abc"

    found = [
        each for each in checked(har(no_answer), [["har.flow", {"flow": "saml"}]])["checks"] if each["id"] == "har.flow"
    ]

    assert found == [{"id": "har.flow", "level": "warn", "data": {"reached": "provider"}}]


def test_an_expired_sign_in_message_is_seen_before_it_is_redacted() -> None:
    assert levels(checked(har(), [["har.flow", {"flow": "saml"}]]))["saml.expired"] == "warn"


def test_facts_are_read_and_never_asked() -> None:
    def behind_proxy(entries: list[Any]) -> None:
        entries[0]["response"]["headers"].append({"name": "Via", "value": "1.1 proxy"})
        entries[0]["serverIPAddress"] = "10.0.0.1"

    facts = checked(har(behind_proxy), [])["facts"]

    assert facts["proxy_headers"] == ["via"]
    assert facts["private_server"] == 1
    assert facts["browser"] == "WebInspector 537.36"
    assert facts["skew_seconds"] == 0


WINDOW = {"start": "2026-11-21T09:00:00Z", "end": "2026-11-21T10:00:00Z"}


@pytest.mark.parametrize(
    ("text", "context", "expected"),
    [
        ("2026-11-20 08:55:00 up", {}, {"log.zone": "warn"}),
        ("2026-11-20T08:55:00Z up", {"window": WINDOW}, {"log.window": "warn"}),
        ("2026-11-21T09:30:00Z up", {"window": WINDOW}, {"log.window": "ok"}),
        ("2026-11-21T09:30:00Z up", {"ids": ["req-1"]}, {"log.ids": "warn"}),
        ("no time at all", {}, {"log.times": "info"}),
    ],
)  # fmt: skip
def test_a_log_is_held_against_the_time_and_the_ids(
    text: str, context: dict[str, Any], expected: dict[str, str]
) -> None:
    found = levels(
        checked({"kind": "log", "text": text}, [[f"log.{each}", {}] for each in ("window", "zone", "ids")], **context)
    )

    assert {name: found.get(name) for name in expected} == expected


def test_every_check_of_a_checklist_and_every_problem_has_words() -> None:
    source = "".join((PAGE / f"{name}.js").read_text() for name in ("checks", "saml", "reading"))

    strings = load_strings("en")
    for problem in re.findall(r'problem: "(\w+)"', source):
        names = (
            f"problem_{problem}",
            f"har.parse.{problem}",
            f"har.has_failure.{problem}",
            f"saml.certificate.warn.{problem}",
        )
        assert any(each in strings for each in names), problem
    for name, level in re.findall(r'check\("([\w.]+)", "(ok|warn|error|info)"', source):
        assert any(key in (name, f"{name}.{level}") or key.startswith(f"{name}.{level}.") for key in strings), (
            name,
            level,
        )


def test_every_option_and_every_reason_of_the_checklists_has_words() -> None:
    strings = load_strings("en")
    for checklist in load_checklists().values():
        for item in checklist.items:
            for option in item.options if item.audience == "customer" else ():
                assert f"option_{option}" in strings, (checklist.id, option)
            for reason in item.skip_reasons:
                assert f"reason_{reason}" in strings, (checklist.id, reason)


def test_every_language_has_every_string_with_the_same_placeholders() -> None:
    english = json.loads((PAGE / "strings.en.json").read_text("utf-8"))
    for language in LANGUAGES:
        words = json.loads((PAGE / f"strings.{language}.json").read_text("utf-8"))
        assert list(words) == list(english), language
        for key, text in words.items():
            assert text.strip(), (language, key)
            assert set(re.findall(r"\{\w+\}", text)) == set(re.findall(r"\{\w+\}", english[key])), (language, key)


def test_a_translation_does_not_repeat_the_english_sentence() -> None:
    english = load_strings("en")
    same_word = re.compile("browser_|option_vpn|language")
    for language in LANGUAGES[1:]:
        repeated = [
            key for key, text in load_strings(language).items() if text == english[key] and len(text.split()) > 2
        ]
        assert [key for key in repeated if not same_word.match(key)] == [], language


def _certificate(days_from: int, days_to: int) -> str:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "idp.example.com")])
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
    made = made.not_valid_before(STARTED + timedelta(days=days_from)).not_valid_after(STARTED + timedelta(days=days_to))
    der = made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)
    return base64.b64encode(der).decode()


REQUEST = (
    '<samlp:AuthnRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_asked1" '
    'AssertionConsumerServiceURL="https://app.example.com/saml/acs"><saml:Issuer '
    'xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">https://app.example.com/sp</saml:Issuer></samlp:AuthnRequest>'
)
GOOD: dict[str, str] = {
    "destination": "https://app.example.com/saml/acs",
    "recipient": "https://app.example.com/saml/acs",
    "answers": "_asked1",
    "audience": "https://app.example.com/sp",
    "since": "2026-11-23T09:55:00Z",
    "until": "2026-11-23T10:05:00Z",
    "status": "urn:oasis:names:tc:SAML:2.0:status:Success",
    "certificate": "",
}


def answer(**changes: str) -> str:
    """A SAML response that is in order, but for the changes."""
    with_ = {**GOOD, **changes}
    signed = f"<ds:X509Certificate>{with_['certificate']}</ds:X509Certificate>" if with_["certificate"] else ""
    irt = f'InResponseTo="{with_["answers"]}"' if with_["answers"] else ""
    head = f'xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" Destination="{with_["destination"]}" {irt}'
    return (
        f'<samlp:Response {head}><samlp:Status><samlp:StatusCode Value="{with_["status"]}"/></samlp:Status>'
        f"{signed}<saml:Assertion><saml:Subject>"
        f'<saml:SubjectConfirmation><saml:SubjectConfirmationData Recipient="{with_["recipient"]}" {irt} '
        f'NotOnOrAfter="{with_["until"]}"/></saml:SubjectConfirmation></saml:Subject><saml:Conditions '
        f'NotBefore="{with_["since"]}" NotOnOrAfter="{with_["until"]}"><saml:AudienceRestriction><saml:Audience>'
        f"{with_['audience']}</saml:Audience></saml:AudienceRestriction></saml:Conditions></saml:Assertion></samlp:Response>"
    )


def sign_in(xml: str | None, *, asks: bool = True, skew: int = 0, after: bool = True) -> dict[str, Any]:
    """A recording of a sign-in: the request to the provider, the answer to us, a page."""

    def change(entries: list[Any]) -> None:
        del entries[3 if after else 2 :]
        if asks:
            entries[0]["request"]["url"] = f"https://idp.example.org/sso?SAMLRequest={percent(deflated(REQUEST))}"
        if xml is None:
            entries[1]["request"].pop("postData")
        else:
            entries[1]["request"]["postData"] = {"mimeType": "x", "text": f"SAMLResponse={percent(b64(xml))}"}
        for at, entry in enumerate(entries):
            began = STARTED + timedelta(seconds=at + skew)
            entry["startedDateTime"] = began.isoformat().replace("+00:00", "Z")

    return har(change)


FLOW: list[Any] = [["har.flow", {"flow": "saml"}]]


@pytest.mark.parametrize(
    ("recording", "expected"),
    [
        (sign_in(answer()), {"har.flow": "ok", "saml.found": "ok", "saml.signed_in": "info"}),
        (sign_in(answer(audience="https://other.example.com/sp")), {"saml.audience": "warn", "saml.found": None}),
        (sign_in(answer(answers="_older")), {"saml.in_response_to": "warn"}),
        (sign_in(answer(answers="")), {"saml.unsolicited": "info", "saml.found": "ok"}),
        (sign_in(answer(answers="_older"), asks=False), {"saml.in_response_to": None, "har.flow": "ok"}),
        (sign_in(answer(destination="https://old.example.com/acs")), {"saml.destination": "warn"}),
        (sign_in(answer(recipient="https://old.example.com/acs")), {"saml.recipient": "warn"}),
        (sign_in(answer(destination="https://app.example.com/saml/acs?tenant=1")), {"saml.destination": None}),
        (sign_in(answer(until="2026-11-23T09:59:57Z")), {"saml.expired": "warn"}),
        (sign_in(answer(since="2026-11-23T10:04:00Z")), {"saml.early": "warn"}),
        # The clock of the computer is nine minutes behind, the servers' are right: the message is in time.
        (sign_in(answer(), skew=-540), {"har.skew": "warn", "saml.early": None, "saml.expired": None}),
        (sign_in(answer(certificate=_certificate(-700, -30))), {"saml.certificate": "warn"}),
        (sign_in(answer(certificate=_certificate(30, 700))), {"saml.certificate": "warn"}),
        (sign_in(answer(certificate=_certificate(-30, 700))), {"saml.certificate": None, "saml.found": "ok"}),
        (sign_in(answer(certificate="bm90IGEgY2VydGlmaWNhdGU=")), {"saml.certificate": None}),
        (sign_in(answer(status="urn:oasis:names:tc:SAML:2.0:status:Responder")), {"saml.status": "info"}),
        (sign_in("not xml at all"), {"saml.readable": "warn"}),
        (sign_in(answer() + "<saml:EncryptedAssertion></saml:EncryptedAssertion>"), {"saml.encrypted": "info"}),
        (sign_in(answer(), after=False), {"har.flow": "warn"}),
        (sign_in(None), {"har.flow": "warn", "saml.found": None}),
    ],
)
def test_a_sign_in_message_is_judged_on_the_customers_machine(
    recording: dict[str, Any], expected: dict[str, str | None]
) -> None:
    found = checked(recording, FLOW)

    assert {name: levels(found).get(name) for name in expected} == expected
    ours, facts = checks.for_har(recording["document"], FLOW, CONTEXT)
    assert (ours, facts) == (found["checks"], found["facts"])


def test_how_far_the_sign_in_came_names_what_is_missing() -> None:
    (found,) = [each for each in checked(sign_in(None), FLOW)["checks"] if each["id"] == "har.flow"]

    assert found["data"] == {"reached": "provider_to", "wanted": "POST /saml/acs"}


def _extension(entries: list[Any]) -> None:
    entries[0]["request"]["url"] = "chrome-extension://abc/x.js"


def _oidc(entries: list[Any]) -> None:
    back = percent("https://app.example.com/cb")
    entries[0]["request"]["url"] = f"https://idp.example.org/authorize?response_type=code&redirect_uri={back}"


def _pieces(entries: list[Any]) -> None:
    entries[0] |= {"startedDateTime": "2026-11-23T10:00:00.123+01:00", "time": "12", "timings": None, "response": None}
    entries[1] |= {"_error": "net::ERR_FAILED", "serverIPAddress": "10.1.2.3"}
    entries[2]["response"] |= {
        "status": "404",
        "httpVersion": None,
        "headers": [None, {"name": "Via", "value": "1.1 p"}],
    }


OIDC: list[Any] = [["har.flow", {"flow": "oidc"}], ["har.preserve_log", {}]]
EVERYTHING: list[Any] = [[name, {}] for name in ("har.has_host", "har.window", "har.preserve_log", "har.has_failure")]
LONG_AGO = {"start": "2026-11-20T09:00:00Z", "end": "2026-11-20T09:30:00Z"}


@pytest.mark.parametrize(
    ("change", "wanted", "context"),
    [
        (None, EVERYTHING, {"window": LONG_AGO}),
        (_each("request.url", "https://other.example.net/"), EVERYTHING, {}),
        (_each("response.status", 200), EVERYTHING, {"error_text": "canary-bearer-in-text"}),
        (_each("request.headers", []), EVERYTHING, {"browser": "firefox"}),
        (_each("response.content", {"size": 9, "mimeType": "text/html"}), EVERYTHING, {}),
        (_late, EVERYTHING, {}),
        (_blocked, EVERYTHING, {}),
        (_extension, EVERYTHING, {}),
        (_callback, EVERYTHING, {}),
        (_oidc, OIDC, {}),
        (_callback, OIDC, {}),
        (_pieces, [*EVERYTHING, *FLOW], {"browser": "edge"}),
    ],
)
def test_page_and_script_check_a_recording_alike(change: Any, wanted: list[Any], context: dict[str, Any]) -> None:
    recording = har(change)

    found = checked(recording, wanted, **context)
    ours, facts = checks.for_har(recording["document"], wanted, {**CONTEXT, **context})

    assert (ours, facts) == (found["checks"], found["facts"])


@pytest.mark.parametrize(
    "text",
    ["2026-11-20 08:55:00 up", "2026/11/21T09:30:00,5+0100 up\n", "no time", "x\n" * 3, "2026-11-23T09:30:00Z req-1 b",
     "2026-13-41T99:30:00Z", ("2026-11-21T09:30:00Z line\n" * 20_000)],
)  # fmt: skip
def test_page_and_script_check_a_log_alike(text: str) -> None:
    wanted = [[f"log.{each}", {}] for each in ("window", "zone", "ids")]
    context = {"window": WINDOW, "ids": ["req-1"]}

    found = checked({"kind": "log", "text": text}, wanted, **context)["checks"]

    assert checks.for_log(text, wanted, {**CONTEXT, **context}) == found


def test_a_saml_trace_is_checked_like_a_recording() -> None:
    post = [["SAMLResponse", b64(answer(destination="https://old.example.com/acs"))]]
    trace = {"requests": [{"url": "https://app.example.com/saml/acs", "post": post}, {"url": 3}, None]}

    found = checked({"kind": "saml-trace", "text": json.dumps(trace)}, [])["checks"]

    assert {each["id"]: each["level"] for each in found} == {"har.parse": "info", "saml.destination": "warn"}
    assert checks.for_trace(trace) == found
