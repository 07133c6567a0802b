package main

import (
	"encoding/binary"
	"math"
	"testing"
)

func matrices(order uint32, entries ...float64) []byte {
	payload := binary.LittleEndian.AppendUint32(nil, order)
	return append(payload, bytesOf(entries)...)
}

func TestRowsMeetColumns(t *testing.T) {
	given, err := factorsIn(matrices(2, 1, 2, 3, 4, 5, 6, 7, 8))
	if err != nil {
		t.Fatal(err)
	}
	expected := []float64{19, 22, 43, 50}
	for index, entry := range given.multiply() {
		if entry != expected[index] {
			t.Errorf("entry %d is %v", index, entry)
		}
	}
}

func TestAPayloadOfAnotherSizeIsRefused(t *testing.T) {
	for message, payload := range map[string][]byte{
		"the payload ends before the order of the matrices":     {1, 0, 0},
		"two matrices of order 2 do not have 8 bytes":           matrices(2, 1),
		"two matrices of order 1 do not have 24 bytes":          matrices(1, 1, 2, 3),
		"two matrices of order 4294967295 do not have 16 bytes": matrices(math.MaxUint32, 1, 2),
		"two matrices of order 2147483648 do not have 0 bytes":  matrices(1 << 31),
	} {
		if _, err := factorsIn(payload); err == nil || err.Error() != message {
			t.Errorf("%v; expected %s", err, message)
		}
	}
}

func TestMatricesOfOrderZeroHaveAnEmptyProduct(t *testing.T) {
	given, err := factorsIn(matrices(0))
	if err != nil || len(given.multiply()) != 0 {
		t.Errorf("%v", err)
	}
}
