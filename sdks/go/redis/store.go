//go:build !wasip1

package redis

import (
	"errors"
	"net"
	"net/url"
	"strconv"
	"strings"

	"github.com/gomodule/redigo/redis"
	lumos "lumos-function"
)

func init() { lumos.RegisterService("redis", open) }

const usualPort = "6379"

// server is one that is connected to when an object is asked for first.
type server struct {
	address  string
	user     string
	password string
	database int
	prefix   string
	// reused is whether a connection outlives its invocation.
	reused bool

	connection redis.Conn
	// lost is whether this invocation has found the server out of reach: it does not try again, the next one does.
	lost       bool
	roundTrips uint32
}

// open takes redis://user:password@host:port/database. Nothing is connected yet.
func open(service lumos.Service) (lumos.ObjectStore, error) {
	address, err := url.Parse(service.URL)
	if err != nil {
		return nil, errors.New("not a URL")
	}
	if address.Scheme != "redis" || address.Hostname() == "" {
		return nil, errors.New("not a URL of Redis")
	}
	port := address.Port()
	if port == "" {
		port = usualPort
	}
	made := &server{prefix: service.Prefix, reused: service.Reused}
	made.address = net.JoinHostPort(address.Hostname(), port)
	made.user = address.User.Username()
	made.password, _ = address.User.Password()
	if database := strings.Trim(address.Path, "/"); database != "" {
		if made.database, err = strconv.Atoi(database); err != nil {
			return nil, errors.New("its database is no number")
		}
	}
	return made, nil
}

func (server *server) Begin() { server.lost, server.roundTrips = false, 0 }

func (server *server) End() {
	if !server.reused {
		server.Close()
	}
}

func (server *server) RoundTrips() uint32 { return server.roundTrips }

// Close ends the connection, if there is one; the next request makes another.
func (server *server) Close() {
	if server.connection != nil {
		server.connection.Close()
		server.connection = nil
	}
}

func (server *server) Get(key string, limit uint64) ([]byte, error) {
	key = server.prefix + key
	length, err := redis.Uint64(server.ask("STRLEN", key))
	if err != nil {
		return nil, err
	}
	if length > limit {
		return nil, lumos.TooLarge
	}
	object, err := redis.Bytes(server.ask("GET", key))
	switch {
	case errors.Is(err, redis.ErrNil):
		return nil, lumos.Missing
	case err != nil:
		return nil, err
	case uint64(len(object)) > limit:
		return nil, lumos.TooLarge
	}
	return object, nil
}

func (server *server) Put(key string, object []byte) error {
	_, err := server.ask("SET", server.prefix+key, object)
	return err
}

// ask sends a request and waits for its answer. Its errors are failures.
func (server *server) ask(command string, arguments ...any) (any, error) {
	if server.lost {
		return nil, lumos.Unreachable
	}
	if err := server.connect(); err != nil {
		return nil, server.failure(err)
	}
	answer, err := server.connection.Do(command, arguments...)
	if err == nil || saidByServer(err) {
		server.roundTrips++
	}
	if err != nil {
		return nil, server.failure(err)
	}
	return answer, nil
}

// connect makes a connection where there is none. Authentication and the choice of the database go as one round trip.
func (server *server) connect() error {
	if server.connection != nil {
		return nil
	}
	connection, err := redis.Dial("tcp", server.address)
	if err != nil {
		return err
	}
	if err := server.prepare(connection); err != nil {
		connection.Close()
		return err
	}
	server.connection = connection
	return nil
}

// prepare asks for what a new connection needs; without it, the connection is not used.
func (server *server) prepare(connection redis.Conn) error {
	questions := 0
	ask := func(command string, arguments ...any) {
		// What cannot be sent is not answered either, and is told there.
		_ = connection.Send(command, arguments...)
		questions++
	}
	switch {
	case server.user != "":
		ask("AUTH", server.user, server.password)
	case server.password != "":
		ask("AUTH", server.password)
	}
	if server.database != 0 {
		ask("SELECT", server.database)
	}
	if questions == 0 {
		return nil
	}
	if err := connection.Flush(); err != nil {
		return err
	}
	for answer := 0; answer < questions; answer++ {
		_, err := connection.Receive()
		if answer == 0 && (err == nil || saidByServer(err)) {
			server.roundTrips++
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func saidByServer(err error) bool { return errors.As(err, new(redis.Error)) }

// failure is what err means. What the server did not say is a connection that was lost.
func (server *server) failure(err error) lumos.Failure {
	var said redis.Error
	if !errors.As(err, &said) {
		server.lost = true
		server.Close()
		return lumos.Unreachable
	}
	code, _, _ := strings.Cut(said.Error(), " ")
	switch code {
	case "NOAUTH", "WRONGPASS", "NOPERM":
		return lumos.Denied
	default:
		return lumos.Failed
	}
}
