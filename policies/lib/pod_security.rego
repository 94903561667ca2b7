# METADATA
# title: Pod Security Standards
# description: >-
#   The checks of Pod Security Admission as of Kubernetes 1.37, one by one (upstream: k8s.io/pod-security-admission
#   v0.37.2, policy/check_*.go). `faults(resource, level)` has one entry for every field that breaks the level, where
#   upstream joins the containers of a check in one message; it is empty exactly when upstream admits the pod.
package lib.pod_security

import data.lib.pods
import data.lib.safe

faults(resource, "baseline") := baseline_everywhere(pod) | baseline_only(pod) if pod := prepared(resource)

faults(resource, "restricted") := baseline_everywhere(pod) | restricted(pod) if pod := prepared(resource)

# What the checks look at, taken apart once.
prepared(resource) := {
	"spec": pods.spec(resource),
	"spec_pointer": pods.spec_pointer(resource),
	"template_pointer": pods.template_pointer(resource),
	"annotations": pods.annotations(resource),
	"containers": containers,
	"context": pod_context,
	"contexts": array.concat(
		[{
			"who": "the pod",
			"pointer": concat("", [pods.spec_pointer(resource), "/securityContext"]),
			"value": pod_context,
		}],
		[{
			"who": sprintf("container %s", [container.name]),
			"pointer": concat("", [container.pointer, "/securityContext"]),
			"value": container.context,
		} |
			some container in containers
		],
	),
	"windows": safe.string_at(pods.spec(resource), ["os", "name"]) == "windows",
	# A pod in a user namespace may run as its own root (KEP-127, since 1.35).
	"user_namespace": safe.dig(pods.spec(resource), ["hostUsers"], true) == false,
} if {
	pod_context := safe.object_at(pods.spec(resource), ["securityContext"])
	containers := [object.union(container, {"context": safe.object_at(container.value, ["securityContext"])}) |
		some container in pods.containers(resource)
	]
}

# What the restricted level takes over from the baseline level unchanged.
baseline_everywhere(pod) := union({
	apparmor(pod),
	host_namespaces(pod),
	host_ports(pod),
	hosts_of_handlers(pod),
	privileged(pod),
	selinux(pod),
	sysctls(pod),
	host_process(pod),
})

# What the restricted level replaces by something stricter.
baseline_only(pod) := union({
	baseline_capabilities(pod),
	host_path_volumes(pod),
	baseline_proc_mount(pod),
	baseline_seccomp(pod),
})

restricted(pod) := union({
	privilege_escalation(pod),
	restricted_capabilities(pod),
	proc_mount(pod),
	restricted_volumes(pod),
	run_as_non_root(pod),
	run_as_user(pod),
	restricted_seccomp(pod),
})

fault(check, message, pointer) := {"check": check, "message": message, "pointer": pointer}

# check_appArmorProfile.go
apparmor(pod) := {found |
	some place in pod.contexts
	profile := safe.dig(place.value, ["appArmorProfile"], null)
	is_object(profile)
	not safe.string_at(profile, ["type"]) in {"RuntimeDefault", "Localhost"}
	found := fault(
		"appArmorProfile",
		sprintf("%s must not set appArmorProfile.type to anything but RuntimeDefault or Localhost", [place.who]),
		concat("", [place.pointer, "/appArmorProfile/type"]),
	)
} | {found |
	some key, value in pod.annotations
	startswith(key, "container.apparmor.security.beta.kubernetes.io/")
	not allowed_apparmor_annotation(value)
	found := fault(
		"appArmorProfile",
		sprintf("annotation %s must name the profile runtime/default or localhost/...", [key]),
		concat("", [pod.template_pointer, safe.pointer(["metadata", "annotations", key])]),
	)
}

allowed_apparmor_annotation(value) if value in {"", "runtime/default"}

allowed_apparmor_annotation(value) if {
	is_string(value)
	startswith(value, "localhost/")
}

# check_hostNamespaces.go
host_namespaces(pod) := {found |
	some field in ["hostNetwork", "hostPID", "hostIPC"]
	safe.true_at(pod.spec, [field])
	found := fault(
		"hostNamespaces",
		sprintf("the pod must not set %s", [field]),
		concat("", [pod.spec_pointer, "/", field]),
	)
}

# check_hostPorts.go
host_ports(pod) := {found |
	some container in pod.containers
	some index, port in safe.array_at(container.value, ["ports"])
	number := safe.dig(port, ["hostPort"], 0)
	number != 0
	found := fault(
		"hostPorts",
		sprintf("container %s must not use hostPort %v", [container.name, number]),
		concat("", [container.pointer, safe.pointer(["ports", index, "hostPort"])]),
	)
}

# check_hostProbesAndhostLifecycle.go, since 1.34
hosts_of_handlers(pod) := {found |
	some container in pod.containers
	some path in [
		["livenessProbe"], ["readinessProbe"], ["startupProbe"],
		["lifecycle", "postStart"], ["lifecycle", "preStop"],
	]
	some handler in ["httpGet", "tcpSocket"]
	full := array.concat(path, [handler, "host"])
	safe.string_at(container.value, full) != ""
	found := fault(
		"hostProbesAndHostLifecycle",
		sprintf("container %s must not set %s", [container.name, concat(".", full)]),
		concat("", [container.pointer, safe.pointer(full)]),
	)
}

# check_privileged.go
privileged(pod) := {found |
	some container in pod.containers
	safe.true_at(container.context, ["privileged"])
	found := fault(
		"privileged",
		sprintf("container %s must not be privileged", [container.name]),
		concat("", [container.pointer, "/securityContext/privileged"]),
	)
}

# check_seLinuxOptions.go, with container_engine_t since 1.31
selinux(pod) := {found |
	some place in pod.contexts
	not safe.string_at(place.value, ["seLinuxOptions", "type"]) in {
		"", "container_t", "container_init_t", "container_kvm_t", "container_engine_t",
	}
	found := fault(
		"seLinuxOptions",
		sprintf("%s must not set seLinuxOptions.type to %s", [
			place.who,
			safe.string_at(place.value, ["seLinuxOptions", "type"]),
		]),
		concat("", [place.pointer, "/seLinuxOptions/type"]),
	)
} | {found |
	some place in pod.contexts
	some field in ["user", "role"]
	safe.string_at(place.value, ["seLinuxOptions", field]) != ""
	found := fault(
		"seLinuxOptions",
		sprintf("%s must not set seLinuxOptions.%s", [place.who, field]),
		concat("", [place.pointer, "/seLinuxOptions/", field]),
	)
}

# check_sysctls.go, the set of 1.37
safe_sysctls := {
	"kernel.shm_rmid_forced",
	"net.ipv4.ip_local_port_range",
	"net.ipv4.ip_local_reserved_ports",
	"net.ipv4.ip_unprivileged_port_start",
	"net.ipv4.ping_group_range",
	"net.ipv4.tcp_fin_timeout",
	"net.ipv4.tcp_keepalive_intvl",
	"net.ipv4.tcp_keepalive_probes",
	"net.ipv4.tcp_keepalive_time",
	"net.ipv4.tcp_notsent_lowat",
	"net.ipv4.tcp_rmem",
	"net.ipv4.tcp_slow_start_after_idle",
	"net.ipv4.tcp_syncookies",
	"net.ipv4.tcp_wmem",
}

sysctls(pod) := {found |
	some index, sysctl in safe.array_at(pod.context, ["sysctls"])
	name := safe.string_at(sysctl, ["name"])
	not name in safe_sysctls
	found := fault(
		"sysctls",
		sprintf("the pod must not set the sysctl %s", [name]),
		concat("", [pod.spec_pointer, safe.pointer(["securityContext", "sysctls", index, "name"])]),
	)
}

# check_windowsHostProcess.go
host_process(pod) := {found |
	some place in pod.contexts
	safe.true_at(place.value, ["windowsOptions", "hostProcess"])
	found := fault(
		"windowsHostProcess",
		sprintf("%s must not set windowsOptions.hostProcess", [place.who]),
		concat("", [place.pointer, "/windowsOptions/hostProcess"]),
	)
}

# check_capabilities_baseline.go
default_capabilities := {
	"AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD",
	"NET_BIND_SERVICE", "SETFCAP", "SETGID", "SETPCAP", "SETUID", "SYS_CHROOT",
}

added_capabilities(pod, allowed) := {found |
	some container in pod.containers
	some index, capability in safe.array_at(container.context, ["capabilities", "add"])
	not capability in allowed
	found := fault(
		"capabilities",
		sprintf("container %s must not add the capability %v", [container.name, capability]),
		concat("", [container.pointer, safe.pointer(["securityContext", "capabilities", "add", index])]),
	)
}

baseline_capabilities(pod) := added_capabilities(pod, default_capabilities)

# check_hostPathVolumes.go
host_path_volumes(pod) := {found |
	some index, volume in safe.array_at(pod.spec, ["volumes"])
	safe.dig(volume, ["hostPath"], null) != null
	found := fault(
		"hostPathVolumes",
		sprintf("volume %s must not be a hostPath", [safe.string_at(volume, ["name"])]),
		concat("", [pod.spec_pointer, safe.pointer(["volumes", index, "hostPath"])]),
	)
}

# check_procMount_baseline.go and check_procMount_restricted.go
proc_mount(pod) := {found |
	some container in pod.containers
	safe.dig(container.context, ["procMount"], "Default") != "Default"
	found := fault(
		"procMount",
		sprintf("container %s must not set procMount to anything but Default", [container.name]),
		concat("", [container.pointer, "/securityContext/procMount"]),
	)
}

baseline_proc_mount(pod) := set() if {
	pod.user_namespace
} else := proc_mount(pod)

# check_seccompProfile_baseline.go: only what is set explicitly counts.
baseline_seccomp(pod) := {found |
	some place in pod.contexts
	profile := safe.dig(place.value, ["seccompProfile"], null)
	is_object(profile)
	not safe.string_at(profile, ["type"]) in {"RuntimeDefault", "Localhost"}
	found := fault(
		"seccompProfile",
		sprintf("%s must not set seccompProfile.type to anything but RuntimeDefault or Localhost", [place.who]),
		concat("", [place.pointer, "/seccompProfile/type"]),
	)
}

# check_allowPrivilegeEscalation.go: Windows pods are exempt since 1.25.
privilege_escalation(pod) := {found |
	not pod.windows
	some container in pod.containers
	safe.dig(container.context, ["allowPrivilegeEscalation"], true) != false
	found := fault(
		"allowPrivilegeEscalation",
		sprintf("container %s must set securityContext.allowPrivilegeEscalation to false", [container.name]),
		concat("", [container.pointer, "/securityContext/allowPrivilegeEscalation"]),
	)
}

# check_capabilities_restricted.go: Windows pods are exempt since 1.25.
restricted_capabilities(pod) := set() if {
	pod.windows
} else := added_capabilities(pod, {"NET_BIND_SERVICE"}) | {found |
	some container in pod.containers
	not "ALL" in safe.array_at(container.context, ["capabilities", "drop"])
	found := fault(
		"capabilities",
		sprintf("container %s must drop the capability ALL", [container.name]),
		concat("", [container.pointer, "/securityContext/capabilities/drop"]),
	)
}

# check_restrictedVolumes.go
allowed_volumes := [
	"configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "image", "persistentVolumeClaim", "projected", "secret",
]

restricted_volumes(pod) := {found |
	some index, volume in safe.array_at(pod.spec, ["volumes"])
	sources := [source | some source, value in safe.object_of(volume); source != "name"; value != null]

	# One without any source is an emptyDir (pkg/apis/core/v1/defaults.go, SetDefaults_Volume).
	count(sources) > 0
	count([source | some source in sources; source in allowed_volumes]) == 0
	found := fault(
		"restrictedVolumes",
		sprintf("volume %s must be one of %s", [safe.string_at(volume, ["name"]), concat(", ", allowed_volumes)]),
		concat("", [pod.spec_pointer, safe.pointer(["volumes", index])]),
	)
}

# check_runAsNonRoot.go
run_as_non_root(pod) := set() if {
	pod.user_namespace
} else := {found |
	some place in pod.contexts
	safe.dig(place.value, ["runAsNonRoot"], true) == false
	found := fault(
		"runAsNonRoot",
		sprintf("%s must not set runAsNonRoot to false", [place.who]),
		concat("", [place.pointer, "/runAsNonRoot"]),
	)
} | {found |
	not safe.true_at(pod.context, ["runAsNonRoot"])
	some container in pod.containers
	safe.dig(container.context, ["runAsNonRoot"], null) == null
	found := fault(
		"runAsNonRoot",
		sprintf("the pod or container %s must set securityContext.runAsNonRoot to true", [container.name]),
		concat("", [container.pointer, "/securityContext/runAsNonRoot"]),
	)
}

# check_runAsUser.go
run_as_user(pod) := set() if {
	pod.user_namespace
} else := {found |
	some place in pod.contexts
	safe.dig(place.value, ["runAsUser"], 1) == 0
	found := fault(
		"runAsUser",
		sprintf("%s must not set runAsUser to 0", [place.who]),
		concat("", [place.pointer, "/runAsUser"]),
	)
}

# check_seccompProfile_restricted.go: Windows pods are exempt since 1.25.
restricted_seccomp(pod) := set() if {
	pod.windows
} else := baseline_seccomp(pod) | {found |
	not safe.string_at(pod.context, ["seccompProfile", "type"]) in {"RuntimeDefault", "Localhost"}
	some container in pod.containers
	safe.dig(container.context, ["seccompProfile"], null) == null
	found := fault(
		"seccompProfile",
		sprintf("the pod or container %s must set seccompProfile.type to RuntimeDefault or Localhost", [container.name]),
		concat("", [container.pointer, "/securityContext/seccompProfile"]),
	)
}
