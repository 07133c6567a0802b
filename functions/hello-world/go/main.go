// Greets the name in the payload: "Hello, <name>!".
package main

import (
	"errors"
	"unicode/utf8"

	lumos "lumos-function"
)

func main() { lumos.Serve(handle) }

func handle(context *lumos.Context, payload []byte) (response []byte, err error) {
	var name string
	context.Time(lumos.Deserialize, func() { name, err = text(payload) })
	if err != nil {
		return nil, err
	}
	var greeting string
	context.Time(lumos.Compute, func() { greeting = greet(name) })
	context.Time(lumos.Serialize, func() { response = []byte(greeting) })
	return response, nil
}

func text(bytes []byte) (string, error) {
	if !utf8.Valid(bytes) {
		return "", errors.New("the name is not UTF-8")
	}
	return string(bytes), nil
}

func greet(name string) string {
	if name == "" {
		name = "world"
	}
	return "Hello, " + name + "!"
}
