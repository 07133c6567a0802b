package main

import (
	"fmt"
	"math"
	"strings"
	"testing"
)

func jsonOrder(id int, country string, items ...string) string {
	return fmt.Sprintf(`{"id":%d,"customer":"c","country":"%s","items":[%s],"note":"n"}`, id, country, strings.Join(items, ","))
}

func jsonItem(quantity, cents uint64) string {
	return fmt.Sprintf(`{"sku":"A","quantity":%d,"unitPriceCents":%d}`, quantity, cents)
}

func answer(orders ...string) (string, error) {
	read, err := ordersIn([]byte("[" + strings.Join(orders, ",") + "]"))
	if err != nil {
		return "", err
	}
	result, err := reportOn(read)
	if err != nil {
		return "", err
	}
	text, err := marshal(result)
	return string(text), err
}

func TestEmptyOrdersDropOutAndTheRestIsSortedAndGrouped(t *testing.T) {
	line := func(id int, country string, lines, cents int) string {
		return fmt.Sprintf(`{"id":%d,"customer":"c","country":"%s","lineCount":%d,"totalCents":%d,"note":"n"}`, id, country, lines, cents)
	}
	lines := strings.Join([]string{line(2, "DE", 2, 101), line(1, "FR", 1, 100), line(3, "FR", 1, 100)}, ",")
	totals := `{"country":"DE","orders":1,"totalCents":101},{"country":"FR","orders":2,"totalCents":200}`
	expected := fmt.Sprintf(`{"orders":[%s],"totals":[%s]}`, lines, totals)
	said, err := answer(jsonOrder(3, "fr", jsonItem(2, 50)), jsonOrder(9, "fr"), jsonOrder(2, "De", jsonItem(2, 50), jsonItem(1, 1)), jsonOrder(1, "FR", jsonItem(1, 100)))
	if err != nil || said != expected {
		t.Errorf("%s, %v; expected %s", said, err, expected)
	}
}

func TestNoOrdersAreAnEmptyReport(t *testing.T) {
	if said, err := answer(); err != nil || said != `{"orders":[],"totals":[]}` {
		t.Errorf("%s, %v", said, err)
	}
}

func TestCentsBeyond64BitsAreRefused(t *testing.T) {
	for message, orders := range map[string][]string{
		"order 7 comes to more cents than 64 bits hold":    {jsonOrder(7, "de", jsonItem(math.MaxUint64, 2))},
		"order 8 comes to more cents than 64 bits hold":    {jsonOrder(8, "de", jsonItem(1, math.MaxUint64), jsonItem(1, 1))},
		"country DE comes to more cents than 64 bits hold": {jsonOrder(1, "de", jsonItem(1, math.MaxUint64)), jsonOrder(2, "DE", jsonItem(1, 1))},
	} {
		if said, err := answer(orders...); err == nil || err.Error() != message {
			t.Errorf("%s, %v; expected %s", said, err, message)
		}
	}
}

func TestWhatIsNoListOfOrdersIsRefused(t *testing.T) {
	for _, payload := range []string{"", "null", "{}", `[{"id":-1}]`, "[\"\xff\"]"} {
		if orders, err := ordersIn([]byte(payload)); err == nil {
			t.Errorf("%q was taken: %v", payload, orders)
		}
	}
}

func TestNothingIsEscapedThatJSONDoesNotAskFor(t *testing.T) {
	for text, expected := range map[string]string{
		"a\u2028b\u2029":     "\"a\u2028b\u2029\"",
		`\u2028`:             `"\\u2028"`,
		"\\\u2028":           "\"\\\\\u2028\"",
		"<&>\x7f":            "\"<&>\x7f\"",
		"\"\n\t\x01\u2027":   "\"\\\"\\n\\t\\u0001\u2027\"",
		`ends in \u202`:      `"ends in \\u202"`,
		"\u2028 and \\u2029": "\"\u2028 and \\\\u2029\"",
	} {
		if said, err := marshal(text); err != nil || string(said) != expected {
			t.Errorf("%q: %s, %v; expected %s", text, said, err, expected)
		}
	}
}
