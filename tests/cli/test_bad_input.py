"""Every mistake is answered with one message: where, what, what to do; exit 2, no traceback, nothing written."""

from __future__ import annotations

import pytest

POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: c, image: 'x:1'}]}\n"
BOMB = "\n".join(
    ["a: &a [x, x, x, x, x, x, x, x, x, x]"]
    + [f"{name}: &{name} [{', '.join(['*' + below] * 10)}]" for below, name in zip("abcdefgh", "bcdefghi", strict=True)]
)


def check(done, *words):
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stderr + done.stdout
    assert "fix:" in done.stderr
    for word in words:
        assert word in done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize(
    "text,words",
    [
        ("a: [", ["bad.yaml:2:1", "not valid YAML"]),
        ("a: 1\na: 2\n", ["bad.yaml:2:1", "'a' is given twice"]),
        ("a:\n\tb: 1\n", ["bad.yaml:2:1", "tab"]),
        (BOMB, ["bad.yaml:", "expanding aliases"]),
        ("- 1\n", ["bad.yaml:1:1", "found a list"]),
        ("", ["bad.yaml", "no Kubernetes object"]),
    ],
    ids=["syntax", "duplicate key", "tab", "alias bomb", "no object", "empty"],
)
def test_a_file_that_cannot_be_read_is_named_with_its_line(seatrial, tmp_path, text, words):
    (tmp_path / "bad.yaml").write_text(text)

    check(seatrial("verify", "bad.yaml", "--only", "schema", "-o", "report.json", "--format", "json"), *words)
    assert not (tmp_path / "report.json").exists()


def test_a_file_of_fifty_megabytes_is_refused_unread(seatrial, tmp_path):
    with (tmp_path / "big.yaml").open("wb") as file:
        file.truncate(50 * 1024 * 1024)

    check(seatrial("verify", "big.yaml"), "big.yaml holds 50 MiB", "at most 32 MiB")


@pytest.mark.parametrize(
    "arguments,words",
    [
        (["verify"], ["no PATH was given"]),
        (["verify", "absent"], ["absent does not exist"]),
        (["verify", "pod.yaml", "--only", "shema"], ["did you mean schema?"]),
        (["verify", "pod.yaml", "--only", ""], ["names no group"]),
        (["verify", "pod.yaml", "--format", "jsn"], ["did you mean json?"]),
        (["verify", "pod.yaml", "--fail-on", "hgih"], ["did you mean high?"]),
        (["verify", "pod.yaml", "--engine", "oppa"], ["did you mean opa?"]),
        (["verify", "pod.yaml", "--overlay", "production"], ["has no overlays"]),
        (["verify", "pod.yaml", "--only", "schema", "-o", "absent/report"], ["cannot write absent/report"]),
        (["simulate", "steady", "pod.yaml"], ["architecture"]),
        (["explain", "security/pod-security-restrictd"], ["did you mean security/pod-security-restricted?"]),
        (["explain", "R001"], ["R001 is a requirement"]),
        (["vectors", "hpa", "absent.json"], ["absent.json"]),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_a_mistaken_argument_names_what_was_probably_meant(seatrial, tmp_path, arguments, words):
    (tmp_path / "pod.yaml").write_text(POD)

    check(seatrial(*arguments), *words)


def test_an_unknown_option_is_wrong_usage(seatrial):
    done = seatrial("verify", "--overley", "production")

    assert done.returncode == 2
    assert "--overlay" in done.stderr
    assert "Traceback" not in done.stderr


def project(tmp_path, **files):
    for name, text in files.items():
        path = tmp_path / name.replace("__", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def test_an_unknown_overlay_lists_those_there_are(seatrial, tmp_path):
    for name in ("production", "staging"):
        folder = tmp_path / "manifests" / "overlays" / name
        folder.mkdir(parents=True)
        (folder / "kustomization.yaml").write_text("resources: []\n")

    check(seatrial("verify", "manifests", "--overlay", "stagin"), "did you mean staging?", "production, staging")


def test_a_kustomize_cycle_is_told(seatrial, tmp_path):
    for name, other in (("a", "b"), ("b", "a")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "kustomization.yaml").write_text(f"resources: [../{other}]\n")

    check(seatrial("verify", "a"), "cycle")


WRONG_TYPES = {
    "replicas: three": "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: d}\nspec: {replicas: three}\n",
    "containers: text": "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: none}\n",
    "labels: list": "apiVersion: v1\nkind: Service\nmetadata: {name: s, labels: [a]}\nspec: {ports: {}}\n",
    "metadata: number": "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: 7\nspec: {ingress: 1}\n",
    "rules: text": "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: i}\nspec: {rules: [x], tls: 1}\n",
    "metrics: number": "apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {}\nspec: {metrics: 1}\n",
    "unknown version": "apiVersion: v9\nkind: Pod\nmetadata: {name: p}\n",
    "no kind": "apiVersion: v1\nmetadata: {name: p}\n",
}


@pytest.mark.parametrize("text", WRONG_TYPES.values(), ids=WRONG_TYPES)
def test_wrong_types_are_findings_of_the_schema_and_crash_nothing(seatrial, tmp_path, text):
    (tmp_path / "x.yaml").write_text(text)

    done = seatrial("verify", "x.yaml", "--format", "concise")

    assert done.returncode == 1, done.stderr
    assert "schema/kubernetes" in done.stdout
    assert "Traceback" not in done.stderr


def test_values_of_secrets_appear_nowhere(seatrial, tmp_path):
    text = "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData: {a: hunter2-and-more}\nb: hunter2-and-more\n"
    (tmp_path / "x.yaml").write_text(text)

    for report in ("terminal", "concise", "json", "junit", "sarif", "github", "html"):
        done = seatrial("verify", "x.yaml", "--format", report, "--show-passed")

        assert done.returncode == 1
        assert "hunter2" not in done.stdout + done.stderr
