// The upstream parser of quantities answering texts: JSON lines on stdin, JSON lines on stdout.
//
// Built by `seatrial lab build quantity-oracle`; README.md describes the lines.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"k8s.io/apimachinery/pkg/api/resource"
)

const longestLine = 1 << 26

// Question is one text.
type Question struct {
	Text *string `json:"text"`
}

// Answer is what the text means.
type Answer struct {
	OK        bool   `json:"ok"`
	Error     string `json:"error,omitempty"`
	Value     string `json:"value,omitempty"`
	Milli     int64  `json:"milli"`
	Canonical string `json:"canonical,omitempty"`
}

// Failure is the answer to a line that is no question.
type Failure struct {
	Error string `json:"error"`
	Line  int    `json:"line"`
}

func main() {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(make([]byte, 0, 1<<20), longestLine)
	writer := json.NewEncoder(os.Stdout)
	for number := 1; lines.Scan(); number++ {
		var answer any
		answer, err := parse(lines.Bytes())
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

func parse(line []byte) (any, error) {
	var question Question
	decoder := json.NewDecoder(bytes.NewReader(line))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&question); err != nil {
		return nil, err
	}
	if _, err := decoder.Token(); err != io.EOF {
		return nil, errors.New("there is more than one value")
	}
	if question.Text == nil {
		return nil, errors.New(`the line has no "text"`)
	}
	quantity, err := resource.ParseQuantity(*question.Text)
	if err != nil {
		return Answer{Error: err.Error()}, nil
	}
	canonical := quantity.String()
	milli := quantity.MilliValue()
	// AsDec changes how the quantity holds its amount, so it comes last.
	return Answer{OK: true, Value: quantity.AsDec().String(), Milli: milli, Canonical: canonical}, nil
}
