// The upstream horizontal pod autoscaler answering vectors: JSON lines on stdin, JSON lines on stdout.
//
// Built by `seatrial lab build hpa-oracle`. The tag `faketime` stops the clock while a line is computed, so that an
// age in a vector is exact to the nanosecond, and lets a sequence of passes sleep for hours at once.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"time"

	"github.com/go-logr/logr"
	"k8s.io/klog/v2"
)

func main() {
	// The runtime frames writes to descriptors 1 and 2 under `faketime`; reopened ones are left alone.
	out, outErr := os.OpenFile("/dev/stdout", os.O_WRONLY, 0)
	log, logErr := os.OpenFile("/dev/stderr", os.O_WRONLY, 0)
	if outErr != nil || logErr != nil {
		os.Exit(3)
	}
	klog.SetLogger(logr.Discard())
	writer := bufio.NewWriter(out)
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(make([]byte, 0, 1<<20), 1<<26)
	for lines.Scan() {
		answer, err := answerLine(lines.Bytes())
		if err != nil {
			fmt.Fprintf(log, "line %q: %v\n", lines.Text(), err)
			os.Exit(2)
		}
		encoded, err := json.Marshal(answer)
		if err != nil {
			fmt.Fprintln(log, err)
			os.Exit(3)
		}
		writer.Write(append(encoded, '\n'))
		writer.Flush()
	}
	if err := lines.Err(); err != nil {
		fmt.Fprintln(log, err)
		os.Exit(2)
	}
}

func answerLine(line []byte) (Answer, error) {
	var vector Vector
	if err := json.Unmarshal(line, &vector); err != nil {
		return Answer{}, err
	}
	world := newWorld(vector)
	switch vector.Kind {
	case "proposal":
		return world.propose(context.Background(), vector)
	case "rate":
		return world.rate(vector), nil
	case "stabilize":
		return world.stabilize(vector), nil
	case "reconcile":
		return world.reconcile(context.Background(), vector)
	case "sequence":
		return world.sequence(context.Background(), vector)
	}
	return Answer{}, fmt.Errorf("unknown kind %q", vector.Kind)
}

func ago(now time.Time, seconds float64) time.Time {
	return now.Add(-time.Duration(math.Round(seconds * 1e9)))
}
