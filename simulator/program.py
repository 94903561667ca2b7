"""Request programs: what a request does, as a flat table of operations that any engine can interpret.

A request class is declared as nested steps. Compiling flattens them into operations with numbers only: indices of
services, ingresses, externals and draws, and jump targets. The reference engine walks the table with a SimPy process;
an engine that compiles event loops can read the same table.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import IntEnum
from typing import TYPE_CHECKING

import attrs

from seatrial.model.errors import InputError
from simulator.streams import UNIFORM, Distribution

if TYPE_CHECKING:
    from seatrial.model.architecture.scenarios import RequestClass, Step
    from simulator.topology import Topology


class Code(IntEnum):
    """What an operation does; a, target, value and draw are its operands."""

    ADMIT = 0
    """Pass the rate limit of ingress a, or be refused; draw picks the client."""
    ENTER = 1
    """Choose a ready pod of service a and take a slot there: the less loaded of two that draw picks, or round robin
    without a draw."""
    LEAVE = 2
    """Give the slot back and return to the caller."""
    CPU = 3
    """Burn draw core-seconds in the current pod."""
    DELAY = 4
    """Wait draw seconds for something outside."""
    ACQUIRE = 5
    """Take a connection to service a from the current pod's pool."""
    RELEASE = 6
    """Give the connection back."""
    BRANCH = 7
    """Go on with probability value, else jump to target."""
    JUMP = 8
    """Jump to target."""
    REPEAT = 9
    """Jump back to target with probability value."""
    EXTERNAL = 10
    """Call external a, with its quota and its retries."""
    FAIL = 11
    """Fail with probability value."""
    END = 12
    """The request is answered."""


@attrs.frozen
class Op:
    """One operation."""

    code: int
    a: int = -1
    target: int = -1
    """Where to jump; for ENTER and ACQUIRE where an optional call goes on when it fails, -1 for a required one."""
    value: float = 0.0
    draw: int = -1
    """Index into the program's draws."""


@attrs.frozen
class DrawSpec:
    """A stream of values that an operation consumes."""

    name: str
    distribution: Distribution
    indexed: bool
    """Whether each request takes exactly one value (its own), or repeats make the number vary."""


@attrs.frozen
class Program:
    """The compiled request class of one `of` entry."""

    name: str
    request: str
    kind: str
    timeout: float
    ops: tuple[Op, ...]
    draws: tuple[DrawSpec, ...]
    path: tuple[tuple[int, float], ...]
    """Services whose failure fails the request, each with the probability that the request needs it."""
    failure: float
    """Probability that the application itself fails the request."""


@attrs.define
class _Compiler:
    request: str
    of: str
    topology: Topology
    externals: tuple[str, ...]
    distribution: Callable[[str], Distribution]
    services: Mapping[str, int]
    ingresses: Mapping[str, int]
    clients: Distribution
    ops: list[Op] = attrs.field(factory=list)
    draws: list[DrawSpec] = attrs.field(factory=list)
    path: dict[int, float] = attrs.field(factory=dict)
    chance: float = 1.0
    """Probability that a request comes to the step at hand."""
    success: float = 1.0
    turns: int = 0
    spared: int = 0
    depth: int = 0
    """How many pods the request is in."""

    def draw(self, purpose: str, distribution: Distribution) -> int:
        name = f"{self.request}/{self.of}/{len(self.draws)}/{purpose}"
        self.draws.append(DrawSpec(name, distribution, self.turns == 0))
        return len(self.draws) - 1

    def block(self, steps: tuple[Step, ...]) -> None:
        for step in steps:
            if self.depth == 0 and step.kind in ("cpu", "query", "external"):
                raise InputError(
                    f"the request {self.request!r} has a step {step.kind!r} before it is in a pod",
                    remedy="put it into the steps of an `ingress` or a `call`",
                    position=step.position,
                )
            getattr(self, f"_{step.kind}")(step)

    def _named(self, text: str) -> str:
        return text.replace("{of}", self.of)

    def _call(self, step: Step) -> None:
        self._enter(self.services.get(self._named(step.argument), -1), step, least_of_two=False)

    def _ingress(self, step: Step) -> None:
        number = self.ingresses.get(self._named(step.argument), -1)
        self.ops.append(Op(Code.ADMIT, number, draw=self.draw("client", self.clients)))
        service = -1
        if number >= 0:
            wanted = step.parameters.get("path", "/")
            for path, name in self.topology.ingresses[number].routes:
                # pathType Prefix: whole path elements (Ingress API documentation).
                if wanted == path or wanted.startswith(path.rstrip("/") + "/"):
                    service = self.services.get(name, -1)
                    break
        self._enter(service, step, least_of_two=True)

    def _enter(self, service: int, step: Step, *, least_of_two: bool) -> None:
        choice = self.draw("balance", UNIFORM) if least_of_two else -1
        at = len(self.ops)
        self.ops.append(Op(Code.ENTER, service, draw=choice))
        self._inside(step, service)
        self.ops.append(Op(Code.LEAVE))
        self._recover(at, step)

    def _query(self, step: Step) -> None:
        service = self.services.get(self._named(step.argument), -1)
        at = len(self.ops)
        self.ops += [Op(Code.ACQUIRE, service), Op(Code.ENTER, service)]
        self._inside(step, service)
        self.ops += [Op(Code.LEAVE), Op(Code.RELEASE)]
        self._recover(at, step)

    def _inside(self, step: Step, service: int) -> None:
        if step.optional:
            self.spared += 1
        elif not self.spared:
            self.path[service] = max(self.chance, self.path.get(service, 0.0))
        self.depth += 1
        self.block(step.steps)
        self.depth -= 1
        if step.optional:
            self.spared -= 1

    def _recover(self, at: int, step: Step) -> None:
        """An optional call goes on behind itself when it fails; the outermost operation of a call carries that."""
        if step.optional:
            self.ops[at] = attrs.evolve(self.ops[at], target=len(self.ops))

    def _cpu(self, step: Step) -> None:
        self.ops.append(Op(Code.CPU, draw=self.draw(step.argument, self.distribution(step.argument))))

    def _delay(self, step: Step) -> None:
        self.ops.append(Op(Code.DELAY, draw=self.draw(step.argument, self.distribution(step.argument))))

    def _branch(self, step: Step) -> None:
        at = len(self.ops)
        chance = self.distribution(step.argument).mean
        self.ops.append(Op(Code.BRANCH, value=chance, draw=self.draw(step.argument, UNIFORM)))
        before = self.chance
        self.chance = before * chance
        self.block(step.steps)
        if step.otherwise:
            end = len(self.ops)
            self.ops.append(Op(Code.JUMP))
            self.ops[at] = attrs.evolve(self.ops[at], target=len(self.ops))
            self.chance = before * (1.0 - chance)
            self.block(step.otherwise)
            self.ops[end] = attrs.evolve(self.ops[end], target=len(self.ops))
        else:
            self.ops[at] = attrs.evolve(self.ops[at], target=len(self.ops))
        self.chance = before

    def _repeat(self, step: Step) -> None:
        start = len(self.ops)
        self.turns += 1
        self.block(step.steps)
        # Geometric number of turns with mean m: one more with probability 1 - 1/m.
        again = 1.0 - 1.0 / max(1.0, self.distribution(step.argument).mean)
        draw = self.draw(step.argument, UNIFORM)
        self.turns -= 1
        self.ops.append(Op(Code.REPEAT, target=start, value=again, draw=draw))

    def _external(self, step: Step) -> None:
        self.ops.append(Op(Code.EXTERNAL, self.externals.index(step.argument)))

    def _fail(self, step: Step) -> None:
        chance = self.distribution(step.argument).mean
        self.success *= 1.0 - self.chance * chance
        self.ops.append(Op(Code.FAIL, value=chance, draw=self.draw(step.argument, UNIFORM)))


def compile_request(
    request: RequestClass,
    of: str,
    topology: Topology,
    externals: tuple[str, ...],
    distribution: Callable[[str], Distribution],
    clients: Distribution,
) -> Program:
    """Compile a request class for one of its `of` entries.

    A Service or Ingress that the manifests lack becomes operand -1: requests then fail there, as they would in the
    cluster. *distribution* gives the random quantity of an assumption; *clients* is uniform over the client numbers.
    """
    compiler = _Compiler(
        request=request.name,
        of=of,
        topology=topology,
        externals=externals,
        distribution=distribution,
        services={service.name: index for index, service in reversed(tuple(enumerate(topology.services)))},
        ingresses={ingress.name: index for index, ingress in reversed(tuple(enumerate(topology.ingresses)))},
        clients=clients,
    )
    compiler.block(request.steps)
    compiler.ops.append(Op(Code.END))
    return Program(
        name=f"{request.name}/{of}",
        request=request.name,
        kind=request.kind,
        timeout=distribution(request.timeout).mean,
        ops=tuple(compiler.ops),
        draws=tuple(compiler.draws),
        path=tuple(compiler.path.items()),
        failure=1.0 - compiler.success,
    )
