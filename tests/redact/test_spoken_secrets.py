"""Secrets on command lines, in debug dumps and told in words; and ordinary sentences that only look like it."""

import pytest

from diagpack.redact.detect import TextDetectors

DETECTORS = TextDetectors.load()


def found(text: str) -> list[str]:
    data = text.encode()
    return [data[span.start : span.end].decode() for span in DETECTORS.scan(data)]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("curl -H 'X: y' -u svc:canary-1 https://api.example.com/", "canary-1"),
        ("curl --user 'svc:canary-2' https://api.example.com/", "canary-2"),
        ("exec: mysql -uroot -pcanary3 app", "canary3"),
        ("sshpass -p canary-4 ssh host", "canary-4"),
        ("redis-cli -h db -a canary-5 ping", "canary-5"),
        ("docker login -u me -p canary-6 registry.example.com", "canary-6"),
        ("+OK AUTH canary7x", "canary7x"),
        ("args=['--token', 'canary-8', '--user', 'x']", "canary-8"),
        ('["--api-key", "canary-9"]', "canary-9"),
        ('["password"]=> string(9) "canary 10"', "canary 10"),
        ("The password is: canary11. Please hurry.", "canary11"),
        ("login with password canary-12, then click", "canary-12"),
        ('ConvertTo-SecureString "canary!13" -AsPlainText -Force', "canary!13"),
        ("Connect-AzAccount -ServicePrincipal -Secret canary~14", "canary~14"),
        ("net user hduser canary!15 /add", "canary!15"),
        (r"net use Z: \\srv\share /user:CORP\jo canary!16", "canary!16"),
        ("temp password for her: canary#17", "canary#17"),
        ("the pw is canary_18", "canary_18"),
        ("Your verification code is 553201", "553201"),
        ("my code is 884213", "884213"),
        ("valid to 04/29 cvv 737", "737"),
        ("ChargeRequest(cvc=737, amount=12)", "737"),
        ("curl -s -u canaryjo https://api.example.com/", "canaryjo"),
        ("curl --user canaryjo:canary-17 https://api.example.com/", "canaryjo"),
        ("psql -h db.example.com -U canaryjo app", "canaryjo"),
        ("docker login --username canaryjo registry.example.com", "canaryjo"),
        ("ssh -i key.pem canaryjo@web-1 uptime", "canaryjo"),
        ("my pin is\n4711\nthanks", "4711"),
        ("[10:01] Anna: my password is\n[10:02] Anna: blueberry\n", "blueberry"),
        ("> what is your password?\n\nblueberry", "blueberry"),
        ("Anna: your security code is:\nAnna: 553201", "553201"),
        ("card 4111 1111 1111 1111, exp. 12/27", "12/27"),
        ("4111-1111-1111-1111 (valid thru 09/2029)", "09/2029"),
        ("token: SdDIApMgksBmOqDXPLZzAy", "SdDIApMgksBmOqDXPLZzAy"),
    ],
)
def test_a_secret_that_no_key_and_sign_shows_is_found(text: str, value: str) -> None:
    assert value in found(text)


@pytest.mark.parametrize(
    "text",
    [
        "password is wrong",
        "my password is\nexpired",
        "my pin is\nno longer accepted",
        "what is your password?\nno idea, sorry",
        "the error code is\n53003",
        "curl -u admin https://api.example.com/",
        'curl -u "$USER" https://api.example.com/',
        "ssh root@web-1 uptime",
        "the certificate 4711 expires 12/27",
        "password expired 30 days ago",
        "the error code is 53003",
        "your request failed with code: 40310",
        "exit code is 1370",
        "Get-Item -Key value -Token $token -Secret (Read-Host)",
        "c.e.auth.UsernamePasswordAuthenticationFilter : Failed to process authentication request",
        "BadCredentialsException: Bad credentials",
        'SET "reset_password_token" = $3, "updated_at" = $4',
        "net user /domain",
        "my login is blocked",
        "the password was changed at 10:19",
        "mysql -p app",
        "AUTH failed for 3 clients",
        "curl -u $USER https://api.example.com/",
        "args=['--token', '--user']",
        "token: InvalidAuthenticationTokenTenant",
        "token: unexpected",
        "password policy requires 12 characters",
        "passphrase prompt (attempt 2)",
    ],
)
def test_an_ordinary_sentence_stays(text: str) -> None:
    assert found(text) == []


def test_a_long_line_of_half_commands_stays_fast() -> None:
    import time

    line = b"curl mysql sshpass redis-cli docker login auth --token password " * 16_000
    start = time.process_time()
    list(DETECTORS.scan(line))
    assert time.process_time() - start < 3
