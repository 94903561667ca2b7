package main

import (
	"encoding/json"

	autoscalingv2 "k8s.io/api/autoscaling/v2"
	v1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
)

// Vector is one question, in the form of the product's vector files.
type Vector struct {
	Name            string                                           `json:"name"`
	Kind            string                                           `json:"kind"`
	Settings        Settings                                         `json:"settings"`
	HPA             autoscalingv2.HorizontalPodAutoscalerSpec        `json:"hpa"`
	Conditions      []autoscalingv2.HorizontalPodAutoscalerCondition `json:"conditions"`
	Metric          autoscalingv2.MetricSpec                         `json:"metric"`
	Scale           Scale                                            `json:"scale"`
	Tolerance       Tolerance                                        `json:"tolerance"`
	Pods            []Pod                                            `json:"pods"`
	Metrics         Metrics                                          `json:"metrics"`
	CurrentReplicas int32                                            `json:"currentReplicas"`
	DesiredReplicas int32                                            `json:"desiredReplicas"`
	MinReplicas     int32                                            `json:"minReplicas"`
	MaxReplicas     int32                                            `json:"maxReplicas"`
	Behavior        *autoscalingv2.HorizontalPodAutoscalerBehavior   `json:"behavior"`
	ScaleUpEvents   []Entry                                          `json:"scaleUpEvents"`
	ScaleDownEvents []Entry                                          `json:"scaleDownEvents"`
	Recommendations []Entry                                          `json:"recommendations"`
	Passes          []Pass                                           `json:"passes"`
}

// Settings are flags of kube-controller-manager; absent ones take those of the vectors.
type Settings struct {
	DownscaleStabilizationSeconds  *float64 `json:"downscaleStabilizationSeconds"`
	CPUInitializationPeriodSeconds *float64 `json:"cpuInitializationPeriodSeconds"`
	InitialReadinessDelaySeconds   *float64 `json:"initialReadinessDelaySeconds"`
	Tolerance                      *float64 `json:"tolerance"`
}

// Pass is one later reconcile of a sequence: what the cluster looks like by then.
type Pass struct {
	AfterSeconds float64 `json:"afterSeconds"`
	Scale        *Scale  `json:"scale"`
	Pods         []Pod   `json:"pods"`
	Metrics      Metrics `json:"metrics"`
}

// Scale is the scale subresource; without a spec a pass keeps what the one before wrote.
type Scale struct {
	Spec   int32 `json:"spec"`
	Status int32 `json:"status"`
}

// Tolerance is the pair handed to the replica calculator.
type Tolerance struct {
	ScaleUp   float64 `json:"scaleUp"`
	ScaleDown float64 `json:"scaleDown"`
}

// Entry is a recommendation, or a scale event with the size of the change.
type Entry struct {
	Replicas   int32   `json:"replicas"`
	SecondsAgo float64 `json:"secondsAgo"`
}

// Pod is what the autoscaler reads of a pod.
type Pod struct {
	Name                   string          `json:"name"`
	Phase                  v1.PodPhase     `json:"phase"`
	Ready                  json.RawMessage `json:"ready"`
	StartedSecondsAgo      *float64        `json:"startedSecondsAgo"`
	ReadyChangedSecondsAgo *float64        `json:"readyChangedSecondsAgo"`
	Deleting               bool            `json:"deleting"`
	Containers             []Container     `json:"containers"`
	InitContainers         []Container     `json:"initContainers"`
	Requests               v1.ResourceList `json:"requests"`
	Overhead               v1.ResourceList `json:"overhead"`
}

// Container is a container's name, requests and, for an init container, restart policy.
type Container struct {
	Name          string                     `json:"name"`
	Requests      v1.ResourceList            `json:"requests"`
	RestartPolicy *v1.ContainerRestartPolicy `json:"restartPolicy"`
}

// Metrics is what the three metrics APIs answer.
type Metrics struct {
	Resource []PodUsage          `json:"resource"`
	Pods     []PodValue          `json:"pods"`
	Object   *resource.Quantity  `json:"object"`
	External []resource.Quantity `json:"external"`
}

// PodUsage is one item of the resource metrics API.
type PodUsage struct {
	Pod           string                     `json:"pod"`
	SecondsAgo    float64                    `json:"secondsAgo"`
	WindowSeconds float64                    `json:"windowSeconds"`
	Containers    map[string]v1.ResourceList `json:"containers"`
}

// PodValue is one item of the custom metrics API.
type PodValue struct {
	Pod   string            `json:"pod"`
	Value resource.Quantity `json:"value"`
}

// Answer is what upstream gave.
type Answer struct {
	Replicas   int32       `json:"replicas"`
	Error      bool        `json:"error"`
	Message    string      `json:"message,omitempty"`
	Reason     string      `json:"reason,omitempty"`
	Usage      int64       `json:"usage"`
	Conditions []Condition `json:"conditions,omitempty"`
	Memory     *Memory     `json:"memory,omitempty"`
	Passes     []Answer    `json:"passes,omitempty"`
}

// Condition is a status condition without its message and time.
type Condition struct {
	Type   string `json:"type"`
	Status string `json:"status"`
	Reason string `json:"reason"`
}

// Memory is what the controller remembers after a pass, in its own order.
type Memory struct {
	Recommendations []Entry `json:"recommendations"`
	ScaleUpEvents   []Entry `json:"scaleUpEvents"`
	ScaleDownEvents []Entry `json:"scaleDownEvents"`
}
