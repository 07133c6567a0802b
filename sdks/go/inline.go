package lumos

import (
	"encoding/binary"
	"errors"
)

var errNotWhole = errors.New("storage: the payload does not begin with whole objects")

// inlineObjects are those of one invocation: in the payload, and in the response.
type inlineObjects struct {
	withoutConnection
	found map[string][]byte
	put   map[string][]byte
	// order has the keys in the order in which they were put first.
	order []string
}

// openInline finds the objects that the payload begins with, and gives them and the function's own payload.
func openInline(payload []byte) (*inlineObjects, []byte, error) {
	rest := payload
	number := func(width int) (int, bool) {
		if len(rest) < width {
			return 0, false
		}
		var wide [8]byte
		copy(wide[:], rest[:width])
		rest = rest[width:]
		return int(binary.LittleEndian.Uint64(wide[:])), true
	}
	sized := func(width int) ([]byte, bool) {
		length, whole := number(width)
		if !whole || length > len(rest) {
			return nil, false
		}
		taken := rest[:length:length]
		rest = rest[length:]
		return taken, true
	}
	count, whole := number(4)
	if !whole {
		return nil, nil, errNotWhole
	}
	objects := &inlineObjects{found: map[string][]byte{}, put: map[string][]byte{}}
	for ; count > 0; count-- {
		key, hasKey := sized(2)
		object, hasObject := sized(4)
		if !hasKey || !hasObject {
			return nil, nil, errNotWhole
		}
		if _, there := objects.found[string(key)]; !there {
			objects.found[string(key)] = object
		}
	}
	return objects, rest, nil
}

func (objects *inlineObjects) Get(key string, limit uint64) ([]byte, error) {
	object, there := objects.put[key]
	if !there {
		object, there = objects.found[key]
	}
	if !there {
		return nil, Missing
	}
	if uint64(len(object)) > limit {
		return nil, TooLarge
	}
	// A copy, as every other way gives: what the function does to it is not done to the object.
	return append(make([]byte, 0, len(object)), object...), nil
}

func (objects *inlineObjects) Put(key string, object []byte) error {
	if _, there := objects.put[key]; !there {
		objects.order = append(objects.order, key)
	}
	objects.put[key] = append(make([]byte, 0, len(object)), object...)
	return nil
}

// parts are what the response begins with: the objects that were put, one after another.
func (objects *inlineObjects) parts() [][]byte {
	parts := [][]byte{binary.LittleEndian.AppendUint32(nil, uint32(len(objects.order)))}
	for _, key := range objects.order {
		object := objects.put[key]
		before := binary.LittleEndian.AppendUint16(nil, uint16(len(key)))
		before = append(before, key...)
		before = binary.LittleEndian.AppendUint32(before, uint32(len(object)))
		parts = append(parts, before, object)
	}
	return parts
}
