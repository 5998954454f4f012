// Package table prints tables as systemd's tools do: on a terminal as wide as that, elsewhere as wide as needed,
// or as JSON.
package table

import (
	"encoding/json"
	"io"
	"slices"
	"strings"

	"pintle/applets/terminal"
)

// Cell is a field of a table.
type Cell struct {
	Text      string
	Value     any    // in JSON; nil: the text
	Colour    string // empty: none
	Gap       bool   // the blank to the right has the colour too
	Underline bool   // and the blank to the right
	URL       string // where the text leads
	Percent   int    // of the text that stays at its beginning when it is shortened; 0 is 100
	Right     bool   // aligned to the right
}

// Column is a column of a table.
type Column struct {
	Title  string // in lower case; that of a column without a name is empty
	Hidden bool   // neither printed nor in JSON
	Weight int    // how much of scarce room it gets, against 100 of the others; 0 is 100
	Min    int    // the width that it always gets, at least 1
}

// Table is rows below a header.
type Table struct {
	Columns []Column
	Rows    [][]Cell
	Header  bool   // whether the header is printed
	Full    bool   // nothing is shortened
	Dash    string // stands for empty fields
}

// New makes a table of columns with these titles.
func New(titles ...string) *Table {
	t := &Table{Header: true}
	for _, title := range titles {
		t.Columns = append(t.Columns, Column{Title: title})
	}
	return t
}

// Text are cells with nothing but a text.
func Text(texts ...string) []Cell {
	cells := make([]Cell, 0, len(texts))
	for _, text := range texts {
		cells = append(cells, Cell{Text: text})
	}
	return cells
}

// Empty is a cell without a text, null in JSON.
func Empty() Cell { return Cell{Value: Null{}} }

// Add appends a row.
func (t *Table) Add(cells ...Cell) { t.Rows = append(t.Rows, cells) }

// SortBy orders the rows by the texts of columns.
func (t *Table) SortBy(columns ...int) {
	slices.SortStableFunc(t.Rows, func(a, b []Cell) int {
		for _, i := range columns {
			if c := strings.Compare(a[i].Text, b[i].Text); c != 0 {
				return c
			}
		}
		return 0
	})
}

// Hide leaves out a column.
func (t *Table) Hide(column int) { t.Columns[column].Hidden = true }

func (t *Table) shown() []int {
	var list []int
	for i, c := range t.Columns {
		if !c.Hidden {
			list = append(list, i)
		}
	}
	return list
}

// JSON writes the table as an array of objects, in one line unless it is to be pretty.
func (t *Table) JSON(out io.Writer, pretty bool) error {
	var list array
	for _, row := range t.Rows {
		var o object
		for _, i := range t.shown() {
			o = append(o, member{fieldName(t.Columns[i].Title), row[i].value()})
		}
		list = append(list, o)
	}
	var b []byte
	if pretty {
		b = list.pretty(nil, "")
	} else {
		b = list.plain(nil)
	}
	_, err := out.Write(append(b, '\n'))
	return err
}

func (c Cell) value() any {
	if c.Value != nil {
		return c.Value
	}
	return c.Text
}

// Null is the value of a cell that has none, whatever its text says.
type Null struct{}

// MarshalJSON implements json.Marshaler.
func (Null) MarshalJSON() ([]byte, error) { return []byte("null"), nil }

// fieldName is a title as the name of a field.
func fieldName(title string) string { return strings.ReplaceAll(strings.ToLower(title), " ", "_") }

type (
	array  []object
	object []member
	member struct {
		name  string
		value any
	}
)

func (a array) plain(b []byte) []byte {
	b = append(b, '[')
	for i, o := range a {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, '{')
		for j, m := range o {
			if j > 0 {
				b = append(b, ',')
			}
			b = append(append(literal(b, m.name), ':'), literal(nil, m.value)...)
		}
		b = append(b, '}')
	}
	return append(b, ']')
}

func (a array) pretty(b []byte, indent string) []byte {
	if len(a) == 0 {
		return append(b, "[]"...)
	}
	b = append(b, "[\n"...)
	for i, o := range a {
		if i > 0 {
			b = append(b, ",\n"...)
		}
		b = append(b, indent+"\t{\n"...)
		for j, m := range o {
			if j > 0 {
				b = append(b, ",\n"...)
			}
			b = append(append(literal(append(b, indent+"\t\t"...), m.name), " : "...), literal(nil, m.value)...)
		}
		b = append(b, "\n"+indent+"\t}"...)
	}
	return append(b, "\n"+indent+"]"...)
}

// literal writes a value as JSON; Go's own encoder would write < and > as \u003c.
func literal(b []byte, value any) []byte {
	var out strings.Builder
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	if e.Encode(value) != nil {
		return append(b, "null"...)
	}
	return append(b, strings.TrimSuffix(out.String(), "\n")...)
}

// Print writes the table for people.
func (t *Table) Print(s *terminal.Screen) error {
	p := printer{t: t, screen: s, columns: t.shown()}
	p.measure()
	var b strings.Builder
	if t.Header {
		p.header(&b)
	}
	for _, row := range t.Rows {
		p.row(&b, row)
	}
	_, err := io.WriteString(s.Out, b.String())
	return err
}
