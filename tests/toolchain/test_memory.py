"""As many builds run at once as processors and memory allow."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import attrs
import hypothesis.strategies as st
from hypothesis import given

from seatrial.toolchain import memory
from seatrial.toolchain.table import TOOLS, Tool

GIB = 1 << 30


def tool(name: str, gib: float, module: str = "") -> Tool:
    return attrs.evolve(TOOLS["opa"], name=name, module=module or name, memory=int(gib * GIB))


def chosen(waiting: Sequence[Tool], running: Sequence[Tool], *, processors: int = 4, gib: float | None = 100) -> str:
    found = memory.next_to_start(
        waiting, running, processors=processors, memory=None if gib is None else int(gib * GIB)
    )
    return found.name if found is not None else ""


def test_the_first_starts_however_little_memory_there_is() -> None:
    assert chosen([tool("large", 3), tool("small", 1)], [], gib=0.5) == "large"


def test_the_next_starts_beside_it_while_memory_suffices() -> None:
    assert chosen([tool("b", 1)], [tool("a", 3)], gib=4) == "b"
    assert not chosen([tool("b", 1)], [tool("a", 3)], gib=3.9)


def test_a_small_one_goes_past_one_that_does_not_fit() -> None:
    assert chosen([tool("large", 3), tool("small", 1)], [tool("a", 3)], gib=4) == "small"


def test_there_are_never_more_than_processors() -> None:
    assert not chosen([tool("c", 1)], [tool("a", 1), tool("b", 1)], processors=2)
    assert not chosen([tool("b", 1)], [tool("a", 1)], processors=1)


def test_many_processors_do_not_mean_many_builds() -> None:
    running = [tool(str(number), 0.1) for number in range(4)]

    assert not chosen([tool("more", 0.1)], running, processors=64)


def test_two_of_one_module_wait_for_each_other() -> None:
    assert chosen([tool("b", 1, "same"), tool("c", 1)], [tool("a", 1, "same")]) == "c"


def test_where_nobody_tells_the_memory_processors_decide() -> None:
    assert chosen([tool("b", 1000)], [tool("a", 1000)], processors=2, gib=None) == "b"


def test_with_nothing_waiting_nothing_starts() -> None:
    assert not chosen([], [])
    assert not chosen([], [tool("a", 1)])


@given(
    st.lists(st.tuples(st.floats(0.1, 5), st.integers(0, 3)), min_size=1, max_size=8),
    st.integers(1, 8),
    st.floats(0.1, 20),
)
def test_everything_is_built_within_the_limits(drawn: list[tuple[float, int]], processors: int, gib: float) -> None:
    waiting = [tool(str(number), size, f"module{module}") for number, (size, module) in enumerate(drawn)]
    running: list[Tool] = []
    done = 0
    while waiting or running:
        while (
            found := memory.next_to_start(waiting, running, processors=processors, memory=int(gib * GIB))
        ) is not None:
            waiting.remove(found)
            running.append(found)
        assert running, "something waits and nothing runs"
        assert len(running) <= processors
        assert len({one.module for one in running}) == len(running)
        assert len(running) == 1 or sum(one.memory for one in running) <= gib * GIB
        running.pop(0)
        done += 1
    assert done == len(drawn)


class TestAvailable:
    def machine(self, folder: Path, kib: str) -> Path:
        file = folder / "meminfo"
        file.write_text(f"MemTotal:       99999 kB\nMemAvailable:   {kib} kB\nSwapFree: 1 kB\n")
        return file

    def group(self, folder: Path, limit: str, used: str) -> Path:
        (folder / "memory.max").write_text(f"{limit}\n")
        (folder / "memory.current").write_text(f"{used}\n")
        return folder

    def test_it_is_what_the_machine_can_give(self, tmp_path: Path) -> None:
        assert memory.available(self.machine(tmp_path, "2048"), tmp_path / "none") == 2 << 20

    def test_it_is_within_the_limit_of_the_container(self, tmp_path: Path) -> None:
        machine = self.machine(tmp_path, "2048")

        assert memory.available(machine, self.group(tmp_path, "1000000", "400000")) == 600_000
        assert memory.available(machine, self.group(tmp_path, "1000000", "1400000")) == 0
        assert memory.available(machine, self.group(tmp_path, "max", "400000")) == 2 << 20

    def test_what_cannot_be_read_is_unknown(self, tmp_path: Path) -> None:
        assert memory.available(tmp_path / "none", tmp_path / "none") is None
        assert memory.available(self.machine(tmp_path, "much"), self.group(tmp_path, "some", "?")) is None

    def test_this_machine_has_processors(self) -> None:
        assert memory.processors() >= 1
