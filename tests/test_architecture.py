"""The house stays tidy: every module has its test, every room is used, every id is explained."""

import ast
import re
from pathlib import Path

import yaml

ROOT = Path(__file__).parent.parent
SOURCE = ROOT / "src" / "diagpack"
MODULES = sorted(path for path in SOURCE.rglob("*.py") if path.name != "__init__.py" and "/page/" not in str(path))
# Modules whose whole point is tested through another file; each needs a reason.
TESTED_ELSEWHERE = {
    "model/_seal.py": "tests/model/test_redacted.py",
    "cli/options.py": "tests/cli/test_main.py",
    # Nouns without behaviour of their own, tried together.
    "model/assessment.py": "tests/model/test_nouns.py",
    "model/case.py": "tests/model/test_nouns.py",
    "model/collector.py": "tests/model/test_nouns.py",
    "model/finding.py": "tests/model/test_nouns.py",
    "model/missing.py": "tests/model/test_nouns.py",
    "model/evidence.py": "tests/support/test_evidence.py",
    "model/escalation.py": "tests/render/test_run.py",
    "model/package.py": "tests/sign/test_verify.py",
    "redact/spans.py": "tests/redact/test_detect.py",
    # Glue whose behaviour is that of its command.
    "pipeline/cases.py": "tests/cli/test_case_commands.py",
    "pipeline/doctor.py": "tests/cli/test_team_commands.py",
    "pipeline/setup.py": "tests/cli/test_team_commands.py",
    "pipeline/settings.py": "tests/pipeline/test_packages.py",
    "pipeline/demo_case.py": "tests/pipeline/test_demo.py",
}


def test_patterns(module: Path) -> list[str]:
    """Where the tests of a module may stand. A package below a room may be tested by theme: test_<package>_….py."""
    stem, room = module.stem.lstrip("_"), "/".join(module.parts[:-1])
    patterns = [f"tests/{room}/test_{stem}*.py"]
    if len(module.parts) > 2:
        patterns += [f"tests/{module.parts[0]}/test_{module.parts[1]}*.py", f"tests/{module.parts[0]}/test_{stem}*.py"]
    return patterns


test_patterns.__test__ = False  # type: ignore[attr-defined]


def test_every_module_has_a_test_file() -> None:
    missing = []
    for module in MODULES:
        relative = module.relative_to(SOURCE)
        if str(relative) in TESTED_ELSEWHERE:
            assert (ROOT / TESTED_ELSEWHERE[str(relative)]).exists()
            continue
        if not any(list(ROOT.glob(pattern)) for pattern in test_patterns(relative)):
            missing.append(f"{relative}: write tests/{relative.parent}/test_{relative.stem.lstrip('_')}.py")

    assert missing == []


def test_every_package_is_declared_and_ships() -> None:
    text = (ROOT / "pyproject.toml").read_text()
    listed = re.search(r"^packages = \[\n(.*?)\]", text, re.MULTILINE | re.DOTALL)
    assert listed is not None
    declared = set(re.findall(r'"(diagpack[\w.]*)"', listed.group(1)))
    found = {".".join(("diagpack", *path.parent.relative_to(SOURCE).parts)) for path in SOURCE.rglob("__init__.py")}

    assert declared == found | {"diagpack.checklists"}


def test_every_room_is_used() -> None:
    rooms = {path.name for path in SOURCE.iterdir() if (path / "__init__.py").exists()} - {"cli", "pipeline"}
    callers = [*(SOURCE / "pipeline").rglob("*.py"), *(SOURCE / "cli").rglob("*.py")]
    text = "\n".join(path.read_text() for path in callers)

    unused = [room for room in sorted(rooms) if f"diagpack.{room}." not in text]

    assert unused == []


def test_every_module_says_what_it_is() -> None:
    silent = [str(path.relative_to(SOURCE)) for path in MODULES if not ast.get_docstring(ast.parse(path.read_text()))]

    assert silent == []


def test_every_error_id_is_explained_and_every_explanation_is_used() -> None:
    explained = set(yaml.safe_load((SOURCE / "explanations.yaml").read_text()))
    used = set()
    for module in SOURCE.rglob("*.py"):
        used |= set(re.findall(r'"(DP\d{3})"', module.read_text()))

    assert used - explained == set()
    assert explained - used == set()


def test_explanations_are_complete_and_in_order() -> None:
    texts = yaml.safe_load((SOURCE / "explanations.yaml").read_text())

    assert list(texts) == sorted(texts)
    for id, text in texts.items():
        assert set(text) == {"title", "why", "fix"}, id
        assert all(isinstance(each, str) and each.strip() for each in text.values()), id


def test_raw_evidence_is_read_through_one_name() -> None:
    """Only collectors, the redactor, the case room and the pipeline that connects them may open raw evidence."""
    allowed = ("collectors", "redact", "case", "pipeline", "model", "guide")
    strangers = [
        str(path.relative_to(SOURCE))
        for path in MODULES
        if path.relative_to(SOURCE).parts[0] not in allowed
        and re.search(r"\.(open_raw|raw_path|raw_facts)\b", path.read_text())
    ]

    assert strangers == []


def test_nothing_in_the_tree_names_a_machine_or_a_registry() -> None:
    forbidden = re.compile(r"/(?:root|home/(?!NAME|[a-z]+\b\W))/|pythonhosted|registry\.npmjs|deb\.debian", re.ASCII)
    offenders = [
        str(path.relative_to(ROOT))
        for path in (*SOURCE.rglob("*.py"), *ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), ROOT / ".ci" / "run")
        if path.exists() and forbidden.search(path.read_text())
    ]

    assert offenders == []
