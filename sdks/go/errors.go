package lumos

import "fmt"

// streamError is why the stream of frames, or a configuration, cannot be gone on with.
type streamError string

func (why streamError) Error() string { return string(why) }

func unknownKind(kind byte) error {
	return streamError(fmt.Sprintf("unknown kind of frame: 0x%02x", kind))
}

func outOfOrder(kind byte) error {
	return streamError(fmt.Sprintf("a frame of kind 0x%02x out of order", kind))
}

func tooLong(length uint32) error {
	return streamError(fmt.Sprintf("a frame of %d bytes is above the limit of 1 GiB", length))
}

func badConfiguration(why string) error {
	return streamError("the configuration of the storage: " + why)
}

func badResult(why string) error {
	return streamError("a result of the host: " + why)
}

const endWithinFrame = streamError("input ended within a frame")
