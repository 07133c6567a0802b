// SHA-256 of the payload, as 64 hexadecimal digits in lower case.
package main

import (
	"crypto/sha256"
	"encoding/hex"

	lumos "lumos-function"
)

func main() { lumos.Serve(handle) }

func handle(context *lumos.Context, payload []byte) (response []byte, err error) {
	var digest [sha256.Size]byte
	context.Time(lumos.Compute, func() { digest = sha256.Sum256(payload) })
	context.Time(lumos.Serialize, func() { response = []byte(hex.EncodeToString(digest[:])) })
	return response, nil
}
