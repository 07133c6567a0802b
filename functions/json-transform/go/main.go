// Turns a JSON array of orders into a JSON report: orders that have items, the dearest first, each with what it comes to,
// and what the orders of each country come to.
package main

import (
	"encoding/json"
	"errors"
	"unicode/utf8"

	lumos "lumos-function"
)

func main() { lumos.Serve(handle) }

func handle(context *lumos.Context, payload []byte) (response []byte, err error) {
	var orders []order
	context.Time(lumos.Deserialize, func() { orders, err = ordersIn(payload) })
	if err != nil {
		return nil, err
	}
	var result report
	context.Time(lumos.Compute, func() { result, err = reportOn(orders) })
	if err != nil {
		return nil, err
	}
	context.Time(lumos.Serialize, func() { response, err = marshal(result) })
	return response, err
}

// ordersIn refuses what the package json would mend without a word: bytes that are not UTF-8, and null for a list.
func ordersIn(payload []byte) (orders []order, err error) {
	if !utf8.Valid(payload) {
		return nil, errors.New("the payload is not UTF-8")
	}
	if err := json.Unmarshal(payload, &orders); err != nil {
		return nil, err
	}
	if orders == nil {
		return nil, errors.New("the payload is no list of orders")
	}
	return orders, nil
}
