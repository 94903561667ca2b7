r"""What policies may know of the architecture: plain JSON values, keyed for direct lookup.

Rego rules read it as `input.parameters.architecture`, so that no rule repeats a promised number. Without an
architecture (a foreign manifest set) the key is absent and a rule that needs it must not match.

Shape (`null` where a thing is not promised; quantities are strings as in a manifest):

    workloads:                         # only what is to exist now; planned components are left out
      "booking-system/Deployment/booking-sub-s1":         # namespace/Kind/name
        component: "S1"                # id in components.yaml
        tier: "sub-agents"             # standard-agents, sub-agents, agent-databases, sub-agent-databases, cache, ...
        labels: {app: "booking-sub-s1", component: "claude-agent"}      # pod labels that select it
        role: "Senior Developer"       # or null
        role_in: {label: "role", variable: "CLAUDE_AGENT_ROLE"}   # or null; where the workload says its role
        own_secrets: ["CLAUDE_API_KEY"]          # variables from Secret entries that no other workload reads
        stateless: false
        longest_request: {seconds: 300, variable: "CLAUDE_API_TIMEOUT_SECONDS"}   # or null; variable may be null
        mesh: {inject: false, inbound_ports: [3000, 8080]}        # or null
        priority_class: "booking-sub-agent"      # of its tier, or null
        min_replicas: 1                # of the autoscaler; without one, min = max = fixed replicas
        max_replicas: 8
        autoscaler: "booking-sub-s1-hpa"                  # or null: the replicas are fixed
        metrics:                       # exactly the metrics of the autoscaler, in no particular order; [] without one
          - {type: "Resource", name: "cpu", target: "Utilization", value: 70}               # value: number
          - {type: "Pods", name: "claude_api_requests_per_second", target: "AverageValue", value: "10"}   # quantity
        vertical:                      # or null
          name: "booking-sub-s1-vpa"
          mode: "InPlaceOrRecreate"    # or "Off"
          container: "claude-agent"
          controlled_resources: ["memory"]
          min_allowed: {cpu: "200m", memory: "256Mi"}     # {} when not promised
          max_allowed: {cpu: "4000m", memory: "8Gi"}
        requests: {"claude-agent": {cpu: "2", memory: "4Gi"}}   # by container; only the promised ones
        limits: {"claude-agent": {cpu: "2", memory: "4Gi"}}     # a container without promised limits is absent
        ports: {"claude-agent": {http: 3000, metrics: 8080}}    # container ports by name
        images: {}                     # by container; only the promised ones, for example of a database
                                       # {postgres: {repository: "docker.io/library/postgres", line: "16.x-alpine"}}
        storage: null                  # or {claim: "postgres-storage", mount_path: "/var/lib/postgresql/data",
                                       #     class: "fast-ssd", size: "20Gi", access_mode: "ReadWriteOnce",
                                       #     nodes: {storage-type: "ssd"}}       # {} for any node
        database: null                 # or {name: "booking_agent2", user_secret: "booking-system-secrets",
                                       #     user_key: "POSTGRES_USER"}
        objects: ["Deployment/booking-sub-s1", "Service/booking-sub-s1-service", ...]   # Kind/name, must all exist
    autoscalers: {"booking-system/booking-sub-s1-hpa": "booking-system/Deployment/booking-sub-s1"}   # key of workloads
    verticals: {"booking-system/booking-sub-s1-vpa": "booking-system/Deployment/booking-sub-s1"}
    tiers: {"agent-databases": ["booking-system/StatefulSet/booking-agent2-postgres", ...]}          # keys of workloads
    storage_classes:                   # by name
      "fast-ssd": {tier: "agent-databases", expandable: true, default: false}
    tier_storage_class: {"agent-databases": "fast-ssd", "sub-agent-databases": "standard", "backups": "backup"}
    accounts:                          # by namespace/name
      "booking-system/booking-system-readonly":
        verbs: ["get", "list", "watch"]          # all that it may do
        reads: [{group: "", resource: "pods"}, ...]         # with each of the verbs
        never: ["secrets", ...]                  # resources of any group
    priority_classes: ["booking-data", "booking-ingress", ...]      # from the one that is served first
    namespaces:                        # by name
      "booking-system": {pod_security: "restricted", pod_security_version: "v1.37", planned: null}
    images:
      registries: ["ghcr.io/andrekirst/", ...]            # allowed prefixes of the full image reference
      forbidden: ["registry.k8s.io/ingress-nginx/", ...]  # prefixes that may never appear
    ingress_class: "nginx"
    ingresses:                         # by host
      "booking-agent2.example.com":
        namespace: "booking-system"
        name: "booking-agent2-ingress"
        tls_secret: "booking-agent2-tls"
        issuer: "letsencrypt-prod"     # ClusterIssuer named by annotation cert-manager.io/cluster-issuer
        planned: null                  # or the topic of a later delivery (Grafana, Kibana): do not require it yet
        routes:
          - {path: "/api", path_type: "Prefix", service: "booking-agent2-backend-service", port: 80}
          - {path: "/", path_type: "Prefix", service: "booking-agent2-frontend-service", port: 3000}
    labels:
      required: ["app", "component", "app.kubernetes.io/name", ...]    # on every pod template and its workload
      part_of: "booking-system"        # value of app.kubernetes.io/part-of
"""

from __future__ import annotations

from typing import Any

from seatrial.model.architecture.components import Component, Components


def parameters(components: Components) -> dict[str, Any]:
    """The values described above, fresh at each call: the caller may keep or change them."""
    present = [component for component in components.components if component.key and component.planned is None]
    tiers: dict[str, list[str]] = {}
    for component in present:
        tiers.setdefault(component.tier, []).append(component.key)
    priorities = {tier: item.name for item in components.priority_classes for tier in item.tiers}
    return {
        "workloads": {component.key: _workload(component, priorities) for component in present},
        "autoscalers": {f"{item.namespace}/{item.autoscaler}": item.key for item in present if item.autoscaler},
        "verticals": {f"{item.namespace}/{item.vertical.name}": item.key for item in present if item.vertical},
        "tiers": tiers,
        "storage_classes": {
            item.name: {"tier": item.tier, "expandable": item.expandable, "default": item.default}
            for item in components.storage_classes
        },
        "tier_storage_class": {item.tier: item.name for item in components.storage_classes},
        "accounts": {
            f"{component.namespace}/{account.name}": {
                "verbs": list(account.verbs),
                "reads": [
                    {"group": group, "resource": resource}
                    for resource, _, group in (name.partition(".") for name in account.reads)
                ],
                "never": list(account.never),
            }
            for component in components.components
            if component.planned is None
            for account in component.accounts
        },
        "priority_classes": [item.name for item in components.priority_classes],
        "namespaces": {
            item.name: {
                "pod_security": item.pod_security,
                "pod_security_version": item.pod_security_version,
                "planned": item.planned,
            }
            for item in components.namespaces
        },
        "images": {
            "registries": list(components.images.registries),
            "forbidden": list(components.images.forbidden),
        },
        "ingress_class": components.ingress_class,
        "ingresses": _ingresses(components),
        "labels": {"required": list(components.required_labels), "part_of": components.part_of},
    }


def _workload(component: Component, priorities: dict[str, str]) -> dict[str, Any]:
    with_resources = [(item.name, item.resources) for item in component.containers if item.resources]
    vertical, storage, database = component.vertical, component.storage, component.database
    role_in, longest, mesh = component.role_in, component.longest_request, component.mesh
    return {
        "component": component.id,
        "tier": component.tier,
        "labels": dict(component.selector),
        "role": component.role,
        "role_in": role_in and {"label": role_in.label, "variable": role_in.variable},
        "own_secrets": list(component.own_secrets),
        "stateless": component.stateless,
        "longest_request": longest and {"seconds": _plain(longest.seconds), "variable": longest.variable},
        "mesh": mesh and {"inject": mesh.inject, "inbound_ports": list(mesh.inbound_ports)},
        "priority_class": priorities.get(component.tier),
        "min_replicas": component.min_replicas,
        "max_replicas": component.max_replicas,
        "autoscaler": component.autoscaler,
        "metrics": [
            {"type": item.type, "name": item.name, "target": item.target, "value": item.value}
            for item in component.metrics
        ],
        "vertical": vertical
        and {
            "name": vertical.name,
            "mode": vertical.mode,
            "container": vertical.container,
            "controlled_resources": list(vertical.controlled_resources),
            "min_allowed": dict(vertical.min_allowed),
            "max_allowed": dict(vertical.max_allowed),
        },
        "requests": {name: dict(resources.requests) for name, resources in with_resources},
        "limits": {name: dict(resources.limits) for name, resources in with_resources if resources.limits},
        "ports": {item.name: dict(item.ports) for item in component.containers},
        "images": {
            item.name: {"repository": item.image.repository, "line": item.image.line}
            for item in component.containers
            if item.image
        },
        "storage": storage
        and {
            "claim": storage.claim,
            "mount_path": storage.mount_path,
            "class": storage.storage_class,
            "size": storage.size,
            "access_mode": storage.access_mode,
            "nodes": dict(storage.nodes),
        },
        "database": database
        and {"name": database.name, "user_secret": database.user_secret, "user_key": database.user_key},
        "objects": [str(reference) for reference in component.objects],
    }


def _plain(number: float) -> float | int:
    """Without a fraction that is zero: engines write 30.0 differently."""
    return int(number) if number.is_integer() else number


def _ingresses(components: Components) -> dict[str, Any]:
    return {
        component.ingress.host: {
            "namespace": component.namespace,
            "name": component.ingress.name,
            "tls_secret": component.ingress.tls_secret,
            "issuer": components.ingress_issuer,
            "planned": component.planned,
            "routes": [
                {"path": route.path, "path_type": route.path_type, "service": route.service, "port": route.port}
                for route in component.ingress.routes
            ],
        }
        for component in components.components
        if component.ingress
    }
