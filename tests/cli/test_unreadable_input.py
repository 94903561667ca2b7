"""Paths that lead nowhere, files that are no text, pipes that stay empty: told with place and remedy, exit 2."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from seatrial.model import source
from seatrial.model.errors import InputError
from seatrial.model.files import read_text

POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: c, image: 'x:1'}]}\n"


def refusal(path) -> InputError:
    with pytest.raises(InputError) as caught:
        source.load(str(path))
    assert caught.value.remedy
    return caught.value


@pytest.mark.parametrize(
    "data,line,column,words",
    [
        (POD.encode("utf-16"), 1, 1, "the text is UTF-16"),
        (POD.encode("utf-32"), 1, 1, "the text is UTF-32"),
        (POD.encode("utf-16-le"), 1, 2, "NUL byte"),
        (POD.replace("x:1", "x\0:1").encode(), 4, 40, "NUL byte"),
        (POD.replace("p}", "é}").encode("latin-1"), 3, 18, "byte 0xe9 is not UTF-8"),
        (POD.replace("p}", "\x1b[31mp}").encode(), 3, 18, "U+001B"),
        (POD.replace("\n", "\r\n").replace("p}", "\x07}").encode(), 3, 18, "U+0007"),
        (os.urandom(64) + b"\xff", None, None, ""),
    ],
    ids=["UTF-16", "UTF-32", "UTF-16 without mark", "NUL", "Latin-1", "escape", "bell in Windows lines", "random"],
)
def test_what_is_no_text_is_told_at_its_first_wrong_byte(tmp_path, data, line, column, words):
    (tmp_path / "bad.yaml").write_bytes(data)

    error = refusal(tmp_path / "bad.yaml")

    assert words in error.found
    assert error.position is not None
    if line is not None:
        assert (error.position.line, error.position.column) == (line, column)


def test_windows_line_endings_and_a_byte_order_mark_are_read(tmp_path):
    (tmp_path / "pod.yaml").write_bytes(b"\xef\xbb\xbf" + POD.replace("\n", "\r\n").encode())

    (pod,) = source.load(str(tmp_path / "pod.yaml")).resources

    assert pod.position("/spec/containers/0/image").line == 4


def test_a_link_that_leads_nowhere_is_told_as_one(tmp_path):
    (tmp_path / "self.yaml").symlink_to("self.yaml")
    (tmp_path / "gone.yaml").symlink_to("absent.yaml")

    assert "self.yaml is a link to self.yaml, which leads nowhere" in refusal(tmp_path / "self.yaml").found
    assert "gone.yaml is a link to absent.yaml, which leads nowhere" in refusal(tmp_path).found


def test_loops_of_directories_are_not_followed(tmp_path):
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "up").symlink_to("..")
    (tmp_path / "inner" / "here").symlink_to(".")
    (tmp_path / "pod.yaml").write_text(POD)

    assert len(source.load(str(tmp_path)).resources) == 1


def test_a_pipe_within_a_tree_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe.yaml")

    assert "pipe.yaml is no regular file" in refusal(tmp_path).found


def test_a_device_is_read_to_the_limit_only():
    assert "/dev/zero holds more than 32 MiB" in refusal("/dev/zero").found


def test_a_failing_read_is_told():
    with pytest.raises(InputError, match=r"cannot read .*: ") as caught:
        read_text(Path("/proc/self/mem"))

    assert "permissions" in caught.value.remedy


def test_a_denied_permission_is_told(tmp_path, monkeypatch):
    path = tmp_path / "pod.yaml"
    path.write_text(POD)

    def denied(*_arguments, **_options):
        raise PermissionError(13, "Permission denied")

    # The user who runs the tests may be one whom no permission binds.
    monkeypatch.setattr(type(path), "open", denied)

    assert refusal(path).found.endswith("pod.yaml: Permission denied")


@pytest.mark.parametrize(
    "stdin,words",
    [
        ("", "standard input is empty"),
        (" \n\n", "standard input is empty"),
        ("# only a comment\n", "standard input holds no Kubernetes object"),
        ("a: \0\n", "<stdin>:1:4: a NUL byte"),
        ("a: [\n", "<stdin>:2:1: not valid YAML"),
    ],
)
def test_standard_input_without_manifests_is_told(seatrial, stdin, words):
    done = seatrial("verify", "-", "--only", "schema", stdin=stdin)

    assert done.returncode == 2
    assert words in done.stderr
    assert "fix:" in done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize(
    "path,words", [("", "PATH is empty"), ("x" * 5000, "File name too long"), ("a/b", "does not exist")]
)
def test_a_path_that_cannot_be_one_is_told(seatrial, path, words):
    done = seatrial("verify", path, "--only", "schema")

    assert (done.returncode, done.stdout) == (2, "")
    assert words in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("output", ["folder", "absent/report.json", "/dev/full"])
def test_a_place_that_takes_no_report_is_told(seatrial, tmp_path, output):
    (tmp_path / "folder").mkdir()

    done = seatrial("verify", "-", "--only", "schema", "--format", "json", "-o", output, stdin=POD)

    assert (done.returncode, done.stdout) == (2, "")
    assert f"cannot write {output}" in done.stderr.replace("the report to ", "").replace("`", "")
    assert [path.name for path in tmp_path.iterdir()] == ["folder"]


MISTAKES = [
    ("a: {b: 1\n", 2, 1, "close the bracket that is open since line 1"),
    ("a: 'x\nb: 1\n", 3, 1, "close the quotation mark that is open since line 1"),
    ("a: b: c\n", 1, 5, "quote the value"),
    ("a: @x\n", 1, 4, "quote the value"),
    ("a:\n  b: 1\n c: 2\n", 3, 2, "align this line"),
    ("a: |\n x\ny\n", 3, 1, "write `key: value`"),
    ("a: *x\n", 1, 4, "define the anchor"),
    ("a: {{ .Values.x }}\n", 1, 5, "render templates first"),
    ("a: 1e400\n", 1, 4, "quote it"),
    ("- 1\n", 1, 1, "start the document with apiVersion and kind"),
]


@pytest.mark.parametrize("text,line,column,remedy", MISTAKES, ids=[text for text, *_ in MISTAKES])
def test_a_mistake_of_yaml_is_told_at_its_place_with_what_to_do(tmp_path, text, line, column, remedy):
    (tmp_path / "bad.yaml").write_text(text)

    error = refusal(tmp_path / "bad.yaml")

    assert error.position is not None
    assert (error.position.line, error.position.column) == (line, column)
    assert remedy in error.remedy


@pytest.mark.parametrize(
    "kustomization,resource,words",
    [
        ("resources: [\n", POD, "kustomization.yaml:2:1: not valid YAML"),
        ("resources: [pod.yaml]\n", "a: [\n", "pod.yaml:2:1: not valid YAML"),
        ("resources: [pod.yaml]\nfoo: 1\n", POD, 'unknown field "foo"'),
        ("resources: [absent.yaml]\n", POD, "absent.yaml: no such file or directory"),
        ("resources: [pod.yaml, pod.yaml]\n", POD, "already registered id"),
        ("", POD, "kustomization.yaml is empty"),
        ("resources: []\n", POD, ""),
    ],
)
def test_what_kustomize_cannot_build_is_told_without_what_it_tried(tmp_path, kustomization, resource, words):
    (tmp_path / "kustomization.yaml").write_text(kustomization)
    (tmp_path / "pod.yaml").write_text(resource)

    told = str(refusal(tmp_path))

    assert words in told
    assert "must resolve to a file" not in told
    assert "must build at directory" not in told
