//go:build !wasip1

package redis

import (
	"bufio"
	"errors"
	"net"
	"strings"
	"sync/atomic"
	"testing"

	lumos "lumos-function"
)

// scripted listens, and says one answer of the script for each command that is sent. It tells how many came.
func scripted(t *testing.T, answers ...string) (url string, connections *atomic.Int32) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	connections = new(atomic.Int32)
	go func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			connections.Add(1)
			lines := bufio.NewScanner(connection)
			for len(answers) > 0 && lines.Scan() {
				// A command begins with how many words it has.
				if strings.HasPrefix(lines.Text(), "*") {
					_, _ = connection.Write([]byte(answers[0]))
					answers = answers[1:]
				}
			}
			connection.Close()
		}
	}()
	return "redis://user:secret@" + listener.Addr().String() + "/3", connections
}

func opened(t *testing.T, url string, reused bool) lumos.ObjectStore {
	t.Helper()
	store, err := open(lumos.Service{URL: url, Prefix: "p:", Reused: reused})
	if err != nil {
		t.Fatal(err)
	}
	store.Begin()
	return store
}

func TestURLsThatAreNotRedisAreRefused(t *testing.T) {
	for _, url := range []string{"", "http://host:1/0", "redis:///0", "redis://host/name", "redis://host:port"} {
		if _, err := open(lumos.Service{URL: url}); err == nil {
			t.Errorf("%q was taken", url)
		}
	}
}

func TestWhoAsksAndWhatForGoesAsOneRoundTripAndEachQuestionAsAnother(t *testing.T) {
	url, connections := scripted(t, "+OK\r\n", "+OK\r\n", ":2\r\n", "$2\r\nhi\r\n", "+OK\r\n")
	store := opened(t, url, true)
	object, err := store.Get("input", 2)
	if err != nil || string(object) != "hi" || store.RoundTrips() != 3 {
		t.Fatalf("%q, %v, %d round trips", object, err, store.RoundTrips())
	}
	store.End()
	store.Begin()
	if err := store.Put("output", []byte("x")); err != nil || store.RoundTrips() != 1 || connections.Load() != 1 {
		t.Errorf("%v, %d round trips on %d connections", err, store.RoundTrips(), connections.Load())
	}
}

func TestWhatTheServerSaysIsAFailureOfTheProtocol(t *testing.T) {
	for _, said := range []struct {
		answers []string
		failure lumos.Failure
		trips   uint32
	}{
		{[]string{"-WRONGPASS no\r\n"}, lumos.Denied, 1},
		{[]string{"+OK\r\n", "+OK\r\n", "-NOPERM no\r\n"}, lumos.Denied, 2},
		{[]string{"+OK\r\n", "+OK\r\n", "-WRONGTYPE no\r\n"}, lumos.Failed, 2},
		{[]string{"+OK\r\n", "+OK\r\n", ":3\r\n"}, lumos.TooLarge, 2},
		{[]string{"+OK\r\n", "+OK\r\n", ":0\r\n", "$-1\r\n"}, lumos.Missing, 3},
		{[]string{"+OK\r\n", "+OK\r\n"}, lumos.Unreachable, 1},
	} {
		url, _ := scripted(t, said.answers...)
		store := opened(t, url, true)
		if _, err := store.Get("input", 2); !errors.Is(err, said.failure) || store.RoundTrips() != said.trips {
			t.Errorf("%q: %v, %d round trips", said.answers, err, store.RoundTrips())
		}
	}
}

func TestAnInvocationThatFoundNobodyDoesNotTryAgainAndTheNextDoes(t *testing.T) {
	url, connections := scripted(t)
	store := opened(t, url, true)
	for range [2]int{} {
		if _, err := store.Get("input", 2); !errors.Is(err, lumos.Unreachable) {
			t.Error(err)
		}
	}
	if store.Begin(); connections.Load() != 1 {
		t.Errorf("%d connections", connections.Load())
	}
	if _, err := store.Get("input", 2); !errors.Is(err, lumos.Unreachable) || connections.Load() != 2 {
		t.Errorf("%v, %d connections", err, connections.Load())
	}
}

func TestAConnectionOfOneInvocationIsNotThereInTheNext(t *testing.T) {
	url, connections := scripted(t, "+OK\r\n", "+OK\r\n", "+OK\r\n", "+OK\r\n", "+OK\r\n", "+OK\r\n")
	store := opened(t, url, false)
	for range [2]int{} {
		store.Begin()
		if err := store.Put("output", nil); err != nil || store.RoundTrips() != 2 {
			t.Errorf("%v, %d round trips", err, store.RoundTrips())
		}
		store.End()
	}
	if connections.Load() != 2 {
		t.Errorf("%d connections", connections.Load())
	}
}
