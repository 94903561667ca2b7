"""Building what is missing: side by side as far as memory goes, whole or not at all, once for all who ask."""

from __future__ import annotations

import concurrent.futures
import contextlib
import errno
import fcntl
import shutil
import tempfile
import time
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from pathlib import Path

import attrs

from seatrial.model.errors import SeatrialError, ToolError
from seatrial.toolchain import cache, go, memory
from seatrial.toolchain.commands import Commands
from seatrial.toolchain.table import TOOLS, Tool, go_directive

Progress = Callable[[str], None]

_LOCK_SECONDS = 0.2
_ASIDE = "building-"


@attrs.frozen
class Built:
    """One program that is there now."""

    path: Path
    seconds: float
    """How long its build took; 0 if it was there."""
    cached: bool
    """Whether it was there: built before, by another process meanwhile, or named by its variable."""


def build(names: Sequence[str] | None, progress: Progress = lambda _message: None) -> Mapping[str, Built]:
    """Build the named programs as far as they are missing, every one of the table for None.

    What one failing build leaves undone is only that program. Raises ToolError naming each that failed with what Go
    said, after the others are built; InputError for an unknown name.
    """
    wanted = [cache.tool(name) for name in (TOOLS if names is None else dict.fromkeys(names))]
    built = {tool.name: Built(path, 0.0, cached=True) for tool in wanted if (path := cache.find(tool.name)) is not None}
    # In the order of the table, whatever the order of the names: the longest build first.
    missing = [tool for tool in TOOLS.values() if tool in wanted and tool.name not in built]
    failures: list[tuple[Tool, SeatrialError]] = []
    # Closed at once when we are interrupted here, not when the traceback is gone: closing ends the compilers.
    with contextlib.closing(_outcomes(missing, progress)) as outcomes:
        for tool, outcome in outcomes:
            if isinstance(outcome, Built):
                built[tool.name] = outcome
                how = "was built by another run" if outcome.cached else f"built in {outcome.seconds:.0f} s"
            else:
                failures.append((tool, outcome))
                how = "failed"
            progress(f"{tool.name} {how}, {len(built) + len(failures)} of {len(wanted)}")
    if failures:
        raise _together(failures)
    return {tool.name: built[tool.name] for tool in wanted}


def _together(failures: Sequence[tuple[Tool, SeatrialError]]) -> ToolError:
    told = "\n".join(f"building {tool.name} failed: {error.found}" for tool, error in failures)
    return ToolError(told, remedy="; ".join(dict.fromkeys(error.remedy for _, error in failures)))


def _outcomes(missing: Sequence[Tool], progress: Progress) -> Generator[tuple[Tool, Built | SeatrialError], None, None]:
    """Each program with what became of it, in the order in which they end."""
    waiting = list(missing)
    room, processors = memory.available(), memory.processors()
    running: dict[concurrent.futures.Future[Built], Tool] = {}
    commands = Commands()
    with concurrent.futures.ThreadPoolExecutor(max_workers=max(1, len(waiting))) as pool:
        try:
            while waiting or running:
                while (
                    tool := memory.next_to_start(waiting, tuple(running.values()), processors=processors, memory=room)
                ) is not None:
                    waiting.remove(tool)
                    progress(f"{tool.name} {tool.version}: building")
                    running[pool.submit(_built, tool, commands, progress)] = tool
                ended, _ = concurrent.futures.wait(running, return_when=concurrent.futures.FIRST_COMPLETED)
                for future in ended:
                    yield running.pop(future), _outcome(future)
        finally:
            # After Ctrl-C the pool waits for its threads, and these for their commands.
            commands.stop()


def _outcome(future: concurrent.futures.Future[Built]) -> Built | SeatrialError:
    try:
        return future.result()
    except SeatrialError as error:
        return error
    except OSError as error:
        said = str(error)
        full = error.errno in {errno.ENOSPC, errno.EDQUOT}
        return ToolError(said, remedy=go.remedy("no space left on device" if full else said))


def _built(tool: Tool, commands: Commands, progress: Progress) -> Built:
    """Build one program. Raises ToolError, OSError, and Stopped when the run ends meanwhile."""
    compiler = go.find(go_directive(tool.folder))
    target = cache.cached(tool.name)
    target.parent.mkdir(parents=True, exist_ok=True)
    with _locked(target, commands, progress):
        if target.is_file():
            return Built(target, 0.0, cached=True)
        started = time.monotonic()
        _sweep(target)
        # Aside and then moved, so that nobody ever sees half a program.
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=_ASIDE) as aside:
            output = Path(aside) / tool.name
            _compile(tool, compiler, output, commands)
            output.replace(target)
        return Built(target, time.monotonic() - started, cached=False)


def _sweep(target: Path) -> None:
    """Remove what a build left that was killed; under the lock there is no other build of this program."""
    for leftover in target.parent.glob(f"{_ASIDE}*"):
        shutil.rmtree(leftover, ignore_errors=True)


@contextlib.contextmanager
def _locked(target: Path, commands: Commands, progress: Progress) -> Iterator[None]:
    """Hold the lock of one program. The system frees it whatever becomes of the process."""
    with target.with_suffix(".lock").open("w") as lock:
        told = False
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                if error.errno not in {errno.EWOULDBLOCK, errno.EACCES}:
                    raise
                if not told:
                    progress(f"{target.name}: another run builds it, waiting")
                    told = True
                commands.pause(_LOCK_SECONDS)
            else:
                break
        yield


def _compile(tool: Tool, compiler: Path, output: Path, commands: Commands) -> None:
    aside = output.parent
    folder = _with_inside(tool, compiler, aside, commands) if tool.inside else tool.folder
    _go(compiler, cache.recipe(tool, output), folder, aside, commands)
    if not output.is_file():
        raise ToolError(f"Go built no program of {tool.package}", remedy="see that it is a main package")


def _with_inside(tool: Tool, compiler: Path, aside: Path, commands: Commands) -> Path:
    """A copy of the module with its dependencies vendored, where files of ours stand inside an upstream package.

    Go lets no overlay touch its module cache, and no upstream file is changed.
    """
    folder = aside / "source"
    folder.mkdir()
    for name in ("go.mod", "go.sum"):
        shutil.copyfile(tool.folder / name, folder / name)
    for path in tool.folder.glob("*.go"):
        shutil.copyfile(path, folder / path.name)
    _go(compiler, ["mod", "vendor"], folder, aside, commands)
    for source, place in tool.inside.items():
        shutil.copyfile(tool.folder / source, folder / place)
    return folder


def _go(compiler: Path, arguments: Sequence[str], folder: Path, aside: Path, commands: Commands) -> None:
    # Go's own scratch goes aside too, and with it: a Go that is killed leaves it where it is.
    env = {"GOTMPDIR": str(aside), **go.environment()}
    code, said = commands.run([str(compiler), *arguments], cwd=folder, env=env)
    if code != 0:
        raise ToolError(go.tail(said) or f"go {arguments[0]} ended with {code}", remedy=go.remedy(said))
