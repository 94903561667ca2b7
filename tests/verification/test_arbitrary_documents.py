"""Whatever the documents hold, a run ends in verdicts or in one InputError: no other exception leaves it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from seatrial import report
from seatrial.model.errors import InputError
from seatrial.model.inventory import Inventory
from seatrial.verification import Verification, verify
from tests.inventories import JSON_VALUES, arbitrary, damaged

STATIC = ("schema", "references", "policy", "network", "capacity")
FEW = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
EVERY_KIND = Path(__file__).resolve().parents[1] / "policies" / "every_kind.yaml"


def answered(path: Path, text: str) -> Verification | None:
    """Verify *text* as a file; None where it is refused. Reports can tell whatever was found."""
    path.write_text(text, encoding="utf-8")
    try:
        done = verify(str(path), only=STATIC)
    except InputError:
        return None
    for format_ in report.FORMATS:
        assert report.render(done.run, format_, show_passed=True)
    return done


def as_documents(inventory: Inventory) -> str:
    return "\n---\n".join(json.dumps(resource.data, ensure_ascii=False) for resource in inventory.resources)


@FEW
@given(inventory=damaged(EVERY_KIND.read_text(encoding="utf-8")))
def test_damaged_objects_of_every_kind_are_judged(tmp_path: Path, inventory: Inventory) -> None:
    done = answered(tmp_path / "damaged.yaml", as_documents(inventory))

    assert done is None or done.verdicts


@FEW
@given(inventory=arbitrary())
def test_arbitrary_objects_are_judged(tmp_path: Path, inventory: Inventory) -> None:
    done = answered(tmp_path / "arbitrary.yaml", as_documents(inventory))

    assert done is None or len(done.of("schema/kubernetes")) >= len(done.context.inventory.resources)


@FEW
@given(value=JSON_VALUES)
def test_arbitrary_values_are_refused_or_judged(tmp_path: Path, value: object) -> None:
    answered(tmp_path / "value.json", json.dumps(value))


@settings(FEW, max_examples=100)
@given(
    data=st.binary(max_size=80)
    | st.text(alphabet="ab:-[]{}&*<!|>'\"#%@`?,\n\t \\\0\x85\ud7ff", max_size=60).map(str.encode)
)
def test_arbitrary_bytes_are_refused(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "bytes.yaml"
    path.write_bytes(b"- " + data)

    with pytest.raises(InputError) as refused:
        verify(str(path), only=["schema"])

    assert refused.value.remedy
