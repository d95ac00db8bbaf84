"""What customers send: server and query logs, settings, exports, mail. What goes, and what an engineer still reads."""

import json
from pathlib import Path

import pytest

from diagpack.redact.standalone import Standalone, media_type_of
from tests.redact.planting import KEY, POLICY

_ALONE = Standalone(KEY, POLICY)

# name: (content, what goes, what stays)
_TEXTS: dict[str, tuple[str, list[str], list[str]]] = {
    "access log": (
        '203.0.113.9 - zofia [03/Mar/2026:10:00:00 +0000] "GET /cb?code=canaryC0de1 HTTP/1.1" 302 154 "-" '
        '"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Chrome/120.0.6099.109" rt=0.004 upstream=10.1.2.3:8080',
        ["203.0.113.9", "zofia", "canary"],
        ["[03/Mar/2026:10:00:00 +0000]", "302 154", "10_15_7", "120.0.6099.109", "rt=0.004", "10.1.2.3:8080"],
    ),
    "sign-ins": (
        "Mar  3 10:00:00 web-1 sshd[4242]: Failed password for invalid user zofia from 198.51.100.9 port 51234 ssh2\n"
        "Mar  3 10:00:01 web-1 sshd[4242]: Accepted publickey for root from 10.0.0.9 port 51235\n"
        "Mar  3 10:00:01 web-1 sudo:   larsko : TTY=pts/0 ; COMMAND=/bin/systemctl restart app\n"
        "Login failed for user 'idanyborg'. pam_unix(sshd:session): session opened for user vikings by (uid=0)",
        ["zofia", "larsko", "idanyborg", "vikings", "198.51.100.9"],
        ["sshd[4242]", "port 51234", "publickey for root from 10.0.0.9", "COMMAND=/bin/systemctl restart app", "uid=0"],
    ),
    "query log": (
        "INSERT INTO accounts (id, password_hash, name, email, port) VALUES (7, 'canary''1', 'Zofia Mikkelby', "
        "'z@example.com', 8080), (8, 'canary2', 'Lars Okerblom', NULL, 8081);\n"
        "CREATE USER 'app'@'%' IDENTIFIED BY 'canary3'; ALTER ROLE app WITH PASSWORD 'canary4';\n"
        "DETAIL:  parameters: $1 = 'canary5', $2 = '42'\n# User@Host: zofia[zofia] @ web-1 [10.0.0.9]  Id: 42\n"
        "SELECT id FROM t WHERE status IN ('active','locked') LIMIT 10",
        ["canary", "Mikkelby", "Okerblom", "z@example.com", "zofia"],
        ["INSERT INTO accounts (id, password_hash, name, email, port) VALUES (7, '", "8080), (8, '", "NULL, 8081);",
         "$2 = '42'", "@ web-1 [10.0.0.9]  Id: 42", "status IN ('active','locked') LIMIT 10", "IDENTIFIED BY '"],
    ),
    "connection string": (
        "ConnectionString: Server=tcp:sql1.example.com,1433;Initial Catalog=orders;User ID=zmikkel;Password=canary1;"
        "Encrypt=True\nat Db.Open() in Db.cs:line 42",
        ["canary", "zmikkel"],
        ["Server=tcp:sql1.example.com,1433;Initial Catalog=orders;", "Encrypt=True", "Db.cs:line 42"],
    ),
    "plan": (
        '  ~ access_key = "AKIACANARY0123456789" -> "AKIACANARY9876543210"\n  + password   = (sensitive value)\n'
        '  + token      = "canary1x" -> "canary2x"\n  + port       = 5432',
        ["CANARY", "canary"],
        ["(sensitive value)", "= 5432", '" -> "'],
    ),
    "settings": (
        "[db]\npassword = canaryword\nport=5432\nfrom_env = ${DB_PASSWORD}\n",
        ["canary"],
        ["[db]", "port=5432", "${DB_PASSWORD}"],
    ),
    "bracketed log": (
        "[2026-03-03 10:00:00] INFO password=canary11 {}\n[2026-03-03 10:00:01] INFO status=500\n",
        ["canary"],
        ["[2026-03-03 10:00:01] INFO status=500"],
    ),
    "event XML": (
        '<Event><System><EventID>4625</EventID></System><EventData><Data Name="TargetUserName">zofia.mikkelby</Data>'
        '<Data Name="Status">0xc000006d</Data><Data Name="IpPort">51234</Data></EventData></Event>',
        ["zofia"],
        ["<EventID>4625</EventID>", '<Data Name="TargetUserName">', "0xc000006d", "51234"],
    ),
    "GraphQL": (
        json.dumps({"query": "mutation L($email: String!, $password: String!) { login(password: $password) { id } }",
                    "variables": {"password": "canary1x"}}),
        ["canary"],
        ["mutation L($email: String!, $password: String!) { login(password: $password) { id } }"],
    ),
    "record of a person": (
        json.dumps({"billing": {"name": "Zofia Mikkelby", "email": "z@example.com", "line1": "Storgata 14"},
                    "app": {"name": "Order Service", "version": "1.2.3"}}),
        ["Mikkelby", "z@example.com", "Storgata"],
        ["Order Service", "1.2.3"],
    ),
    "person in XML": (
        "<u><name>Zofia Mikkelby</name><contact-id>7</contact-id><email>z@example.com</email></u>"
        "<u><phone>+1 415 555 0132</phone><name>Lars Okerblom</name></u><app><name>Order Service</name></app>"
        "<env><PIN>471194</PIN><pin>13</pin></env>",
        ["Mikkelby", "z@example.com", "Okerblom", "471194"],
        ["<name>Order Service</name>", "<pin>13</pin>", "<contact-id>7<"],
    ),
    "connection string in XML": (
        '<add name="Main" connectionString="Server=tcp:sql1.example.com,1433;Initial Catalog=orders;User ID=zmikkel;'
        'Password=canary1;" providerName="System.Data.SqlClient"/>',
        ["canary", "zmikkel"],
        ["Server=tcp:sql1.example.com,1433;Initial Catalog=orders;User ID=", "System.Data.SqlClient"],
    ),
    "sign-in of Okta": (
        json.dumps({"actor": {"id": "00ucanary1", "type": "User", "alternateId": "canaryjo", "displayName": "Zofia M"},
                    "target": [{"id": "0oa17", "type": "AppInstance", "alternateId": "Pay",
                                "displayName": "Pay Roll"}]}),
        ["canary", "Zofia"],
        ["0oa17", "Pay Roll", "AppInstance"],
    ),
    "sign-in of Entra": (
        json.dumps({"appDisplayName": "Office Portal", "resourceDisplayName": "Directory Graph",
                    "userDisplayName": "Zofia Mikkelby", "uniqueTokenIdentifier": "mmF0cW9kOUlXRXlGc2h0dQ"}),
        ["Mikkelby"],
        ["Office Portal", "Directory Graph", "mmF0cW9kOUlXRXlGc2h0dQ"],
    ),
    "environment": (
        "PIN=4711\nGOOGLE_APPLICATION_CREDENTIALS=/etc/keys/gcp-sa.json\nPORT=8080\n",
        ["4711"],
        ["GOOGLE_APPLICATION_CREDENTIALS=/etc/keys/gcp-sa.json", "PORT=8080"],
    ),
    "environment of a container": (
        json.dumps({"Env": ["HTTPS_PROXY=http://zm:canary1@proxy.example.com:3128", "PATH=/usr/bin:/bin"]}),
        ["canary"],
        ["HTTPS_PROXY=http://", "@proxy.example.com:3128", "PATH=/usr/bin:/bin"],
    ),
    "addresses in a header": (
        'X-Forwarded-For: 203.0.113.9 198.51.100.7, 10.0.0.1\nset {"name": "x-forwarded-for", "value": "203.0.113.4"}',
        ["203.0.113.9", "198.51.100.7", "203.0.113.4"],
        ["10.0.0.1"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", _TEXTS)
def test_what_goes_goes_and_what_helps_stays(name: str, tmp_path: Path) -> None:
    content, gone, stays = _TEXTS[name]
    source, out = tmp_path / "in.log", tmp_path / "out.log"
    source.write_text(content)

    _ALONE.file(source, out, "in.log")

    shown = out.read_text().replace("\\u003e", ">")
    assert [each for each in gone if each in shown] == []
    assert [each for each in stays if each not in shown and json.dumps(each)[1:-1] not in shown] == []


@pytest.mark.parametrize(
    ("text", "gone"),
    [
        ("Sehr geehrte Damen, mein Passwort lautet Canary77! Rufen Sie an: 0171-2345678. Grüße, Jürgen Müller",
         ["Canary77", "2345678", "Müller"]),
        ("Bonjour, je m'appelle Hélène Dubois, mon mot de passe est Canary88 et mon portable 06 12 34 56 78.",
         ["Dubois", "Canary88", "12 34 56"]),
        ("Hola, soy María Fernández, mi contraseña es Canary99 y mi teléfono +34 912 34 56 78.",
         ["Fernández", "Canary99", "912 34"]),
        ("Hi, Zofia Johnson here, the password is Canary22! and my number is (415) 555-0132.",
         ["Johnson", "Canary22", "555-0132"]),
    ],
)  # fmt: skip
def test_prose_in_four_languages_loses_names_passwords_and_phones(text: str, gone: list[str], tmp_path: Path) -> None:
    source, out = tmp_path / "note.txt", tmp_path / "out.txt"
    source.write_text(text)

    _ALONE.file(source, out, "note.txt")

    assert [each for each in gone if each in out.read_text()] == []


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_utf_16_is_read_and_written_again_as_it_was(encoding: str, tmp_path: Path) -> None:
    source, out = tmp_path / "in.log", tmp_path / "out.log"
    source.write_bytes("10:00:00 INFO password=canary-Ä1 für port=8080\r\nok\r\n".encode(encoding))

    result = _ALONE.file(source, out, "in.log")

    shown = out.read_bytes().decode(encoding)
    assert "canary" not in shown
    assert shown.endswith(" für port=8080\r\nok\r\n")
    assert sum(result.counts.values()) == 1
    assert sorted(each.name for each in tmp_path.iterdir()) == ["in.log", "out.log"]


def test_utf_16_that_breaks_off_is_withheld(tmp_path: Path) -> None:
    source, out = tmp_path / "in.log", tmp_path / "out.log"
    source.write_bytes("password=canary".encode("utf-16") + b"\xd8")

    result = _ALONE.file(source, out, "in.log")

    assert not out.exists()
    assert result.withheld[0]["reason"] == "text that is not the UTF-16 it begins as"


def test_a_key_and_a_shape_that_find_the_same_number_give_one_token() -> None:
    shown = _ALONE.text("IBAN: DE89 3704 0044 0532 0130 00\npan=4111 1111 1111 1111\nDE89370400440532013000")

    lines = shown.splitlines()
    assert lines[0].startswith("IBAN: dp-iban-")
    assert " " not in lines[0].removeprefix("IBAN: ")
    assert lines[1].startswith("pan=dp-card-")
    assert " " not in lines[1]


@pytest.mark.parametrize(
    "key", ["card", "cardno", "cc", "ccnum", "cc_number", "payment_card", "kreditkarte", "x-card-no"]
)
def test_a_card_goes_behind_every_name_for_it(key: str) -> None:
    for number in ("4111111111111111", "4111-1111-1111-1111", "4111 1111 1111 1111"):
        shown = _ALONE.text(f"POST /pay {key}={number}&page=2")

        assert shown.startswith(f"POST /pay {key}=dp-card-")
        assert shown.endswith("&page=2")


@pytest.mark.parametrize("name", ["x", "payload", "q", "data.value", "cardRef", "acct", "field_7"])
@pytest.mark.parametrize("number", ["4111111111111111", "5555555555554444", "378282246310005", "2200000000000004"])
def test_a_card_goes_behind_a_name_that_says_nothing(name: str, number: str) -> None:
    for text in (f"GET /p?a=1&{name}={number}&z=2 HTTP/1.1", f"level=info {name}={number} took=12ms"):
        shown = _ALONE.text(text)

        assert number not in shown
        assert f"{name}=dp-card-" in shown


@pytest.mark.parametrize(
    "name", ["id", "orderId", "order_id", "docid", "trace", "span_id", "X-Request-Id", "seq", "ts", "bytes", "txn.ref"]
)
def test_a_number_stays_behind_the_name_of_an_identifier(name: str) -> None:
    text = f"level=info {name}=4111111111111111 took=12ms"

    assert _ALONE.text(text) == text


def test_short_words_for_cards_are_other_things_too() -> None:
    text = "main.cc:253 card=visa cc: team, card 0 of 4, order_id=4111111111111111 CC=clang"

    assert _ALONE.text(text) == text


@pytest.mark.parametrize(
    "text",
    [
        'GET /lost-password HTTP/1.1" 200\nGET /x HTTP/1.1" 404',
        "user=root@26117804242c started",
        '10.2.3.4 www.example.com [10/Feb/2012:16:41:07 -0500] "GET / HTTP/1.0" 200',
        "Connecting to driver: spark://CoarseGrainedScheduler@10.10.34.11:48069",
        '{"key": "deployment.environment", "value": {"stringValue": "production"}}',
        "Notification: my state:FOLLOWING; n.sid:1, n.state:LOOKING",
        "connectionString=ldap://vc.example.com:389 refused",
        "akka.tcp://sparkExecutorActorSystem@node-07:55904 listening",
    ],
)
def test_what_only_sounds_like_a_secret_or_a_person_stays(text: str) -> None:
    assert _ALONE.text(text) == text


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Unser Administrator Roderich Kreusel hat die Richtlinie geändert.", "Roderich Kreusel"),
        ("Bitte wenden Sie sich an Undine Schönland, wenn es eilt.", "Undine Schönland"),
        ("Sehr geehrter Herr Zobelmann, danke.", "Zobelmann"),
        ("Porfirio Collado informa de que el botón no responde.", "Porfirio Collado"),
        ("Saludos cordiales,\nAdalberto Coello", "Adalberto Coello"),
        ("Merci de contacter Aurélien Vasseur avant vendredi.", "Aurélien Vasseur"),
    ],
)
def test_a_name_in_no_list_is_found_where_only_a_person_is_asked_or_told(text: str, name: str, tmp_path: Path) -> None:
    source, out = tmp_path / "note.txt", tmp_path / "out.txt"
    source.write_text(text)

    _ALONE.file(source, out, "note.txt")

    assert name not in out.read_text()
    assert out.read_text().replace(name, "").count(" ") == text.count(" ") - name.count(" ")


def test_words_alone_in_a_json_leaf_are_searched_as_well() -> None:
    told = {"msg": "Invalid user canaryjane from", "path": "/home/canaryjoe/data", "text": "I live at 12 Canary Street"}

    shown = json.dumps(_ALONE.value(told))

    assert "anary" not in shown


@pytest.mark.parametrize("head", ["[14:02] Annika Canary: hi", "[INFO] text", "[2026-11-03 10:00:00] x"])
def test_a_line_that_begins_with_a_bracket_is_text(head: str, tmp_path: Path) -> None:
    source = tmp_path / "in.txt"
    source.write_text(f"{head}\nmore\n")

    assert media_type_of(source) == "text/plain"


def test_the_host_behind_a_password_with_an_encoded_at_sign_stays() -> None:
    shown = _ALONE.text("url=postgres://jo:canary%2Fp%40ss@db.internal:5432/app up")

    assert "canary" not in shown
    assert shown.endswith("@db.internal:5432/app up")


@pytest.mark.parametrize(
    ("text", "gone"),
    [
        ('2026/11/03 12:00:04 [error] 4#4: *9 user "canaryjo": password mismatch, client: 10.0.0.8', "canaryjo"),
        ("\tAccount Name:\t\tcanaryjo\n", "canaryjo"),
        ("BadCredentialsException: Bad credentials; principal=canaryjo port=8443", "canaryjo"),
        ("My username is canaryjo, since 10:19", "canaryjo"),
        ("Mon identifiant : canaryjo", "canaryjo"),
        ("geo lat=59.32938 lng=18.06871 code=401", "18.06871"),
        ("M: +44 7700 900456", "900456"),
        ('<machineKey validationKey="21F090935F6E49C2C797F69BBAAD8402" validation="SHA1"/>', "21F09093"),
    ],
)
def test_where_servers_and_people_write_a_person(text: str, gone: str) -> None:
    assert gone not in _ALONE.text(text)
