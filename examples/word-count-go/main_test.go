package main

import "testing"

func TestWordsAreCountedInAnyCaseTheMostFrequentFirst(t *testing.T) {
	response, err := countWords(newContext(1), []byte("The cat, the dog; THE end.\nA cat's dog?"))
	if err != nil {
		t.Fatal(err)
	}
	expected := `{"words":10,"top":[{"word":"the","count":3},{"word":"cat","count":2},{"word":"dog","count":2},` +
		`{"word":"a","count":1},{"word":"end","count":1},{"word":"s","count":1}]}`
	if string(response) != expected {
		t.Errorf("%s, expected %s", response, expected)
	}
}

func TestATextWithoutWordsHasNone(t *testing.T) {
	response, err := countWords(newContext(1), []byte(" 12 -- ü"))
	if err != nil || string(response) != `{"words":0,"top":[]}` {
		t.Errorf("%s, %v", response, err)
	}
}

func TestWhatIsNotUTF8IsAnError(t *testing.T) {
	_, err := countWords(newContext(1), []byte{'a', 0xff})
	if err == nil || err.Error() != "the text is not UTF-8" {
		t.Errorf("error %v", err)
	}
}
