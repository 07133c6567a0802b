// Counts words: how often each word of a text is in it, the most frequent first, as JSON.
package main

import (
	"encoding/json"
	"errors"
	"sort"
	"strings"
	"unicode/utf8"
)

func main() {
	Serve(countWords)
}

type count struct {
	Word  string `json:"word"`
	Count int    `json:"count"`
}

type report struct {
	Words int     `json:"words"`
	Top   []count `json:"top"`
}

// mostFrequent is how many words of a text the report names.
const mostFrequent = 100

func countWords(context *Context, payload []byte) (response []byte, err error) {
	var text string
	context.Time(Deserialize, func() {
		if !utf8.Valid(payload) {
			err = errors.New("the text is not UTF-8")
		}
		text = string(payload)
	})
	if err != nil {
		return nil, err
	}
	var result report
	context.Time(Compute, func() { result = reportOn(text) })
	context.Time(Serialize, func() { response, err = json.Marshal(result) })
	return response, err
}

// reportOn takes words as runs of the letters a to z, in any case. Words that are equally frequent are in the order of
// the alphabet.
func reportOn(text string) report {
	counts := map[string]int{}
	words := 0
	for _, word := range strings.FieldsFunc(text, func(r rune) bool { return !isLetter(r) }) {
		counts[strings.ToLower(word)]++
		words++
	}
	top := make([]count, 0, len(counts))
	for word, times := range counts {
		top = append(top, count{word, times})
	}
	sort.Slice(top, func(i, j int) bool {
		if top[i].Count != top[j].Count {
			return top[i].Count > top[j].Count
		}
		return top[i].Word < top[j].Word
	})
	return report{Words: words, Top: top[:min(mostFrequent, len(top))]}
}

func isLetter(r rune) bool { return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' }
