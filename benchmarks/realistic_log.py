"""A log as the services of one product write it together: the mix that users hand in.

Enters: a path and a size. Leaves: plain text of access lines with encoded queries, JSON lines with packed JSON and
escapes, logfmt, syslog, Kubernetes, and stack traces of Java and Python. People, addresses and ids mostly do not
return.
"""

import base64
import json
import random
import uuid
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote, quote_plus

_SYLLABLES = (
    "al an ba bel cor da del en fa fer gil ha in ja ka la li lo ma mi na ne pa ra re ri sa se ta te to va vi".split()
)
_WORDS = (
    "order invoice payment customer session request worker queue timeout retry connection pool upstream cache index "
    "report export import batch job schedule webhook delivery account tenant region shard replica primary lock refund "
    "catalog basket shipment voucher ledger profile template render thumbnail search suggestion quota limit policy"
).split()
_SERVICES = "api-gateway billing checkout identity notifier search export scheduler".split()
_AGENTS = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{}.0.0.0 Safari/537.36",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.{} Safari/605",
    "Mozilla/5.0 (X11; Linux x86_64; rv:{0}.0) Gecko/20100101 Firefox/{0}.0",
    "curl/8.{}.1",
    "python-requests/2.{}.0",
    "okhttp/4.{}.0",
    "kube-probe/1.{}",
)


class _Writer:
    """One stream of lines; the clock goes on from line to line."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self._milliseconds = 9 * 3600 * 1000
        # Who runs the machines returns, and stands in most parts of the log.
        self._staff = [self._name().lower() for _ in range(40)]

    def lines(self) -> str:
        """The next line, or the lines of one trace."""
        self._milliseconds += self.random.randrange(120)
        kinds: tuple[tuple[Callable[[], str], int], ...] = (
            (self._access, 26), (self._json, 24), (self._logfmt, 14), (self._syslog, 12), (self._kubernetes, 10),
            (self._message, 9), (self._java, 3), (self._python, 2),
        )  # fmt: skip
        return self.random.choices([each for each, _ in kinds], [weight for _, weight in kinds])[0]()

    @property
    def _clock(self) -> str:
        seconds = self._milliseconds // 1000
        return f"{seconds // 3600 % 24:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"

    @property
    def _fraction(self) -> int:
        return self._milliseconds % 1000

    def _word(self) -> str:
        return self.random.choice(_WORDS)

    def _name(self) -> str:
        return "".join(self.random.choices(_SYLLABLES, k=4)).title()

    def _user(self) -> str:
        return f"{self._name()}.{self._name()}{self.random.choice(['', self.random.randrange(99)])}".lower()

    def _email(self) -> str:
        return f"{self._user()}@{self.random.choice(['customer', 'mail', 'corp', self._name().lower()])}.example"

    def _address(self) -> str:
        r = self.random
        kind = r.random()
        if kind < 0.5:
            return f"{r.choice(['203.0.113', '198.51.100', '192.0.2'])}.{r.randrange(1, 255)}"
        if kind < 0.9:
            return f"10.{r.randrange(256)}.{r.randrange(256)}.{r.randrange(1, 255)}"
        return f"2001:db8:{r.getrandbits(16):x}:{r.getrandbits(16):x}::{r.getrandbits(16):x}"

    def _uuid(self) -> str:
        return str(uuid.UUID(int=self.random.getrandbits(128)))

    def _hex(self, length: int) -> str:
        return f"{self.random.getrandbits(4 * length):0{length}x}"

    def _path(self) -> str:
        r = self.random
        identifier = r.choice([r.randrange(10**8), self._uuid(), self._hex(24)])
        path = f"/api/v{r.randrange(1, 4)}/{self._word()}s/{identifier}"
        wanted = {"category": r.randrange(999), "status": [self._word()], "sort": "-created_at"}
        back = f"https://app.example.com/{self._word()}/callback?state={self._hex(16)}&lang=de"
        query = [
            f"page={r.randrange(90)}",
            f"q={quote_plus(f'{self._word()} {self._name()} {self._word()} für {r.randrange(99)} %')}",
            f"filter={quote(json.dumps(wanted))}",
            f"redirect_uri={quote(back, safe='')}",
            f"email={quote(self._email())}",
            f"fields={self._word()}%2C{self._word()}%2C{self._word()}",
            f"since=2026-03-02T{quote(self._clock)}Z",
            f"cursor={base64.urlsafe_b64encode(r.randbytes(18)).decode()}",
        ]
        chosen = r.sample(query, r.randrange(4)) if r.random() < 0.7 else []
        return path + ("?" + "&".join(chosen) if chosen else "")

    def _agent(self) -> str:
        return self.random.choice(_AGENTS).format(self.random.randrange(100, 140))

    def _access(self) -> str:
        r = self.random
        user = self._user() if r.random() < 0.1 else "-"
        referrer = "-" if r.random() < 0.4 else f"https://app.example.com{self._path()}"
        line = (
            f'{self._address()} - {user} [02/Mar/2026:{self._clock} +0000] "{r.choice(["GET", "GET", "POST", "PUT"])} '
            f'{self._path()} HTTP/1.1" {r.choice([200, 200, 201, 304, 404, 502])} {r.randrange(90000)} "{referrer}" '
            f'"{self._agent()}"'
        )
        if r.random() < 0.5:
            line += f" {r.random():.3f} {self._uuid()} {self._address()}:{r.randrange(1024, 65535)}"
        return line

    def _json(self) -> str:
        r = self.random
        record: dict[str, object] = {
            "timestamp": f"2026-03-02T{self._clock}.{self._fraction:03}Z",
            "level": r.choice(["info", "info", "warn", "error"]),
            "logger": f"com.example.{self._word()}.{self._word().title()}Service",
            "message": f"{self._word()} {self._word()} for {self._email()} finished in {r.randrange(4000)} ms",
            "request_id": self._uuid(),
            "trace_id": self._hex(32),
            "span_id": self._hex(16),
            "http": {"url": f"https://api.example.com{self._path()}", "status": r.choice([200, 404, 503])},
            "client_ip": self._address(),
        }
        kind = r.random()
        if kind < 0.3:
            body = {
                "id": self._uuid(), "type": f"{self._word()}.{self._word()}",
                "user": {"email": self._email(), "name": f"{self._name()} {self._name()}", "id": r.randrange(10**7)},
                "items": [{"sku": self._hex(8), "count": r.randrange(9), "note": f"{self._word()} \"{self._word()}\""}],
                "at": f"2026-03-02T{self._clock}Z",
            }  # fmt: skip
            record["body"] = json.dumps(body)
        elif kind < 0.45:
            record["exception"] = self._java().replace("\n", "\r\n" if r.random() < 0.1 else "\n")
        elif kind < 0.6:
            owner = f"{self._name()}\u2019s {self._word()}"
            record["message"] = f'cannot {self._word()} "{self._word()}": {owner} \u2013 see\n\t{self._path()}'
        return json.dumps(record, ensure_ascii=r.random() < 0.5)

    def _logfmt(self) -> str:
        r = self.random
        parts = [
            f"ts=2026-03-02T{self._clock}.{self._fraction:03}Z", f"level={r.choice(['info', 'debug', 'warn'])}",
            f"caller={self._word()}.go:{r.randrange(900)}", f'msg="{self._word()} {self._word()} {self._word()}"',
            f"trace_id={self._hex(32)}", f"duration={r.random():.4f}s",
        ]  # fmt: skip
        more = [
            f"user={self._user()}", f'user_email="{self._email()}"', f"remote={self._address()}:{r.randrange(65535)}",
            f"path={self._path()}", f'err="dial tcp {self._address()}:5432: connect: connection refused"',
            f"org_id={r.randrange(10**5)}", f'statement="VACUUM ANALYZE {self._word()}s"',
            f"component={self._word()}", f"attempt={r.randrange(5)}", f'device="{self._name()}\'s laptop"',
        ]  # fmt: skip
        return " ".join([*parts, *r.sample(more, r.randrange(1, 6))])

    def _syslog(self) -> str:
        r = self.random
        head = f"Mar  2 {self._clock} {r.choice(['web', 'db', 'mail', 'vpn'])}-{r.randrange(20):02}"
        process, port, login = r.randrange(99999), r.randrange(65535), self.random.choice(self._staff)
        texts = (
            f"sshd[{process}]: Accepted publickey for {self._user()} from {self._address()} port {port} ssh2: RSA "
            f"SHA256:{base64.b64encode(r.randbytes(32)).decode().rstrip('=')}",
            f"sshd[{process}]: Failed password for invalid user {login} from {self._address()} port {port} ssh2",
            f"sudo:   {login} : TTY=pts/{r.randrange(9)} ; PWD=/home/{login} ; USER=root ; "
            f"COMMAND=/usr/bin/systemctl restart {r.choice(_SERVICES)}",
            f"postfix/smtp[{process}]: {self._hex(10).upper()}: to=<{self._email()}>, relay=mx.customer.example"
            f"[{self._address()}]:25, delay={r.random():.2f}, dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as "
            f"{self._hex(10)})",
            f"kernel: [{r.randrange(10**6)}.{r.randrange(10**6):06}] IPTABLES-DROP: IN=eth0 OUT= MAC={self._mac()} "
            f"SRC={self._address()} DST={self._address()} LEN={r.randrange(1500)} PROTO=TCP SPT={port} DPT=443",
            f"systemd[1]: Started Session {r.randrange(9999)} of user {login}.",
            f"CRON[{process}]: (www-data) CMD (php /srv/app/bin/console {self._word()}:{self._word()} --quiet)",
        )
        return f"{head} {r.choice(texts)}"

    def _mac(self) -> str:
        return ":".join(f"{each:02x}" for each in (2, *self.random.randbytes(5)))

    def _pod(self) -> str:
        ending = "".join(self.random.choices("bcdfghjklmnpqrstvwxz2456789", k=5))
        return f"{self.random.choice(_SERVICES)}-{self._hex(10)}-{ending}"

    def _kubernetes(self) -> str:
        r = self.random
        if r.random() < 0.5:
            namespace = r.choice(["prod", "kube-system", "staging"])
            return (
                f"I0302 {self._clock}.{r.randrange(10**6):06}       1 {self._word()}.go:{r.randrange(999)}] "
                f'"{self._word().title()} {self._word()}" pod="{namespace}/{self._pod()}" '
                f'podUID="{self._uuid()}" node="ip-10-{r.randrange(255)}-{r.randrange(255)}-{r.randrange(255)}"'
            )
        return (
            f"2026-03-02T{self._clock}.{r.randrange(10**9):09}Z stdout F {self._pod()} level=info "
            f"image=registry.example.com/{r.choice(_SERVICES)}@sha256:{self._hex(64)} cpu={r.randrange(900)}m "
            f"memory={r.randrange(900)}Mi restarts={r.randrange(4)}"
        )

    def _message(self) -> str:
        r = self.random
        texts = (
            f"{self._word()} {self._uuid()} assigned to {self._name()} {self._name()} <{self._email()}>",
            f"user {self._email()} signed in from {self._address()} (session {self._hex(32)})",
            f"took {r.randrange(4000)} ms, offset={r.randrange(10**9)} pool={r.randrange(9)}/20 v2.14.{r.randrange(9)}",
            f"GET https://api.example.com{self._path()} failed: {r.choice(['502 Bad Gateway', 'timeout', 'reset'])}",
            f"password={self._hex(16)} rejected for {self._user()}",
            f"uploaded C:\\Users\\{self._name()}\\Documents\\{self._word()}-{r.randrange(99)}.xlsx",
        )
        return (
            f"2026-03-02 {self._clock},{self._fraction:03} {r.choice(['INFO ', 'DEBUG', 'WARN '])} "
            f"[{r.choice(_SERVICES)}] [worker-{r.randrange(64)}] com.example.{self._word()}.Service - {r.choice(texts)}"
        )

    def _java(self) -> str:
        r = self.random
        frames = [
            f"\tat com.example.{self._word()}.{self._word().title()}Service.{self._word()}"
            f"({self._word().title()}Service.java:{r.randrange(900)})"
            for _ in range(r.randrange(4, 20))
        ]
        head = (
            f"2026-03-02 {self._clock},{self._fraction:03} ERROR [{r.choice(_SERVICES)}] unhandled\n"
            f"java.lang.IllegalStateException: {self._word()} {self._uuid()} of {self._email()} is locked"
        )
        cause = f"Caused by: java.sql.SQLException: Duplicate entry '{self._email()}' for key '{self._word()}_email'"
        return "\n".join([head, *frames, cause, f"\t... {r.randrange(90)} more"])

    def _python(self) -> str:
        r = self.random
        frames = [
            f'  File "/srv/app/{self._word()}/{self._word()}.py", line {r.randrange(900)}, in {self._word()}\n'
            f"    return self.{self._word()}({each}_id={each}.id, limit={r.randrange(99)})"
            for each in r.choices(_WORDS, k=r.randrange(3, 12))
        ]
        last = f"requests.exceptions.HTTPError: 404 Client Error for url: https://api.example.com{self._path()}"
        return "\n".join(["Traceback (most recent call last):", *frames, last])


def realistic(path: Path, size: int) -> str:
    """About `size` bytes of such a log."""
    writer, written = _Writer(7), 0
    with path.open("w", encoding="utf-8") as stream:
        while written < size:
            written += len(line := writer.lines() + "\n")
            stream.write(line)
    return "text/plain"
