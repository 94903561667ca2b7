"""Jobs and CronJobs.

Truth: k8s.io/kubernetes v1.37.2 `pkg/apis/batch/validation/validation.go`, defaults in `pkg/apis/batch/v1/defaults.go`.
"""

from __future__ import annotations

import re

from seatrial.engines.schema_formats import is_dns_label, is_dns_subdomain
from seatrial.engines.schema_rules.cron import is_schedule, is_time_zone
from seatrial.engines.schema_rules.field import Field, Violations
from seatrial.engines.schema_rules.metadata import label_selector, selects
from seatrial.engines.schema_rules.pods import template
from seatrial.model.dig import as_dict
from seatrial.model.selector import matches

_NATURAL = (
    *("parallelism", "completions", "activeDeadlineSeconds", "backoffLimit", "ttlSecondsAfterFinished"),
    *("backoffLimitPerIndex", "maxFailedIndexes"),
)
_ACTIONS = ("Count", "FailIndex", "FailJob", "Ignore")
_PATH = re.compile(r"[A-Za-z0-9/\-._~%!$&'()*+,;=:]+")
_UID_LABELS = ("batch.kubernetes.io/controller-uid", "controller-uid")
_NAME_LABELS = ("batch.kubernetes.io/job-name", "job-name")
_UID = "\N{DOTTED CIRCLE}"
"""Stands for the unique id that the server gives to a Job: no label can be written that equals it."""
_MANY = 100_000
"""Above so many indexes or pods an indexed job is limited (`completionsSoftLimit`, `maxParallelismForIndexedJob`)."""
_MANY_PARALLEL = 10_000


def job(data: Field) -> Violations:
    """A Job that is sent by itself."""
    spec, name = data["spec"], data["metadata"]["name"]
    yield from job_spec(spec, alone=True)
    completions = spec["completions"].number or 0
    numbered = spec["completionMode"].text == "Indexed" and completions > 0 and name.text
    if numbered and not is_dns_label(f"{name.text}-{completions - 1}"):
        yield from name.wrong("a DNS label, with room for the number of the pod", "shorten or rename it")
    yield from label_selector(spec["selector"])
    labels = spec["template"]["metadata"]["labels"]
    if spec["manualSelector"].true:
        if not spec["selector"].given:
            yield from spec["selector"].missing()
        elif not selects(spec["selector"], labels):
            yield from spec["selector"].wrong("a selector that the template's labels match")
        return
    # The server adds these labels to the template, and the selector of the first (`generateSelector`).
    generated = {**dict.fromkeys(_UID_LABELS, _UID), **dict.fromkeys(_NAME_LABELS, name.text)}
    for key, value in generated.items():
        if labels[key].given and (labels[key].text != value or value == _UID):
            yield from labels[key].wrong("none: the server sets this label", "remove it")
    selector = as_dict(spec["selector"].value)
    own = {key: value for key, value in as_dict(selector.get("matchLabels")).items() if key != _UID_LABELS[0]}
    if not matches({**selector, "matchLabels": own}, generated) or _UID_LABELS[0] in as_dict(
        selector.get("matchLabels")
    ):
        yield from spec["selector"].wrong("none: the server makes it, unless manualSelector is true", "remove it")


def cron_job(data: Field) -> Violations:
    """A CronJob."""
    spec, name = data["spec"], data["metadata"]["name"]
    if len(name.text) > 52:
        yield from name.wrong("at most 52 characters: jobs are named by it", "shorten the name")
    schedule, zone = spec["schedule"], spec["timeZone"]
    if schedule.blank:
        yield from schedule.demanded()
    elif isinstance(schedule.value, str) and ("TZ" in schedule.text or not is_schedule(schedule.text)):
        yield from schedule.wrong("a schedule such as '0 2 * * *', without a time zone")
    if isinstance(zone.value, str) and not is_time_zone(zone.text):
        yield from zone.wrong("a time zone such as Europe/Berlin")
    yield from spec["concurrencyPolicy"].choice(("Allow", "Forbid", "Replace"))
    for field in ("startingDeadlineSeconds", "successfulJobsHistoryLimit", "failedJobsHistoryLimit"):
        yield from spec[field].within(0)
    inner = spec["jobTemplate"]["spec"]
    yield from job_spec(inner, alone=False)
    if inner["manualSelector"].true:
        yield from inner["manualSelector"].forbidden("none in a CronJob")
    if inner["selector"].given:
        yield from inner["selector"].forbidden("none: the server makes it")


def job_spec(spec: Field, *, alone: bool) -> Violations:
    """What a Job must satisfy, alone and in a CronJob."""
    for name in _NATURAL:
        yield from spec[name].within(0)
    mode = spec["completionMode"]
    yield from mode.one_of(("NonIndexed", "Indexed"))
    if mode.text == "Indexed":
        yield from _indexed(spec, alone=alone)
    else:
        for name in ("backoffLimitPerIndex", "maxFailedIndexes", "successPolicy"):
            if spec[name].given:
                yield from spec[name].wrong("completionMode Indexed", found=f"{name} is set")
    if spec["maxFailedIndexes"].given and not spec["backoffLimitPerIndex"].given:
        yield from spec["backoffLimitPerIndex"].missing()
    yield from _managed_by(spec["managedBy"])
    policy, replace = spec["podFailurePolicy"], spec["podReplacementPolicy"]
    yield from replace.one_of(("Failed",) if policy.given else ("Failed", "TerminatingOrFailed"))
    if policy.given:
        yield from _failure_policy(policy, spec)
    yield from template(spec["template"])
    restart = spec["template"]["spec"]["restartPolicy"]
    if restart.text not in ("OnFailure", "Never"):
        found = f"restartPolicy is {restart.text!r}" if restart.text else "restartPolicy is absent, which means Always"
        places = (restart, spec["template"]["spec"], spec["template"], spec)
        place = next((item for item in places if item.given), spec)
        yield from place.wrong("OnFailure or Never for a job", "set restartPolicy", found=found)
    elif policy.given and restart.text != "Never":
        yield from restart.wrong("Never, since there is a podFailurePolicy")


def _indexed(spec: Field, *, alone: bool) -> Violations:
    completions, failed = spec["completions"], spec["maxFailedIndexes"]
    # A Job without either has one completion; the template of a CronJob gets no defaults (`SetDefaults_Job`).
    if not completions.given and (spec["parallelism"].given or not alone):
        yield from completions.missing("the number of indexes")
    yield from spec["parallelism"].within(0, _MANY)
    yield from failed.within(0, _MANY)
    if failed.number is not None and completions.number is not None and failed.number > completions.number:
        yield from failed.wrong("at most completions", "lower the value")
    if (completions.number or 0) > _MANY and spec["backoffLimitPerIndex"].given:
        yield from failed.within(0, _MANY_PARALLEL) if failed.given else failed.missing()
        yield from spec["parallelism"].within(0, _MANY_PARALLEL)
    policy = spec["successPolicy"]
    if policy.given:
        if policy["rules"].empty:
            yield from policy["rules"].demanded("a rule")
        if policy["rules"].count > 20:
            yield from policy["rules"].wrong("at most 20 rules")
        for rule in policy["rules"]:
            yield from _success_rule(rule, completions.number if completions.given else 1)


def _success_rule(rule: Field, completions: int | None) -> Violations:
    count, indexes = rule["succeededCount"], rule["succeededIndexes"]
    if not count.given and not indexes.given:
        yield from rule.wrong("succeededCount or succeededIndexes", found=f"{rule.name} is empty")
    yield from count.within(0)
    highest = completions
    if isinstance(indexes.value, str):
        highest = _index_count(indexes.text, completions or 0)
        if highest is None:
            yield from indexes.wrong("indexes such as 0,2-4, ascending and below completions")
    if None not in (count.number, highest, completions) and (count.number or 0) > min(highest or 0, completions or 0):
        yield from count.wrong("at most the number of indexes", "lower the value")


def _index_count(text: str, completions: int) -> int | None:
    """How many indexes `0,2-4` names; None where they are not ascending (`validateIndexesFormat`)."""
    total, last = 0, -1
    for part in text.split(",") if text else ():
        numbers = part.split("-")
        if len(numbers) > 2 or not all(re.fullmatch(r"\+?[0-9]+", number) for number in numbers):
            return None
        first, end = int(numbers[0]), int(numbers[-1])
        if first <= last or end >= completions or (len(numbers) == 2 and end <= first):
            return None
        total, last = total + end - first + 1, end
    return total


def _managed_by(field: Field) -> Violations:
    if isinstance(field.value, str):
        domain, slash, path = field.text.partition("/")
        if not (slash and is_dns_subdomain(domain) and _PATH.fullmatch(path) and len(field.text) <= 63):
            yield from field.wrong("a domain with a path such as acme.io/foo, at most 63 characters")


def _failure_policy(policy: Field, spec: Field) -> Violations:
    pod = spec["template"]["spec"]
    names = {item["name"].text for part in ("containers", "initContainers") for item in pod[part]}
    if policy["rules"].count > 20:
        yield from policy["rules"].wrong("at most 20 rules")
    for rule in policy["rules"]:
        action, codes, conditions = rule["action"], rule["onExitCodes"], rule["onPodConditions"]
        yield from action.one_of(_ACTIONS) if action.given else action.missing()
        if action.text == "FailIndex" and not spec["backoffLimitPerIndex"].given:
            yield from action.wrong("backoffLimitPerIndex for FailIndex")
        if codes.given == (not conditions.empty):
            found = f"{rule.name} has {'both' if codes.given else 'neither'}"
            yield from rule.wrong("one of onExitCodes and onPodConditions", found=found)
        if codes.given:
            yield from _exit_codes(codes, names)
        if conditions.count > 20:
            yield from conditions.wrong("at most 20 patterns")
        for pattern in conditions:
            kind = pattern["type"]
            yield from kind.form("qualified-name") if kind.given else kind.missing()
            yield from pattern["status"].choice(("True", "False", "Unknown"))


def _exit_codes(codes: Field, names: set[str]) -> Violations:
    operator, values, name = codes["operator"], codes["values"], codes["containerName"]
    yield from operator.one_of(("In", "NotIn")) if operator.given else operator.missing()
    if isinstance(name.value, str) and name.text not in names:
        yield from name.wrong("the name of a container of the template")
    if values.empty:
        yield from values.demanded("a value")
    numbers = [item.number for item in values if item.number is not None]
    if len(numbers) > 255:
        yield from values.wrong("at most 255 values")
    if operator.text == "In" and 0 in numbers:
        yield from values.wrong("no 0 for the operator In")
    if numbers != sorted(set(numbers)):
        yield from values.wrong("ascending values, each once")
