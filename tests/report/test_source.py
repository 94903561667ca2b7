"""The source line behind a finding is quoted, unless it may hold a secret."""

from __future__ import annotations

from pathlib import Path

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seatrial.model.position import Position
from seatrial.model.verdict import Severity, Status, Subject, Verdict
from seatrial.model.yaml_source import parse_documents
from seatrial.report import FORMATS, Run, render
from seatrial.report.source import Excerpt, Sources
from tests.report.samples import arbitrary

SECRET = "hunter2"


def at(line: int, column: int, **more: str) -> Verdict:
    kind, check, pointer = more.get("kind", "Deployment"), more.get("check", "a/b"), more.get("pointer", "")
    subject = Subject("v1", kind, "", "x")
    return Verdict(check, Status.FAIL, Severity.LOW, subject, "m", pointer, Position("f.yaml", line, column))


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    "text, column, marked",
    [
        ("replicas: 3", 11, "3"),
        ("replicas: 3", 1, "replicas"),
        ("- name: x", 3, "name"),
        ("image: nginx:latest  # why", 8, "nginx:latest"),
        ("cmd: a#b", 6, "a#b"),
        ("cmd: two words", 6, "two words"),
        ('"name": "a\\"b", "c": 1', 9, '"a\\"b"'),
        ('"name": 1', 1, '"name"'),
        ("x: 'it''s'", 4, "'it''s'"),
        ("port: {{ .Values }}", 7, "{{ .Values }}"),
        ("x: é", 4, "é"),
        ("limits: {cpu: 500m, memory: 1Gi}  # c", 15, "500m"),
        ("args: [a b, c]", 8, "a b"),
    ],
)
def test_the_key_or_value_at_the_position_is_marked(text: str, column: int, marked: str) -> None:
    Path("f.yaml").write_text(text, encoding="utf-8")

    excerpt = Sources().excerpt(at(1, column))

    assert excerpt == Excerpt(1, text, column - 1, column - 1 + len(marked))
    assert text[excerpt.start : excerpt.end] == marked


@pytest.mark.parametrize(
    "content, verdict",
    [
        (f"kind: Secret\ndata: {SECRET}", at(2, 7)),
        (f"data: {SECRET}\nkind: 'Secret'", at(1, 7)),
        (f"---\nkind: Secret\nstringData:\n  a: {SECRET}\n---\nkind: Pod\n", at(4, 6)),
        (f'{{"kind":"Secret","data":{{"a":"{SECRET}"}}}}', at(1, 25)),
        (f"secretGenerator:\n- literals: [a={SECRET}]", at(2, 13)),
        (f"a: {SECRET}", at(1, 4, kind="Secret")),
        (f"a: {SECRET}", at(1, 4, check="secrets/no-secret-in-env-literal")),
        (f"value: {SECRET}", at(1, 8, pointer="/spec/containers/0/env/0/value")),
        (f"- {{name: P, value: {SECRET}}}", at(1, 4, pointer="/spec/containers/0/env/0")),
        (f"url: postgres://user:{SECRET}@db/x", at(1, 6)),
    ],
)
def test_what_may_be_secret_is_never_quoted(run: Run, content: str, verdict: Verdict) -> None:
    Path("f.yaml").write_text(content, encoding="utf-8")

    assert Sources().excerpt(verdict) is None
    for format_ in FORMATS:
        assert SECRET not in render(attrs.evolve(run, verdicts=(verdict,), simulations=()), format_)


def test_the_document_after_a_secret_is_quoted() -> None:
    Path("f.yaml").write_text("kind: Secret\n---\nkind: Pod\n--- \nkind: Secret\n", encoding="utf-8")

    assert Sources().excerpt(at(3, 7)) == Excerpt(3, "kind: Pod", 6, 9)


def test_a_reference_to_a_secret_is_no_secret() -> None:
    Path("f.yaml").write_text("kind: Pod\nsecretKeyRef: {name: db}\n", encoding="utf-8")

    assert Sources().excerpt(at(2, 22)) == Excerpt(2, "secretKeyRef: {name: db}", 21, 23)


@pytest.mark.parametrize("line, column", [(0, 1), (3, 1), (1, 0), (1, 9), (10**9, 1), (-1, -1)])
def test_a_position_outside_the_file_is_not_quoted(line: int, column: int) -> None:
    Path("f.yaml").write_text("name: x\n", encoding="utf-8")

    assert Sources().excerpt(at(line, column)) is None


def test_what_cannot_be_read_is_not_quoted() -> None:
    assert Sources().excerpt(at(1, 1)) is None
    Path("f.yaml").write_bytes(b"\xff\xfe\x00")
    assert Sources().excerpt(at(1, 1)) is None
    for file in ("<stdin>", "", "a\0b", "."):
        assert Sources().excerpt(attrs.evolve(at(1, 1), position=Position(file, 1, 1))) is None


@arbitrary
@given(st.text(max_size=60), st.integers(1, 4), st.integers(1, 60))
def test_the_mark_is_never_empty_and_lies_within_the_line(text: str, line: int, column: int) -> None:
    Path("f.yaml").write_text(text, encoding="utf-8", newline="")

    excerpt = Sources().excerpt(at(line, column))

    if excerpt is not None:
        assert excerpt.text in text
        assert 0 <= excerpt.start < excerpt.end <= len(excerpt.text)


@arbitrary
@given(st.lists(st.sampled_from(["\n", "\r\n", "\r", "\n\n", "\n# note\n", "\x85", "\u2028"]), max_size=8))
def test_lines_are_counted_as_the_loader_counts_them(breaks: list[str]) -> None:
    text = "".join(f"key{number}: {number}{end}" for number, end in enumerate([*breaks, "\n"]))
    Path("f.yaml").write_text(text, encoding="utf-8", newline="")
    (document,) = parse_documents(text, "f.yaml")

    quoted = [Sources().excerpt(attrs.evolve(at(1, 1), position=document.position(f"/{key}"))) for key in document.data]

    assert [(excerpt.text, excerpt.start, excerpt.end) for excerpt in quoted if excerpt] == [
        (f"key{number}: {number}", 6, 7) for number in range(len(breaks) + 1)
    ]
