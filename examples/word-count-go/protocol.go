// The protocol of docs/protocol.md, version 2, for a function without storage: the frames on the standard streams, and
// the clocks of the phases. Standard output belongs to it; what is for people goes to standard error.

package main

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"time"
)

const (
	protocolVersion = 2

	kindReady  = 0x01
	kindInvoke = 0x02
	kindAnswer = 0x03
	kindError  = 0x04

	largestFrame = 1 << 30
	headBytes    = 64
	notMeasured  = math.MaxUint64

	brokenStreamExitCode = 2
)

// Phase is a part of an invocation that is timed by itself.
type Phase int

// The phases in the order in which the head of an answer has them.
const (
	Deserialize Phase = iota
	Fetch
	Compute
	Store
	Serialize
	phases
)

// Context belongs to one invocation: how many this instance has taken, and what its phases took.
type Context struct {
	sequence    uint32
	nanoseconds [phases]uint64
}

func newContext(sequence uint32) *Context {
	context := &Context{sequence: sequence}
	for phase := range context.nanoseconds {
		context.nanoseconds[phase] = notMeasured
	}
	return context
}

// Time does the work of a phase and adds what it took to that phase.
func (context *Context) Time(phase Phase, work func()) {
	started := time.Now()
	work()
	took := uint64(time.Since(started).Nanoseconds())
	if context.nanoseconds[phase] == notMeasured {
		context.nanoseconds[phase] = 0
	}
	context.nanoseconds[phase] += took
}

// head is the 64 bytes before a response or a message. Round trips and bytes of a storage are never measured here.
func (context *Context) head() []byte {
	head := binary.LittleEndian.AppendUint32(make([]byte, 0, headBytes), context.sequence)
	for _, took := range context.nanoseconds {
		head = binary.LittleEndian.AppendUint64(head, took)
	}
	for len(head) < headBytes {
		head = append(head, 0xff)
	}
	return head
}

// Handler is a function: it gives the response to a payload, or an error that is told to whoever invoked it.
type Handler func(context *Context, payload []byte) ([]byte, error)

// Serve serves invocations on the standard streams until the input ends, and ends the process: with code 0 at the end
// of the input between two frames, with code 2 and a line on standard error if the stream is broken.
func Serve(handle Handler) {
	if err := serve(os.Stdin, os.Stdout, handle); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(brokenStreamExitCode)
	}
	os.Exit(0)
}

func serve(input io.Reader, output io.Writer, handle Handler) error {
	reader := bufio.NewReaderSize(input, 1<<16)
	if err := writeFrame(output, kindReady, []byte("LUMOS"), []byte{protocolVersion}); err != nil {
		return err
	}
	for sequence := uint32(1); ; sequence++ {
		payload, err := readInvoke(reader)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		context := newContext(sequence)
		kind, body := byte(kindAnswer), []byte(nil)
		if response, err := handle(context, payload); err != nil {
			kind, body = kindError, []byte(err.Error())
		} else {
			body = response
		}
		if err := writeFrame(output, kind, context.head(), body); err != nil {
			return err
		}
	}
}

// readInvoke gives the payload of the next frame; io.EOF at the end of the input between two frames.
func readInvoke(reader io.Reader) ([]byte, error) {
	var start [5]byte
	if n, err := io.ReadFull(reader, start[:]); err != nil {
		if n == 0 && errors.Is(err, io.EOF) {
			return nil, io.EOF
		}
		return nil, fmt.Errorf("the input ended within a frame: %w", io.ErrUnexpectedEOF)
	}
	length := binary.LittleEndian.Uint32(start[1:])
	if start[0] != kindInvoke {
		return nil, fmt.Errorf("a frame of the unknown kind 0x%02x", start[0])
	}
	if length > largestFrame {
		return nil, fmt.Errorf("a frame of %d bytes, and at most %d are taken", length, largestFrame)
	}
	payload := make([]byte, length)
	if _, err := io.ReadFull(reader, payload); err != nil {
		return nil, fmt.Errorf("the input ended within a frame: %w", io.ErrUnexpectedEOF)
	}
	return payload, nil
}

// writeFrame writes a frame of a kind whose body is `parts` one after the other, in one write.
func writeFrame(output io.Writer, kind byte, parts ...[]byte) error {
	length := 0
	for _, part := range parts {
		length += len(part)
	}
	if length > largestFrame {
		return fmt.Errorf("a frame of %d bytes, and at most %d can be sent", length, largestFrame)
	}
	frame := append(make([]byte, 0, 5+length), kind)
	frame = binary.LittleEndian.AppendUint32(frame, uint32(length))
	for _, part := range parts {
		frame = append(frame, part...)
	}
	if _, err := output.Write(frame); err != nil {
		return fmt.Errorf("the output cannot be written: %w", err)
	}
	return nil
}
