"""The OPA server as an engine: the reference, and the only module that imports opa_client.

The server runs on the loopback interface for as long as the engine is open. Modules are given to it at its start, so
that it compiles them together and names file and line of what does not compile; data and queries go through opa_client.
"""

from __future__ import annotations

import contextlib
import os
import re
import socket
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from seatrial import toolchain
from seatrial.engines.rego import UNDEFINED, EngineName, Module, Package
from seatrial.model.errors import InputError, ToolError
from seatrial.model.position import Position

_READY_SECONDS = 20.0
_ANSWER_SECONDS = 60.0
_PLACE = re.compile(r"(?P<number>\d{4})\.rego:(?P<line>\d+): (?P<code>\w+): (?P<reason>.+)")
_LOOPBACK = "127.0.0.1"


class OpaEngine:
    """Evaluates in an OPA server of its own."""

    name: EngineName = "opa"

    def __init__(self) -> None:
        try:
            import opa_client  # noqa: F401  # only to tell early, and in our words, that it is missing
        except ImportError as missing:
            raise ToolError(
                "the OPA client is not installed", remedy="install the package opa-python-client"
            ) from missing
        self._binary = toolchain.require("opa")
        self.version = f"OPA {_version(self._binary)}"
        self._resources = contextlib.ExitStack()
        self._client: Any = None

    def load(self, modules: Sequence[Module], data: Mapping[str, Any]) -> None:
        """Start the server with all modules and give it *data*; see `PolicyEngine.load`."""
        folder = Path(self._resources.enter_context(tempfile.TemporaryDirectory(prefix="seatrial-opa-")))
        files = []
        for number, module in enumerate(modules):
            file = folder / f"{number:04}.rego"
            file.write_text(module.text, encoding="utf-8")
            files.append(str(file))
        self._start(folder, files, modules)
        for key, value in data.items():
            self._client.update_or_create_data(value, key)

    def evaluate(self, document: Mapping[str, Any], packages: Sequence[Package], rule: str = "violation") -> list[Any]:
        """Value of *rule* in each package; see `PolicyEngine.evaluate`."""
        return [self._value(document, package, rule) for package in packages]

    def _value(self, document: Mapping[str, Any], package: Package, rule: str) -> Any:
        from requests.exceptions import RequestException

        try:
            answer = self._client.query_rule(
                input_data=dict(document),
                package_path="/".join(package),
                rule_name=rule,
                # Without it OPA takes a failing built-in for undefined, and the rule passes.
                query_params={"strict-builtin-errors": "true"},
            )
        except RequestException as error:
            response = getattr(error, "response", None)
            told = response.text[:500] if response is not None else str(error)
            raise ToolError(
                f"the rule {'/'.join(package)} failed while OPA evaluated it: {told}",
                remedy="make the rule cope with this value, for example with data.lib.safe",
            ) from None
        return answer.get("result", UNDEFINED)

    def _start(self, folder: Path, files: Sequence[str], modules: Sequence[Module]) -> None:
        from opa_client import OpaClient

        port = _free_port()
        log = self._resources.enter_context((folder / "log").open("w+", encoding="utf-8"))
        command = [str(self._binary), "run", "--server", "--disable-telemetry", "--log-level=error"]
        command += [f"--addr={_LOOPBACK}:{port}", *files]
        # The server needs nothing of the user's environment but a place for temporary files.
        environment = {key: os.environ[key] for key in ("PATH", "TMPDIR", "SYSTEMROOT") if key in os.environ}
        server = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, env=environment)
        self._resources.callback(_stop, server)
        client = OpaClient(host=_LOOPBACK, port=port, timeout=_ANSWER_SECONDS, retries=0)
        # A proxy of the environment must not stand between us and our own server; the client has no option for that.
        client._session.trust_env = False  # noqa: SLF001 - the only way to it
        self._resources.callback(client.close_connection)
        deadline = time.monotonic() + _READY_SECONDS
        while not _healthy(client):
            if server.poll() is not None or time.monotonic() > deadline:
                log.flush()
                log.seek(0)
                raise _told(log.read(), modules)
            time.sleep(0.02)
        self._client = client

    def close(self) -> None:
        """Stop the server."""
        self._resources.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _healthy(client: Any) -> bool:
    from opa_client.errors import ConnectionsError
    from requests.exceptions import RequestException

    try:
        return bool(client.check_health())
    except (ConnectionsError, RequestException):
        return False


def _told(log: str, modules: Sequence[Module]) -> InputError | ToolError:
    """What kept the server from starting: a module that does not compile, or something else."""
    found = _PLACE.search(log)
    if found is None:
        return ToolError(f"the OPA server did not start: {log.strip()[-500:]}", remedy="see whether OPA runs by itself")
    module = modules[int(found["number"])]
    return InputError(
        f"the policy does not compile: {found['reason']}",
        remedy="correct the Rego source",
        position=Position(module.file, int(found["line"]), 1),
    )


def _free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind((_LOOPBACK, 0))
        return int(probe.getsockname()[1])


def _stop(server: subprocess.Popen[Any]) -> None:
    server.terminate()
    try:
        server.wait(timeout=5)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()


def _version(binary: Path) -> str:
    done = subprocess.run([str(binary), "version"], capture_output=True, text=True, check=False)
    found = re.search(r"^Version: (\S+)", done.stdout, re.MULTILINE)
    return found[1] if found else "of unknown version"
