// Package lumos is what a Lumos function in Go stands on: the loop that takes an invocation and returns a response, the
// framing of docs/protocol.md, HTTP, and the clocks of the function's phases. A function's own file is its logic and
// nothing else:
//
//	package main
//
//	import (
//		"bytes"
//
//		lumos "lumos-function"
//	)
//
//	func main() { lumos.Serve(handle) }
//
//	func handle(context *lumos.Context, payload []byte) (response []byte, err error) {
//		context.Time(lumos.Compute, func() { response = bytes.ToUpper(payload) })
//		return response, nil
//	}
//
// The same source is a process, a container, and a WASI command (GOOS=wasip1). Standard output belongs to the protocol; a
// function that has something to say to people says it on standard error.
//
// Objects in Redis need a client: import lumos-function/redis for its effect.
package lumos
