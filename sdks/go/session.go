package lumos

import (
	"errors"
	"fmt"
)

// Failure is why an object could not be had or stored: a status of docs/protocol.md.
type Failure byte

// The statuses of the protocol. The first says that it was done.
const (
	Missing Failure = 1 + iota
	Denied
	TooLarge
	Unreachable
	NotAllowed
	Failed
)

// Error says it in the protocol's words, as far as they name neither the key nor the limit.
func (failure Failure) Error() string { return failure.message("", 0) }

func (failure Failure) message(key string, limit uint64) string {
	switch failure {
	case Missing:
		return fmt.Sprintf("storage: there is no object \"%s\"", key)
	case Denied:
		return "storage: the service refuses the credentials"
	case TooLarge:
		return fmt.Sprintf("storage: object \"%s\" is larger than the limit of %d bytes", key, limit)
	case Unreachable:
		return "storage: the service cannot be reached"
	case NotAllowed:
		return fmt.Sprintf("storage: key \"%s\" is not allowed", key)
	default:
		return "storage: the service answered with an error"
	}
}

// ObjectStore is a way to a function's objects. Keys are good ones, and objects that are put are within the limit. Its errors
// are a Failure each; any other is taken as Failed.
type ObjectStore interface {
	// Get gives the object under key, which is not larger than limit bytes.
	Get(key string, limit uint64) ([]byte, error)
	Put(key string, object []byte) error
	// Begin is called when an invocation begins, End when the function has done its work for it.
	Begin()
	End()
	// RoundTrips are the requests of this invocation of which the answer was waited for.
	RoundTrips() uint32
}

// withoutConnection is what stores that connect to nothing have in common.
type withoutConnection struct{}

func (withoutConnection) Begin()             {}
func (withoutConnection) End()               {}
func (withoutConnection) RoundTrips() uint32 { return 0 }

// session is the objects in one invocation: it keeps the limit, and counts.
type session struct {
	store   ObjectStore
	limit   uint64
	fetched uint64
	stored  uint64
}

func (session *session) get(key string) ([]byte, error) {
	if !isKey(key) {
		return nil, session.told(key, NotAllowed)
	}
	object, err := session.store.Get(key, session.limit)
	if err != nil {
		return nil, session.told(key, err)
	}
	session.fetched += uint64(len(object))
	return object, nil
}

func (session *session) put(key string, object []byte) error {
	if !isKey(key) {
		return session.told(key, NotAllowed)
	}
	if uint64(len(object)) > session.limit {
		return session.told(key, TooLarge)
	}
	if err := session.store.Put(key, object); err != nil {
		return session.told(key, err)
	}
	session.stored += uint64(len(object))
	return nil
}

// told is the function's error, in the protocol's words.
func (session *session) told(key string, err error) error {
	failure := Failed
	errors.As(err, &failure)
	return errors.New(failure.message(key, session.limit))
}

const longestKey = 200

// isKey tells keys of docs/protocol.md, which are safe as a file's name, in a URL and in Redis.
func isKey(key string) bool {
	if key == "" || len(key) > longestKey {
		return false
	}
	for index := 0; index < len(key); index++ {
		letter := key[index]
		alphanumeric := letter >= 'a' && letter <= 'z' || letter >= '0' && letter <= '9'
		if !alphanumeric && (index == 0 || letter != '.' && letter != '_' && letter != '-') {
			return false
		}
	}
	return true
}
