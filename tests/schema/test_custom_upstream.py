"""The schemas that ship are those of the upstream modules, and the modules are under the licence that is named."""

from __future__ import annotations

import pytest

from seatrial.engines import custom
from seatrial.engines.custom import extract
from seatrial.toolchain import crds


def module_is_here(name: str) -> None:
    if not crds.fetched(name):
        pytest.skip(f"the module of {name} is not in the module cache: run `go mod download` in tools/crds")


def test_every_project_has_its_file_and_no_file_is_left_over() -> None:
    assert {project.name for project in custom.projects()} == set(crds.UPSTREAMS)


@pytest.mark.parametrize("project", custom.projects(), ids=lambda project: project.name)
def test_a_file_is_of_the_release_that_is_pinned(project: custom.Project) -> None:
    upstream = crds.UPSTREAMS[project.name]

    assert (project.module, project.version, project.path) == (upstream.module, upstream.version, upstream.path)


@pytest.mark.oracle
@pytest.mark.parametrize("name", crds.UPSTREAMS)
def test_a_file_is_what_is_extracted_from_its_module(name: str) -> None:
    module_is_here(name)

    shipped = (extract.FOLDER / f"{name}{extract.SUFFIX}").read_text(encoding="utf-8")

    # Compared as a truth value: a difference is some megabytes long.
    same = shipped == extract.text(name)
    assert same, "run `python -m seatrial.engines.custom.extract`"


@pytest.mark.oracle
@pytest.mark.parametrize("name", crds.UPSTREAMS)
def test_a_module_is_under_the_licence_that_its_file_names(name: str) -> None:
    module_is_here(name)

    licence = (crds.module(name) / "LICENSE").read_text(encoding="utf-8")

    assert extract.LICENCE == "Apache-2.0"
    assert "Apache License" in licence
    assert "Version 2.0" in licence


@pytest.mark.oracle
@pytest.mark.parametrize("name", crds.UPSTREAMS)
def test_the_notice_of_a_module_is_told_with_its_schemas(name: str) -> None:
    module_is_here(name)
    notice = crds.module(name) / "NOTICE"
    readme = (extract.FOLDER / "README.md").read_text(encoding="utf-8")

    assert name in readme
    if notice.is_file():
        lines = [line.strip() for line in notice.read_text(encoding="utf-8").splitlines() if line.strip()]
        assert [line for line in lines if line not in readme] == []
