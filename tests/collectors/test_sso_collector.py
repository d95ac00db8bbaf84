"""The plug-in: knows its inputs by content, stores one summary for each family, lets no secret out."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from diagpack.collectors.sso import COLLECTOR
from diagpack.errors import CollectError
from diagpack.model.raw import RawArtifact, Source
from diagpack.model.ref import ArtifactId
from diagpack.plugins import discover
from tests.collectors.sso_samples import (
    CANARIES,
    CLAIMS,
    b64,
    entry,
    har,
    open_text,
    response,
    saml_login,
    signed,
    token,
)


class Context:
    """A context that keeps artifacts in a folder."""

    def __init__(self, folder: Path, sso: Mapping[str, Any] | None = None) -> None:
        self.folder = folder
        self.sso = sso or {}
        self.gaps: list[tuple[str, str]] = []
        self.stored: list[RawArtifact] = []
        self.now = datetime(2026, 3, 4, 13, tzinfo=UTC)
        self.window = None

    def section(self, name: str) -> Mapping[str, Any]:
        return self.sso if name == "sso" else {}

    def artifacts(self, kind: str) -> Sequence[RawArtifact]:
        return [each for each in self.stored if each.kind == kind]

    def request_ids(self) -> tuple[str, ...]:
        return ()

    def store(
        self,
        source: Source,
        *,
        kind: str,
        media_type: str,
        suffix: str,
        folder: str = "",
        content: Iterable[bytes] | None = None,
        facts: Mapping[str, Any] | None = None,
        part: str = "",
    ) -> RawArtifact:
        data = b"".join(content or ())
        path = self.folder / f"{kind}-{len(self.stored)}{part}"
        path.write_bytes(data)
        made = RawArtifact(
            id=ArtifactId(f"{kind}-1"),
            kind=kind,
            media_type=media_type,
            folder=folder or kind,
            suffix=suffix,
            path=path,
            sha256=hashlib.sha256(data).hexdigest(),
            size_bytes=len(data),
            source=source.label,
            facts=facts or {},
        )
        self.stored.append(made)
        return made

    def missing(self, source: Source, id: str, reason: str, *, question: str = "") -> None:
        self.gaps.append((id, reason))


def source_of(folder: Path, data: bytes, origin: str = "file") -> Source:
    path = folder / "input"
    path.write_bytes(data)
    return Source("source-1", "input", path, hashlib.sha256(data).hexdigest(), len(data), origin)


def collected(folder: Path, data: bytes, origin: str = "file", **sso: Any) -> tuple[list[RawArtifact], Context]:
    context = Context(folder, sso)
    return list(COLLECTOR.collect(source_of(folder, data, origin), context)), context


def content_of(artifact: RawArtifact) -> Any:
    with artifact.open_raw() as stream:
        return json.load(stream)


def test_the_plug_in_is_discovered() -> None:
    assert "sso" in [each.plugin.id for each in discover("diagpack.collectors", "COLLECTOR")]


@pytest.mark.parametrize(
    "data",
    [
        response().encode(),
        b64(response()).encode(),
        b"\xef\xbb\xbf" + response().encode(),
        f"SAMLResponse={b64(response())}".encode(),
        f"https://app.example.com/acs?SAMLResponse={b64(response())}".encode(),
        token(CLAIMS).encode(),
        f"Bearer {token(CLAIMS)}".encode(),
        b64(response() + "<!--" + "x" * 80_000 + "-->").encode(),
        json.dumps({"requests": [{"url": "https://a.example", "saml": response()}]}).encode(),
    ],
)
def test_login_messages_are_recognised_by_content(data: bytes) -> None:
    assert COLLECTOR.recognise(data[:65_536], "whatever.bin") >= 0.8


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"hello",
        b"2026-03-04T12:00:00Z GET /acs?SAMLResponse=PHNhbWw id_token=abc 200\n" * 5,
        b"<html><body>hello</body></html>",
        b'{"log": {"version": "1.2", "entries": []}}',
        b'{"setting": true}',
        b"\x89PNG\r\n\x1a\n" + b"\0" * 100,
        b"a plain note, with phone 555 0100 and nothing else",
        b"deadbeef" * 20,
    ],
)
def test_other_files_are_left_to_others(data: bytes) -> None:
    assert COLLECTOR.recognise(data, "SAMLResponse.xml") < 0.3


def test_a_pasted_response_becomes_one_saml_artifact(tmp_path: Path) -> None:
    found, _ = collected(tmp_path, b64(signed(response())).encode())

    assert [(each.kind, each.folder, each.media_type) for each in found] == [("saml", "sso", "application/json")]
    assert content_of(found[0])["messages"][0]["kind"] == "response"


def test_a_har_gives_both_families_and_names_the_har(tmp_path: Path) -> None:
    form = {"grant_type": "authorization_code", "code": "canary-code"}
    call = entry(
        "POST", "https://op.example.test/token", 200, 40, form=form, body=json.dumps({"id_token": token(CLAIMS)})
    )

    found, _ = collected(tmp_path, har(*saml_login(status=500), call), "har-1")

    assert [each.kind for each in found] == ["saml", "oidc"]
    saml, oidc = (content_of(each) for each in found)
    assert saml["har"] == oidc["har"] == "har-1"
    assert all(not each["id"].startswith("oidc.") for each in saml["findings"])
    assert {each["har_entry"] for each in saml["findings"] if each["id"] == "saml.acs_500"} == {3}


def test_pointers_hold_in_each_artifact(tmp_path: Path) -> None:
    found, _ = collected(tmp_path, har(*saml_login(response(), status=500)), "har-1")

    document = content_of(found[0])
    for each in document["findings"]:
        place = document
        for part in each["ref"].split("/")[1:]:
            place = place[int(part)] if isinstance(place, list) else place[part]


@pytest.mark.parametrize("origin", ["file", "har-1"])
def test_no_canary_leaves_but_in_marks(tmp_path: Path, origin: str) -> None:
    data = har(*saml_login(status=500)) if origin == "har-1" else signed(response()).encode()

    found, _ = collected(tmp_path, data, origin)

    for artifact in found:
        shown = open_text(content_of(artifact)) + str(artifact.raw_facts)
        assert not [each for each in (*CANARIES, "canary-password", "canary-subject") if each in shown]


def test_signature_and_digest_values_are_nowhere(tmp_path: Path) -> None:
    xml = signed(response())
    values = [piece.split("<")[0] for tag in ("SignatureValue", "DigestValue") for piece in xml.split(f"{tag}>")[1::2]]

    found, _ = collected(tmp_path, xml.encode())

    text = json.dumps(content_of(found[0]))
    assert len(values) == 2
    assert not [value for value in values if value.strip()[:16] in text]


def test_an_id_that_is_also_the_session_index_is_marked(tmp_path: Path) -> None:
    found, _ = collected(tmp_path, response(assertion_id="_canary-session-index").encode())

    marked = content_of(found[0])["messages"][0]["assertion"]["id"]
    assert marked == {"$sensitive": "id", "value": "_canary-session-index"}
    assert "canary-session" not in open_text(content_of(found[0]))


def test_a_har_without_a_login_gives_no_artifact(tmp_path: Path) -> None:
    assert collected(tmp_path, har(entry("GET", "https://app.example.com/")), "har-1")[0] == []


def test_a_file_with_nothing_in_it_is_an_error_without_content(tmp_path: Path) -> None:
    with pytest.raises(CollectError) as error:
        collected(tmp_path, har(entry("GET", "https://canary.example.com/")))

    assert error.value.id == "DP121"
    assert "canary" not in str(error.value)


def test_a_configured_file_that_is_missing_is_named_and_the_rest_still_counts(tmp_path: Path) -> None:
    found, context = collected(
        tmp_path, response().encode(), idp_certificates=[str(tmp_path / "gone.pem")], acs_urls=["https://x.example/acs"]
    )

    assert [id for id, _ in context.gaps] == ["DP122"]
    assert "saml.bad_destination" in {each["id"] for each in content_of(found[0])["findings"]}


def test_two_runs_give_equal_bytes(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    data = har(*saml_login())

    one, two = (collected(tmp_path / name, data, "har-1")[0] for name in "ab")

    assert [each.sha256 for each in one] == [each.sha256 for each in two]
