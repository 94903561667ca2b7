# METADATA
# title: Life cycle of Kubernetes API versions
# description: >-
#   Minor releases of Kubernetes 1 in which a version was deprecated and removed, for all that concern releases up to
#   `newest`. Source: the APILifecycle functions of the Go modules k8s.io/api and k8s.io/apiextensions-apiserver v0.37.2;
#   what these modules have dropped is from the Kubernetes deprecated API migration guide (autoscaling/v2beta1 and
#   v2beta2, PodSecurityPolicy, APIService).
package lib.api_lifecycle

newest := 37

table := {
	"admissionregistration.k8s.io/v1alpha1": {
		"MutatingAdmissionPolicy": {"deprecated": 35, "removed": 38},
		"MutatingAdmissionPolicyBinding": {"deprecated": 35, "removed": 38},
		"ValidatingAdmissionPolicy": {"deprecated": 29, "removed": 32},
		"ValidatingAdmissionPolicyBinding": {"deprecated": 29, "removed": 32},
	},
	"admissionregistration.k8s.io/v1beta1": {
		"MutatingAdmissionPolicy": {
			"deprecated": 37,
			"removed": 40,
			"replacement": "admissionregistration.k8s.io/v1 MutatingAdmissionPolicy",
		},
		"MutatingAdmissionPolicyBinding": {
			"deprecated": 37,
			"removed": 40,
			"replacement": "admissionregistration.k8s.io/v1 MutatingAdmissionPolicyBinding",
		},
		"MutatingWebhookConfiguration": {
			"deprecated": 16,
			"removed": 22,
			"replacement": "admissionregistration.k8s.io/v1 MutatingWebhookConfiguration",
		},
		"ValidatingAdmissionPolicy": {"deprecated": 31, "removed": 34},
		"ValidatingAdmissionPolicyBinding": {"deprecated": 31, "removed": 34},
		"ValidatingWebhookConfiguration": {
			"deprecated": 16,
			"removed": 22,
			"replacement": "admissionregistration.k8s.io/v1 ValidatingWebhookConfiguration",
		},
	},
	"apiextensions.k8s.io/v1beta1": {
		"CustomResourceDefinition": {
			"deprecated": 16,
			"removed": 22,
			"replacement": "apiextensions.k8s.io/v1 CustomResourceDefinition",
		},
	},
	"apiregistration.k8s.io/v1beta1": {
		"APIService": {"deprecated": 19, "removed": 22, "replacement": "apiregistration.k8s.io/v1 APIService"},
	},
	"apps/v1beta1": {
		"ControllerRevision": {"deprecated": 8, "removed": 16, "replacement": "apps/v1 ControllerRevision"},
		"Deployment": {"deprecated": 8, "removed": 16, "replacement": "apps/v1 Deployment"},
		"StatefulSet": {"deprecated": 8, "removed": 16, "replacement": "apps/v1 StatefulSet"},
	},
	"apps/v1beta2": {
		"ControllerRevision": {"deprecated": 9, "removed": 16, "replacement": "apps/v1 ControllerRevision"},
		"DaemonSet": {"deprecated": 9, "removed": 16, "replacement": "apps/v1 DaemonSet"},
		"Deployment": {"deprecated": 9, "removed": 16, "replacement": "apps/v1 Deployment"},
		"ReplicaSet": {"deprecated": 9, "removed": 16, "replacement": "apps/v1 ReplicaSet"},
		"StatefulSet": {"deprecated": 9, "removed": 16, "replacement": "apps/v1 StatefulSet"},
	},
	"autoscaling/v2beta1": {
		"HorizontalPodAutoscaler": {
			"deprecated": 22,
			"removed": 25,
			"replacement": "autoscaling/v2 HorizontalPodAutoscaler",
		},
	},
	"autoscaling/v2beta2": {
		"HorizontalPodAutoscaler": {
			"deprecated": 23,
			"removed": 26,
			"replacement": "autoscaling/v2 HorizontalPodAutoscaler",
		},
	},
	"batch/v1beta1": {
		"CronJob": {"deprecated": 21, "removed": 25, "replacement": "batch/v1 CronJob"},
	},
	"certificates.k8s.io/v1alpha1": {
		"ClusterTrustBundle": {"deprecated": 34, "removed": 37},
	},
	"certificates.k8s.io/v1beta1": {
		"CertificateSigningRequest": {
			"deprecated": 19,
			"removed": 22,
			"replacement": "certificates.k8s.io/v1 CertificateSigningRequest",
		},
		"ClusterTrustBundle": {
			"deprecated": 37,
			"removed": 40,
			"replacement": "certificates.k8s.io/v1 ClusterTrustBundle",
		},
		"PodCertificateRequest": {
			"deprecated": 37,
			"removed": 40,
			"replacement": "certificates.k8s.io/v1 PodCertificateRequest",
		},
	},
	"coordination.k8s.io/v1alpha2": {
		"LeaseCandidate": {"deprecated": 35, "removed": 38},
	},
	"coordination.k8s.io/v1beta1": {
		"Lease": {"deprecated": 19, "removed": 22, "replacement": "coordination.k8s.io/v1 Lease"},
		"LeaseCandidate": {"deprecated": 36, "removed": 39},
	},
	"discovery.k8s.io/v1beta1": {
		"EndpointSlice": {"deprecated": 21, "removed": 25, "replacement": "discovery.k8s.io/v1 EndpointSlice"},
	},
	"events.k8s.io/v1beta1": {
		"Event": {"deprecated": 22, "removed": 25},
	},
	"extensions/v1beta1": {
		"DaemonSet": {"deprecated": 8, "removed": 16, "replacement": "apps/v1 DaemonSet"},
		"Deployment": {"deprecated": 8, "removed": 16, "replacement": "apps/v1 Deployment"},
		"Ingress": {"deprecated": 14, "removed": 22, "replacement": "networking.k8s.io/v1 Ingress"},
		"NetworkPolicy": {"deprecated": 9, "removed": 16, "replacement": "networking.k8s.io/v1 NetworkPolicy"},
		"ReplicaSet": {"deprecated": 8, "removed": 16, "replacement": "apps/v1 ReplicaSet"},
	},
	"flowcontrol.apiserver.k8s.io/v1beta1": {
		"FlowSchema": {
			"deprecated": 23,
			"removed": 26,
			"replacement": "flowcontrol.apiserver.k8s.io/v1beta3 FlowSchema",
		},
		"PriorityLevelConfiguration": {
			"deprecated": 23,
			"removed": 26,
			"replacement": "flowcontrol.apiserver.k8s.io/v1beta3 PriorityLevelConfiguration",
		},
	},
	"flowcontrol.apiserver.k8s.io/v1beta2": {
		"FlowSchema": {
			"deprecated": 26,
			"removed": 29,
			"replacement": "flowcontrol.apiserver.k8s.io/v1beta3 FlowSchema",
		},
		"PriorityLevelConfiguration": {
			"deprecated": 26,
			"removed": 29,
			"replacement": "flowcontrol.apiserver.k8s.io/v1beta3 PriorityLevelConfiguration",
		},
	},
	"flowcontrol.apiserver.k8s.io/v1beta3": {
		"FlowSchema": {"deprecated": 29, "removed": 32, "replacement": "flowcontrol.apiserver.k8s.io/v1 FlowSchema"},
		"PriorityLevelConfiguration": {
			"deprecated": 29,
			"removed": 32,
			"replacement": "flowcontrol.apiserver.k8s.io/v1 PriorityLevelConfiguration",
		},
	},
	"networking.k8s.io/v1beta1": {
		"IPAddress": {"deprecated": 34, "removed": 37},
		"Ingress": {"deprecated": 19, "removed": 22, "replacement": "networking.k8s.io/v1 Ingress"},
		"IngressClass": {"deprecated": 19, "removed": 22, "replacement": "networking.k8s.io/v1 IngressClass"},
		"ServiceCIDR": {"deprecated": 34, "removed": 37},
	},
	"node.k8s.io/v1beta1": {
		"RuntimeClass": {"deprecated": 22, "removed": 25},
	},
	"policy/v1beta1": {
		"PodDisruptionBudget": {"deprecated": 21, "removed": 25, "replacement": "policy/v1 PodDisruptionBudget"},
		"PodSecurityPolicy": {"deprecated": 21, "removed": 25},
	},
	"rbac.authorization.k8s.io/v1beta1": {
		"ClusterRole": {"deprecated": 17, "removed": 22, "replacement": "rbac.authorization.k8s.io/v1 ClusterRole"},
		"ClusterRoleBinding": {
			"deprecated": 17,
			"removed": 22,
			"replacement": "rbac.authorization.k8s.io/v1 ClusterRoleBinding",
		},
		"Role": {"deprecated": 17, "removed": 22, "replacement": "rbac.authorization.k8s.io/v1 Role"},
		"RoleBinding": {"deprecated": 17, "removed": 22, "replacement": "rbac.authorization.k8s.io/v1 RoleBinding"},
	},
	"resource.k8s.io/v1alpha3": {
		"DeviceTaintRule": {"deprecated": 36, "removed": 39},
	},
	"resource.k8s.io/v1beta1": {
		"DeviceClass": {"deprecated": 35, "removed": 38},
		"ResourceClaim": {"deprecated": 35, "removed": 38},
		"ResourceClaimTemplate": {"deprecated": 35, "removed": 38},
		"ResourceSlice": {"deprecated": 35, "removed": 38},
	},
	"resource.k8s.io/v1beta2": {
		"DeviceClass": {"deprecated": 36, "removed": 39},
		"ResourceClaim": {"deprecated": 36, "removed": 39},
		"ResourceClaimTemplate": {"deprecated": 36, "removed": 39},
		"ResourceSlice": {"deprecated": 36, "removed": 39},
	},
	"scheduling.k8s.io/v1beta1": {
		"PriorityClass": {"deprecated": 14, "removed": 22, "replacement": "scheduling.k8s.io/v1 PriorityClass"},
	},
	"storage.k8s.io/v1alpha1": {
		"CSIStorageCapacity": {
			"deprecated": 21,
			"removed": 24,
			"replacement": "storage.k8s.io/v1beta1 CSIStorageCapacity",
		},
		"VolumeAttachment": {"deprecated": 21, "removed": 24, "replacement": "storage.k8s.io/v1 VolumeAttachment"},
		"VolumeAttributesClass": {
			"deprecated": 32,
			"removed": 35,
			"replacement": "storage.k8s.io/v1 VolumeAttributesClass",
		},
	},
	"storage.k8s.io/v1beta1": {
		"CSIDriver": {"deprecated": 19, "removed": 22, "replacement": "storage.k8s.io/v1 CSIDriver"},
		"CSINode": {"deprecated": 17, "removed": 22, "replacement": "storage.k8s.io/v1 CSINode"},
		"CSIStorageCapacity": {
			"deprecated": 24,
			"removed": 27,
			"replacement": "storage.k8s.io/v1 CSIStorageCapacity",
		},
		"StorageClass": {"deprecated": 19, "removed": 22, "replacement": "storage.k8s.io/v1 StorageClass"},
		"VolumeAttachment": {"deprecated": 19, "removed": 22, "replacement": "storage.k8s.io/v1 VolumeAttachment"},
		"VolumeAttributesClass": {
			"deprecated": 34,
			"removed": 37,
			"replacement": "storage.k8s.io/v1 VolumeAttributesClass",
		},
	},
	"storagemigration.k8s.io/v1beta1": {
		"StorageVersionMigration": {
			"deprecated": 37,
			"removed": 40,
			"replacement": "storagemigration.k8s.io/v1 StorageVersionMigration",
		},
	},
}
