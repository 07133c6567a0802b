package lumos

import "fmt"

// Handler is a function: it gives the response to a payload, or an error that is told to whoever invoked it. The payload is
// its own until it returns, and no longer.
type Handler func(context *Context, payload []byte) ([]byte, error)

// reply is what came of an invocation: the head, and the parts of the response or of the message.
type reply struct {
	kind byte
	head [headBytes]byte
	body [][]byte
}

// instance takes one invocation at a time, by frames or over HTTP.
type instance struct {
	handle   Handler
	sequence uint32
	limit    uint64
	inline   bool
	// store is absent for a function that has no objects, or has them inline.
	store ObjectStore
}

// configure takes the body of a configure frame. host is what is asked for objects where the frame says so; nil where there
// is none, which refuses every object.
func (instance *instance) configure(body []byte, host ObjectStore) error {
	parsed, err := parseConfiguration(body)
	if err != nil {
		return err
	}
	var store ObjectStore
	switch {
	case parsed.storage == "inline":
	case parsed.access == "host":
		store = host
	case parsed.storage == "file":
		store = folder{path: parsed.folder}
	default:
		if store, err = openService(parsed.storage, parsed.service); err != nil {
			return err
		}
	}
	if old := instance.store; old != nil {
		closeStore(old)
	}
	instance.limit, instance.inline, instance.store = parsed.limit, parsed.storage == "inline", store
	return nil
}

// closeStore gives back what a store that is used no more has open.
func closeStore(store ObjectStore) {
	if closer, ok := store.(interface{ Close() }); ok {
		closer.Close()
	}
}

func (instance *instance) invoke(payload []byte) reply {
	instance.sequence++
	if instance.inline {
		return instance.invokeInline(payload)
	}
	store := instance.store
	if store == nil {
		return instance.call(payload, nil, nil)
	}
	store.Begin()
	defer store.End()
	return instance.call(payload, store, nil)
}

func (instance *instance) invokeInline(payload []byte) reply {
	objects, rest, err := openInline(payload)
	if err != nil {
		return failed(newContext(instance.sequence, nil), err)
	}
	return instance.call(rest, objects, objects.parts)
}

// call calls the function. before gives what its response is preceded by.
func (instance *instance) call(payload []byte, store ObjectStore, before func() [][]byte) reply {
	context := newContext(instance.sequence, nil)
	if store != nil {
		context.session = &session{store: store, limit: instance.limit}
	}
	response, err := instance.handle(context, payload)
	if err != nil {
		return failed(context, err)
	}
	var body [][]byte
	if before != nil {
		body = before()
	}
	body = append(body, response)
	if length := lengthOf(body); length > largestResponse {
		return failed(context, fmt.Errorf("a response of %d bytes is above the limit of %d bytes", length, largestResponse))
	}
	return reply{kind: kindAnswer, head: context.head(), body: body}
}

func failed(context *Context, err error) reply {
	message := []byte(err.Error())
	return reply{kind: kindError, head: context.head(), body: [][]byte{message[:min(len(message), largestResponse)]}}
}

// noHost stands for the host where there is none to ask: over HTTP, where a request has one answer.
type noHost struct{ withoutConnection }

func (noHost) Get(string, uint64) ([]byte, error) { return nil, Unreachable }
func (noHost) Put(string, []byte) error           { return Unreachable }
