// Modules whose CustomResourceDefinitions are read: by the lab, which serves those kinds, and by extract.py, which takes
// the schemas that the product ships. Nothing is built of them.
module seatrial.invalid/tools/crds

go 1.27.0

require (
	github.com/argoproj/argo-cd/v3 v3.6.1
	github.com/cert-manager/cert-manager v1.21.2
	github.com/external-secrets/external-secrets v1.3.2
	github.com/kedacore/keda/v2 v2.21.0
	github.com/kubernetes-csi/external-snapshotter/client/v8 v8.7.0
	github.com/prometheus-operator/prometheus-operator v0.85.0
	k8s.io/autoscaler/vertical-pod-autoscaler v1.8.1
	sigs.k8s.io/gateway-api v1.7.0
)
