//go:build oracle

// Built inside k8s.io/kubernetes/pkg/controller/podautoscaler, as an export_test.go would be: it opens
// the unexported parts of the controller to the oracle and changes none of them.

package podautoscaler

import (
	"context"
	"time"

	autoscalingv2 "k8s.io/api/autoscaling/v2"
	apimeta "k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/labels"
	autoscalingclient "k8s.io/client-go/kubernetes/typed/autoscaling/v2"
	corelisters "k8s.io/client-go/listers/core/v1"
	scaleclient "k8s.io/client-go/scale"
	"k8s.io/client-go/tools/record"
	metricsclient "k8s.io/kubernetes/pkg/controller/podautoscaler/metrics"
	"k8s.io/kubernetes/pkg/controller/podautoscaler/monitor"
	consistencyutil "k8s.io/kubernetes/pkg/controller/util/consistency"
	"k8s.io/kubernetes/pkg/controller/util/selectors"
)

// OracleEntry is one remembered recommendation or scale event.
type OracleEntry struct {
	Replicas int32
	At       time.Time
}

// NewOracleController is NewHorizontalController without informers, queue and broadcaster.
func NewOracleController(
	scales scaleclient.ScalesGetter, hpas autoscalingclient.HorizontalPodAutoscalersGetter, mapper apimeta.RESTMapper,
	metrics metricsclient.MetricsClient, pods corelisters.PodLister,
	downscaleStabilisation time.Duration, tolerance float64, cpuInitialization, readinessDelay time.Duration,
) *HorizontalController {
	return &HorizontalController{
		eventRecorder:                &record.FakeRecorder{},
		scaleNamespacer:              scales,
		hpaNamespacer:                hpas,
		mapper:                       mapper,
		tolerance:                    tolerance,
		downscaleStabilisationWindow: downscaleStabilisation,
		monitor:                      monitor.New(),
		podLister:                    pods,
		replicaCalc:                  NewReplicaCalculator(metrics, pods, cpuInitialization, readinessDelay),
		recommendations:              map[string][]timestampedRecommendation{},
		scaleUpEvents:                map[string][]timestampedScaleEvent{},
		scaleDownEvents:              map[string][]timestampedScaleEvent{},
		selectorTracker:              newHPASelectorStore(),
		consistencyStore:             consistencyutil.NewNoopConsistencyStore(),
	}
}

// OracleRemember sets the memory of one autoscaler; nil recommendations leave it unseen.
func (a *HorizontalController) OracleRemember(key string, recommendations, ups, downs []OracleEntry) {
	if recommendations != nil {
		a.recommendations[key] = []timestampedRecommendation{}
		for _, e := range recommendations {
			a.recommendations[key] = append(a.recommendations[key], timestampedRecommendation{e.Replicas, e.At})
		}
	}
	for _, e := range ups {
		a.scaleUpEvents[key] = append(a.scaleUpEvents[key], timestampedScaleEvent{e.Replicas, e.At, false})
	}
	for _, e := range downs {
		a.scaleDownEvents[key] = append(a.scaleDownEvents[key], timestampedScaleEvent{e.Replicas, e.At, false})
	}
}

// OracleMemory returns what OracleRemember set, as the passes since have changed it.
func (a *HorizontalController) OracleMemory(key string) (recommendations, ups, downs []OracleEntry) {
	for _, r := range a.recommendations[key] {
		recommendations = append(recommendations, OracleEntry{r.recommendation, r.timestamp})
	}
	for _, e := range a.scaleUpEvents[key] {
		ups = append(ups, OracleEntry{e.replicaChange, e.timestamp})
	}
	for _, e := range a.scaleDownEvents[key] {
		downs = append(downs, OracleEntry{e.replicaChange, e.timestamp})
	}
	return recommendations, ups, downs
}

// OracleReconcile is one pass of reconcileAutoscaler over a registered autoscaler.
func (a *HorizontalController) OracleReconcile(ctx context.Context, hpa *autoscalingv2.HorizontalPodAutoscaler, key string) error {
	hpaKey := selectors.Parse(key)
	a.selectorTracker.PutIfAbsent(hpaKey.Namespace, hpaKey, labels.Nothing())
	return a.reconcileAutoscaler(ctx, hpa, key)
}

// OracleRate is convertDesiredReplicasWithBehaviorRate, or convertDesiredReplicasWithRules without behavior.
func (a *HorizontalController) OracleRate(arg NormalizationArg) (int32, string) {
	if arg.ScaleUpBehavior == nil {
		replicas, reason, _ := convertDesiredReplicasWithRules(arg.CurrentReplicas, arg.DesiredReplicas, arg.MinReplicas, arg.MaxReplicas)
		return replicas, reason
	}
	replicas, reason, _ := a.convertDesiredReplicasWithBehaviorRate(arg)
	return replicas, reason
}

// OracleStabilize is stabilizeRecommendationWithBehaviors, or stabilizeRecommendation without behavior.
func (a *HorizontalController) OracleStabilize(arg NormalizationArg) int32 {
	if arg.ScaleUpBehavior == nil {
		return a.stabilizeRecommendation(arg.Key, arg.DesiredReplicas)
	}
	replicas, _, _ := a.stabilizeRecommendationWithBehaviors(arg)
	return replicas
}

// OracleTolerances builds the tolerances of the replica calculator.
func OracleTolerances(scaleUp, scaleDown float64) Tolerances {
	return Tolerances{scaleDown: scaleDown, scaleUp: scaleUp}
}
