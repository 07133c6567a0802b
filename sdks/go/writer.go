package lumos

import (
	"fmt"
	"io"
)

// largestJoined is the largest frame, in bytes, that is copied together to be written at once.
const largestJoined = 16 * 1024

// frameWriter writes a function's frames: a small one with a single write, a large one without copying its body.
type frameWriter struct {
	output io.Writer
	joined []byte
}

func newFrameWriter(output io.Writer) *frameWriter {
	return &frameWriter{output: output, joined: make([]byte, 0, largestJoined)}
}

// frame writes a frame of a kind whose body is parts one after another.
func (writer *frameWriter) frame(kind byte, parts ...[]byte) error {
	length := lengthOf(parts)
	start := frameStart(kind, length)
	writer.joined = append(writer.joined[:0], start[:]...)
	for _, part := range parts {
		if len(writer.joined)+len(part) <= largestJoined {
			writer.joined = append(writer.joined, part...)
			continue
		}
		if err := writer.flush(); err != nil {
			return err
		}
		if err := writer.write(part); err != nil {
			return err
		}
	}
	return writer.flush()
}

func (writer *frameWriter) flush() error {
	if len(writer.joined) == 0 {
		return nil
	}
	err := writer.write(writer.joined)
	writer.joined = writer.joined[:0]
	return err
}

func (writer *frameWriter) write(bytes []byte) error {
	if _, err := writer.output.Write(bytes); err != nil {
		return streamError(fmt.Sprintf("standard streams: %v", err))
	}
	return nil
}

func lengthOf(parts [][]byte) int {
	length := 0
	for _, part := range parts {
		length += len(part)
	}
	return length
}
