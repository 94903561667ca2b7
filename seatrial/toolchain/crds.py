"""Upstream projects whose custom kinds are well known, and where their CustomResourceDefinitions are.

`tools/crds/go.mod` pins the releases. The lab serves these definitions as they are; `seatrial.engines.custom` ships
their schemas, so that custom kinds are judged without a cluster and without a network.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import attrs

from seatrial.model import source
from seatrial.model.document import Resource
from seatrial.model.errors import InputError, ToolError
from seatrial.toolchain.modules import cached_module_folder, module_folder
from seatrial.toolchain.table import module_sources, pinned

SOURCES = "crds"
"""The folder of `tools/` that pins the modules."""


@attrs.frozen
class Upstream:
    """One project and the place of its definitions."""

    name: str
    module: str
    path: str
    """File, folder or Kustomize folder within the module: what the project itself tells people to apply."""
    shared_groups: tuple[str, ...] = ()
    """API groups in which other projects define kinds of their own: a kind that is missing there may still exist."""

    @property
    def version(self) -> str:
        """The release that go.mod pins, such as `v1.21.2`."""
        return pinned(module_sources(SOURCES), self.module)


UPSTREAMS = {
    upstream.name: upstream
    for upstream in (
        # Argo Workflows, Rollouts and Events define kinds in argoproj.io too.
        Upstream("argo-cd", "github.com/argoproj/argo-cd/v3", "manifests/crds", shared_groups=("argoproj.io",)),
        Upstream("cert-manager", "github.com/cert-manager/cert-manager", "deploy/crds"),
        Upstream("external-secrets", "github.com/external-secrets/external-secrets", "config/crds/bases"),
        Upstream("external-snapshotter", "github.com/kubernetes-csi/external-snapshotter/client/v8", "config/crd"),
        Upstream("gateway-api", "sigs.k8s.io/gateway-api", "config/crd"),
        Upstream("keda", "github.com/kedacore/keda/v2", "config/crd"),
        Upstream(
            "prometheus-operator",
            "github.com/prometheus-operator/prometheus-operator",
            "example/prometheus-operator-crd",
        ),
        Upstream("vertical-pod-autoscaler", "k8s.io/autoscaler/vertical-pod-autoscaler", "deploy/vpa-v1-crd-gen.yaml"),
    )
}
"""Every known project by name."""


def upstream(names: Iterable[str] | None = None) -> list[Path]:
    """Where the definitions of these projects (None: of all) are, each readable with `seatrial.model.source.load`.

    Modules are fetched if need be. Raises InputError for an unknown name, ToolError if a module cannot be had.
    """
    found = []
    for name in UPSTREAMS if names is None else dict.fromkeys(names):
        project = _named(name)
        place = module(name) / project.path
        if not place.exists():
            raise ToolError(
                f"{project.module} {project.version} has no {project.path}",
                remedy="correct the path of its definitions in seatrial/toolchain/crds.py",
            )
        found.append(place)
    return found


def definitions(names: Iterable[str] | None = None) -> tuple[Resource, ...]:
    """The CustomResourceDefinitions of these projects (None: of all), as upstream wants them applied."""
    return tuple(
        resource
        for place in upstream(names)
        for resource in source.load(str(place)).resources
        if resource.kind == "CustomResourceDefinition"
    )


def module(name: str) -> Path:
    """The sources of a project's module, fetched if need be. Raises as `upstream` does."""
    return module_folder(SOURCES, _named(name).module)


def fetched(name: str) -> bool:
    """Whether the module of a project is in the module cache already: then nothing needs a network."""
    return cached_module_folder(SOURCES, _named(name).module) is not None


def _named(name: str) -> Upstream:
    if name not in UPSTREAMS:
        raise InputError(f"no upstream project is called {name!r}", remedy=f"use one of {', '.join(UPSTREAMS)}")
    return UPSTREAMS[name]
