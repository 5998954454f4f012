package analyze

import (
	"cmp"
	"fmt"
	"html"
	"os"
	"slices"
	"strings"

	"golang.org/x/sys/unix"

	"pintle/applets/table"
	"pintle/units"
)

// The measures of the drawing, in pixels.
const (
	plotRow    = 20
	plotMargin = 20
	plotTop    = 100
	// plotSecond is how wide a second is, if the whole is then neither narrow nor unwieldy.
	plotSecond   = 100
	plotWidthMin = 800
	plotWidthMax = 20000
)

// plot draws when each unit came up.
func (o *options) plot([]string) error {
	conn, err := o.connect()
	if err != nil {
		return err
	}
	defer conn.Close()
	b, all, err := o.allTimes(conn)
	if err != nil {
		return err
	}
	all = slices.DeleteFunc(all, func(t *unitTimes) bool { return t.activating < b.userspace || t.activating > b.finish })
	slices.SortStableFunc(all, func(x, y *unitTimes) int { return cmp.Compare(x.activating, y.activating) })
	if o.plotTable {
		t := table.New("name", "activated", "activating", "time", "deactivated", "deactivating")
		for _, u := range all {
			t.Add(table.Cell{Text: u.name}, right(milliseconds(u.activated)), right(milliseconds(u.activating)), right(milliseconds(u.took)),
				right(milliseconds(u.deactivated)), right(milliseconds(u.deactivating)))
		}
		o.print(t)
		return nil
	}
	p := &plotter{boot: b, units: all, title: bootText(conn, b), system: systemText()}
	_, err = fmt.Fprint(o.out, p.svg())
	return err
}

// systemText says on what the boot was.
func systemText() string {
	var name unix.Utsname
	if unix.Uname(&name) != nil {
		return ""
	}
	word := func(b [65]byte) string { return unix.ByteSliceToString(b[:]) }
	host, _ := os.Hostname()
	return fmt.Sprintf("%s (%s %s %s) %s", host, word(name.Sysname), word(name.Release), word(name.Version), word(name.Machine))
}

type plotter struct {
	boot          *boot
	units         []*unitTimes
	title, system string
	scale         float64 // pixels a microsecond
	b             strings.Builder
}

func (p *plotter) x(t units.Usec) float64 {
	return float64(min(t, p.boot.finish)-min(t, p.boot.userspace)) * p.scale
}

// escaped is a text as SVG has it. (encoding/xml would cost PID 1, the same binary, its tables.)
func escaped(s string) string { return html.EscapeString(s) }

func (p *plotter) bar(class string, from, to units.Usec, row int) {
	if to < from {
		to = from
	}
	fmt.Fprintf(&p.b, "  <rect class=\"%s\" x=\"%.3f\" y=\"%d\" width=\"%.3f\" height=\"%d\" />\n", class, p.x(from), row*plotRow, p.x(to)-p.x(from), plotRow-1)
}

func (p *plotter) label(t units.Usec, row int, text string) {
	class, x := "left", p.x(t)+5
	if t > p.boot.userspace+(p.boot.finish-p.boot.userspace)/2 {
		class, x = "right", p.x(t)-5
	}
	fmt.Fprintf(&p.b, "  <text class=\"%s\" x=\"%.3f\" y=\"%d\">%s</text>\n", class, x, row*plotRow+14, escaped(text))
}

const plotStyle = `<defs>
  <style type="text/css">
    <![CDATA[
      rect              { stroke-width: 1; stroke-opacity: 0; }
      rect.background   { fill: white; }
      rect.box          { fill: rgb(242,242,242); }
      rect.activating   { fill: rgb(220,60,40); }
      rect.active       { fill: rgb(160,190,220); }
      rect.deactivating { fill: rgb(110,110,140); }
      rect.userspace    { fill: rgb(180,180,180); }
      rect.generators   { fill: rgb(120,200,140); }
      rect.unitsload    { fill: rgb(90,160,200); }
      line.second       { stroke: rgb(90,90,90); stroke-width: 1; }
      line.tenth        { stroke: rgb(220,220,220); stroke-width: 1; }
      text              { font-family: sans-serif; font-size: 14px; }
      text.left         { text-anchor: start; }
      text.right        { text-anchor: end; }
      text.time         { font-size: 10px; }
    ]]>
  </style>
</defs>
`

func (p *plotter) svg() string {
	span := p.boot.finish - p.boot.userspace
	width := min(max(float64(span)/float64(units.Second)*plotSecond, plotWidthMin), plotWidthMax)
	p.scale = width / float64(max(span, 1))
	legend := []struct{ class, text string }{
		{"activating", "Activating"}, {"active", "Active"}, {"deactivating", "Deactivating"}, {"generators", "Generators"}, {"unitsload", "Loading unit files"},
	}
	height := (len(p.units) + 1 + len(legend) + 1) * plotRow
	fmt.Fprintf(&p.b, "<?xml version=\"1.0\" standalone=\"no\"?>\n<svg width=\"%.0fpx\" height=\"%dpx\" version=\"1.1\" xmlns=\"http://www.w3.org/2000/svg\">\n",
		width+2*plotMargin, height+plotTop+plotMargin)
	p.b.WriteString(plotStyle)
	p.b.WriteString("<rect class=\"background\" width=\"100%\" height=\"100%\" />\n")
	fmt.Fprintf(&p.b, "<text x=\"%d\" y=\"30\">%s</text>\n", plotMargin, escaped(p.system))
	for i, line := range strings.Split(p.title, "\n") {
		fmt.Fprintf(&p.b, "<text x=\"%d\" y=\"%d\">%s</text>\n", plotMargin, 50+i*18, escaped(line))
	}
	fmt.Fprintf(&p.b, "<g transform=\"translate(%d,%d)\">\n", plotMargin, plotTop)
	rows := (len(p.units) + 1) * plotRow
	fmt.Fprintf(&p.b, "  <rect class=\"box\" x=\"0\" y=\"0\" width=\"%.3f\" height=\"%d\" />\n", width, rows)
	p.grid(rows, span)
	p.bar("userspace", p.boot.userspace, p.boot.finish, 0)
	p.bar("generators", p.boot.generators[0], p.boot.generators[1], 0)
	p.bar("unitsload", p.boot.unitsLoad[0], p.boot.unitsLoad[1], 0)
	p.label(p.boot.userspace, 0, "manager")
	for i, u := range p.units {
		p.unit(u, i+1)
	}
	for i, l := range legend {
		y := rows + (i+1)*plotRow
		fmt.Fprintf(&p.b, "  <rect class=\"%s\" x=\"0\" y=\"%d\" width=\"30\" height=\"%d\" />\n  <text class=\"left\" x=\"45\" y=\"%d\">%s</text>\n", l.class, y, plotRow-1, y+14, l.text)
	}
	p.b.WriteString("</g>\n</svg>\n")
	return p.b.String()
}

// grid draws a line each tenth of a second; of a boot that takes long, each second or each ten seconds.
func (p *plotter) grid(height int, span units.Usec) {
	step := units.Second / 10
	for float64(step)*p.scale < 8 {
		step *= 10
	}
	for t := units.Usec(0); t <= span; t += step {
		class := "tenth"
		if t%(step*10) == 0 {
			class = "second"
			fmt.Fprintf(&p.b, "  <text class=\"time\" x=\"%.3f\" y=\"-5\">%.1fs</text>\n", float64(t)*p.scale, float64(t)/float64(units.Second))
		}
		fmt.Fprintf(&p.b, "  <line class=\"%s\" x1=\"%.3f\" y1=\"0\" x2=\"%.3f\" y2=\"%d\" />\n", class, float64(t)*p.scale, float64(t)*p.scale, height)
	}
}

// unit draws the life of a unit: coming up, being up, going down. What has no end yet lasts to the end.
func (p *plotter) unit(u *unitTimes, row int) {
	end := p.boot.finish
	up, down := u.activated, u.deactivating
	if up < u.activating {
		up = end
		if u.deactivated >= u.activating {
			up = u.deactivated
		}
	}
	if down < up {
		down = end
		if u.deactivated >= up && u.deactivated > 0 {
			down = u.deactivated
		}
	}
	p.bar("activating", u.activating, up, row)
	p.bar("active", up, down, row)
	if u.deactivated > down {
		p.bar("deactivating", down, u.deactivated, row)
	}
	text := u.name
	if u.took > 0 {
		text += " (" + milliseconds(u.took) + ")"
	}
	p.label(u.activating, row, text)
}
