//go:build !wasip1

package lumos

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"runtime/debug"
	"strconv"
	"sync"
)

// addressVariable names the address to serve at.
const addressVariable = "LUMOS_HTTP"

// largestHead is the largest head of a request, in bytes: room for a storage's address.
const largestHead = 64 * 1024

func serve(handle Handler) error {
	address, there := os.LookupEnv(addressVariable)
	if !there {
		return Run(os.Stdin, os.Stdout, handle)
	}
	if err := serveAt(address, handle); err != nil {
		return fmt.Errorf("%s=%s: %w", addressVariable, address, err)
	}
	return nil
}

// serveAt serves until the standard input ends.
func serveAt(address string, handle Handler) error {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return err
	}
	defer listener.Close()
	failed := make(chan error, 2)
	server := newServer(handle)
	go func() { failed <- server.Serve(listener) }()
	if err := sayReady(newFrameWriter(os.Stdout)); err != nil {
		return err
	}
	go func() {
		_, err := io.Copy(io.Discard, os.Stdin)
		failed <- err
	}()
	return <-failed
}

func newServer(handle Handler) *http.Server {
	return &http.Server{Handler: &httpInstance{instance: instance{handle: handle}}, MaxHeaderBytes: largestHead}
}

// httpInstance answers the requests of all connections by one instance, one at a time.
type httpInstance struct {
	turn     sync.Mutex
	instance instance
	// configuration is the header that the storage was last configured by.
	configuration string
}

func (served *httpInstance) ServeHTTP(writer http.ResponseWriter, request *http.Request) {
	// The server would go on without the connection; a function that panics is one that has crashed.
	defer crashOnPanic()
	payload, status, why := payloadOf(writer, request)
	if status != 0 {
		refuse(writer, status, why)
		return
	}
	reply, err := served.invoke(request.Header.Get("lumos-configure"), payload)
	if err != nil {
		refuse(writer, http.StatusBadRequest, err.Error())
		return
	}
	send(writer, reply)
}

// invoke configures the function, where the header has changed, and calls it. The error is a line for whoever asked.
func (served *httpInstance) invoke(configuration string, payload []byte) (reply, error) {
	served.turn.Lock()
	defer served.turn.Unlock()
	if configuration != "" && configuration != served.configuration {
		body, err := base64.StdEncoding.Strict().DecodeString(configuration)
		if err != nil {
			return reply{}, errors.New("lumos-configure is not base64")
		}
		if err := served.instance.configure(body, noHost{}); err != nil {
			return reply{}, fmt.Errorf("lumos-configure: %w", err)
		}
		served.configuration = configuration
	}
	return served.instance.invoke(payload), nil
}

// payloadOf gives a request's body; or the status and the line of what is no request that a function takes.
func payloadOf(writer http.ResponseWriter, request *http.Request) (payload []byte, status int, why string) {
	const tooLarge = "the body is above the limit of 1 GiB"
	switch {
	case request.Method != http.MethodPost:
		return nil, http.StatusMethodNotAllowed, "a function takes POST"
	case request.RequestURI != "/":
		return nil, http.StatusNotFound, "a function is at /"
	case request.ContentLength > largestBody:
		return nil, http.StatusRequestEntityTooLarge, tooLarge
	}
	payload, err := readBody(http.MaxBytesReader(writer, request.Body, largestBody), request.ContentLength)
	if errors.As(err, new(*http.MaxBytesError)) {
		return nil, http.StatusRequestEntityTooLarge, tooLarge
	}
	if err != nil {
		return nil, http.StatusBadRequest, "the body is not whole"
	}
	return payload, 0, ""
}

// readBody reads a body of a length that is known, or is not where it is -1.
func readBody(body io.Reader, length int64) ([]byte, error) {
	if length < 0 {
		return io.ReadAll(body)
	}
	payload := make([]byte, length)
	_, err := io.ReadFull(body, payload)
	return payload, err
}

func send(writer http.ResponseWriter, reply reply) {
	status := http.StatusOK
	if reply.kind == kindError {
		status = http.StatusInternalServerError
	}
	header := writer.Header()
	header["Date"] = nil
	header.Set("Content-Type", "application/octet-stream")
	header.Set("Content-Length", strconv.Itoa(lengthOf(reply.body)))
	header.Set("Lumos-Head", base64.StdEncoding.EncodeToString(reply.head[:]))
	writer.WriteHeader(status)
	// Whoever does not take the answer is gone, and the next is served.
	_, _ = writer.Write(joined(reply.body))
}

// joined copies only where there is more than one part.
func joined(parts [][]byte) []byte {
	if len(parts) == 1 {
		return parts[0]
	}
	return bytes.Join(parts, nil)
}

func refuse(writer http.ResponseWriter, status int, why string) {
	header := writer.Header()
	header.Set("Content-Type", "text/plain")
	header.Set("Content-Length", strconv.Itoa(len(why)+1))
	writer.WriteHeader(status)
	fmt.Fprintln(writer, why)
}

func crashOnPanic() {
	if panicked := recover(); panicked != nil {
		fmt.Fprintf(os.Stderr, "panic: %v\n\n%s", panicked, debug.Stack())
		os.Exit(brokenStream)
	}
}
