"""Logs, dumps and settings as the tools write them, with a value planted in every place that can hold one."""

import pytest

from diagpack.redact.standalone import Standalone
from tests.redact.planting import KEY, POLICY

_ALONE = Standalone(KEY, POLICY)


@pytest.mark.parametrize(
    "text",
    [
        "sshd[1]: Disconnected from user canaryjo 10.0.0.9 port 51234",
        "sshd[1]: User canaryjo from 10.0.0.9 not allowed because not listed in AllowUsers",
        "sshd[1]: maximum authentication attempts exceeded for canaryjo from 10.0.0.9 port 51234 ssh2",
        "su[1]: (to root) canaryjo on pts/0",
        "su: pam_unix(su:session): session opened for user root(uid=0) by canaryjo(uid=1000)",
        "systemd-logind[1]: New session 3 of user canaryjo.",
        "useradd[1]: new user: name=canaryjo, UID=1001",
        "passwd[1]: password for 'canaryjo' changed by 'root'",
        "CRON[1]: (canaryjo) CMD (/usr/bin/backup)",
        "[client 10.0.0.9:51234] AH01617: user canaryjo: authentication failure for \"/admin\"",
        "radiusd[1]: (1) Login incorrect (mschap: FAILED): [canaryjo/canaryword] (from client ap1)",
        "openvpn[1]: canaryjo/10.0.0.9:1194 MULTI: Learn: 10.8.0.2 -> canaryjo/10.0.0.9:1194",
        "[1234] canaryjo@app ERROR:  duplicate key value",
        "DETAIL:  Failing row contains (42, Canary Person, canaryword, null).",
        "DETAIL:  Key (last_name, birth_date)=(Canaryson, 1980-02-03) already exists.",
        "GRANT ALL ON app.* TO 'canaryjo'@'%'; SET PASSWORD FOR 'canaryjo'@'%' = PASSWORD('canaryword')",
        "12 Connect\tcanaryjo@web1 on app using TCP/IP",
        "ALTER USER canaryjo WITH LOGIN",
        'Could not find user "canaryjo" for db "admin"',
        '[0 10.0.0.1:51234] "AUTH" "canaryjo" "canaryword"',
        '"CONFIG" "SET" "requirepass" "canaryword"',
        'type=USER_LOGIN msg=\'op=login acct="canaryjo" exe="/usr/sbin/sshd"\' AUID="canaryjo"',
        'type=EXECVE argc=3 a0="mysql" a1="-pcanaryword" a2="app"',
        'type=EXECVE argc=3 a0="curl" a1="-u" a2="canaryjo:canaryword"',
        'BIND dn="uid=canaryjo,ou=people,dc=example,dc=com"',
        "bind failed for CN=Canary Person,OU=Users,DC=corp,DC=example,DC=com: data 52e",
        'filter="(&(objectClass=person)(sn=Canaryson)(sAMAccountName=canaryjo))"',
        "sqlcmd -S db1 -P canaryword -Q x",
        "Target Server Name: CORP\\canaryjo",
        "session=<canary7x9K2mQ4> lip=10.0.0.1",
        "WHERE user_name LIKE 'canaryjo%' AND city='Canarytown'",
        "lastName eq \"Canaryson\" and active eq true",
        "password=SHA1('canaryword')",
        'Config { user: Some("canaryjo"), password: Some("canaryword") }',
        "Array ( [username] => canaryjo [password] => canaryword )",
        'login(token: """canary7x9K2mQ4""")',
        'requests.post(url, auth=("canaryjo", "canaryword"))',
        "#0 db.php(12): PDO->__construct('mysql:host=db', 'canaryjo', 'canaryword')",
        "#1 login.php(33): login('canaryjo', 'canaryword')",
        "[parameters: ('canaryjo', 'canaryword', 42)]",
        "panic: dsn: canaryjo:canaryword@tcp(db:3306)/app",
        "Customer{name='Canary Person', phone='+49 151 00000000'}",
        '"user"=>{"email"=>"jo@example.com", "name"=>"Canary Person"}',
        'localStorage.setItem("access_token","canaryword")',
        'setToken("canaryword")',
        "logged in, token canary7x9K2mQ4canary7x9K2mQ4 accepted",
        "got <u><name>Canary Person</name><id>7</id><email>jo@example.com</email></u> back",
        "got <u><phone>+49 151 00000000</phone><name>Canary Person</name></u> back",
        "su: 'su root' failed for canaryjo on /dev/pts/8",
        'type=EXECVE argc=3 a0="mysql" a1="-ucanaryjo" a2="app"',
        "ISSUE: authtime 1701330072, canaryjo/admin@EXAMPLE.COM for krbtgt/EXAMPLE.COM@EXAMPLE.COM",
        "BEGIN:VCARD\nN:Canaryson;Canary;;;\nFN:Canary Person\nORG:Canary Foundry\nADR;TYPE=HOME:;;x;Canarytown;;;\n",
        'ORGANIZER;ROLE=CHAIR;CN="Canary Person":mailto:jo@example.com',
        "objectClass: user\ncn: Canary Person\nsn: Canaryson\nuserPassword:: Y2FuYXJ5canary==\nemployeeID: canary7\n",
        "Hi <@U123|canaryjo>, look",
        'https://www.gravatar.com/avatar/ca4a4ca4a4ca4a4ca4a4ca4a4ca4a4ca',
    ],
)  # fmt: skip
def test_a_person_or_password_goes_where_servers_and_programs_write_it(text: str) -> None:
    shown = _ALONE.text(text)

    assert "anary" not in shown
    assert "ca4a4" not in shown


@pytest.mark.parametrize(
    "text",
    [
        "machine api.example.com login canaryjo password canaryword",
        "machine git.example.com\n  login canaryjo\n  password canaryword\n",
        "db.example.com:5432:app:canaryjo:canaryword",
        "//npm.example.com/:_auth=canary7x9K2mQ4\n",
        "requirepass canaryword\n",
        "GIT_AUTHOR_NAME=Canary van Canaryson\nPORT=1\n",
        "LOGNAME=canaryjo\nCOOKIE_SALT=canaryword\nMAIL_KEY=canary7x9K2mQ4canary7x9K2mQ4\n",
        "- name: DB_PASSWORD\n  value: canaryword\n- {name: API_TOKEN, value: canaryword}\n",
        "ansible_user: canaryjo\nsmtp_user = canaryjo\n",
        "define('DB_PASSWORD', 'canaryword');\n: PSK \"canaryword\"\n",
        "    client-key-data: canary7x9K2mQ4canary\n",
        '{"identitytoken": "canaryword"} tail',
        "jdbc.user = canaryjo\n",
        '      echo "canaryjo:canaryword" | chpasswd',
        "canaryjo:$apr1$x$0123456789012345678901",
    ],
)
def test_files_of_credentials_keep_no_user_and_no_password(text: str) -> None:
    assert "anary" not in _ALONE.text(text)


@pytest.mark.parametrize(
    "text",
    [
        "Account {name=canaryjo, type=com.example.sync}",
        "User UserInfo{0:Canary Person:c13}:",
        'WifiService: SSID: "canarynet" freq=5180',
        'WifiStateMachine: startConnecting to "canarynet"',
        'ConfigKey: "canarynet"WPA_PSK',
        '<string name="SSID">&quot;canarynet&quot;</string>',
        'Joined network ("canarynet") on channel 36',
        "TelephonyManager: IMEI: 35ca4a4ca4a4ca4 MEID: null",
        "[ro.boot.serialno]: [0Bca4a4ca4a4ca4a4]",
        "UniqueDeviceID: ca4a4ca4a4ca4a4ca4a4ca4a4ca4a4ca4a4ca4a4c",
    ],
)
def test_a_phone_tells_neither_its_owner_nor_its_networks_and_numbers(text: str) -> None:
    shown = _ALONE.text(text)

    assert "anary" not in shown
    assert "ca4a4" not in shown


@pytest.mark.parametrize(
    "text",
    [
        "Failed to load user from cache not allowed here",
        "ruser= rhost=web1 user= host=db",
        "subject=CN=DigiCert Global Root CA,OU=www.digicert.com,O=DigiCert Inc,C=US",
        "CN=Users,DC=corp,DC=example,DC=com",
        "user_id=4711 auid=1000 cpu.user=12.5 (uid=0)",
        "Key (id)=(42) already exists.",
        "login or password reset, machine learning login",
        "FATAL Some(other) token",
        "password = required, password: None",
        "map.set('page', 'two'); header('Content-Type', 'text/html')",
        "Chrome/120.0.6099.109 at db.internal:5432",
        "GET /a HTTP/1.1 - 200 Connect to host on port",
        "HKLM\\Software\\Vendor, C:\\Windows\\System32",
        "name='pool-1', size='4', host='db'",
        "token bucket-rate-limiter-1234-worker reached, unexpected token } in JSON",
        "got <app><name>Order Service</name><version>1.2.3</version></app> back",
        "login%3Ausername login: password user=email",
        "is_user=true max_user=5 current_user: none",
        "- name: LOG_LEVEL\n  value: debug\n- name: PORT\n  value: 8080",
        "env('PORT', '8080'); config('app.name', 'orders')",
        "subject=N:17;x FN(3) ORG id",
    ],
)
def test_what_only_sounds_like_one_of_these_stays(text: str) -> None:
    assert _ALONE.text(text) == text


def test_a_one_time_code_in_a_log_line_goes_and_other_numbers_stay() -> None:
    shown = _ALONE.text("sent otp=914943 code=200 port=8443")

    assert "914943" not in shown
    assert shown.endswith(" code=200 port=8443")


def test_cells_of_a_web_server_keep_the_names_of_cookies_and_parameters() -> None:
    text = (
        "#Fields: date cs-uri-query cs(Cookie) sc-status\n"
        "2026-11-30 code=canary1&client_id=web ASP.NET_SessionId=canary2;+theme=canary3 302\n"
    )

    shown = _ALONE.text(text)

    assert "canary" not in shown
    row = shown.splitlines()[1]
    assert "client_id=web ASP.NET_SessionId=" in row
    assert ";+theme=" in row
    assert row.endswith(" 302")
