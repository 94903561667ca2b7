from pathlib import Path

import pytest

from seatrial.model import project


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for folder in ("architecture", "policies", "features", "manifests/base/web", "manifests/overlays/production"):
        (tmp_path / folder).mkdir(parents=True)
    return tmp_path


@pytest.mark.parametrize("path", ["manifests", "manifests/overlays/production"])
def test_the_whole_system_is_held_to_its_architecture(root: Path, path: str) -> None:
    found = project.find(str(root / path))

    assert found.promised == root
    assert found.features == root / "features"
    assert found.policies == root / "policies"


@pytest.mark.parametrize("path", ["manifests/base", "manifests/base/web", "manifests/overlays"])
def test_a_part_of_it_is_judged_by_its_policies_alone(root: Path, path: str) -> None:
    found = project.find(str(root / path))

    assert (found.root, found.promised, found.features) == (root, None, None)
    assert found.policies == root / "policies"


def test_other_manifests_have_the_policies_that_are_shipped(tmp_path: Path) -> None:
    found = project.find(str(tmp_path))

    assert (found.root, found.promised, found.features) == (None, None, None)
    assert found.policies == project.shipped_policies()
