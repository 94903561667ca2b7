"""From the highest proposal to the replicas written: stabilization windows, rate policies, limits.

Source: k8s.io/kubernetes v1.37.2, pkg/controller/podautoscaler/horizontal.go; the Go function is named
at each rule. An autoscaler without `behavior` takes the older path, which differs in its numbers too.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from simulator.hpa.go_numbers import MAX_INT32, MIN_INT32, ceil32, int32_of, wrap32
from simulator.hpa.memory import Entry, Memory, replace_or_append
from simulator.hpa.spec import Behavior, ControllerSettings, Policy, PolicyType, ScalingRules, SelectPolicy

WITHIN_RANGE = "DesiredWithinRange"
TOO_FEW = "TooFewReplicas"
TOO_MANY = "TooManyReplicas"
SCALE_UP_LIMIT = "ScaleUpLimit"
SCALE_DOWN_LIMIT = "ScaleDownLimit"
"""The reasons of the ScalingLimited condition."""


class Limited(NamedTuple):
    """Replicas after policies and limits, with the reason of the ScalingLimited condition."""

    replicas: int
    reason: str


class Range(NamedTuple):
    """Current replicas and the spec's limits."""

    current: int
    minimum: int
    maximum: int


def stabilize_legacy(memory: Memory, desired: int, now: float, window: float) -> int:
    """`stabilizeRecommendation`: the highest of the last *window* seconds, both ends included."""
    recommendations = memory.recommendations = memory.recommendations or []
    highest = desired
    slot: int | None = None
    cutoff = now - window
    for index, entry in enumerate(recommendations):
        if entry.at < cutoff:
            slot = index
        elif entry.replicas > highest:
            highest = entry.replicas
    replace_or_append(recommendations, slot, Entry(desired, now))
    return highest


def limit_legacy(desired: int, limits: Range, settings: ControllerSettings) -> Limited:
    """`convertDesiredReplicasWithRules` with `calculateScaleUpLimit`."""
    up_limit = int32_of(max(settings.legacy_scale_up_factor * float(limits.current), settings.legacy_scale_up_minimum))
    highest, reason = (up_limit, SCALE_UP_LIMIT) if limits.maximum > up_limit else (limits.maximum, TOO_MANY)
    if desired < limits.minimum:
        return Limited(limits.minimum, TOO_FEW)
    if desired > highest:
        return Limited(highest, reason)
    return Limited(desired, WITHIN_RANGE)


def down_window(behavior: Behavior, settings: ControllerSettings) -> int:
    """`maybeInitScaleDownStabilizationWindow`: unset means the controller's setting, in whole seconds."""
    window = behavior.scale_down.stabilization_window_seconds
    return int32_of(settings.downscale_stabilization) if window is None else window


def stabilize(
    memory: Memory, desired: int, current: int, behavior: Behavior, now: float, settings: ControllerSettings
) -> int:
    """`stabilizeRecommendationWithBehaviors`: entries strictly younger than a window count."""
    recommendations = memory.recommendations = memory.recommendations or []
    up_cutoff = now - (behavior.scale_up.stabilization_window_seconds or 0)
    down_cutoff = now - down_window(behavior, settings)
    least = highest = desired
    slot: int | None = None
    for index, (replicas, at) in enumerate(recommendations):
        if at > up_cutoff and replicas < least:
            least = replicas
        if at > down_cutoff and replicas > highest:
            highest = replicas
        if at < up_cutoff and at < down_cutoff:
            slot = index
    stabilized = max(current, least)
    stabilized = min(stabilized, highest)
    replace_or_append(recommendations, slot, Entry(desired, now))
    return stabilized


def limit(memory: Memory, desired: int, limits: Range, behavior: Behavior, now: float) -> Limited:
    """`convertDesiredReplicasWithBehaviorRate`."""
    current = limits.current
    if desired > current:
        rate = max(_up_limit(memory, current, behavior.scale_up, now), current)
        highest, reason = (rate, SCALE_UP_LIMIT) if limits.maximum > rate else (limits.maximum, TOO_MANY)
        if desired > highest:
            return Limited(highest, reason)
    elif desired < current:
        rate = min(_down_limit(memory, current, behavior.scale_down, now), current)
        lowest, reason = (rate, SCALE_DOWN_LIMIT) if limits.minimum < rate else (limits.minimum, TOO_FEW)
        if desired < lowest:
            return Limited(lowest, reason)
    return Limited(desired, WITHIN_RANGE)


def _changed(events: Sequence[Entry], cutoff: float) -> int:
    """`getReplicasChangePerPeriod`: events strictly younger than the period."""
    return wrap32(sum([event.replicas for event in events if event.at > cutoff]))


def _at_period_start(memory: Memory, current: int, policy: Policy, now: float) -> int:
    cutoff = now - policy.period_seconds
    return wrap32(current - _changed(memory.scale_ups, cutoff) + _changed(memory.scale_downs, cutoff))


def _up_limit(memory: Memory, current: int, rules: ScalingRules, now: float) -> int:
    """`calculateScaleUpLimitWithScalingRules`: the percentage is rounded up, so that one pod can always be added."""
    if rules.select_policy is SelectPolicy.DISABLED:
        return current
    proposed = []
    for policy in rules.policies:
        start = _at_period_start(memory, current, policy, now)
        if policy.type is PolicyType.PODS:
            proposed.append(wrap32(start + policy.value))
        else:
            proposed.append(ceil32(float(start) * (1 + float(policy.value) / 100)))
    if rules.select_policy is SelectPolicy.MIN:
        return min(proposed, default=MAX_INT32)
    return max(proposed, default=MIN_INT32)


def _down_limit(memory: Memory, current: int, rules: ScalingRules, now: float) -> int:
    """`calculateScaleDownLimitWithBehaviors`: the percentage is truncated."""
    if rules.select_policy is SelectPolicy.DISABLED:
        return current
    proposed = []
    for policy in rules.policies:
        start = _at_period_start(memory, current, policy, now)
        if policy.type is PolicyType.PODS:
            proposed.append(wrap32(start - policy.value))
        else:
            proposed.append(int32_of(float(start) * (1 - float(policy.value) / 100)))
    if rules.select_policy is SelectPolicy.MIN:
        return max(proposed, default=MIN_INT32)
    return min(proposed, default=MAX_INT32)
