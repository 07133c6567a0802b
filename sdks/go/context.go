package lumos

import (
	"encoding/binary"
	"errors"
	"math"
	"time"
)

// Phase is a part of an invocation that is timed by itself.
type Phase int

// The phases in the order in which the head of an answer has them.
const (
	// Deserialize turns the payload's bytes into values.
	Deserialize Phase = iota
	// Fetch gets data from storage.
	Fetch
	// Compute is what the function is for.
	Compute
	// Store puts data into storage.
	Store
	// Serialize turns the result into the response's bytes.
	Serialize
	phases
)

// notMeasured has all bits set on the wire: this was not measured, which is not 0.
const notMeasured = math.MaxUint64

// Context is one invocation as the function sees it: it names the phase each part of the work belongs to, and gets and
// puts the function's objects.
type Context struct {
	sequence    uint32
	nanoseconds [phases]uint64
	session     *session
}

func newContext(sequence uint32, session *session) *Context {
	context := &Context{sequence: sequence, session: session}
	for phase := range context.nanoseconds {
		context.nanoseconds[phase] = notMeasured
	}
	return context
}

// Sequence is which invocation of this instance this is; the first is 1.
func (context *Context) Sequence() uint32 { return context.sequence }

// Time does the work of a phase and adds what it took to that phase. Phases do not nest; one that is never entered is
// reported as not measured.
func (context *Context) Time(phase Phase, work func()) {
	begun := time.Now()
	work()
	context.add(phase, time.Since(begun))
}

// Get gives the object under key, from wherever the experiment keeps the function's objects. Its time belongs to the phase
// Fetch. A key is 1 to 200 of the characters a-z, 0-9, '.', '_' and '-', and begins with a letter or digit.
//
// Its errors have the messages of docs/protocol.md, the same wherever the objects are.
func (context *Context) Get(key string) (object []byte, err error) {
	if context.session == nil {
		return nil, errNotConfigured
	}
	context.Time(Fetch, func() { object, err = context.session.get(key) })
	return object, err
}

// Put stores object under key, wherever the experiment keeps the function's objects, in the place of one that is there.
// Its time belongs to the phase Store. Its errors are those of Get.
func (context *Context) Put(key string, object []byte) (err error) {
	if context.session == nil {
		return errNotConfigured
	}
	context.Time(Store, func() { err = context.session.put(key, object) })
	return err
}

var errNotConfigured = errors.New("storage: the function was not configured with a storage")

func (context *Context) add(phase Phase, took time.Duration) {
	total := &context.nanoseconds[phase]
	if *total == notMeasured {
		*total = 0
	}
	*total += uint64(took.Nanoseconds())
}

// head is what the reply says of this invocation.
func (context *Context) head() (head [headBytes]byte) {
	bytes := binary.LittleEndian.AppendUint32(head[:0], context.sequence)
	for _, took := range context.nanoseconds {
		bytes = binary.LittleEndian.AppendUint64(bytes, took)
	}
	roundTrips, fetched, stored := uint32(math.MaxUint32), uint64(notMeasured), uint64(notMeasured)
	if session := context.session; session != nil {
		roundTrips, fetched, stored = session.store.RoundTrips(), session.fetched, session.stored
	}
	bytes = binary.LittleEndian.AppendUint32(bytes, roundTrips)
	bytes = binary.LittleEndian.AppendUint64(bytes, fetched)
	binary.LittleEndian.AppendUint64(bytes, stored)
	return head
}
