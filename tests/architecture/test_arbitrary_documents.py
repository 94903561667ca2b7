"""Whatever stands in a declared file, it is loaded or answered with an InputError: nothing else ever escapes."""

from __future__ import annotations

import copy
import json
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from seatrial.model.architecture import Architecture
from seatrial.model.errors import InputError

FILES = ("requirements", "components", "edges", "objectives", "assumptions", "scenarios")

scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.sampled_from([10**400, -(10**30), 2**63, 1e308, 5e-324, -0.0])
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8)
    | st.sampled_from(
        ["{workload}", "{}", "{app", "1Gi", "WEB", "DB", "cpu", "wait", "0.0.0.0/0", "::/0", "(?P<", "R001"]
    )
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)


def places(value: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """Every place of a document below its root."""
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [place for key, inner in entries for place in [(*path, key), *places(inner, (*path, key))]]


def put(document: Any, place: tuple[str | int, ...], value: Any) -> None:
    for key in place[:-1]:
        document = document[key]
    document[place[-1]] = value


def outcome(data: dict[str, Any]) -> Architecture | InputError:
    """What loading the files gives; each is written as JSON, which is YAML too."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "architecture"
        folder.mkdir()
        for file, content in data.items():
            (folder / f"{file}.yaml").write_text(json.dumps(content), encoding="utf-8")
        try:
            return Architecture.load(Path(name))
        except InputError as error:
            return error


class TestArbitraryDocuments:
    @settings(deadline=None, max_examples=60)
    @given(file=st.sampled_from(FILES), content=values)
    def test_are_loaded_or_refused(self, valid: dict[str, Any], file: str, content: Any) -> None:
        result = outcome({**valid, file: content})

        assert isinstance(result, InputError)

    @settings(deadline=None, max_examples=250, suppress_health_check=[HealthCheck.too_slow])
    @given(file=st.sampled_from(FILES), data=st.data())
    def test_a_value_of_any_type_anywhere_is_loaded_or_refused(
        self, valid: dict[str, Any], file: str, data: st.DataObject
    ) -> None:
        documents = copy.deepcopy(valid)
        place = data.draw(st.sampled_from(places(documents[file])))
        put(documents[file], place, data.draw(values))

        result = outcome(documents)

        assert isinstance(result, Architecture | InputError)
        if isinstance(result, InputError):
            assert result.remedy

    @settings(deadline=None, max_examples=60)
    @given(file=st.sampled_from(FILES), data=st.data())
    def test_an_entry_that_is_missing_anywhere_is_loaded_or_refused(
        self, valid: dict[str, Any], file: str, data: st.DataObject
    ) -> None:
        documents = copy.deepcopy(valid)
        place = data.draw(st.sampled_from(places(documents[file])))
        holder = documents[file]
        for key in place[:-1]:
            holder = holder[key]
        del holder[place[-1]]

        assert isinstance(outcome(documents), Architecture | InputError)

    @given(text=st.text(max_size=60))
    @example(text="a: &a [*a]")
    @example(text="? [x]\n: y")
    @settings(deadline=None, max_examples=60)
    def test_text_that_is_no_declaration_is_refused(self, valid: dict[str, Any], text: str) -> None:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name) / "architecture"
            folder.mkdir()
            for file, content in valid.items():
                (folder / f"{file}.yaml").write_text(json.dumps(content), encoding="utf-8")
            (folder / "edges.yaml").write_bytes(text.encode("utf-8", "surrogatepass"))
            try:
                Architecture.load(Path(name))
            except InputError as error:
                refused = error

        assert "edges.yaml" in str(refused)
