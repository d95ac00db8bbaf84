"""Setting values without losing comments."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diagpack.case.template import new_case_yaml
from diagpack.case.update import update_case_yaml
from diagpack.case.yaml_text import load
from diagpack.errors import UsageError

TEMPLATE = new_case_yaml("CS-1042", "sso-saml", title="Login fails")


def updated(path: Path, text: str, changes: dict[str, Any]) -> str:
    path.write_text(text, encoding="utf-8", newline="")
    update_case_yaml(path, changes)
    return path.read_text(encoding="utf-8")


def comments(text: str) -> list[str]:
    return [line.split("#", 1)[1] for line in text.splitlines() if "#" in line]


CHANGES: dict[str, Any] = {
    "title": "It: fails # always",
    "language": "de",
    "severity.function": "lost",
    "severity.users": 12,
    "severity.data_loss": False,
    "window.start": datetime(2026, 11, 20, 8, 30, tzinfo=UTC),
    "answers.steps": ["open: it", "click #2"],
    "answers.new-item": "a\nb",
    "people": ["Erika Beispiel"],
    "skipped.har": "cannot: record",
    "environment.hosts": [],
    "confirmed.severity": {"by": "analyst", "at": "2026-11-20"},
    "sso.tolerance_seconds": 60,
    "policy": {"a": {"b": [1, None]}},
    "tier": None,
}


def test_all_kinds_of_values_keep_every_comment(tmp_path: Path) -> None:
    text = updated(tmp_path / "case.yaml", TEMPLATE, {key: each for key, each in CHANGES.items() if key != "tier"})

    found = load(text.encode())
    assert found["title"] == "It: fails # always"
    assert found["severity"]["function"] == "lost"
    assert found["severity"]["workaround"] is None
    assert found["window"] == {"start": "2026-11-20T08:30:00+00:00", "end": None}
    assert found["answers"]["steps"] == ["open: it", "click #2"]
    assert found["answers"]["new-item"] == "a\nb"
    assert found["skipped"] == {"har": "cannot: record"}
    assert found["confirmed"] == {"severity": {"by": "analyst", "at": "2026-11-20"}}
    assert found["sso"] == {"tolerance_seconds": 60}
    assert [each for each in comments(TEMPLATE) if each not in comments(text)] == []


@pytest.mark.parametrize("name", CHANGES)
def test_one_change_touches_nothing_else(name: str, tmp_path: Path) -> None:
    text = updated(tmp_path / "case.yaml", TEMPLATE, {name: CHANGES[name]})

    removed = set(TEMPLATE.splitlines()) - set(text.splitlines())
    assert len(removed) <= 1
    top = name.partition(".")[0]
    before, after = load(TEMPLATE.encode()), load(text.encode())
    assert {key: each for key, each in before.items() if key != top} == {
        key: each for key, each in after.items() if key != top
    }


LAYOUTS = [
    "",
    "a: 1",
    "a: 1\n",
    "# c\na: 1 # d\n# e\n",
    "a:\n  b: 1\n  c: 2\n# end\nz: 1\n",
    "a:\n  b:\n    - 1\n    - 2 # two\n  c: 2\nz: 1\n",
    "a:\n- 1\n- 2\nz: 1\n",
    "a:\n    b: |\n      text\n      more\n\n    c: >-\n      folded\nz: 1\n",
    "a: {b: 1, c: 2}\nz: [1,\n  2]\n",
    "a: \"x\"\nz: 'y'\n",
    "a: long text\n  over lines\nz: 1\n",
    "a:\nz:\n",
    "a: ~\n",
    "a:   # comment\n  b:   # comment\nz: 1\n",
    "{a: 1, z: 2}\n",
    "---\na: 1\n",
    "a: 1\r\nz: 2\r\n",
    "\ufeffa: 1\nz: 2\n",
    '"a": 1\n? z\n: 2\n',
]


@pytest.mark.parametrize("layout", LAYOUTS, ids=repr)
@pytest.mark.parametrize("name", ["a", "z", "new", "a.b", "a.c", "a.new", "z.new", "new.b"])
@pytest.mark.parametrize("value", ["text: #x", ["l"], {"k": "v"}, None])
def test_any_layout_says_exactly_what_was_asked_for(layout: str, name: str, value: Any, tmp_path: Path) -> None:
    expected = load(layout.encode())
    top, _, inner = name.partition(".")
    if inner:
        parent = expected.get(top)
        expected[top] = {**(parent if isinstance(parent, dict) else {}), inner: value}
    else:
        expected[top] = value

    text = updated(tmp_path / "case.yaml", layout, {name: value})

    assert load(text.encode()) == expected


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=40))
def test_any_text_can_be_set(value: str) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        text = updated(
            Path(folder, "case.yaml"), "answers: # comment\n  expected: # comment\nz: 1\n", {"answers.expected": value}
        )

    assert load(text.encode()) == {"answers": {"expected": value}, "z": 1}
    assert text.count("# comment") >= 2


def test_a_file_that_cannot_be_read_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "case.yaml"
    path.write_text("a: &x 1\n")

    with pytest.raises(UsageError):
        update_case_yaml(path, {"a": 2})

    assert path.read_text() == "a: &x 1\n"
