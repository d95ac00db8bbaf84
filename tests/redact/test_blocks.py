"""What a text says over several lines: tables, values below their key, mail, folded base64."""

import base64
import csv
import io
import json
import textwrap
from pathlib import Path

import pytest

from diagpack.redact.learned import Learned
from diagpack.redact.pieces import PIECE
from diagpack.redact.standalone import Standalone, redact_stream
from tests.redact.planting import KEY, POLICY, engine, har, har_entry, log

_ALONE = Standalone(KEY, POLICY)
_ROWS = [
    ["17", "zofia@example.com", "canary1, two", "active", "8443"],
    ["18", "lars@example.com", 'canary"2"', "locked", "8444"],
    ["19", "ida@example.com", "canary\n3", "active", "8445"],
]
_HEADER = ["id", "email", "api_key", "status", "port"]


def _csv(delimiter: str) -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerows([_HEADER, *_ROWS])
    return out.getvalue()


def _file(tmp_path: Path, content: bytes) -> bytes:
    source, out = tmp_path / "in", tmp_path / "out"
    source.write_bytes(content)
    redact_stream(source, out, key=KEY, policy=POLICY, name="in")
    return out.read_bytes()


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_a_delimited_file_loses_its_secret_column_and_stays_the_same_table(delimiter: str, tmp_path: Path) -> None:
    shown = _file(tmp_path, b"\xef\xbb\xbf" + _csv(delimiter).encode())

    rows = list(csv.reader(io.StringIO(shown.decode("utf-8-sig"), newline=""), delimiter=delimiter))
    assert shown.startswith(b"\xef\xbb\xbf")
    assert rows[0] == _HEADER
    assert [[each[0], *each[3:]] for each in rows[1:]] == [[each[0], *each[3:]] for each in _ROWS]
    assert all(each[2].startswith("dp-key-") and each[1].endswith("@dp.invalid") for each in rows[1:])
    again = tmp_path / "again"
    again.mkdir()
    assert _file(again, shown) == shown


def test_the_columns_of_a_large_file_are_known_in_every_piece(tmp_path: Path) -> None:
    rows = [f"{number},canary{number:07d}x,ok" for number in range(12_000)]

    shown = _file(tmp_path, "\n".join(["id,password,status", *rows]).encode())

    assert len(rows) * 20 > 3 * PIECE
    assert b"canary" not in shown
    assert shown.count(b",ok") == len(rows)


def test_a_quoted_cell_that_runs_over_two_pieces_is_replaced_whole(tmp_path: Path) -> None:
    filler = "".join(f"{number},word{number},ok\n" for number in range(PIECE // 16 - 20))
    cell = "canary-start\n" + "canary-line\n" * 200 + "canary-end"
    rows = f'{filler}7,"{cell}",ok\n{filler}'

    shown = _file(tmp_path, f"id,password,status\n{rows}".encode())

    assert b"canary" not in shown


def test_a_range_of_records_knows_the_header_of_its_log(tmp_path: Path) -> None:
    content = log("id,password,status", *[f"{number},canary{number:05d}x,ok" for number in range(400)])
    path = tmp_path / "log.jsonl"
    path.write_bytes(content)
    start = content.index(b"\n", len(content) // 2) + 1
    from diagpack.redact.lines import redact_jsonl_stream

    with path.open("rb") as stream:
        shown = b"".join(redact_jsonl_stream(engine(values={}), stream, start, len(content)))

    assert b"canary" not in shown
    assert shown.count(b"\n") == content[start:].count(b"\n")


def test_a_row_with_a_stray_delimiter_loses_its_secret_as_well() -> None:
    shown = _ALONE.text("id,password,status\n1,canary1x,ok\n2,canary2x,really,ok\n3,canary3x,ok\n")

    assert "canary" not in shown


def test_json_in_a_cell_is_read_behind_its_doubled_quotes() -> None:
    shown = _ALONE.text('id,payload\n1,"{""password"":""canary1x"",""port"":8443}"\n')

    assert "canary" not in shown
    assert '""port"":8443' in shown


_TABLES = {
    "psql": " id | password_hash | status\n----+---------------+-------\n  1 | canaryhash77  | ok\n(1 row)\n",
    "mysql": "+----+-----------+--------+\n| id | api_key   | status |\n+----+-----------+--------+\n"
    "|  1 | canarykey | ok     |\n+----+-----------+--------+\n",
    "markdown": "| Name | Secret | Port |\n|---|:---:|---|\n| Zofia Mikkelby | canarysecret | 8443 |\n",
    "kubectl": "NAME         TYPE     TOKEN         AGE\nfoo-secret   Opaque   canarytok-1   12d\n",
    "powershell": "Name     Password   Status\n----     --------   ------\nsvc-a    canary-pw  ok\n",
    "psql expanded": "-[ RECORD 1 ]--\nid       | 1\npassword | canaryword\nport     | 5432\n",
    "pairs": "| Setting | Value |\n|---|---|\n| db_password | canaryword |\n| port | 5432 |\n",
    "w3c": "#Fields: date time cs(Cookie) sc-status\n2026-03-03 10:00:00 theme=canary1x 500\n",
}


@pytest.mark.parametrize("name", _TABLES)
def test_a_drawn_table_loses_its_secret_column(name: str) -> None:
    text = f"10:00:01 INFO query result\n{_TABLES[name]}\n10:00:02 INFO done status=200\n"

    shown = _ALONE.text(text)

    assert "canary" not in shown
    assert "Zofia" not in shown
    assert shown.count("\n") == text.count("\n")
    assert "10:00:02 INFO done status=200" in shown
    assert [each for each in ("8443", "5432", "foo-secret", "12d", "Opaque", " ok", "500") if each in text] == [
        each for each in ("8443", "5432", "foo-secret", "12d", "Opaque", " ok", "500") if each in shown
    ]
    assert _ALONE.text(shown) == shown


def test_a_table_without_a_telling_column_stays() -> None:
    text = "id,region,status\n1,eu-west-1,active\n2,us-east-1,locked\n\nNAME   READY   AGE\nweb-1  1/1     3d\n"

    assert _ALONE.text(text) == text


def test_a_line_of_words_with_commas_is_no_header() -> None:
    text = "Connection refused, token\nretrying in 5 s\nWorker stopped, password\nat com.example.Main\n"

    assert _ALONE.text(text) == text


def test_a_csv_body_of_a_har_and_a_csv_in_a_json_string_lose_their_columns() -> None:
    body = {"content": {"mimeType": "text/csv", "text": _csv(",")}}

    shown = json.dumps(_ALONE.har(har(har_entry(response=body)))) + json.dumps(_ALONE.value({"attachment": _csv(";")}))

    assert "canary" not in shown
    assert "8443" in shown


_BELOW = {
    "form": "Password:\nblueberry-canary\n",
    "quoted key": '"client_secret":\n"canary-word-1"\n',
    "indented": "Login\n  Password:\n    canary-word\n  Port: 8080\n",
    "literal block": "db:\n  password: |\n    canary line one\n    canary2\n  port: 8080\n",
    "folded block": "db:\n  token: >-\n    canarytok\n  port: 8080\n",
    "list": "api_keys:\n  - canary-1\n  - canary-2\nport: 8080\n",
    "log": "10:00:01 INFO Authorization header token:\ncanary0123456789abc\n10:00:02 INFO port=8080\n",
}


@pytest.mark.parametrize("name", _BELOW)
def test_a_secret_on_the_line_below_its_key_goes(name: str) -> None:
    shown = _ALONE.text(_BELOW[name])

    assert "canary" not in shown
    assert shown.count("\n") == _BELOW[name].count("\n")
    assert ("8080" in shown) == ("8080" in _BELOW[name])
    assert _ALONE.text(shown) == shown


def test_members_of_a_record_of_secrets_go_and_its_settings_stay() -> None:
    text = (
        "passwords:\n  db: hunterpass\n  mail: 'hunterpasa'\n\n"
        "secrets:\n  db_password:\n    file: ./db_password.txt\n  other:\n    external: true\n  api: Zk9xQ2pLm4Tn8Rv3\n"
        "password:\n  algorithm: bcrypt\n  policy: strong-words\n"
        "credentials:\n  host: db.example.com\n  port: 5432\n"
        "tokens: [Zk9xQ2pLm4Tn8Rv5]\napi_keys: [abcdefgh, 'ijklmnop']\n"
    )
    shown = _ALONE.text(text)

    for secret in ("hunterpass", "hunterpasa", "Zk9xQ2pLm4Tn8Rv3", "Zk9xQ2pLm4Tn8Rv5", "abcdefgh", "ijklmnop"):
        assert secret not in shown
    for kept in ("file: ./db_password.txt", "external: true", "algorithm: bcrypt", "policy: strong-words",
                 "host: db.example.com", "port: 5432"):  # fmt: skip
        assert kept in shown
    assert shown.count("]") == 2
    assert shown.count("'") == 4


@pytest.mark.parametrize(
    "text",
    [
        "    Args:\n      --v=2\n      --token\n      hunterpass\n      --level\n      info\n    State: Running\n",
        'command:\n- /bin/app\n- "--password"\n- "hunterpass"\n- --level\n- info\n',
        "args:\n  - --api-key\n  - hunterpass\n  - --level\n  - info\n",
    ],
)
def test_an_argument_below_its_flag_goes(text: str) -> None:
    shown = _ALONE.text(text)

    assert "hunterpass" not in shown
    assert [line for line in shown.splitlines() if "dp-" not in line] == [
        line for line in text.splitlines() if "hunterpass" not in line
    ]


def test_a_name_below_its_label_goes() -> None:
    shown = _ALONE.text("Contact:\nZofia Mikkelby\n\nDate:\n2026-03-03\n")

    assert "Mikkelby" not in shown
    assert "2026-03-03" in shown


@pytest.mark.parametrize(
    "text",
    [
        "secret:\n  name: db-creds\n  optional: true\n",
        "Unexpected token:\n  at parse (app.js:10:3)\n",
        "session:\n  timeout: 30m\n",
        "Password:\nUsername:\nForgot your password?\n",
        "Signature:\nfoo(bar: int) -> None\n",
    ],
)
def test_a_mapping_or_sentence_below_a_telling_word_stays(text: str) -> None:
    assert _ALONE.text(text) == text


@pytest.mark.parametrize("order", ["kind first", "data first"])
def test_values_of_a_kubernetes_secret_go_and_stay_base64(order: str) -> None:
    packed = base64.b64encode(b"canary-word-one").decode()
    head = "apiVersion: v1\nkind: Secret\nmetadata:\n  name: db-creds\ntype: Opaque\n"
    data = f"data:\n  DB_CONN: {packed}\nstringData:\n  plain: canaryplain\n"
    text = f"{head}{data}" if order == "kind first" else f"{data}{head}"

    shown = _ALONE.text(f"a: 1\n---\n{text}---\nkind: ConfigMap\ndata:\n  mode: fast\n")

    lines = dict(each.strip().split(": ") for each in shown.splitlines() if ": " in each)
    assert base64.b64decode(lines["DB_CONN"]).startswith(b"dp-secret-")
    assert "canary" not in shown
    assert packed not in shown
    assert (lines["mode"], lines["name"]) == ("fast", "db-creds")
    assert _ALONE.text(shown) == shown


def test_values_of_a_kubernetes_secret_in_json_go() -> None:
    packed = base64.b64encode(b"canary-word-one").decode()
    secret = {
        "kind": "Secret",
        "metadata": {"name": "db-creds"},
        "data": {"mode": packed},
        "stringData": {"x": "canary"},
    }

    shown = _ALONE.value({"kind": "List", "items": [secret, {"kind": "ConfigMap", "data": {"mode": "fast"}}]})

    assert packed not in json.dumps(shown)
    assert "canary" not in json.dumps(shown)
    assert shown["items"][1]["data"] == {"mode": "fast"}


@pytest.mark.parametrize("width", [60, 64, 76])
@pytest.mark.parametrize("head", ["", "> ", "    "])
def test_folded_base64_is_read_as_a_whole(width: int, head: str) -> None:
    # The value is as long as a line: no line of its own decodes to all of it.
    secret = "canary-" + "x1y2z3" * 14
    inner = f"Dear support, port 8443 and password={secret}, mail zofia.mikkelby@example.com\n" * 2
    packed = base64.b64encode(inner.encode()).decode()
    text = f"10:00:01 INFO body\n{textwrap.indent(textwrap.fill(packed, width), head)}\n10:00:02 INFO done\n"

    shown = _ALONE.text(text)

    run = "".join(each.removeprefix(head) for each in shown.splitlines()[1:-1])
    plain = base64.b64decode(run).decode()
    assert secret not in plain
    assert "zofia" not in plain
    assert "port 8443 and password=dp-password-" in plain
    assert shown.count("\n") == text.count("\n")
    assert _ALONE.text(shown) == shown


def test_folded_base64_in_the_records_of_a_log_keeps_their_number(tmp_path: Path) -> None:
    packed = base64.b64encode(b"password=canary-one-two-three " * 9).decode()
    content = log("INFO body", *textwrap.wrap(packed, 76), "INFO done")
    path = tmp_path / "log.jsonl"
    path.write_bytes(content)
    from diagpack.redact.lines import redact_jsonl_stream

    with path.open("rb") as stream:
        shown = b"".join(redact_jsonl_stream(engine(values={}), stream, 0, len(content)))

    texts = [json.loads(each)["text"] for each in shown.splitlines()]
    assert len(texts) == content.count(b"\n")
    assert b"canary" not in base64.b64decode("".join(texts[1:-1]))
    assert (texts[0], texts[-1]) == ("INFO body", "INFO done")


def test_names_beside_mail_addresses_go_and_roles_stay() -> None:
    encoded = "=?UTF-8?B?" + base64.b64encode("Zoë Mikkelby".encode()).decode() + "?="
    text = (
        'From: "Zofia Mikkelby" <z@example.com>\n'
        "To: Lars van Okerblom <l@example.org>, Support Team <help@example.net>\n"
        f"Cc: {encoded} <zoe@example.com>\nAuthor: Ida Nyborg <ida@example.com>\n"
    )

    shown = _ALONE.text(text)

    for gone in ("Mikkelby", "Okerblom", "Nyborg", encoded, "@example"):
        assert gone not in shown
    assert "Support Team <" in shown
    assert shown.startswith("From: ")
    assert _ALONE.text(shown) == shown


def test_what_a_column_taught_is_replaced_elsewhere() -> None:
    learned = Learned(POLICY)

    engine(learned=learned).text("id,password\n1,canary-word-77\n2,canary-word-78\n")

    assert {"canary-word-77", "canary-word-78"} <= set(learned.dictionary())


def test_a_dump_names_its_columns_once_and_every_row_is_read_by_them(tmp_path: Path) -> None:
    created = (
        "CREATE TABLE IF NOT EXISTS `shop`.`users` (\n  `id` bigint NOT NULL,\n  `pw` varchar(255) DEFAULT NULL,\n"
        "  `amount` decimal(10,2),\n  `first_name` varchar(64),\n  PRIMARY KEY (`id`), KEY `k` (`pw`,`id`)\n);\n"
    )
    rows = [f"({number},'canary-{number:06d}x',{number}.50,'Canary{number:06d}')" for number in range(4_000)]

    for number, between in enumerate((",", ",\n")):
        folder = tmp_path / str(number)
        folder.mkdir()
        shown = _file(folder, "".join([created, "INSERT INTO `users` VALUES ", between.join(rows), ";\n"]).encode())

        assert len(shown) > 2 * PIECE
        assert b"anary" not in shown
        assert shown.startswith(created.encode())
        assert shown.count(b".50,") == len(rows)


def test_a_table_definition_that_two_pieces_share_is_known(tmp_path: Path) -> None:
    filler = "-- filler of a dump\n" * (PIECE // 20 - 2)
    created = "CREATE TABLE users (id int,\n" + "".join(f"  c{at} int,\n" for at in range(20)) + "  password text);\n"
    zeros = ",".join("0" for _ in range(20))

    shown = _file(
        tmp_path, "".join([filler, created, "INSERT INTO users VALUES (1,", zeros, ",'canary-1');\n"]).encode()
    )

    assert shown.startswith((filler + created).encode())
    assert b"canary" not in shown


def test_rows_that_are_copied_from_standard_input_are_a_table_up_to_the_end_mark(tmp_path: Path) -> None:
    text = "COPY public.accounts (id, username, password, seen) FROM stdin;\n1\tcanaryu\tcanary-1\t8443\n\\.\n8443\n"

    shown = _file(tmp_path, text.encode())

    assert b"canary" not in shown
    assert shown.endswith(b"\t8443\n\\.\n8443\n")


def test_values_that_are_bound_to_a_statement_are_read_by_their_names() -> None:
    shown = _ALONE.text('WHERE id = $1  [["last_name", "Canary1"], ["reset_password_token", "canary2"], ["LIMIT", 1]]')

    assert "anary" not in shown
    assert shown.endswith('["LIMIT", 1]]')
    assert _ALONE.text('grant_types: ["password", "refresh_token"]') == 'grant_types: ["password", "refresh_token"]'


def test_headings_in_other_languages_and_with_accents_say_what_their_cells_are(tmp_path: Path) -> None:
    german = "id;ort;geburtsdatum;status\n8443;Canarystadt;12.04.1961;aktiv\n8444;Canarydorf;13.04.1961;aktiv\n"
    french = "id,prénom,code postal,numéro de sécurité sociale\n8443,Canary,69003,2 85 05 78 006 084 36\n"

    for name, text, values in (
        ("german", german, ["Canary", "12.04.1961", "13.04.1961"]),
        ("french", french, ["Canary", "69003", "084"]),
    ):
        folder = tmp_path / name
        folder.mkdir()
        shown = _file(folder, text.encode()).decode()
        assert not [each for each in values if each in shown]
        assert "8443" in shown


def test_a_key_of_the_length_of_base64_still_names_the_value_below() -> None:
    # 16 characters with their `=`, as base64 of text would have.
    shown = engine().text("clientapisecret=\nqwertzuiop1\nclientpasswords=\nhorsebattery1\n")
    assert "qwertzuiop1" not in shown
    assert "horsebattery1" not in shown
