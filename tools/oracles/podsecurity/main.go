// The upstream Pod Security evaluator answering pods: JSON lines on stdin, JSON lines on stdout.
//
// Built by `seatrial lab build pod-security-oracle`; README.md describes the lines.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/pod-security-admission/api"
	"k8s.io/pod-security-admission/policy"
	kjson "sigs.k8s.io/json"
)

const longestLine = 1 << 26

// Question is one pod, or its two halves, and the standard it is held to.
type Question struct {
	Level    string            `json:"level"`
	Version  string            `json:"version"`
	Pod      *corev1.Pod       `json:"pod"`
	Metadata metav1.ObjectMeta `json:"metadata"`
	Spec     corev1.PodSpec    `json:"spec"`
}

// Answer is what the admission plugin would say; reasons and details belong together, one of each for a failed check.
type Answer struct {
	Allowed bool     `json:"allowed"`
	Reasons []string `json:"reasons"`
	Details []string `json:"details"`
}

// Failure is the answer to a line that is no question.
type Failure struct {
	Error string `json:"error"`
	Line  int    `json:"line"`
}

func main() {
	evaluator, err := policy.NewEvaluator(policy.DefaultChecks(), nil)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(3)
	}
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(make([]byte, 0, 1<<20), longestLine)
	writer := json.NewEncoder(os.Stdout)
	for number := 1; lines.Scan(); number++ {
		var answer any
		answer, err := judge(evaluator, lines.Bytes())
		if err != nil {
			answer = Failure{Error: err.Error(), Line: number}
		}
		if err := writer.Encode(answer); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(3)
		}
	}
	if err := lines.Err(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
}

func judge(evaluator policy.Evaluator, line []byte) (any, error) {
	var question Question
	// As the API server reads: the case of a field's name counts, a field that is unknown or given twice is a mistake.
	strict, err := kjson.UnmarshalStrict(line, &question)
	if err != nil {
		return nil, err
	}
	if len(strict) > 0 {
		return nil, strict[0]
	}
	level, err := api.ParseLevel(question.Level)
	if err != nil {
		return nil, err
	}
	version, err := api.ParseVersion(question.Version)
	if err != nil {
		return nil, err
	}
	metadata, spec := &question.Metadata, &question.Spec
	if question.Pod != nil {
		metadata, spec = &question.Pod.ObjectMeta, &question.Pod.Spec
	}
	results := evaluator.EvaluatePod(api.LevelVersion{Level: level, Version: version}, metadata, spec)
	total := policy.AggregateCheckResults(results)
	answer := Answer{Allowed: total.Allowed, Reasons: []string{}, Details: []string{}}
	answer.Reasons = append(answer.Reasons, total.ForbiddenReasons...)
	answer.Details = append(answer.Details, total.ForbiddenDetails...)
	return answer, nil
}
