"""The horizontal pod autoscaler of Kubernetes 1.37.2 as a pure function of what it sees and remembers."""

from __future__ import annotations

from simulator.hpa.controller import Autoscaler
from simulator.hpa.decision import Condition, Decision, LastScaleDecision, MetricProposal, Reason
from simulator.hpa.fields import FieldError
from simulator.hpa.memory import Entry, Memory
from simulator.hpa.metrics import MetricsSnapshot, MetricsSource, PodUsage, Sample
from simulator.hpa.pods import MetricError, PodRequests, PodState
from simulator.hpa.spec import Behavior, ControllerSettings, HpaSpec, MetricSpec, MetricTarget, MetricType

__all__ = [
    "Autoscaler",
    "Behavior",
    "Condition",
    "ControllerSettings",
    "Decision",
    "Entry",
    "FieldError",
    "HpaSpec",
    "LastScaleDecision",
    "Memory",
    "MetricError",
    "MetricProposal",
    "MetricSpec",
    "MetricTarget",
    "MetricType",
    "MetricsSnapshot",
    "MetricsSource",
    "PodRequests",
    "PodState",
    "PodUsage",
    "Reason",
    "Sample",
]
