package lumos

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// readAhead is what a pipe holds, so that a small frame takes one read.
const readAhead = 64 * 1024

// frameReader reads the frames that a function takes.
type frameReader struct {
	input *bufio.Reader
	// body keeps its memory from one frame to the next.
	body []byte
}

func newFrameReader(input io.Reader) *frameReader {
	return &frameReader{input: bufio.NewReaderSize(input, readAhead)}
}

// header gives the kind and the body's length of the next frame; io.EOF at the end of the input between two frames.
func (reader *frameReader) header() (kind byte, length int, err error) {
	var start [headerBytes]byte
	if count, err := io.ReadFull(reader.input, start[:]); err != nil {
		if count == 0 && errors.Is(err, io.EOF) {
			return 0, 0, io.EOF
		}
		return 0, 0, brokenInput(err)
	}
	size := binary.LittleEndian.Uint32(start[1:])
	if size > largestBody {
		return start[0], 0, tooLong(size)
	}
	return start[0], int(size), nil
}

// next gives the next frame between two invocations. Its body is good until the next is asked for.
func (reader *frameReader) next() (kind byte, body []byte, err error) {
	kind, length, err := reader.header()
	if err != nil {
		return 0, nil, err
	}
	switch kind {
	case kindInvoke, kindConfigure:
	case kindResult:
		return 0, nil, outOfOrder(kind)
	default:
		return 0, nil, unknownKind(kind)
	}
	if cap(reader.body) < length {
		reader.body = make([]byte, length)
	}
	body = reader.body[:length]
	return kind, body, reader.fill(body)
}

func (reader *frameReader) fill(body []byte) error {
	if _, err := io.ReadFull(reader.input, body); err != nil {
		return brokenInput(err)
	}
	return nil
}

func brokenInput(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return endWithinFrame
	}
	return streamError(fmt.Sprintf("standard streams: %v", err))
}

// withinInvocation is what an error means where an answer was waited for: even the end between two frames breaks the stream.
func withinInvocation(err error) error {
	if errors.Is(err, io.EOF) {
		return endWithinFrame
	}
	return err
}
