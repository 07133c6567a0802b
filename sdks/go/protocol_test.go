package lumos

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
	err := Run(bytes.NewReader(input), &output, handle)
	return output.Bytes(), err
}

func frame(kind byte, body string) []byte {
	start := frameStart(kind, len(body))
	return append(start[:], body...)
}

func echo(_ *Context, payload []byte) ([]byte, error) { return payload, nil }

func TestReadyIsSaidBeforeAnythingIsReadAndTheEndOfInputIsTheEnd(t *testing.T) {
	said, err := served(nil, nil)
	if err != nil || !bytes.Equal(said, vector(t, "ready")) {
		t.Errorf("%x, %v", said, err)
	}
}

func TestInvokeFramesAreReadAsTheDocumentHasThem(t *testing.T) {
	for what, payload := range map[string]string{"invoke, empty payload": "", "invoke, payload `hi`": "hi"} {
		kind, read, err := newFrameReader(bytes.NewReader(vector(t, what))).next()
		if err != nil || kind != kindInvoke || string(read) != payload {
			t.Errorf("%s: %q, %v", what, read, err)
		}
	}
}

func TestAnAnswerIsTheDocumentsBytes(t *testing.T) {
	context := newContext(1, nil)
	context.nanoseconds[Compute] = 1_000_000
	head := context.head()
	answer := frame(kindAnswer, string(head[:])+"ok")
	expected := vector(t, "answer to the first invocation, compute 1 ms, nothing else entered, no storage, response `ok`")
	if !bytes.Equal(answer, expected) {
		t.Errorf("%x, expected %x", answer, expected)
	}
}

func TestAHeadHasTheCountsOfAStorageAsTheDocument(t *testing.T) {
	context := newContext(1, &session{store: &host{roundTrips: 2}, fetched: 5, stored: 3})
	context.nanoseconds[Fetch], context.nanoseconds[Store] = 1_000_000, 2_000_000
	head := context.head()
	expected := vector(t, "answer to the first invocation, fetch 1 ms, store 2 ms, 2 round trips, 5 bytes fetched, 3 stored, no response")
	if answer := frame(kindAnswer, string(head[:])); !bytes.Equal(answer, expected) {
		t.Errorf("%x, expected %x", answer, expected)
	}
}

func TestAnErrorOnTheSecondInvocationIsTheDocumentsBytesAndEndsNothing(t *testing.T) {
	calls := 0
	said, err := served(bytes.Repeat(vector(t, "invoke, payload `hi`"), 3), func(_ *Context, payload []byte) ([]byte, error) {
		if calls++; calls == 2 {
			return nil, errors.New("bad")
		}
		return payload, nil
	})
	if err != nil || calls != 3 || !bytes.Contains(said, vector(t, "error on the second invocation, message `bad`")) {
		t.Errorf("%d calls, %x, %v", calls, said, err)
	}
}

func TestPayloadsOfEverySizeComeBackWhole(t *testing.T) {
	for _, size := range []int{0, 1, largestJoined, readAhead, readAhead + 1, 16 << 20} {
		payload := strings.Repeat("x", size)
		said, err := served(append(frame(kindInvoke, payload), frame(kindInvoke, "after")...), echo)
		if err != nil || len(said) != 11+2*(headerBytes+headBytes)+size+len("after") || !bytes.HasSuffix(said, []byte("after")) {
			t.Errorf("%d bytes: %d bytes came back, %v", size, len(said), err)
		}
	}
}

func TestAPhaseThatIsEnteredTwiceAddsUpAndOneThatIsNotIsNotMeasured(t *testing.T) {
	context := newContext(1, nil)
	context.add(Store, 40)
	context.add(Store, 2)
	context.Time(Compute, func() {})
	if context.nanoseconds[Store] != 42 || context.nanoseconds[Compute] == notMeasured || context.nanoseconds[Serialize] != notMeasured {
		t.Errorf("%v", context.nanoseconds)
	}
}

func TestABrokenStreamIsToldAndEnds(t *testing.T) {
	for what, broken := range map[string][2]string{
		"an end within the length":  {"0202", "input ended within a frame"},
		"an end within the payload": {"02020000006f", "input ended within a frame"},
		"an unknown kind":           {"0900000000", "unknown kind of frame: 0x09"},
		"a result nobody asked for": {"080100000000", "a frame of kind 0x08 out of order"},
		"more than 1 GiB":           {"0201000040", "a frame of 1073741825 bytes is above the limit of 1 GiB"},
	} {
		input, _ := hex.DecodeString(broken[0])
		if _, err := served(input, echo); err == nil || err.Error() != broken[1] {
			t.Errorf("%s: %v", what, err)
		}
	}
}
