package main

import (
	"bytes"
	"encoding/hex"
	"errors"
	"os"
	"regexp"
	"strings"
	"testing"
)

// vectors are the frames of docs/protocol.md, by what its table calls them.
func vectors(t *testing.T) map[string][]byte {
	t.Helper()
	text, err := os.ReadFile("../../docs/protocol.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(text), "## Test vectors")
	frames := map[string][]byte{}
	for _, row := range regexp.MustCompile("(?m)^\\| (.+?) +\\| `([0-9a-f ]+)` +\\|$").FindAllStringSubmatch(table, -1) {
		frame, err := hex.DecodeString(strings.ReplaceAll(row[2], " ", ""))
		if err != nil {
			t.Fatal(err)
		}
		frames[row[1]] = frame
	}
	return frames
}

func vector(t *testing.T, what string) []byte {
	t.Helper()
	frame, ok := vectors(t)[what]
	if !ok {
		t.Fatalf("docs/protocol.md has no vector %q", what)
	}
	return frame
}

func served(input []byte, handle Handler) ([]byte, error) {
	var output bytes.Buffer
	err := serve(bytes.NewReader(input), &output, handle)
	return output.Bytes(), err
}

func TestReadyIsSaidBeforeAnythingIsReadAndTheEndOfInputIsTheEnd(t *testing.T) {
	said, err := served(nil, nil)
	if err != nil || !bytes.Equal(said, vector(t, "ready")) {
		t.Errorf("%x, %v", said, err)
	}
}

func TestInvokeFramesAreReadAsTheDocumentHasThem(t *testing.T) {
	for what, payload := range map[string]string{"invoke, empty payload": "", "invoke, payload `hi`": "hi"} {
		read, err := readInvoke(bytes.NewReader(vector(t, what)))
		if err != nil || string(read) != payload {
			t.Errorf("%s: %q, %v", what, read, err)
		}
	}
}

func TestAnAnswerIsTheDocumentsBytes(t *testing.T) {
	context := newContext(1)
	context.nanoseconds[Compute] = 1_000_000
	var output bytes.Buffer
	if err := writeFrame(&output, kindAnswer, context.head(), []byte("ok")); err != nil {
		t.Fatal(err)
	}
	expected := vector(t, "answer to the first invocation, compute 1 ms, nothing else entered, no storage, response `ok`")
	if !bytes.Equal(output.Bytes(), expected) {
		t.Errorf("%x, expected %x", output.Bytes(), expected)
	}
}

func TestAnErrorOnTheSecondInvocationIsTheDocumentsBytesAndEndsNothing(t *testing.T) {
	invoke := vector(t, "invoke, payload `hi`")
	calls := 0
	said, err := served(bytes.Repeat(invoke, 3), func(_ *Context, payload []byte) ([]byte, error) {
		if calls++; calls == 2 {
			return nil, errors.New("bad")
		}
		return payload, nil
	})
	if err != nil || calls != 3 {
		t.Fatalf("%d calls, %v", calls, err)
	}
	if !bytes.Contains(said, vector(t, "error on the second invocation, message `bad`")) {
		t.Errorf("%x", said)
	}
}

func TestTimeAddsUpWhatAPhaseTakes(t *testing.T) {
	context := newContext(1)
	context.Time(Compute, func() {})
	first := context.nanoseconds[Compute]
	context.Time(Compute, func() {})
	if first == notMeasured || context.nanoseconds[Compute] < first || context.nanoseconds[Serialize] != notMeasured {
		t.Errorf("%v", context.nanoseconds)
	}
}

func TestABrokenStreamIsToldAndEnds(t *testing.T) {
	for what, stream := range map[string]string{
		"an end within the length":  "0202",
		"an end within the payload": "02020000006f",
		"an unknown kind":           "0900000000",
		"more than 1 GiB":           "0201000040",
	} {
		input, _ := hex.DecodeString(stream)
		if _, err := served(input, func(*Context, []byte) ([]byte, error) { return nil, nil }); err == nil {
			t.Errorf("%s was taken", what)
		}
	}
}
