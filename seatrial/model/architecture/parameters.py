"""What policies may know of the architecture: plain JSON values, keyed for direct lookup.

Rego rules read it as `input.parameters.architecture`, so that no rule repeats a promised number. Without an
architecture (a foreign manifest set) the key is absent and a rule that needs it must not match.

Shape (`null` where a thing is not promised; quantities are strings as in a manifest):

    workloads:                         # only what is to exist now; planned components are left out
      "booking-system/Deployment/booking-sub-s1":         # namespace/Kind/name
        component: "S1"                # id in components.yaml
        tier: "sub-agents"             # standard-agents, sub-agents, agent-databases, sub-agent-databases, cache, ...
        labels: {app: "booking-sub-s1", component: "claude-agent"}      # pod labels that select it
        role: "Senior Developer"       # or null
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
        storage: null                  # or {claim: "postgres-storage", mount_path: "/var/lib/postgresql/data",
                                       #     class: "fast-ssd", size: "20Gi", access_mode: "ReadWriteOnce"}
        database: null                 # or {name: "booking_agent2", user_secret: "booking-system-secrets",
                                       #     user_key: "POSTGRES_USER"}
        objects: ["Deployment/booking-sub-s1", "Service/booking-sub-s1-service", ...]   # Kind/name, must all exist
    autoscalers: {"booking-system/booking-sub-s1-hpa": "booking-system/Deployment/booking-sub-s1"}   # -> key in workloads
    verticals: {"booking-system/booking-sub-s1-vpa": "booking-system/Deployment/booking-sub-s1"}
    tiers: {"agent-databases": ["booking-system/StatefulSet/booking-agent2-postgres", ...]}          # -> keys in workloads
    storage_classes:                   # by name
      "fast-ssd": {tier: "agent-databases", expandable: true, default: false}
    tier_storage_class: {"agent-databases": "fast-ssd", "sub-agent-databases": "standard", "backups": "backup"}
    namespaces:                        # by name
      "booking-system": {pod_security: "restricted", pod_security_version: "v1.37", planned: null}
    images:
      registries: ["ghcr.io/andrekirst/", ...]            # allowed prefixes of an image reference, ending in "/" or a repository
      forbidden: ["registry.k8s.io/ingress-nginx/", ...]  # prefixes that may never appear
      technologies: {"postgres": {repository: "docker.io/library/postgres", tag: "^16\\.[0-9]+-alpine"}}  # by container name
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
