package main

import (
	"bytes"
	"encoding/json"
)

// marshal writes a value as JSON with nothing escaped that JSON does not ask for, as other languages write it.
func marshal(value any) ([]byte, error) {
	var written bytes.Buffer
	encoder := json.NewEncoder(&written)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return nil, err
	}
	// The encoder ends what it writes with a line feed.
	return separatorsAsTheyAre(bytes.TrimSuffix(written.Bytes(), []byte("\n"))), nil
}

// The encoder escapes the separators of lines and paragraphs always, for the sake of old JavaScript.
var separators = map[string]string{`\u2028`: "\u2028", `\u2029`: "\u2029"}

const escapeBytes = len(`\u2028`)

// separatorsAsTheyAre takes these escapes back. A backslash that is escaped itself begins none.
func separatorsAsTheyAre(text []byte) []byte {
	if !bytes.Contains(text, []byte(`\u202`)) {
		return text
	}
	plain := make([]byte, 0, len(text))
	for {
		at := bytes.IndexByte(text, '\\')
		if at < 0 {
			return append(plain, text...)
		}
		plain = append(plain, text[:at]...)
		text = text[at:]
		if separator, is := separators[string(text[:min(escapeBytes, len(text))])]; is {
			plain = append(plain, separator...)
			text = text[escapeBytes:]
			continue
		}
		const escapeStart = 2
		plain = append(plain, text[:escapeStart]...)
		text = text[escapeStart:]
	}
}
