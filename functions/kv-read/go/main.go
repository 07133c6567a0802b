// Gets the object whose key is the payload: what is left is the cost of getting it.
package main

import (
	"fmt"
	"hash/crc32"

	lumos "lumos-function"
	_ "lumos-function/redis"
)

func main() { lumos.Serve(handle) }

func handle(context *lumos.Context, payload []byte) (response []byte, err error) {
	var key string
	context.Time(lumos.Deserialize, func() { key = string(payload) })
	object, err := context.Get(key)
	if err != nil {
		return nil, err
	}
	var checksum uint32
	context.Time(lumos.Compute, func() { checksum = crc32.ChecksumIEEE(object) })
	context.Time(lumos.Serialize, func() { response = fmt.Appendf(nil, "%d %08x", len(object), checksum) })
	return response, nil
}
