"""The process that owns a lab: it starts the components, says when they are ready, and takes all down at the end.

`seatrial.lab.control` starts it as `python -m seatrial.lab.supervisor FOLDER`. It ends on SIGTERM or SIGINT, when a
component dies, and with its owner: the process that asked for the lab, until the lab is ready (`up`) or for good
(`running`). Whatever ends it, the kernel ends its children (see `processes.start`).
"""

from __future__ import annotations

import contextlib
import functools
import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import attrs

from seatrial.lab import components, home, nodes, ports, processes, record, volumes
from seatrial.lab.api import UNREACHABLE, Client, RefusedError
from seatrial.lab.order import Order
from seatrial.lab.record import Lab
from seatrial.model.errors import SeatrialError, ToolError

_POLL = 0.05
_WATCH_OWNER = 0.5
_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGCHLD)
_FOR_GOOD = {http.client.BAD_REQUEST, http.client.UNPROCESSABLE_ENTITY}
"""Answers that another try would not change."""
_LEFT_AFTER_FAILURE = ("*.log", record.FILE, "lock")


class StoppedError(Exception):
    """Somebody asked the lab to go down."""


class Supervisor:
    """One lab's life."""

    def __init__(self, folder: Path, order: Order) -> None:
        """Take over the *folder* that was made for the *order*."""
        self._order = order
        self._deadline = time.monotonic() + order.timeout
        self._lab = Lab(
            name=folder.name,
            folder=folder,
            state=record.STARTING,
            started=order.started,
            supervisor=os.getpid(),
            nodes=len(order.nodes),
        )
        self._children: dict[str, subprocess.Popen[bytes]] = {}
        self._watching_owner = True
        self._broken: Exception | None = None

    def run(self) -> None:
        """Start the lab, keep it, take it down."""
        folder = self._lab.folder
        failure: SeatrialError | None = None
        try:
            with self._reserved() as held:
                self._start(held)
                if self._order.detached:
                    self._watching_owner = False
                self._update(state=record.READY, phase="", seconds=time.time() - self._order.started)
                while True:
                    self._pause(3600.0)
        except StoppedError:
            pass
        except SeatrialError as error:
            failure = error
        except Exception as error:  # noqa: BLE001 - nobody else can tell of it
            traceback.print_exc()
            failure = ToolError(f"the supervisor of the lab failed: {error!r}", remedy="this is a defect: report it")
        finally:
            self._kill()
            if failure is not None:
                # The keys and the data go, the reason stays until somebody has read it.
                self._clear(folder)
                self._update(state=record.FAILED, phase="", message=failure.found, remedy=failure.remedy)
            else:
                with home.guarded():
                    home.remove(folder)

    def _clear(self, folder: Path) -> None:
        kept = {path for pattern in _LEFT_AFTER_FAILURE for path in folder.glob(pattern)}
        for path in set(folder.iterdir()) - kept:
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink(missing_ok=True)

    # -- starting ------------------------------------------------------------------------------------------------------

    @contextlib.contextmanager
    def _reserved(self) -> Iterator[components.Ports]:
        with contextlib.ExitStack() as stack:
            held = [stack.enter_context(ports.reserve()) for _ in components.SHARING]
            yield components.Ports(*map(ports.number, held))

    def _start(self, held: components.Ports) -> None:
        folder = self._lab.folder
        commands = components.commands({name: Path(path) for name, path in self._order.programs.items()}, held)

        self._update(phase="etcd", server=components.server(held.api_server))
        self._launch(components.ETCD, commands)
        components.prepare(folder, held)
        self._until(lambda: _accepts(components.etcd_socket(folder)), "etcd to answer", components.ETCD)

        self._update(phase="the API server")
        self._launch(components.API_SERVER, commands)
        admin = self._client(held.api_server, folder)
        self._until(lambda: admin.answers("/livez/ping"), "the API server to listen", components.API_SERVER)
        # From here on it waits by itself for what the server still prepares; the scheduler would only be refused.
        self._launch(components.CONTROLLERS, commands)
        self._until(lambda: admin.answers("/readyz"), "the API server to be ready", components.API_SERVER)
        self._launch(components.SCHEDULER, commands)

        self._update(phase="the nodes")
        for path, body in components.kubelets_rights():
            self._create(admin, path, body)
        self._launch(components.KUBELETS, commands)
        for node in self._order.nodes:
            self._create(admin, "/api/v1/nodes", node)
        driver = volumes.Driver(admin)
        for task in (driver.make, driver.remove):
            threading.Thread(target=self._serve, args=(task,), daemon=True).start()
        self._until(lambda: self._nodes_ready(admin), "every node to be ready", components.KUBELETS)

        self._update(phase="the controllers and the scheduler")
        account = "/api/v1/namespaces/default/serviceaccounts/default"
        self._until(lambda: admin.answers(account), "the default service account", components.CONTROLLERS)
        healthy = (
            (components.CONTROLLERS, held.controllers, "/healthz"),
            (components.SCHEDULER, held.scheduler, "/readyz"),
        )
        for name, port, path in healthy:
            answers = functools.partial(self._client(port, folder).answers, path)
            self._until(answers, f"{name} to be ready", name)

    def _serve(self, task: Callable[[], None]) -> None:
        """Run a task of ours beside the components; it is as necessary as they are."""
        try:
            task()
        except Exception as error:  # noqa: BLE001 - whatever it is, the main thread shall know
            self._broken = error
            os.kill(os.getpid(), signal.SIGCHLD)

    def _client(self, port: int, folder: Path) -> Client:
        return Client.open(port, folder / "ca.crt", folder / "admin.crt", folder / "admin.key")

    def _nodes_ready(self, admin: Client) -> bool:
        try:
            return sum(map(nodes.ready, admin.get("/api/v1/nodes")["items"])) == len(self._order.nodes)
        except (*UNREACHABLE, RefusedError):
            return False

    def _launch(self, name: str, commands: dict[str, list[str]]) -> None:
        folder = self._lab.folder
        environment = {
            "HOME": str(folder),
            "TMPDIR": str(folder),
            "PATH": os.environ.get("PATH", os.defpath),
        }
        try:
            child = processes.start(commands[name], folder=folder, log=self._lab.log(name), environment=environment)
        except OSError as error:
            raise ToolError(
                f"cannot start {commands[name][0]}: {error.strerror}",
                remedy=f"build it anew: seatrial lab build {name}",
            ) from None
        self._children[name] = child
        self._update(
            pids={**self._lab.pids, name: child.pid},
            births={**self._lab.births, name: processes.born(child.pid) or 0},
        )

    def _until(self, holds: Callable[[], bool], what: str, component: str) -> None:
        while not holds():
            if time.monotonic() > self._deadline:
                raise ToolError(
                    f"the lab was not ready within {self._order.timeout:.0f} s: still waiting for {what}"
                    f"{self._last_words(component)}",
                    remedy="try again when the machine is less busy, or read the log above",
                )
            self._pause(_POLL)

    def _create(self, admin: Client, path: str, body: dict[str, Any]) -> None:
        """Create an object at a server that is just up, and so may not take it at once."""

        def done() -> bool:
            try:
                admin.create(path, body)
            except RefusedError as error:
                if error.status not in _FOR_GOOD:
                    return False
                raise ToolError(
                    f"the API server refuses a {body['kind']} of the lab: {error}", remedy="correct the node pools"
                ) from None
            except UNREACHABLE:
                return False
            return True

        name = f"{body['kind']} {body['metadata']['name']}"
        self._until(done, f"the API server to take the {name}", components.API_SERVER)

    # -- while it lives ------------------------------------------------------------------------------------------------

    def _pause(self, seconds: float) -> None:
        """Wait, unless there is a reason to go down: raises StoppedError, or ToolError for a component that died."""
        until = time.monotonic() + seconds
        while True:
            left = until - time.monotonic()
            received = signal.sigtimedwait(_SIGNALS, max(0.0, min(left, _WATCH_OWNER)))
            if received is not None and received.si_signo != signal.SIGCHLD:
                raise StoppedError
            if self._watching_owner and processes.born(self._order.owner) != self._order.owner_born:
                raise StoppedError
            if self._broken is not None:
                raise ToolError(
                    f"the driver of the volumes failed, so the lab went down: {self._broken!r}",
                    remedy="this is a defect of Seatrial: report it",
                )
            for name, child in self._children.items():
                if child.poll() is not None:
                    raise ToolError(
                        f"{name} ended with {_ending(child.returncode)}, so the lab went down{self._last_words(name)}",
                        remedy="read its last lines above; `seatrial lab up` starts a new lab",
                    )
            if left <= 0:
                return

    def _last_words(self, component: str) -> str:
        words = processes.tail(self._lab.log(component))
        return f"; the last lines of {component}:\n{words}" if words else f"; {component} logged nothing"

    def _update(self, **changes: Any) -> None:
        self._lab = attrs.evolve(self._lab, **changes)
        self._lab.save()

    def _kill(self) -> None:
        # Nothing of a lab is kept, so nobody needs to be asked to finish.
        for child in self._children.values():
            child.kill()
        for child in self._children.values():
            child.wait()


def _ending(code: int) -> str:
    return signal.Signals(-code).name if code < 0 else f"exit code {code}"


def _accepts(path: Path) -> bool:
    """True if somebody listens on the Unix socket; its folder is the working directory."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.settimeout(1.0)
        try:
            probe.connect(path.name)
        except OSError:
            return False
    return True


def main(folder: Path) -> None:
    """Run the lab in *folder*."""
    # Blocked here, before any thread starts, they wait for `sigtimedwait`; none can interrupt the clearing up.
    signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
    os.chdir(folder)
    os.umask(0o077)
    order = Order.read(folder)
    os.set_inheritable(order.lock, False)
    Supervisor(folder, order).run()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
