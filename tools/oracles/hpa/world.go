package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	autoscalingv1 "k8s.io/api/autoscaling/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	v1 "k8s.io/api/core/v1"
	apimeta "k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/kubernetes/fake"
	corelisters "k8s.io/client-go/listers/core/v1"
	scalefake "k8s.io/client-go/scale/fake"
	clienttesting "k8s.io/client-go/testing"
	"k8s.io/client-go/tools/cache"
	defaults "k8s.io/kubernetes/pkg/apis/autoscaling/v2"
	"k8s.io/kubernetes/pkg/controller/podautoscaler"
	metricsclient "k8s.io/kubernetes/pkg/controller/podautoscaler/metrics"
	cmapi "k8s.io/metrics/pkg/apis/custom_metrics/v1beta2"
	emapi "k8s.io/metrics/pkg/apis/external_metrics/v1beta1"
	metricsapi "k8s.io/metrics/pkg/apis/metrics/v1beta1"
	metricsfake "k8s.io/metrics/pkg/client/clientset/versioned/fake"
	cmfake "k8s.io/metrics/pkg/client/custom_metrics/fake"
	emfake "k8s.io/metrics/pkg/client/external_metrics/fake"
)

const (
	namespace = "oracle"
	name      = "autoscaler"
	key       = namespace + "/" + name
)

var podLabels = map[string]string{"name": "pod"}

// world is the cluster around one controller: fake clients answering from the current vector.
type world struct {
	now        time.Time
	metrics    Metrics
	scale      Scale
	written    *int32
	status     *autoscalingv2.HorizontalPodAutoscalerStatus
	pods       cache.Indexer
	lister     corelisters.PodLister
	controller *podautoscaler.HorizontalController
	calculator *podautoscaler.ReplicaCalculator
	window     time.Duration
}

func newWorld(vector Vector) *world {
	w := &world{now: time.Now(), metrics: vector.Metrics, scale: vector.Scale}
	w.pods = cache.NewIndexer(cache.MetaNamespaceKeyFunc, cache.Indexers{cache.NamespaceIndex: cache.MetaNamespaceIndexFunc})
	w.lister = corelisters.NewPodLister(w.pods)
	w.setPods(vector.Pods)

	metrics := metricsclient.NewRESTMetricsClient(w.resourceMetrics().MetricsV1beta1(), w.customMetrics(), w.externalMetrics())
	w.window = seconds(vector.Settings.DownscaleStabilizationSeconds, 300)
	cpuInitialization := seconds(vector.Settings.CPUInitializationPeriodSeconds, 120)
	readinessDelay := seconds(vector.Settings.InitialReadinessDelaySeconds, 10)
	tolerance := 0.1
	if vector.Settings.Tolerance != nil {
		tolerance = *vector.Settings.Tolerance
	}
	mapper := apimeta.NewDefaultRESTMapper([]schema.GroupVersion{{Group: "apps", Version: "v1"}})
	mapper.Add(schema.GroupVersionKind{Group: "apps", Version: "v1", Kind: "Deployment"}, apimeta.RESTScopeNamespace)
	w.calculator = podautoscaler.NewReplicaCalculator(metrics, w.lister, cpuInitialization, readinessDelay)
	w.controller = podautoscaler.NewOracleController(
		w.scales(), w.autoscalers().AutoscalingV2(), mapper, metrics, w.lister, w.window, tolerance, cpuInitialization, readinessDelay)
	w.controller.OracleRemember(key, w.entries(vector.Recommendations), w.entries(vector.ScaleUpEvents), w.entries(vector.ScaleDownEvents))
	return w
}

func seconds(value *float64, otherwise float64) time.Duration {
	if value == nil {
		value = &otherwise
	}
	return time.Duration(math.Round(*value * 1e9))
}

func (w *world) entries(entries []Entry) []podautoscaler.OracleEntry {
	if entries == nil {
		return nil
	}
	result := []podautoscaler.OracleEntry{}
	for _, e := range entries {
		result = append(result, podautoscaler.OracleEntry{Replicas: e.Replicas, At: ago(w.now, e.SecondsAgo)})
	}
	return result
}

func (w *world) setPods(pods []Pod) {
	for _, old := range w.pods.List() {
		w.pods.Delete(old)
	}
	for _, pod := range pods {
		w.pods.Add(w.pod(pod))
	}
}

func (w *world) pod(p Pod) *v1.Pod {
	pod := &v1.Pod{
		ObjectMeta: metav1.ObjectMeta{Name: p.Name, Namespace: namespace, Labels: podLabels},
		Spec:       v1.PodSpec{Overhead: p.Overhead},
		Status:     v1.PodStatus{Phase: p.Phase},
	}
	if p.Deleting {
		pod.DeletionTimestamp = &metav1.Time{Time: w.now}
	}
	if p.StartedSecondsAgo != nil {
		pod.Status.StartTime = &metav1.Time{Time: ago(w.now, *p.StartedSecondsAgo)}
	}
	ready := map[string]v1.ConditionStatus{"true": v1.ConditionTrue, "false": v1.ConditionFalse, `"Unknown"`: v1.ConditionUnknown}
	if status, known := ready[string(p.Ready)]; known {
		condition := v1.PodCondition{Type: v1.PodReady, Status: status}
		if p.ReadyChangedSecondsAgo != nil {
			condition.LastTransitionTime = metav1.Time{Time: ago(w.now, *p.ReadyChangedSecondsAgo)}
		}
		pod.Status.Conditions = []v1.PodCondition{condition}
	}
	if p.Requests != nil {
		pod.Spec.Resources = &v1.ResourceRequirements{Requests: p.Requests}
	}
	pod.Spec.Containers = containers(p.Containers)
	pod.Spec.InitContainers = containers(p.InitContainers)
	return pod
}

func containers(given []Container) []v1.Container {
	var result []v1.Container
	for _, c := range given {
		result = append(result, v1.Container{
			Name: c.Name, RestartPolicy: c.RestartPolicy, Resources: v1.ResourceRequirements{Requests: c.Requests},
		})
	}
	return result
}

func (w *world) resourceMetrics() *metricsfake.Clientset {
	client := &metricsfake.Clientset{}
	client.AddReactor("list", "pods", func(clienttesting.Action) (bool, runtime.Object, error) {
		list := &metricsapi.PodMetricsList{}
		for _, usage := range w.metrics.Resource {
			item := metricsapi.PodMetrics{
				ObjectMeta: metav1.ObjectMeta{Name: usage.Pod, Namespace: namespace, Labels: podLabels},
				Timestamp:  metav1.Time{Time: ago(w.now, usage.SecondsAgo)},
				Window:     metav1.Duration{Duration: time.Duration(math.Round(usage.WindowSeconds * 1e9))},
			}
			for container, resources := range usage.Containers {
				item.Containers = append(item.Containers, metricsapi.ContainerMetrics{Name: container, Usage: resources})
			}
			list.Items = append(list.Items, item)
		}
		return true, list, nil
	})
	return client
}

func (w *world) customMetrics() *cmfake.FakeCustomMetricsClient {
	client := &cmfake.FakeCustomMetricsClient{}
	client.AddReactor("get", "*", func(action clienttesting.Action) (bool, runtime.Object, error) {
		list := &cmapi.MetricValueList{}
		if action.(cmfake.GetForAction).GetName() == "*" {
			for _, value := range w.metrics.Pods {
				list.Items = append(list.Items, cmapi.MetricValue{
					DescribedObject: v1.ObjectReference{Kind: "Pod", Name: value.Pod, Namespace: namespace},
					Timestamp:       metav1.Time{Time: w.now},
					Value:           value.Value,
				})
			}
		} else if w.metrics.Object == nil {
			return true, nil, errors.New("no object metric")
		} else {
			list.Items = append(list.Items, cmapi.MetricValue{Timestamp: metav1.Time{Time: w.now}, Value: *w.metrics.Object})
		}
		return true, list, nil
	})
	return client
}

func (w *world) externalMetrics() *emfake.FakeExternalMetricsClient {
	client := &emfake.FakeExternalMetricsClient{}
	client.AddReactor("list", "*", func(clienttesting.Action) (bool, runtime.Object, error) {
		list := &emapi.ExternalMetricValueList{}
		for _, value := range w.metrics.External {
			list.Items = append(list.Items, emapi.ExternalMetricValue{Timestamp: metav1.Time{Time: w.now}, Value: value})
		}
		return true, list, nil
	})
	return client
}

func (w *world) scales() *scalefake.FakeScaleClient {
	client := &scalefake.FakeScaleClient{}
	client.AddReactor("get", "*", func(clienttesting.Action) (bool, runtime.Object, error) {
		return true, &autoscalingv1.Scale{
			ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: namespace},
			Spec:       autoscalingv1.ScaleSpec{Replicas: w.scale.Spec},
			Status:     autoscalingv1.ScaleStatus{Replicas: w.scale.Status, Selector: labels.SelectorFromSet(podLabels).String()},
		}, nil
	})
	client.AddReactor("update", "*", func(action clienttesting.Action) (bool, runtime.Object, error) {
		scale := action.(clienttesting.UpdateAction).GetObject().(*autoscalingv1.Scale)
		replicas := scale.Spec.Replicas
		w.written = &replicas
		return true, scale, nil
	})
	return client
}

func (w *world) autoscalers() *fake.Clientset {
	client := &fake.Clientset{}
	client.AddReactor("update", "horizontalpodautoscalers", func(action clienttesting.Action) (bool, runtime.Object, error) {
		hpa := action.(clienttesting.UpdateAction).GetObject().(*autoscalingv2.HorizontalPodAutoscaler)
		w.status = hpa.Status.DeepCopy()
		return true, hpa, nil
	})
	return client
}

func autoscaler(vector Vector) *autoscalingv2.HorizontalPodAutoscaler {
	hpa := &autoscalingv2.HorizontalPodAutoscaler{
		ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: namespace},
		Spec:       *vector.HPA.DeepCopy(),
		Status:     autoscalingv2.HorizontalPodAutoscalerStatus{Conditions: vector.Conditions},
	}
	hpa.Spec.ScaleTargetRef = autoscalingv2.CrossVersionObjectReference{APIVersion: "apps/v1", Kind: "Deployment", Name: name}
	defaults.SetDefaults_HorizontalPodAutoscaler(hpa)
	return hpa
}

func (w *world) normalization(vector Vector) podautoscaler.NormalizationArg {
	hpa := &autoscalingv2.HorizontalPodAutoscaler{Spec: autoscalingv2.HorizontalPodAutoscalerSpec{Behavior: vector.Behavior}}
	defaults.SetDefaults_HorizontalPodAutoscalerBehavior(hpa)
	arg := podautoscaler.NormalizationArg{
		Key: key, MinReplicas: vector.MinReplicas, MaxReplicas: vector.MaxReplicas,
		CurrentReplicas: vector.CurrentReplicas, DesiredReplicas: vector.DesiredReplicas,
	}
	if hpa.Spec.Behavior != nil {
		arg.ScaleUpBehavior, arg.ScaleDownBehavior = hpa.Spec.Behavior.ScaleUp, hpa.Spec.Behavior.ScaleDown
		if arg.ScaleDownBehavior.StabilizationWindowSeconds == nil {
			window := int32(w.window.Seconds())
			arg.ScaleDownBehavior.StabilizationWindowSeconds = &window
		}
	}
	return arg
}

func (w *world) rate(vector Vector) Answer {
	replicas, reason := w.controller.OracleRate(w.normalization(vector))
	return Answer{Replicas: replicas, Reason: reason}
}

func (w *world) stabilize(vector Vector) Answer {
	replicas := w.controller.OracleStabilize(w.normalization(vector))
	return Answer{Replicas: replicas, Memory: w.memory()}
}

func (w *world) propose(ctx context.Context, vector Vector) (Answer, error) {
	selector := labels.SelectorFromSet(podLabels)
	tolerances := podautoscaler.OracleTolerances(vector.Tolerance.ScaleUp, vector.Tolerance.ScaleDown)
	current, metric := vector.CurrentReplicas, vector.Metric
	var replicas int32
	var usage int64
	var err error
	utilization := func(target autoscalingv2.MetricTarget, resource v1.ResourceName, container string) {
		if target.AverageValue != nil {
			replicas, usage, _, err = w.calculator.GetRawResourceReplicas(
				ctx, current, target.AverageValue.MilliValue(), resource, tolerances, namespace, selector, container)
			return
		}
		replicas, _, usage, _, err = w.calculator.GetResourceReplicas(
			ctx, current, *target.AverageUtilization, resource, tolerances, namespace, selector, container)
	}
	switch metric.Type {
	case autoscalingv2.ResourceMetricSourceType:
		utilization(metric.Resource.Target, metric.Resource.Name, "")
	case autoscalingv2.ContainerResourceMetricSourceType:
		utilization(metric.ContainerResource.Target, metric.ContainerResource.Name, metric.ContainerResource.Container)
	case autoscalingv2.PodsMetricSourceType:
		replicas, usage, _, err = w.calculator.GetMetricReplicas(
			current, metric.Pods.Target.AverageValue.MilliValue(), metric.Pods.Metric.Name, tolerances, namespace, selector, nil)
	case autoscalingv2.ObjectMetricSourceType:
		object := metric.Object
		if object.Target.Type == autoscalingv2.ValueMetricType {
			replicas, usage, _, err = w.calculator.GetObjectMetricReplicas(
				current, object.Target.Value.MilliValue(), object.Metric.Name, tolerances, namespace, &object.DescribedObject, selector, nil)
		} else {
			replicas, usage, _, err = w.calculator.GetObjectPerPodMetricReplicas(
				current, object.Target.AverageValue.MilliValue(), object.Metric.Name, tolerances, namespace, &object.DescribedObject, nil)
		}
	case autoscalingv2.ExternalMetricSourceType:
		external := metric.External
		if external.Target.AverageValue != nil {
			replicas, usage, _, err = w.calculator.GetExternalPerPodMetricReplicas(
				current, external.Target.AverageValue.MilliValue(), external.Metric.Name, tolerances, namespace, nil)
		} else {
			replicas, usage, _, err = w.calculator.GetExternalMetricReplicas(
				current, external.Target.Value.MilliValue(), external.Metric.Name, tolerances, namespace, nil, selector)
		}
	default:
		return Answer{}, fmt.Errorf("unknown metric type %q", metric.Type)
	}
	if err != nil {
		return Answer{Error: true, Message: err.Error()}, nil
	}
	return Answer{Replicas: replicas, Usage: usage}, nil
}

func (w *world) reconcile(ctx context.Context, vector Vector) (Answer, error) {
	return w.pass(ctx, autoscaler(vector)), nil
}

// sequence lets the controller keep its memory and the autoscaler its status from pass to pass.
func (w *world) sequence(ctx context.Context, vector Vector) (Answer, error) {
	hpa := autoscaler(vector)
	answers := []Answer{}
	for _, pass := range vector.Passes {
		time.Sleep(time.Duration(math.Round(pass.AfterSeconds * 1e9)))
		w.now, w.metrics = time.Now(), pass.Metrics
		if pass.Scale != nil {
			w.scale = *pass.Scale
		}
		w.setPods(pass.Pods)
		answer := w.pass(ctx, hpa)
		answers = append(answers, answer)
		w.scale = Scale{Spec: answer.Replicas, Status: answer.Replicas}
		if w.status != nil {
			hpa.Status = *w.status
		}
	}
	return Answer{Passes: answers}, nil
}

func (w *world) pass(ctx context.Context, hpa *autoscalingv2.HorizontalPodAutoscaler) Answer {
	w.written, w.status = nil, nil
	err := w.controller.OracleReconcile(ctx, hpa, key)
	answer := Answer{Replicas: w.scale.Spec, Memory: w.memory()}
	if w.written != nil {
		answer.Replicas = *w.written
	}
	if err != nil {
		answer.Error, answer.Message = true, err.Error()
	}
	status := w.status
	if status == nil {
		status = &hpa.Status
	}
	for _, c := range status.Conditions {
		answer.Conditions = append(answer.Conditions, Condition{string(c.Type), string(c.Status), c.Reason})
	}
	return answer
}

func (w *world) memory() *Memory {
	now := time.Now()
	convert := func(entries []podautoscaler.OracleEntry) []Entry {
		result := []Entry{}
		for _, e := range entries {
			result = append(result, Entry{Replicas: e.Replicas, SecondsAgo: now.Sub(e.At).Seconds()})
		}
		return result
	}
	recommendations, ups, downs := w.controller.OracleMemory(key)
	return &Memory{convert(recommendations), convert(ups), convert(downs)}
}
