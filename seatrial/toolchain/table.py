"""The one table of upstream programs: which package of which Go module each is, and what its build needs.

A release stands in the module's go.mod alone; here is nothing that changes when a pin is raised.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from types import MappingProxyType

import attrs

from seatrial.model.errors import ToolError

_REQUIRE = re.compile(r"^\s*(?:require\s+)?(?P<path>[\w./~-]+) (?P<version>v[^\s]+)(?:\s*//.*)?$", re.MULTILINE)
_REPLACE = re.compile(
    r"^\s*(?:replace\s+)?(?P<path>[\w./~-]+)(?: v\S+)? => (?P<target>\S+) (?P<version>v\S+)$", re.MULTILINE
)
_DIRECTIVE = re.compile(r"^go (?P<version>\d+\.\d+(?:\.\d+)?)$", re.MULTILINE)
_MEBI = 1 << 20


@attrs.frozen
class Tool:
    """One program and the recipe of its build."""

    name: str
    """What the program is called, here and in the cache."""
    module: str
    """Folder of its go.mod, below the folder of all modules."""
    package: str
    """The Go package that is built; `.` for one of our own in the module's folder."""
    upstream: str
    """The Go module whose release the program has, or which it links to speak for that release."""
    stamps: tuple[str, ...] = ()
    """Variables of the program that upstream's release build sets to the release."""
    major_minor: tuple[str, str] | None = None
    """Variables that it sets to the numbers of the release."""
    constants: Mapping[str, str] = attrs.field(factory=dict)
    """Variables that it sets to a fixed value."""
    tags: tuple[str, ...] = ()
    """Build tags."""
    inside: Mapping[str, str] = attrs.field(factory=dict)
    """Files of ours that are compiled inside an upstream package: source file to place below vendor/."""
    memory: int = 1280 * _MEBI
    """About how much memory the build takes at most, in bytes: Go's compilers and linker together."""

    @property
    def folder(self) -> Path:
        """The folder of the go.mod. Raises ToolError if this installation has none."""
        return module_sources(self.module)

    @property
    def version(self) -> str:
        """The pinned release, such as `v1.37.2`. Raises ToolError if the go.mod does not name it."""
        return pinned(self.folder, self.upstream)

    @property
    def own(self) -> bool:
        """Whether its sources are ours."""
        return self.package == "."

    def sources(self) -> tuple[Path, ...]:
        """Every file that decides what is built: the pins, their content, and sources of our own."""
        folder = self.folder
        files = [folder / "go.mod", folder / "go.sum"]
        if self.own:
            files += sorted(path for path in folder.rglob("*.go") if not path.name.endswith("_test.go"))
        return tuple(files)

    def linker_flags(self) -> str:
        """The value of -ldflags: without symbol tables, with the release written where upstream writes it."""
        major, minor = self.version.removeprefix("v").split(".")[:2]
        values = dict.fromkeys(self.stamps, self.version)
        if self.major_minor is not None:
            values |= dict(zip(self.major_minor, (major, minor), strict=True))
        values |= self.constants
        return " ".join(["-s -w", *(f"-X {name}={value}" for name, value in values.items())])


def sources() -> Path:
    """The folder of all Go modules: inside the wheel, or at the top of the source tree. Raises ToolError."""
    packaged = Path(str(resources.files("seatrial"))) / "_tools"
    source = Path(__file__).resolve().parents[2] / "tools"
    for folder in (packaged, source):
        if folder.is_dir():
            return folder
    raise ToolError("the Go modules of the upstream programs are missing", remedy="reinstall Seatrial")


def module_sources(module: str) -> Path:
    """The folder of one Go module. Raises ToolError if it is not there."""
    folder = sources() / module
    if not (folder / "go.mod").is_file():
        raise ToolError(f"there is no Go module {module} in {folder.parent}", remedy="reinstall Seatrial")
    return folder


def pinned(folder: Path, path: str) -> str:
    """The release of the Go module *path* that *folder*'s go.mod takes. Raises ToolError if it names none."""
    return resolved(folder, path)[1]


def resolved(folder: Path, path: str) -> tuple[str, str]:
    """What stands for the Go module *path* in *folder*'s go.mod, replacements included: module path and release."""
    text = (folder / "go.mod").read_text(encoding="utf-8")
    for match in _REPLACE.finditer(text):
        if match["path"] == path:
            return match["target"], match["version"]
    for match in _REQUIRE.finditer(text):
        if match["path"] == path:
            return path, match["version"]
    raise ToolError(f"{folder / 'go.mod'} does not pin {path}", remedy=f"add it there: go get {path}@VERSION")


def go_directive(folder: Path) -> tuple[int, ...]:
    """The oldest Go that may build the module, such as (1, 26, 4)."""
    found = _DIRECTIVE.search((folder / "go.mod").read_text(encoding="utf-8"))
    if found is None:
        raise ToolError(f"{folder / 'go.mod'} has no go directive", remedy="add one, such as: go 1.26.0")
    return tuple(int(number) for number in found["version"].split("."))


_KUBERNETES_VERSION = "k8s.io/component-base/version"
_EXPORT = "vendor/k8s.io/kubernetes/pkg/controller/podautoscaler/oracle_export.go"


def _kubernetes(name: str, memory: int) -> Tool:
    return Tool(
        name,
        "kubernetes",
        f"k8s.io/kubernetes/cmd/{name}",
        "k8s.io/kubernetes",
        stamps=(f"{_KUBERNETES_VERSION}.gitVersion",),
        major_minor=(f"{_KUBERNETES_VERSION}.gitMajor", f"{_KUBERNETES_VERSION}.gitMinor"),
        # Otherwise the release ends in "-dirty" for those who look.
        constants={f"{_KUBERNETES_VERSION}.gitTreeState": "clean"},
        memory=memory,
    )


# The longest builds come first, so that a short one fills the time beside them.
_TABLE = (
    _kubernetes("kube-apiserver", 2560 * _MEBI),
    Tool("etcd", "etcd", "go.etcd.io/etcd/server/v3", "go.etcd.io/etcd/server/v3"),
    _kubernetes("kube-controller-manager", 2816 * _MEBI),
    Tool("kwok", "kwok", "sigs.k8s.io/kwok/cmd/kwok", "sigs.k8s.io/kwok"),
    _kubernetes("kube-scheduler", 2048 * _MEBI),
    Tool(
        "hpa-oracle",
        "oracles/hpa",
        ".",
        "k8s.io/kubernetes",
        tags=("faketime", "oracle"),
        inside={"inside/export.go": _EXPORT},
    ),
    Tool("opa", "opa", "github.com/open-policy-agent/opa", "github.com/open-policy-agent/opa"),
    Tool(
        "promtool",
        "prometheus",
        "github.com/prometheus/prometheus/cmd/promtool",
        "github.com/prometheus/prometheus",
        stamps=("github.com/prometheus/common/version.Version",),
        memory=3584 * _MEBI,
    ),
    Tool(
        "gator",
        "gator",
        "github.com/open-policy-agent/gatekeeper/v3/cmd/gator",
        "github.com/open-policy-agent/gatekeeper/v3",
        stamps=("github.com/open-policy-agent/gatekeeper/v3/pkg/version.Version",),
    ),
    Tool(
        "prometheus-adapter",
        "prometheus-adapter",
        "sigs.k8s.io/prometheus-adapter/cmd/adapter",
        "sigs.k8s.io/prometheus-adapter",
    ),
    Tool(
        "metrics-server",
        "metrics-server",
        "sigs.k8s.io/metrics-server/cmd/metrics-server",
        "sigs.k8s.io/metrics-server",
        stamps=("k8s.io/client-go/pkg/version.gitVersion",),
    ),
    Tool(
        "amtool",
        "alertmanager",
        "github.com/prometheus/alertmanager/cmd/amtool",
        "github.com/prometheus/alertmanager",
        stamps=("github.com/prometheus/common/version.Version",),
    ),
    Tool(
        "regal",
        "regal",
        "github.com/open-policy-agent/regal",
        "github.com/open-policy-agent/regal",
        stamps=("github.com/open-policy-agent/regal/pkg/version.Version",),
    ),
    Tool(
        "kubeconform",
        "kubeconform",
        "github.com/yannh/kubeconform/cmd/kubeconform",
        "github.com/yannh/kubeconform",
        stamps=("main.version",),
    ),
    Tool("pod-security-oracle", "oracles/podsecurity", ".", "k8s.io/pod-security-admission"),
    Tool("quantity-oracle", "oracles/quantity", ".", "k8s.io/apimachinery"),
)

TOOLS: Mapping[str, Tool] = MappingProxyType({tool.name: tool for tool in _TABLE})
"""Every program by its name."""

LAB = ("etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "kwok")
"""What a control plane on this machine consists of."""
