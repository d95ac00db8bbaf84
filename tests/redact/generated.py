"""Generated logs and prose with known ground truth: what must stay, and what must go.

Every line is a list of (text, kind): kind "" is filler, "id" is a request or trace identifier or a timestamp, "diag"
any other diagnostic token, "secret" and "personal" must be found. Names are made from syllables and common first names.
"""

import random
import uuid
from collections.abc import Iterator

Part = tuple[str, str]

_SYLLABLES = "ka lo mi ren sto va del bra ni cor tan wel har ost ber quin dal fer".split()
# Common given names of several languages, and family names: no particular person.
FIRST = (
    "Anna Bernd Carla David Elena Farid Giulia Hannah Ivan Julia Kevin Laura Miguel Nadia Oliver Priya Rachel Stefan "
    "Tomas Ursula Victor Yusuf Zoe Aisha Björn Chloe Dmitri Esther Fatima Gustav Hiroshi Ingrid Jasmine Katarzyna "
    "Leonard Mateo Ngozi Olga Pedro Quentin Rosa Sanjay Theresa Umberto Vanessa Wolfgang Xavier Yolanda Zoltan Keiko"
).split()
LAST = (
    "Andersson Bianchi Castillo Dubois Eriksson Ferrari Garcia Hoffmann Ivanov Johnson Kowalski Lindberg Müller Nguyen "
    "Okafor Patel Quintero Rossi Schneider Takahashi Ulrich Vasquez Wagner Xu Yamamoto Zimmermann Abernathy Blackwood "
    "Chakraborty Delacroix"
).split()


def timestamp(r: random.Random) -> str:
    day, hour, minute, second = r.randrange(1, 29), r.randrange(24), r.randrange(60), r.randrange(60)
    clock = f"{hour:02d}:{minute:02d}:{second:02d}"
    return r.choice(
        [
            f"2026-03-{day:02d}T{clock}.{r.randrange(1000):03d}Z",
            f"2026-03-{day:02d} {clock},{r.randrange(1000):03d}",
            f"{day:02d}/Mar/2026:{clock} +0000",
            f"Mar {day:2d} {clock}",
            f"Tue, {day:02d} Mar 2026 {clock} +0000",
            f"17{r.randrange(10**7, 10**8 - 1)}",
            f"17{r.randrange(10**10, 10**11 - 1)}",
            f"202603{day:02d}T{hour:02d}{minute:02d}{second:02d}Z",
            f"I03{day:02d} {clock}.{r.randrange(10**6):06d}",
        ]
    )


def identifier(r: random.Random) -> str:
    made = uuid.UUID(int=r.getrandbits(128))
    return r.choice(
        [
            str(made),
            str(made).upper(),
            made.hex,
            f"{r.getrandbits(64):016x}",
            f"{r.getrandbits(160):040x}",
            f"00-{r.getrandbits(128):032x}-{r.getrandbits(64):016x}-01",
            f"1-{r.getrandbits(32):08x}-{r.getrandbits(96):024x}",
            f"req_{''.join(r.choices('abcdefghijklmnopqrstuvwxyz0123456789', k=20))}",
            f"{r.getrandbits(64):016X}",
            f"{r.getrandbits(36):09x}-FRA",
        ]
    )


def diagnostic(r: random.Random) -> str:
    return r.choice(
        [
            f"Chrome/{r.randrange(80, 130)}.0.{r.randrange(7000)}.{r.randrange(200)}",
            f"v{r.randrange(9)}.{r.randrange(20)}.{r.randrange(30)}",
            f"version={r.randrange(9)}.{r.randrange(9)}.{r.randrange(9)}.{r.randrange(9)}",
            f"offset={r.randrange(10**10)}",
            f"bytes={r.randrange(10**7)}",
            f"duration={r.randrange(9999)}ms",
            f"status={r.choice([200, 301, 404, 500, 503])}",
            f"partition={r.randrange(64)}",
            f"account={r.randrange(10**9, 10**10)}",
            f"10.{r.randrange(256)}.{r.randrange(256)}.{r.randrange(256)}:{r.randrange(1024, 65535)}",
            "java.lang.IllegalStateException",
            f"com.example.orders.OrderService.save(OrderService.java:{r.randrange(900)})",
            f"std::vector<int>::at({r.randrange(99)})",
            f"AADSTS{r.randrange(50000, 90000)}",
            f"ORA-{r.randrange(10000):05d}",
            "urn:oasis:names:tc:SAML:2.0:status:Responder",
            f"1.3.6.1.4.1.{r.randrange(9999)}.{r.randrange(99)}.{r.randrange(9)}",
            f"sha256:{r.getrandbits(256):064x}",
            f"GET /api/v2/orders/{r.randrange(10**8)}?page={r.randrange(99)}&limit=50",
            f"retry={r.randrange(9)}/{r.randrange(9, 12)}",
            f"thread-{r.randrange(99)}",
            f"pid={r.randrange(99999)}",
            f"queue_depth={r.randrange(10**6)}",
            "token_type=Bearer",
            "session_timeout=3600",
            f"code={r.choice(['E42', 'invalid_grant', '1006'])}",
            "state=OPEN",
            f"kafka lag {r.randrange(10**6)} {r.randrange(10**9)} {r.randrange(10**4)}",
            f"host=db-{r.randrange(9)}.prod.example.net",
            f"{r.randrange(100)}.{r.randrange(100)}%",
            f"0x{r.getrandbits(48):012x}",
            f"build {r.randrange(10**4)}.{r.randrange(10**4)}",
            "name=worker-7",
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36",
            "cookie names: sid, theme",
            "unexpected token: EOF",
            "basic authentication failed",
            "bearer authentication required",
        ]
    )


def sensitive(r: random.Random) -> Part:
    """One keyed or shaped value, as (text with the value marked by \\x00, kind)."""
    word = "".join(r.choices(_SYLLABLES, k=3))
    value = "canary" + "".join(r.choices("abcdefghijkmnpqrstuvwxyz23456789", k=14))
    address = f"{r.randrange(11, 223)}.{r.randrange(256)}.{r.randrange(256)}.{r.randrange(1, 255)}"
    shapes = [
        (f"password=\0{value}\0", "secret"),
        (f'"client_secret":"\0{value}\0"', "secret"),
        (f'\\"access_token\\":\\"\0{value}\0\\"', "secret"),
        (f"Authorization: Bearer \0{value}\0", "secret"),
        (f'{{"name":"x-api-key","value":"\0{value}\0"}}', "secret"),
        (f"Cookie: sid=\0{value}\0", "secret"),
        (f"GET /cb?code=\0{value}\0&page=2", "secret"),
        (f"postgres://app:\0{value}\0@db.example/x", "secret"),
        (f"password%3D\0{value}\0%26x%3D1", "secret"),
        (f"--token \0{value}\0", "secret"),
        (f"AWS_SECRET_ACCESS_KEY=\0{value}\0", "secret"),
        (f"eyJhbGciOiJub25lIn0.\0{value}\0.{value}", "secret"),
        (f"mail \0{word}@{word}.example\0", "personal"),
        (f"to=\0{word}%40{word}.example\0", "personal"),
        (f'"to":"\0{word}\\u0040{word}.example\0"', "personal"),
        (f"user=\0{word}.{value[-4:]}\0", "personal"),
        (f'\\"firstName\\":\\"\0{word.title()}\0\\"', "personal"),
        (f"/home/\0{word}{value[-3:]}\0/app", "personal"),
        ("card \x004111 1111 1111 1111\0", "personal"),
        ("phone \0+44 20 7946 0958\0", "personal"),
        ("dob=\x001980-02-03\0", "personal"),
    ]
    if not address.startswith(("100.", "127.", "169.254", "172.", "192.168")):
        shapes.append((f"client \0{address}\0 ", "personal"))
    return r.choice(shapes)


def log_lines(count: int, r: random.Random) -> Iterator[list[Part]]:
    """Lines of a log with identifiers, diagnostic tokens and now and then a value that must go."""
    for _ in range(count):
        parts: list[Part] = [(timestamp(r), "id"), (" ", ""), (r.choice(["INFO", "WARN", "ERROR"]), ""), (" ", "")]
        parts += [(r.choice(["request_id=", "trace ", "[", "id: "]), ""), (identifier(r), "id"), (" ", "")]
        for _ in range(r.randrange(2, 6)):
            parts += [(diagnostic(r), "diag"), (" ", "")]
        if r.random() < 0.3:
            text, kind = sensitive(r)
            before, value, after = text.split("\0")
            parts += [(before, ""), (value, kind), (after, "")]
        yield parts


_SENTENCES = (
    "{name} reported that the export button in the Dashboard does nothing.",
    "Since Monday our users in Berlin cannot sign in with Azure Active Directory.",
    "I spoke with {name} about the Billing Service and we restarted the Docker container.",
    "The Chrome browser shows Error 503 when opening Order Management.",
    "Dear Support Team, please contact {name} before Friday.",
    "After the upgrade to Version 4 the Report Builder fails with a Timeout.",
    "{first} and {name} tried Safari and Firefox on macOS Sonoma without success.",
    "The Identity Provider returns Access Denied, see the SAML Response attached.",
    "Please ask {name} to clear the browser cache and try again.",
    "Single Sign On works for Internal Users but not for External Partners.",
    "Our admin {name} changed the Conditional Access policy last week.",
    "May I ask you to check the Redis cluster in the Frankfurt region?",
    "Best regards,\n{name}",
    "We use Microsoft Edge on Windows Server and Internet Explorer mode.",
    "According to {first}, the API Gateway rejects every second request.",
)


_SENTENCES_BY_LANGUAGE = {
    "en": _SENTENCES,
    "de": (
        "{name} meldet, dass der Export im Dashboard nicht funktioniert.",
        "Seit Montag können sich unsere Benutzer in Berlin nicht mehr anmelden.",
        "Bitte wenden Sie sich an {name}, wenn Sie Fragen zur Rechnung haben.",
        "Der Browser zeigt nach der Anmeldung den Fehler 503 an.",
        "Sehr geehrter Herr {last}, vielen Dank für Ihre Nachricht.",
        "Nach dem Update auf Version 4 bricht der Bericht mit einem Timeout ab.",
        "Ich habe mit {name} gesprochen, und wir haben den Container neu gestartet.",
        "Der Identity Provider liefert Zugriff verweigert, siehe Anhang.",
        "Mit freundlichen Grüßen\n{name}",
        "Unser Administrator {name} hat die Richtlinie gestern geändert.",
        "Die Schaltfläche Speichern reagiert im Bereich Verwaltung nicht.",
    ),
    "fr": (
        "{name} signale que le bouton Exporter du tableau de bord ne répond plus.",
        "Depuis lundi, nos utilisateurs de Paris ne peuvent plus se connecter.",
        "Merci de contacter {name} avant vendredi.",
        "Le navigateur affiche l'erreur 503 à l'ouverture de la page Commandes.",
        "Bonjour Madame {last}, merci pour votre message.",
        "Après la mise à jour, le rapport échoue avec un délai dépassé.",
        "J'ai parlé avec {name} et nous avons redémarré le conteneur.",
        "Le fournisseur d'identité renvoie Accès refusé, voir la pièce jointe.",
        "Cordialement,\n{name}",
        "Notre administrateur {name} a modifié la stratégie hier.",
    ),
    "es": (
        "{name} informa de que el botón Exportar del panel no responde.",
        "Desde el lunes nuestros usuarios de Madrid no pueden iniciar sesión.",
        "Por favor, póngase en contacto con {name} antes del viernes.",
        "El navegador muestra el error 503 al abrir la página Pedidos.",
        "Estimado Sr. {last}, gracias por su mensaje.",
        "Después de la actualización, el informe falla con un tiempo de espera agotado.",
        "Hablé con {name} y reiniciamos el contenedor.",
        "El proveedor de identidad devuelve Acceso denegado, véase el anexo.",
        "Saludos cordiales,\n{name}",
        "Nuestro administrador {name} cambió la directiva ayer.",
    ),
}


def prose(count: int, r: random.Random, language: str = "en") -> Iterator[list[Part]]:
    """Sentences of support text in English, German, French or Spanish; names are of kind "name"."""
    for _ in range(count):
        sentence = r.choice(_SENTENCES_BY_LANGUAGE[language]) + " "
        first = r.choice(FIRST)
        # A tenth of the names stands in no list.
        last = r.choice(LAST) if r.random() < 0.7 else "".join(r.choices(_SYLLABLES, k=3)).title()
        pieces = sentence.replace("{name}", "\0n\0").replace("{first}", "\0f\0").replace("{last}", "\0l\0").split("\0")
        names = {"n": (f"{first} {last}", "name"), "f": (first, "name"), "l": (last, "name")}
        yield [names.get(piece, (piece, "")) for piece in pieces]
