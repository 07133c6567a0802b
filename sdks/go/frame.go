package lumos

import "encoding/binary"

// The kinds of frames of docs/protocol.md.
const (
	kindReady     = 0x01
	kindInvoke    = 0x02
	kindAnswer    = 0x03
	kindError     = 0x04
	kindConfigure = 0x05
	kindGet       = 0x06
	kindPut       = 0x07
	kindResult    = 0x08
)

const (
	protocolVersion = 2

	// headerBytes are a frame's kind and length.
	headerBytes = 5
	// headBytes stand before the response in an answer or error.
	headBytes = 4 + 8*int(phases) + 4 + 8 + 8
	// largestBody is what the protocol allows a frame, in bytes.
	largestBody = 1 << 30
	// largestResponse fits into a frame behind its head.
	largestResponse = largestBody - headBytes
)

// frameStart is what stands before the body of a frame.
func frameStart(kind byte, length int) [headerBytes]byte {
	start := [headerBytes]byte{kind}
	binary.LittleEndian.PutUint32(start[1:], uint32(length))
	return start
}
