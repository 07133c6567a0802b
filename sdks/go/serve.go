package lumos

import (
	"errors"
	"fmt"
	"io"
	"os"
)

// brokenStream is the exit code of an instance whose stream is broken.
const brokenStream = 2

// Serve serves invocations: on the standard streams until the input ends, or over HTTP at the address in LUMOS_HTTP. Then it
// ends the process: with code 0 at the end of the input between two frames, with code 2 and a line on standard error if the
// stream is broken or the address cannot be had.
func Serve(handle Handler) {
	if err := serve(handle); err != nil {
		fmt.Fprintf(os.Stderr, "lumos-function: %v\n", err)
		os.Exit(brokenStream)
	}
	os.Exit(0)
}

// Run serves the invocations of input and writes the replies to output, until input ends between two frames. Its error is why
// the stream of frames cannot go on; an error of the function itself is a reply and ends nothing.
func Run(input io.Reader, output io.Writer, handle Handler) error {
	reader, writer := newFrameReader(input), newFrameWriter(output)
	if err := sayReady(writer); err != nil {
		return err
	}
	instance := &instance{handle: handle}
	host := &host{reader: reader, writer: writer}
	for {
		kind, body, err := reader.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if kind == kindConfigure {
			if err := instance.configure(body, host); err != nil {
				return err
			}
			continue
		}
		reply := instance.invoke(body)
		if host.broken != nil {
			return host.broken
		}
		if err := writer.frame(reply.kind, append([][]byte{reply.head[:]}, reply.body...)...); err != nil {
			return err
		}
	}
}

func sayReady(writer *frameWriter) error {
	return writer.frame(kindReady, []byte("LUMOS"), []byte{protocolVersion})
}
