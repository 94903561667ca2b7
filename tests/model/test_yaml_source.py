import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seatrial.model import pointer as pointers
from seatrial.model import yaml_source
from seatrial.model.errors import InputError
from seatrial.model.position import Position
from seatrial.model.yaml_source import parse_documents

MANIFEST = """\
# a comment
kind: Service
metadata:
  name: web
spec:
  ports:
    - name: http
      port: 80
    - {name: metrics, port: 9090}
---
kind: Pod
"""


def only(text):
    (document,) = parse_documents(text, "f.yaml")
    return document


def failure(text):
    with pytest.raises(InputError) as caught:
        parse_documents(text, "f.yaml")
    return caught.value


@pytest.mark.parametrize(
    "pointer,line,column",
    [
        ("", 2, 1),
        ("/kind", 2, 7),
        ("/metadata", 3, 1),
        ("/metadata/name", 4, 9),
        ("/spec/ports", 6, 3),
        ("/spec/ports/0/port", 8, 13),
        ("/spec/ports/1", 9, 7),
        ("/spec/ports/1/port", 9, 29),
        ("/spec/ports/1/absent/deeper", 9, 7),
        ("/spec/absent", 5, 1),
    ],
)
def test_every_value_knows_its_line_and_column(pointer, line, column):
    assert parse_documents(MANIFEST, "f.yaml")[0].position(pointer) == Position("f.yaml", line, column)


def test_documents_of_one_file_keep_their_lines():
    assert parse_documents(MANIFEST, "f.yaml")[1].position("/kind").line == 11


def test_empty_documents_are_left_out():
    assert [d.data for d in parse_documents("---\n---\n# only a comment\n---\na: 1\n---\n", "f.yaml")] == [{"a": 1}]


@pytest.mark.parametrize(
    "scalar,value",
    [
        ("yes", True),
        ("off", False),
        ("'yes'", "yes"),
        ("~", None),
        ("0777", 511),
        ("0x1F", 31),
        ("1_000", 1000),
        ("08", 8.0),
        ("1.5", 1.5),
        ("1e3", 1000.0),
        ("1:30", "1:30"),
        ("2026-11-23", "2026-11-23"),
        ("-", None),
        ("1.2.3", "1.2.3"),
        ("500m", "500m"),
    ],
)
def test_plain_scalars_mean_what_they_mean_to_kubernetes(scalar, value):
    text = f"a: {scalar}" if scalar != "-" else "a:"
    assert only(text).data == {"a": value}


def test_keys_become_strings_as_in_json():
    assert only("1: a\ntrue: b").data == {"1": "a", "true": "b"}


def test_aliases_and_merge_keys_are_expanded_with_the_places_of_their_anchors():
    document = only("base: &b {x: 1}\nuse: *b\nmore:\n  <<: *b\n  z: 2\n")

    assert document.data == {"base": {"x": 1}, "use": {"x": 1}, "more": {"x": 1, "z": 2}}
    assert document.position("/more/x") == Position("f.yaml", 1, 14)


def test_json_with_tabs_and_surrogate_pairs_is_read():
    assert only('{\n\t"a": "\\ud83d\\ude00"\n}').data == {"a": "😀"}


def test_a_duplicate_key_names_both_lines():
    error = failure("a: 1\nb: 2\na: 3\n")

    assert str(error.position) == "f.yaml:3:1"
    assert "'a' is given twice, first on line 1" in error.found


@pytest.mark.parametrize(
    "text,place,words",
    [
        ("a:\n\tb: 1\n", "f.yaml:2:1", "tab"),
        ("a: b: c\n", "f.yaml:1:5", "mapping values are not allowed"),
        ("a: [1, 2\n", "f.yaml:2:1", "not valid YAML"),
        ("{{ .Values.x }}: 1\n", "f.yaml:1:1", "used as a key"),
        ("a: *nowhere\n", "f.yaml:1:4", "no anchor"),
        ("a: .nan\n", "f.yaml:1:4", "cannot hold"),
        ("[" * 5000, "f.yaml:1:101", "nested deeper"),
    ],
)
def test_broken_text_is_answered_with_place_reason_and_remedy(text, place, words):
    error = failure(text)

    assert str(error.position) == place
    assert words in error.found
    assert error.remedy


def test_an_alias_bomb_is_stopped_before_it_is_expanded():
    levels = ["a: &a [x, x, x, x, x, x, x, x, x, x]"]
    levels += [
        f"{name}: &{name} [{', '.join(['*' + below] * 10)}]" for below, name in zip("abcdefgh", "bcdefghi", strict=True)
    ]

    assert "expanding aliases" in failure("\n".join(levels)).found


def test_a_source_above_the_limit_is_refused(monkeypatch):
    monkeypatch.setattr(yaml_source, "MAX_BYTES", 100)

    assert "at most" in failure("a: " + "x" * 100).found


def places(value, pointer=""):
    yield pointer
    if isinstance(value, dict):
        for key, item in value.items():
            yield from places(item, f"{pointer}/{pointers.escape(key)}")
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from places(item, f"{pointer}/{index}")


keys = st.text(max_size=20)
json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(keys, json_values, min_size=1, max_size=4))
def test_any_json_is_read_as_itself_and_every_value_has_a_place(value):
    document = only(json.dumps(value))

    assert document.data == value
    assert all(document.locate(pointer)[1] for pointer in places(value))


@given(st.text())
def test_any_text_gives_documents_or_one_explanation(text):
    try:
        told = [document.data for document in parse_documents(text, "f.yaml")]
    except InputError as error:
        told = [error.position, error.found]

    assert None not in told
