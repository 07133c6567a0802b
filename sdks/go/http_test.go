//go:build !wasip1

package lumos

import (
	"bytes"
	"encoding/base64"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// shout answers its payload in capitals; "fail" is an error, "get" the object "input".
func shout(context *Context, payload []byte) (response []byte, err error) {
	switch string(payload) {
	case "fail":
		return nil, errors.New("refused")
	case "get":
		return context.Get("input")
	}
	context.Time(Compute, func() { response = bytes.ToUpper(payload) })
	return response, nil
}

func startHTTP(t *testing.T) *httptest.Server {
	t.Helper()
	server := httptest.NewUnstartedServer(nil)
	server.Config = newServer(shout)
	server.Start()
	t.Cleanup(server.Close)
	return server
}

type httpAnswer struct {
	status int
	head   []byte
	body   string
}

func post(t *testing.T, server *httptest.Server, body string, configuration string) httpAnswer {
	t.Helper()
	request, err := http.NewRequest(http.MethodPost, server.URL, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if configuration != "" {
		request.Header.Set("lumos-configure", configuration)
	}
	return answerTo(t, request)
}

func answerTo(t *testing.T, request *http.Request) httpAnswer {
	t.Helper()
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil || response.ContentLength != int64(len(body)) {
		t.Fatalf("content-length %d, %d bytes, %v", response.ContentLength, len(body), err)
	}
	head, err := base64.StdEncoding.DecodeString(response.Header.Get("lumos-head"))
	if err != nil {
		t.Fatal(err)
	}
	return httpAnswer{response.StatusCode, head, string(body)}
}

func TestOneInstanceCountsTheInvocationsOfAllRequests(t *testing.T) {
	server := startHTTP(t)
	for sequence := byte(1); sequence <= 3; sequence++ {
		answer := post(t, server, "hi", "")
		if answer.status != 200 || answer.body != "HI" || len(answer.head) != headBytes || answer.head[0] != sequence {
			t.Errorf("%+v", answer)
		}
		if answer.head[4] != 0xff || answer.head[27] == 0xff {
			t.Errorf("deserialize was not entered, and compute was: %x", answer.head)
		}
	}
}

func TestBodiesOfEverySizeComeBackWholeOverHTTP(t *testing.T) {
	server := startHTTP(t)
	for _, size := range []int{0, 1, 16_000, 1 << 16, 16 << 20} {
		if answer := post(t, server, strings.Repeat("x", size), ""); answer.body != strings.Repeat("X", size) {
			t.Errorf("%d bytes: status %d, %d bytes", size, answer.status, len(answer.body))
		}
	}
}

func TestAnErrorOfTheFunctionIsA500WithItsMessageAndTheHead(t *testing.T) {
	server := startHTTP(t)
	if answer := post(t, server, "fail", ""); answer.status != 500 || answer.body != "refused" || answer.head[0] != 1 {
		t.Errorf("%+v", answer)
	}
	if answer := post(t, server, "ok", ""); answer.status != 200 || answer.head[0] != 2 {
		t.Errorf("%+v", answer)
	}
}

func TestTheHeaderSaysWhereTheObjectsAre(t *testing.T) {
	server := startHTTP(t)
	inline := base64.StdEncoding.EncodeToString([]byte("storage=inline\nlimit=10\n"))
	payload := "\x01\x00\x00\x00\x05\x00input\x02\x00\x00\x00higet"
	for range [2]int{} {
		if answer := post(t, server, payload, inline); answer.status != 200 || answer.body != "\x00\x00\x00\x00hi" {
			t.Errorf("%+v", answer)
		}
	}
	host := base64.StdEncoding.EncodeToString([]byte("storage=redis\naccess=host\nlimit=10\n"))
	if answer := post(t, server, "get", host); answer.status != 500 || answer.body != "storage: the service cannot be reached" {
		t.Errorf("%+v", answer)
	}
	for header, line := range map[string]string{
		"?!": "lumos-configure is not base64\n",
		base64.StdEncoding.EncodeToString([]byte("limit=1\n")): "lumos-configure: the configuration of the storage: it has no storage\n",
	} {
		if answer := post(t, server, "hi", header); answer.status != 400 || answer.body != line || len(answer.head) != 0 {
			t.Errorf("%+v", answer)
		}
	}
}

func TestWhatIsNoRequestOfAFunctionIsRefusedWithoutAHead(t *testing.T) {
	server := startHTTP(t)
	for _, refused := range []struct {
		method, path string
		status       int
	}{
		{http.MethodGet, "/", 405},
		{http.MethodPut, "/other", 405},
		{http.MethodPost, "/other", 404},
		{http.MethodPost, "/?query", 404},
	} {
		request, err := http.NewRequest(refused.method, server.URL+refused.path, nil)
		if err != nil {
			t.Fatal(err)
		}
		if answer := answerTo(t, request); answer.status != refused.status || len(answer.head) != 0 {
			t.Errorf("%s %s: %+v", refused.method, refused.path, answer)
		}
	}
}

func TestAHeadAboveTheLimitIsRefused(t *testing.T) {
	request, err := http.NewRequest(http.MethodPost, startHTTP(t).URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("lumos-configure", strings.Repeat("x", 2*largestHead))
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if response.StatusCode != 431 || response.Header.Get("lumos-head") != "" {
		t.Errorf("%d", response.StatusCode)
	}
}

func TestABodyAboveTheLimitIsRefusedBeforeItIsRead(t *testing.T) {
	request := httptest.NewRequest(http.MethodPost, "/", strings.NewReader("short"))
	request.RequestURI, request.ContentLength = "/", largestBody+1
	recorder := httptest.NewRecorder()
	newServer(shout).Handler.ServeHTTP(recorder, request)
	if recorder.Code != 413 || recorder.Header().Get("lumos-head") != "" {
		t.Errorf("%d", recorder.Code)
	}
}
