"""Mistakes in a project's own files, from its architecture to its features: each is told once, at its place."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("architecture", "features", "policies", "manifests")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of this repository's project, with one ConfigMap for manifests, as its mistakes are not in those."""
    for folder in FOLDERS[:3]:
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__", "decisions"))
    (tmp_path / "manifests").mkdir()
    (tmp_path / "manifests" / "map.yaml").write_text(
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: m, namespace: n}\n"
    )
    shutil.copy(ROOT / "conftest.py", tmp_path)
    return tmp_path


@pytest.fixture
def told(seatrial, project: Path) -> Callable[..., str]:
    """Run `verify` on the project, which must refuse it with one message; return that."""

    def run(*, only: str = "schema", code: int = 2) -> str:
        done = seatrial("verify", "--only", only, "--format", "json", "-o", "report.json", cwd=project)
        assert done.returncode == code, done.stderr
        assert done.stdout == ""
        assert "Traceback" not in done.stderr
        assert done.stderr.count("fix:") == 1
        assert not (project / "report.json").exists()
        return str(done.stderr)

    return run


def replaced(path: Path, old: str, new: str) -> int:
    """Replace the first *old* of a file by *new*; return its line."""
    text = path.read_text(encoding="utf-8")
    assert old in text, f"{path.name} has no {old!r}"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return text.count("\n", 0, text.index(old)) + 1


DECLARED = [
    ("scenarios", "rate: 4,", "rate: -4,", "rate is -4", "write at least 0"),
    ("scenarios", "rate: 4,", "rate: four,", 'rate is "four"', "write a number"),
    ("scenarios", "request: page,", "request: pagee,", 'unknown request class "pagee" (did you mean page?)', "page"),
    ("scenarios", "shape: steady", "shape: stedy", 'shape is "stedy"', "did you mean steady?"),
    (
        "scenarios",
        "duration: 720",
        "duratoin: 720",
        "unknown key 'duratoin' (did you mean duration?)",
        "write duration",
    ),
    ("requirements", "requirements:\n", "requirments:\n", "unknown key 'requirments'", "write requirements"),
    ("edges", "edges:\n", "edges: {}\nother:\n", "unknown key 'other'", "edges"),
    ("edges", "edges:\n", "edges:\nedges:\n", "", "remove one of them"),
    ("edges", "  - {", "\t- {", "a tab is used for indentation", "indent with spaces"),
    ("objectives", "objectives:\n", "objectives: [\n", "not valid YAML", ""),
    ("assumptions", "value: 400", "value: many", 'value is "many"', "write a number"),
]


@pytest.mark.parametrize("name,old,new,found,remedy", DECLARED, ids=[f"{row[0]}: {row[2].strip()}" for row in DECLARED])
def test_a_mistake_in_the_architecture_is_told_at_its_line(project, told, name, old, new, found, remedy):
    replaced(project / "architecture" / f"{name}.yaml", old, new)

    message = told()

    assert re.search(rf"architecture/{name}\.yaml:\d+:\d+: ", message), message
    assert found in message
    assert remedy in message.partition("fix:")[2]


def test_the_line_is_that_of_the_mistake(project, told):
    line = replaced(project / "architecture" / "scenarios.yaml", "rate: 4,", "rate: -4,")

    assert f"architecture/scenarios.yaml:{line}:" in told()


@pytest.mark.parametrize(
    "content,words", [(None, "does not exist"), ("", "is empty"), ("[]\n", "the document is an empty list")]
)
def test_a_missing_or_empty_file_of_the_architecture_is_told(project, told, content, words):
    path = project / "architecture" / "edges.yaml"
    if content is None:
        path.unlink()
    else:
        path.write_text(content)

    message = told()

    assert "architecture/edges.yaml" in message
    assert words in message


RULE = "policies/images/digest-pinned/rule.rego"
BROKEN_RULES = [
    ("broken {{{\n", 2, ["does not compile"]),
    (
        'violation contains {"msg": "x", "details": {"pointer": ""}} if no.such(1)\n',
        2,
        ["could not find function no.such"],
    ),
    (
        'violation contains {"msg": "x", "details": {"pointer": ""}} if to_number("abc") > 1\n',
        3,
        ["images/digest-pinned failed while it was evaluated", "make the rule cope"],
    ),
    ('violation contains {"text": "x"}\n', 3, ["without a text `msg`"]),
]


@pytest.mark.parametrize("addition,code,words", BROKEN_RULES, ids=["syntax", "function", "raises", "no message"])
def test_a_rule_that_cannot_be_evaluated_ends_the_run_and_never_passes(project, told, addition, code, words):
    (project / "manifests" / "pod.yaml").write_text(
        "apiVersion: v1\nkind: Pod\nmetadata: {name: p, namespace: n}\n"
        "spec: {containers: [{name: c, image: 'x:1.0.0'}]}\n"
    )
    text = (project / RULE).read_text()
    (project / RULE).write_text(f"{text}\n{addition}")

    message = told(only="policy", code=code)

    for word in [*words, "images/digest-pinned"]:
        assert word in message


@pytest.mark.parametrize(
    "old,new,words",
    [
        ("owner:", "ownr:", ["policies/waivers.yaml:", "did you mean owner?"]),
        ('"2027-03-31"', '"2027-13-31"', ["policies/waivers.yaml:", "month must be in 1..12", "YYYY-MM-DD"]),
        ("reason: ", "reason: short #", ["policies/waivers.yaml:", "at least 10 characters"]),
    ],
)
def test_a_mistaken_waiver_is_told_at_its_line(project, told, old, new, words):
    replaced(project / "policies" / "waivers.yaml", old, new)

    message = told()

    for word in words:
        assert word in message


FEATURE = "features/pod_security.feature"


@pytest.mark.parametrize(
    "old,new,words",
    [
        ("  Scenario: ", "  Scenaro: ", ["not valid Gherkin", "Scenaro", "keyword"]),
        ("Feature: ", "", ["not valid Gherkin"]),
    ],
)
def test_a_broken_feature_file_is_told_before_the_work(project, told, old, new, words):
    line = replaced(project / FEATURE, old, new)

    message = told(only="schema,features")

    assert f"{FEATURE}:{line}:1: " in message
    assert "checking" not in message
    for word in words:
        assert word in message


@pytest.mark.parametrize("content,words", [(b"", "is empty"), (b"# later\n", "is empty"), (b"\xff\xfe", "UTF-16")])
def test_a_feature_file_that_holds_no_feature_is_told(project, told, content, words):
    (project / FEATURE).write_bytes(content)

    assert words in told(only="schema,features")


def test_steps_that_cannot_be_loaded_are_told_with_their_place(project, told):
    (project / "features" / "steps" / "rules.py").write_text("\nimport nosuchmodule\n")

    message = told(only="schema,features")

    assert "features/steps/rules.py:2:1: " in message
    assert "No module named 'nosuchmodule'" in message


def test_an_unknown_step_fails_its_scenario_at_its_line(seatrial, project):
    for path in (project / "features").glob("*.feature"):
        path.unlink()
    (project / "features" / "deck.feature").write_text(
        "Feature: Deck\n  @R001\n  Scenario: Dance\n    Given nobody dances on deck\n"
    )

    done = seatrial("verify", "--only", "schema,features", "--format", "concise", cwd=project)

    assert done.returncode == 1, done.stderr
    assert "features/deck.feature:4:1: high feature/R001 no step is defined for" in done.stdout
    assert "nobody dances on deck" in done.stdout


@pytest.mark.parametrize(
    "arguments,words",
    [
        (["explain", "R999"], ['unknown requirement "R999"', "from R001 to R"]),
        (["explain", "R00000"], ['unknown requirement "R000"']),
        (["simulate", "stady"], ["did you mean steady?", "choose among"]),
        (["verify", "--only", "schema,featres"], ["did you mean features?"]),
    ],
)
def test_an_unknown_name_is_answered_with_the_one_that_was_meant(seatrial, project, arguments, words):
    done = seatrial(*arguments, cwd=project)

    assert (done.returncode, done.stdout) == (2, "")
    for word in words:
        assert word in done.stderr


@pytest.mark.parametrize("name", ["R1", "r001", "R0001"])
def test_a_requirement_is_found_however_its_number_is_written(seatrial, project, name):
    done = seatrial("explain", name, cwd=project)

    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("R001: ")


def test_overlays_without_production_have_to_be_chosen_from(seatrial, project):
    for name in ("release", "test"):
        folder = project / "other" / "overlays" / name
        folder.mkdir(parents=True)
        (folder / "kustomization.yaml").write_text("resources: []\n")

    done = seatrial("verify", "other", "--only", "schema", cwd=project)

    assert done.returncode == 2
    assert "none is named production" in done.stderr
    assert "--overlay: release, test" in done.stderr
