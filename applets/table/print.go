package table

import (
	"strings"

	"pintle/applets/terminal"
)

// printer writes a table; its slices have an element for each column that is shown.
type printer struct {
	t       *Table
	screen  *terminal.Screen
	columns []int
	width   []int
}

// text is what a cell shows.
func (p *printer) text(c Cell) string {
	if c.Text == "" && c.Value != nil {
		return p.t.Dash // there is nothing, not even an empty text
	}
	return c.Text
}

// measure finds the widths of the columns: what they ask for, or what they get of the screen.
func (p *printer) measure() {
	minimum := make([]int, len(p.columns))
	asked := make([]int, len(p.columns))
	total := len(p.columns) - 1
	for j, i := range p.columns {
		minimum[j] = max(1, p.t.Columns[i].Min)
		if p.t.Header {
			asked[j] = terminal.TextWidth(p.t.Columns[i].Title)
		}
		for _, row := range p.t.Rows {
			asked[j] = max(asked[j], terminal.TextWidth(p.text(row[i])))
		}
		asked[j] = max(asked[j], minimum[j])
		total += asked[j]
	}
	room := p.screen.Width()
	if p.t.Full || room == 0 || room >= total {
		p.width = asked
		return
	}
	p.width = p.compress(minimum, asked, room)
}

// compress gives every column its least width and shares out the rest by weight. A column that wants less than its
// share leaves the remainder to the others.
func (p *printer) compress(minimum, asked []int, room int) []int {
	weight := make([]int, len(p.columns))
	weights, least := 0, len(p.columns)-1
	for j, i := range p.columns {
		weight[j] = p.t.Columns[i].Weight
		if weight[j] == 0 {
			weight[j] = 100
		}
		weights += weight[j]
		least += minimum[j]
	}
	extra := max(0, room-least)
	width := make([]int, len(p.columns))
	share := func(j int) int {
		if weights == 0 {
			return minimum[j] + extra/(len(p.columns)-j)
		}
		return minimum[j] + extra*weight[j]/weights
	}
	assign := func(j, w int) {
		width[j] = w
		extra -= w - minimum[j]
		weights -= weight[j]
	}
	for again := true; again; {
		again = false
		for j := range width {
			if width[j] == 0 && share(j) >= asked[j] {
				assign(j, asked[j])
				again = true
				break
			}
		}
	}
	for j := range width {
		if width[j] == 0 {
			assign(j, min(share(j), asked[j]))
		}
	}
	return width
}

func (p *printer) header(b *strings.Builder) {
	for j, i := range p.columns {
		title := strings.ToUpper(p.t.Columns[i].Title)
		last := j == len(p.columns)-1
		text := p.field(Cell{Text: title}, title, p.width[j], last && !p.screen.Colours)
		if p.screen.Colours {
			b.WriteString(terminal.Normal + terminal.Underline)
		}
		if j > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(text)
		if p.screen.Colours {
			b.WriteString(terminal.Normal)
		}
	}
	b.WriteByte('\n')
}

func (p *printer) row(b *strings.Builder, row []Cell) {
	gap := ""
	for j, i := range p.columns {
		c := row[i]
		style := p.style(c)
		if j > 0 {
			b.WriteString(gap + " ")
			if gap != "" {
				b.WriteString(terminal.Normal)
			}
		}
		text := p.field(c, p.text(c), p.width[j], j == len(p.columns)-1 && style == "")
		b.WriteString(style + text)
		if style != "" {
			b.WriteString(terminal.Normal)
		}
		gap = ""
		if c.Gap || c.Underline {
			gap = style
		}
	}
	b.WriteByte('\n')
}

// style is what turns a cell's colour on.
func (p *printer) style(c Cell) string {
	if !p.screen.Colours {
		return ""
	}
	style := c.Colour
	if _, empty := c.Value.(Null); empty && style == "" && c.Text == "" && p.t.Dash != "" {
		style = terminal.Grey
	}
	if c.Underline {
		if style == "" {
			style = terminal.Normal
		}
		style += terminal.Underline
	}
	return style
}

// field is a text in a column of some width; ragged: nothing is put behind it.
func (p *printer) field(c Cell, text string, width int, ragged bool) string {
	percent := c.Percent
	if percent == 0 {
		percent = 100
	}
	text = terminal.Ellipsize(text, width, percent)
	blanks := strings.Repeat(" ", max(0, width-terminal.TextWidth(text)))
	text = p.screen.Link(c.URL, text)
	switch {
	case c.Right:
		return blanks + text
	case ragged:
		return text
	}
	return text + blanks
}
