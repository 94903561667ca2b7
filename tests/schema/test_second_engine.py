"""Whatever the validator of kubernetes-validate rejects, ours rejects too: it only adds to the published schema."""

from __future__ import annotations

from typing import Any

import kubernetes_validate
import pytest
import yaml
from hypothesis import given, settings

from seatrial.engines.schema import Gvk, kubernetes_schemas
from seatrial.model.inventory import Inventory
from tests.inventories import damaged

POD = """
apiVersion: v1
kind: Pod
metadata: {name: web, labels: {app: web}}
spec:
  restartPolicy: Always
  terminationGracePeriodSeconds: 30
  securityContext: {runAsNonRoot: true, runAsUser: 1000}
  containers:
    - name: web
      image: example/web:1
      command: [serve]
      env: [{name: MODE, value: fast}]
      ports: [{name: http, containerPort: 8080}]
      resources: {limits: {memory: 64Mi}}
      readinessProbe: {httpGet: {path: /, port: http}}
  volumes: [{name: scratch, emptyDir: {sizeLimit: 1Gi}}]
"""


def rejected_by_reference(data: Any) -> bool:
    try:
        kubernetes_validate.validate(data, "1.37", strict=True)
    except kubernetes_validate.ValidationError:
        return True
    return False


def holds_null(value: Any) -> bool:
    if isinstance(value, dict):
        return any(holds_null(item) for item in value.values())
    return value is None or (isinstance(value, list) and any(holds_null(item) for item in value))


def test_the_reference_accepts_and_rejects() -> None:
    good = yaml.safe_load(POD)

    assert not rejected_by_reference(good)
    assert rejected_by_reference({**good, "spec": {"containers": "web"}})


@settings(max_examples=40)
@given(damaged(POD))
def test_what_the_reference_rejects_we_reject(found: Inventory) -> None:
    data = found.resources[0].data
    if data.get("apiVersion") != "v1" or data.get("kind") != "Pod" or holds_null(data):
        # Null is absent for the API server; the published schema of quantities forbids it by accident of `oneOf`.
        return

    ours = kubernetes_schemas().validate(Gvk("", "v1", "Pod"), data)

    assert bool(ours) or not rejected_by_reference(data)


@pytest.mark.parametrize("value", ["1e3", "0.5", ".5", "100m", "1Ki", "12E", 3, 0.25])
def test_quantities_of_every_form_are_accepted(value: Any) -> None:
    data = yaml.safe_load(POD)
    data["spec"]["containers"][0]["resources"]["limits"]["cpu"] = value

    assert kubernetes_schemas().validate(Gvk("", "v1", "Pod"), data) == ()
