"""From the answers of a control plane to verdicts with the places of what they are about."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import attrs

from seatrial.checks.base import CheckInfo, verdict
from seatrial.checks.judging import Judged, Problem, skip
from seatrial.cluster.applying import Answer
from seatrial.cluster.standing import FAILED, REJECTED, STARTING, UNSCHEDULABLE, VOLUME, Standing
from seatrial.model.dig import as_dict, as_str, dig
from seatrial.model.document import Resource
from seatrial.model.quantity import Quantity
from seatrial.model.verdict import Status, Verdict
from seatrial.model.workload import Workload
from seatrial.proof import places
from seatrial.proof.catalog import ADMITTED, APPLIED, DRY_RUN, WARNINGS

_WRAPPING = re.compile(
    r"^(?:\(combined from similar events\): )?"
    r"(?:Error creating: |[Cc]reate [Pp]od \S+ in StatefulSet \S+ failed error: )?"
)
"""k8s.io/kubernetes v1.37.2 pkg/controller/controller_utils.go and statefulset/stateful_pod_control.go."""


WEBHOOKS = frozenset({"MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"})


@attrs.frozen(eq=False)
class Stand:
    """How far a workload of the set has come; for a CronJob, the Job that was made of it."""

    workload: Workload
    standing: Standing


def accepted(answer: Answer, passed: str) -> Judged:
    """The outcome of one request."""
    if answer.accepted:
        return Judged(answer.resource, (), passed)
    return Judged(answer.resource, tuple(_refusals(answer)), "")


def rehearsed(answer: Answer, *, known: bool) -> Iterator[Verdict]:
    """The outcome of a dry run; one that is not *known* because nobody defined its kind is left open."""
    resource = answer.resource
    if known:
        yield from accepted(answer, "accepted").verdicts(DRY_RUN)
        return
    yield attrs.evolve(
        verdict(
            DRY_RUN,
            Status.INCONCLUSIVE,
            resource.subject,
            f"{answer.message}, and no definition of it is known: whether the object is right stays open",
            pointer=answer.pointer,
            position=resource.position(answer.pointer),
        ),
        remediation="add the CustomResourceDefinition of the kind to the manifests",
    )


def _refusals(answer: Answer) -> Iterator[Problem]:
    for cause in answer.causes:
        named = not answer.status or not cause.field or cause.field in cause.message
        name = "" if named else f"{cause.field}: "
        evidence = {"status": answer.status, "reason": cause.reason or answer.reason}
        at_key = cause.message.startswith(("unknown field", "duplicate field"))
        pointer = cause.pointer or places.of_refusal(answer.resource, cause.message)
        yield Problem(pointer, f"{name}{cause.message}", evidence=evidence, at_key=at_key)


def unwarned(answers: Iterable[Answer]) -> Judged:
    """The warnings that came with the answers to one object."""
    listed = list(answers)
    resource = listed[0].resource
    texts = dict.fromkeys(text for answer in listed for text in answer.warnings)
    problems = tuple(Problem(places.of_warning(resource, text), text) for text in texts)
    return Judged(resource, problems, "no warning")


def applied(rehearsed: Answer, answer: Answer | None) -> Iterator[Verdict]:
    """Whether the object was applied after its dry run, and the warnings of both; None where it was not sent."""
    resource = rehearsed.resource
    refused = "nobody answers the webhook in a lab" if rehearsed.accepted else "its dry run was refused"
    if answer is None:
        yield skip(APPLIED, resource, refused)
    else:
        yield from accepted(answer, "applied").verdicts(APPLIED)
    if not rehearsed.accepted and not rehearsed.warnings:
        yield skip(WARNINGS, resource, refused)
    else:
        yield from unwarned(item for item in (rehearsed, answer) if item is not None).verdicts(WARNINGS)


def within(resource: Resource, answer: Answer) -> Answer:
    """The answer to the Job of a CronJob, as one to the CronJob itself."""
    causes = (attrs.evolve(cause, pointer=f"/spec/jobTemplate{cause.pointer}") for cause in answer.causes)
    return attrs.evolve(answer, resource=resource, causes=tuple(causes))


def admitted(stand: Stand) -> Iterator[Verdict]:
    """Whether every pod could be created."""
    found = stand.standing
    if not found.replicas:
        yield skip(ADMITTED, stand.workload.resource, _no_pods(stand))
        return
    rejections = tuple(map(plain, found.because(REJECTED)))
    if found.created < found.replicas and not rejections:
        rejections = found.because(FAILED) or (f"{found.created} of {found.replicas} pods were created in the time",)
    problems = rejections if found.created < found.replicas else ()
    yield from _judged(stand, problems, f"{_pods(found.created)} admitted").verdicts(ADMITTED)


def ready(info: CheckInfo, stand: Stand) -> Iterator[Verdict]:
    """Whether every pod was placed and became Ready."""
    found = stand.standing
    if not found.replicas:
        yield skip(info, stand.workload.resource, _no_pods(stand))
    elif found.reached:
        yield from _judged(stand, (), f"{_pods(found.ready)} placed and Ready").verdicts(info)
    else:
        so_far = f"{found.ready} of {found.replicas} pods are Ready"
        reasons = found.because(UNSCHEDULABLE, VOLUME, FAILED, REJECTED) or found.because(STARTING)
        messages = tuple(f"{so_far}: {plain(reason)}" for reason in reasons) or (so_far,)
        yield from _judged(stand, messages, "").verdicts(info)


def _no_pods(stand: Stand) -> str:
    daemon = stand.workload.resource.kind == "DaemonSet"
    return "no node of the pools is one for its pods" if daemon else "it wants no pods"


def _judged(stand: Stand, messages: tuple[str, ...], passed: str) -> Judged:
    found, workload = stand.standing, stand.workload
    problems = tuple(Problem(places.of_pods(workload, message), message) for message in messages)
    evidence = {"replicas": found.replicas, "created": found.created, "ready": found.ready}
    problems = tuple(attrs.evolve(problem, evidence=evidence) for problem in problems)
    return Judged(workload.resource, problems, passed, workload.pod_spec_pointer, evidence)


def plain(message: str) -> str:
    """A controller's message without what it puts before the server's own words."""
    return _WRAPPING.sub("", message)


def _pods(number: int) -> str:
    return f"{number} pod{'' if number == 1 else 's'}"


def quota(resource: Resource, live: object, stands: Iterable[Stand]) -> Judged:
    """Whether a quota rejected a pod, and what it counts as used."""
    marker = f"exceeded quota: {resource.name}"
    problems = tuple(
        Problem("/spec/hard", f"{stand.workload.resource} gets too few pods: {plain(message)}")
        for stand in stands
        if stand.workload.resource.namespace == resource.namespace
        for message in stand.standing.because(REJECTED)
        if f"{marker}," in message
    )
    hard, used = as_dict(dig(live, "status", "hard")), as_dict(dig(live, "status", "used"))
    evidence = {name: {"used": as_str(used.get(name)), "hard": as_str(amount)} for name, amount in hard.items()}
    return Judged(resource, problems, f"rejects no pod{_tightest(hard, used)}", "/spec/hard", evidence)


def _tightest(hard: dict[str, object], used: dict[str, object]) -> str:
    shares = []
    for name, amount in hard.items():
        limit, count = Quantity.parse(str(amount)).value, Quantity.parse(str(used.get(name, "0"))).value
        if limit > 0:
            shares.append((count / limit, name))
    if not shares:
        return ""
    share, name = max(shares)
    return f"; tightest is {name}: {used[name]} of {hard[name]} ({share:.0%})"
