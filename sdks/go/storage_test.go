package lumos

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func configured(t *testing.T, lines string, payload string, handle Handler) ([]byte, error) {
	t.Helper()
	return served(append(frame(kindConfigure, lines), frame(kindInvoke, payload)...), handle)
}

// getInput answers the object "input", and stores it again as "output".
func getInput(context *Context, _ []byte) ([]byte, error) {
	object, err := context.Get("input")
	if err != nil {
		return nil, err
	}
	return object, context.Put("output", object)
}

// responseOf is what follows the last head.
func responseOf(t *testing.T, said []byte, kind byte) string {
	t.Helper()
	ready := len(vector(t, "ready"))
	if len(said) < ready+headerBytes+headBytes || said[ready] != kind {
		t.Fatalf("%x", said)
	}
	return string(said[ready+headerBytes+headBytes:])
}

func TestObjectsAreReadAsTheDocumentHasThemInlineAndComeBackBeforeTheResponse(t *testing.T) {
	payload := string(vector(t, "payload with object `input` = `hi` inline, then the payload `go`"))
	said, err := configured(t, "storage=inline\nlimit=10\n", payload, func(context *Context, payload []byte) ([]byte, error) {
		object, err := context.Get("input")
		if err != nil || string(payload) != "go" {
			t.Errorf("%q, %v", payload, err)
		}
		for _, key := range []string{"b", "input", "b"} {
			if err := context.Put(key, append(object, key...)); err != nil {
				t.Error(err)
			}
		}
		return []byte("done"), nil
	})
	if err != nil {
		t.Fatal(err)
	}
	expected := "\x02\x00\x00\x00\x01\x00b\x03\x00\x00\x00hib\x05\x00input\x07\x00\x00\x00hiinputdone"
	if response := responseOf(t, said, kindAnswer); response != expected {
		t.Errorf("%q", response)
	}
}

func TestAPayloadThatEndsAnywhereWithinItsObjectsIsRefused(t *testing.T) {
	whole := vector(t, "payload with object `input` = `hi` inline, then the payload `go`")
	for end := 0; end < len(whole)-len("go"); end++ {
		if _, _, err := openInline(whole[:end]); err != errNotWhole {
			t.Errorf("%d bytes: %v", end, err)
		}
	}
	if _, _, err := openInline([]byte("\xff\xff\xff\xff\x01\x00a\xff\xff\xff\xff")); err != errNotWhole {
		t.Error(err)
	}
}

func TestFilesAreObjectsByTheirNames(t *testing.T) {
	path := t.TempDir()
	lines := "storage=file\naccess=direct\nlimit=5\nfolder=" + path + "\n"
	if err := os.WriteFile(filepath.Join(path, "input"), []byte("hello"), 0o600); err != nil {
		t.Fatal(err)
	}
	said, err := configured(t, lines, "", getInput)
	if stored, _ := os.ReadFile(filepath.Join(path, "output")); err != nil || string(stored) != "hello" || responseOf(t, said, kindAnswer) != "hello" {
		t.Errorf("%x, %v, stored %q", said, err, stored)
	}
}

func TestFailuresOfFilesHaveTheProtocolsWords(t *testing.T) {
	path := t.TempDir()
	if err := os.WriteFile(filepath.Join(path, "large"), []byte("larger"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(path, "inner"), 0o700); err != nil {
		t.Fatal(err)
	}
	for key, message := range map[string]string{
		"other":  "storage: there is no object \"other\"",
		"large":  "storage: object \"large\" is larger than the limit of 5 bytes",
		"inner":  "storage: the service answered with an error",
		"../key": "storage: key \"../key\" is not allowed",
	} {
		said, err := configured(t, "storage=file\naccess=direct\nlimit=5\nfolder="+path+"\n", key, func(context *Context, payload []byte) ([]byte, error) {
			return context.Get(string(payload))
		})
		if told := responseOf(t, said, kindError); err != nil || told != message {
			t.Errorf("%s: %q, %v", key, told, err)
		}
	}
	said, _ := configured(t, "storage=file\naccess=direct\nlimit=5\nfolder="+path+"/gone\n", "", getInput)
	if told := responseOf(t, said, kindError); told != "storage: the service cannot be reached" {
		t.Errorf("%q", told)
	}
}

// asked serves one invocation whose host answers with results.
func asked(t *testing.T, results ...[]byte) ([]byte, error) {
	t.Helper()
	input := append(frame(kindConfigure, "storage=redis\naccess=host\nlimit=5\n"), frame(kindInvoke, "")...)
	return served(append(input, bytes.Join(results, nil)...), getInput)
}

func TestTheHostIsAskedInTheDocumentsBytesAndEachResultIsARoundTrip(t *testing.T) {
	said, err := asked(t, vector(t, "result, done, with object `hello`"), frame(kindResult, "\x00"))
	if err != nil {
		t.Fatal(err)
	}
	after, found := bytes.CutPrefix(said, append(vector(t, "ready"), vector(t, "get `input`")...))
	answer, putFound := bytes.CutPrefix(after, frame(kindPut, "\x06\x00outputhello"))
	if !found || !putFound || answer[0] != kindAnswer || !bytes.HasSuffix(answer, []byte("hello")) {
		t.Fatalf("%x", said)
	}
	if counts := answer[headerBytes+44 : headerBytes+headBytes]; counts[0] != 2 || counts[4] != 5 || counts[12] != 5 {
		t.Errorf("counts %x", counts)
	}
}

func TestStatusesOfTheHostHaveTheMessagesOfTheDocument(t *testing.T) {
	text, err := os.ReadFile("../../docs/protocol.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(text), "| status of a result |")
	for status, name := range map[byte]string{1: "| 1 |", 2: "| 2 |", 3: "| 3 |", 4: "| 4 |", 5: "| 5 |", 6: "| 6 |"} {
		_, row, _ := strings.Cut(table, name)
		row, _, _ = strings.Cut(row, "\n")
		message := strings.Split(row, "`")[1]
		message = strings.NewReplacer("KEY", "input", "N bytes", "5 bytes").Replace(message)
		said, err := asked(t, frame(kindResult, string([]byte{status})))
		if err != nil || !bytes.HasSuffix(said, []byte(message)) {
			t.Errorf("status %d: %q, %v; expected %q", status, said, err, message)
		}
	}
}

func TestAResultThatIsNoneOfTheProtocolsBreaksTheStreamAndNoAnswerIsWritten(t *testing.T) {
	for reason, result := range map[string][]byte{
		"a result of the host: it has no status":                     frame(kindResult, ""),
		"a result of the host: its status is none of the protocol's": frame(kindResult, "\x07"),
		"a result of the host: an object follows a failure":          frame(kindResult, "\x01x"),
		"a frame of kind 0x02 out of order":                          frame(kindInvoke, ""),
		"input ended within a frame":                                 nil,
		"a frame of 4294967295 bytes is above the limit of 1 GiB":    {kindResult, 0xff, 0xff, 0xff, 0xff},
	} {
		said, err := asked(t, result)
		if err == nil || err.Error() != reason || bytes.IndexByte(said, kindAnswer) == len(vector(t, "ready"))+len(vector(t, "get `input`")) {
			t.Errorf("%v, expected %s; %x", err, reason, said)
		}
	}
}

func TestAConfigurationHasAllThatItsStorageNeeds(t *testing.T) {
	for body, reason := range map[string]string{
		"":                                       "it has no limit",
		"limit=1\n":                              "it has no storage",
		"limit=-1\n":                             "its limit is no number",
		"limit=1\nstorage=tape\n":                "its storage is none of the protocol's",
		"limit=1\nstorage=file\n":                "it has no access",
		"limit=1\nstorage=file\naccess=odd\n":    "its access is none of the protocol's",
		"limit=1\nstorage=file\naccess=direct\n": "it has no folder",
		"limit=1\nstorage=redis\naccess=direct\n":                                  "it has no connection",
		"limit=1\nstorage=redis\naccess=direct\nconnection=reused\n":               "it has no url",
		"limit=1\nstorage=s3\naccess=direct\nconnection=reused\nurl=u\n":           "it has no region",
		"limit=1\nstorage=inline":                                                  "a line is not name=value",
		"limit=1\nnothing\n":                                                       "a line is not name=value",
		"limit=1\nstorage=s3\naccess=direct\nconnection=reused\nurl=u\nregion=r\n": "this function was built without a client of s3",
	} {
		err := (&instance{}).configure([]byte(body), nil)
		if err == nil || err.Error() != "the configuration of the storage: "+reason {
			t.Errorf("%q: %v, expected %s", body, err, reason)
		}
	}
}

func TestTheDocumentsConfigureFrameIsTaken(t *testing.T) {
	parsed, err := parseConfiguration(vector(t, "configure, files below `/data`, at most 1 MiB")[headerBytes:])
	if err != nil || parsed.limit != 1<<20 || parsed.folder != "/data" || parsed.access != "direct" {
		t.Errorf("%+v, %v", parsed, err)
	}
}

func TestObjectsOfAFunctionWithoutAStorageAreRefusedAndNothingIsCounted(t *testing.T) {
	context := newContext(1, nil)
	if _, err := context.Get("input"); err != errNotConfigured || context.Put("output", nil) != errNotConfigured {
		t.Errorf("%v", err)
	}
	if context.nanoseconds[Fetch] != notMeasured || context.nanoseconds[Store] != notMeasured {
		t.Errorf("%v", context.nanoseconds)
	}
}

func TestKeysAreThoseOfTheProtocol(t *testing.T) {
	longest := strings.Repeat("k", longestKey)
	for _, key := range []string{"a", "0", "input", "user-1.json", "a_b", "9..", longest} {
		if !isKey(key) {
			t.Errorf("%q is one", key)
		}
	}
	for _, key := range []string{"", ".", "..", "../a", "a/b", "-a", "_a", "A", "aB", "a b", "a\n", "é", "a\x00", longest + "k"} {
		if isKey(key) {
			t.Errorf("%q is none", key)
		}
	}
}
