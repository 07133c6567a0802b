// Multiplies two square matrices. The payload is their order n as a 32-bit integer, then both matrices, row by row, as
// 64-bit floating-point numbers; the response is the product in the same form, without n. Everything is little-endian.
package main

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"

	lumos "lumos-function"
)

const (
	orderBytes = 4
	entryBytes = 8
)

func main() { lumos.Serve(handle) }

func handle(context *lumos.Context, payload []byte) (response []byte, err error) {
	var given factors
	context.Time(lumos.Deserialize, func() { given, err = factorsIn(payload) })
	if err != nil {
		return nil, err
	}
	var product []float64
	context.Time(lumos.Compute, func() { product = given.multiply() })
	context.Time(lumos.Serialize, func() { response = bytesOf(product) })
	return response, nil
}

type factors struct {
	n    int
	a, b []float64
}

func factorsIn(payload []byte) (factors, error) {
	if len(payload) < orderBytes {
		return factors{}, errors.New("the payload ends before the order of the matrices")
	}
	order, rest := binary.LittleEndian.Uint32(payload), payload[orderBytes:]
	// As many entries as the payload has tell the order's square without it overflowing.
	entries := uint64(order) * uint64(order)
	if len(rest)%(2*entryBytes) != 0 || uint64(len(rest)/(2*entryBytes)) != entries {
		return factors{}, fmt.Errorf("two matrices of order %d do not have %d bytes", order, len(rest))
	}
	half := len(rest) / 2
	return factors{n: int(order), a: entriesOf(rest[:half]), b: entriesOf(rest[half:])}, nil
}

func entriesOf(bytes []byte) []float64 {
	entries := make([]float64, len(bytes)/entryBytes)
	for index := range entries {
		entries[index] = math.Float64frombits(binary.LittleEndian.Uint64(bytes[index*entryBytes:]))
	}
	return entries
}

func (given factors) multiply() []float64 {
	n := given.n
	product := make([]float64, n*n)
	for i := 0; i < n; i++ {
		row := product[i*n : (i+1)*n]
		for k := 0; k < n; k++ {
			factor := given.a[i*n+k]
			for j, entry := range given.b[k*n : (k+1)*n] {
				// The conversion rounds the product by itself: no processor may fuse it with the sum.
				row[j] += float64(factor * entry)
			}
		}
	}
	return product
}

func bytesOf(entries []float64) []byte {
	bytes := make([]byte, 0, len(entries)*entryBytes)
	for _, entry := range entries {
		bytes = binary.LittleEndian.AppendUint64(bytes, math.Float64bits(entry))
	}
	return bytes
}
