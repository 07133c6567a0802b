package main

import (
	"fmt"
	"math/bits"
	"sort"
	"strings"
)

// order is one as it is read.
type order struct {
	ID       uint64 `json:"id"`
	Customer string `json:"customer"`
	Country  string `json:"country"`
	Items    []item `json:"items"`
	Note     string `json:"note"`
}

type item struct {
	SKU            string `json:"sku"`
	Quantity       uint64 `json:"quantity"`
	UnitPriceCents uint64 `json:"unitPriceCents"`
}

// report is what is written of the orders.
type report struct {
	Orders []line  `json:"orders"`
	Totals []total `json:"totals"`
}

type line struct {
	ID         uint64 `json:"id"`
	Customer   string `json:"customer"`
	Country    string `json:"country"`
	LineCount  int    `json:"lineCount"`
	TotalCents uint64 `json:"totalCents"`
	Note       string `json:"note"`
}

type total struct {
	Country    string `json:"country"`
	Orders     uint64 `json:"orders"`
	TotalCents uint64 `json:"totalCents"`
}

// reportOn has orders of the same total in the order of their ids, countries in that of the alphabet. It fails where an order,
// or the orders of a country, come to more cents than 64 bits hold.
func reportOn(orders []order) (report, error) {
	lines := make([]line, 0, len(orders))
	for _, order := range orders {
		if len(order.Items) == 0 {
			continue
		}
		line, err := order.line()
		if err != nil {
			return report{}, err
		}
		lines = append(lines, line)
	}
	sort.SliceStable(lines, func(i, j int) bool {
		if lines[i].TotalCents != lines[j].TotalCents {
			return lines[i].TotalCents > lines[j].TotalCents
		}
		return lines[i].ID < lines[j].ID
	})
	totals, err := totalsOf(lines)
	return report{Orders: lines, Totals: totals}, err
}

func (order order) line() (line, error) {
	var cents uint64
	for _, item := range order.Items {
		high, low := bits.Mul64(item.Quantity, item.UnitPriceCents)
		sum, carry := bits.Add64(cents, low, 0)
		if high != 0 || carry != 0 {
			return line{}, tooMuch(fmt.Sprintf("order %d", order.ID))
		}
		cents = sum
	}
	return line{
		ID:         order.ID,
		Customer:   order.Customer,
		Country:    strings.ToUpper(order.Country),
		LineCount:  len(order.Items),
		TotalCents: cents,
		Note:       order.Note,
	}, nil
}

func totalsOf(lines []line) ([]total, error) {
	byCountry := map[string]total{}
	for _, line := range lines {
		of := byCountry[line.Country]
		sum, carry := bits.Add64(of.TotalCents, line.TotalCents, 0)
		if carry != 0 {
			return nil, tooMuch("country " + line.Country)
		}
		byCountry[line.Country] = total{Country: line.Country, Orders: of.Orders + 1, TotalCents: sum}
	}
	totals := make([]total, 0, len(byCountry))
	for _, of := range byCountry {
		totals = append(totals, of)
	}
	sort.Slice(totals, func(i, j int) bool { return totals[i].Country < totals[j].Country })
	return totals, nil
}

func tooMuch(what string) error {
	return fmt.Errorf("%s comes to more cents than 64 bits hold", what)
}
