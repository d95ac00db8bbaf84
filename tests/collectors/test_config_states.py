"""Settings and flags are read from JSON and YAML; nothing unfolds."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from diagpack.collectors.config_states import COLLECTOR
from diagpack.errors import CollectError
from tests.collectors._lent import Lent, content, source

YAML = b"settings:\n  sso: {enabled: true}\n  mode: 'off'\nfeature_flags:\n  new/ui: false\n  limit: 3\n"


def _document(tmp_path: Path, data: bytes) -> dict[str, Any]:
    (artifact,) = COLLECTOR.collect(source(tmp_path, data), Lent(tmp_path))
    return dict(json.loads(content(artifact)))


def test_flags_are_listed_by_their_path(tmp_path: Path):
    document = _document(tmp_path, YAML)

    assert document["format"] == "yaml"
    assert document["flags"] == {
        "/settings/sso/enabled": True,
        "/settings/mode": False,
        "/feature_flags/new~1ui": False,
    }
    assert document["settings"]["feature_flags"]["limit"] == 3


def test_json_and_yaml_of_one_content_give_the_same_flags(tmp_path: Path):
    as_json = json.dumps({"settings": {"sso": {"enabled": True}}}).encode()

    assert _document(tmp_path, as_json)["flags"] == _document(tmp_path, b"settings: {sso: {enabled: yes}}")["flags"]


def test_values_json_cannot_hold_become_text(tmp_path: Path):
    document = _document(tmp_path, b"settings: {since: 2026-03-03, ratio: .nan, 3: on}")

    assert document["settings"]["settings"] == {"since": "2026-03-03", "ratio": "nan", "3": True}


BOMB = b"a: &a [x,x,x,x,x,x,x,x,x]\n" + b"".join(
    b"%c: &%c [*%c,*%c,*%c,*%c,*%c,*%c,*%c]\n" % ((n, n) + (n - 1,) * 7) for n in range(98, 107)
)


@pytest.mark.parametrize(
    "data",
    [
        BOMB,
        b"a: !!python/object/apply:os.system [canary]",
        b"[" * 5_000,
        b"{canary",
        b"- a\n- b\n",
        b"canary",
        b"x" * (2 << 20),
        b'{"a":' * 900 + b"1" + b"}" * 900,
    ],
)
def test_what_is_no_configuration_is_one_clear_error(tmp_path: Path, data: bytes):
    with pytest.raises(CollectError) as caught:
        _document(tmp_path, data)

    assert caught.value.id == "DP151"
    assert "canary" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_exports_are_recognised_by_what_they_say_and_how_they_are_named():
    assert COLLECTOR.recognise(YAML, "export.yaml") == 0.4
    assert COLLECTOR.recognise(YAML, "tenant-config.yaml") == 0.65
    assert COLLECTOR.recognise(b'{"log": {"entries": []}}', "x.har") == 0
    assert COLLECTOR.recognise(b"2026-03-03T10:11:12Z INFO settings: x", "app.log") == 0
    assert COLLECTOR.recognise(b"", "config.yaml") == 0


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=80) | st.text("{}[]:,-&*!'\"# \nab1", max_size=60).map(str.encode))
def test_any_bytes_give_json_or_a_collect_error(tmp_path: Path, data: bytes):
    try:
        document = _document(tmp_path, data)
    except CollectError:
        document = {"settings": {}}

    assert isinstance(document["settings"], dict)
