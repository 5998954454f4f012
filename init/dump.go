package pid1

import (
	"fmt"
	"strings"
	"time"

	"pintle/supervisor"
	"pintle/units"
)

// dump shows the tree of units with their states, and the boot time, on the console (SIGUSR2).
func (p *PID1) dump() {
	d := dumper{p: p, seen: map[string]bool{}}
	d.node(p.config.Boot.Unit, "", "")
	var others []string
	for _, u := range p.manager.Units() {
		if active, _ := u.State(); !d.seen[u.Name] && (active != supervisor.Inactive || u.Job() != nil) {
			others = append(others, u.Name)
		}
	}
	for _, name := range others {
		d.node(name, "", "")
	}
	var boot time.Duration
	for _, ph := range p.phases {
		took, _ := (ph.end - ph.begin).Duration()
		d.lines = fmt.Appendf(d.lines, "%9.3fms %s\n", float64(took)/1e6, ph.name)
	}
	if u := p.manager.Unit(p.config.Boot.Unit); u != nil && u.Stamps().ActiveEnter.Monotonic > p.begin {
		boot, _ = (u.Stamps().ActiveEnter.Monotonic - p.begin).Duration()
		d.lines = fmt.Appendf(d.lines, "%s was reached after %v.\n", p.config.Boot.Unit, boot.Round(10*time.Microsecond))
	}
	d.lines = fmt.Appendf(d.lines, "State: %s, %d jobs queued.\n", p.manager.State(), len(p.manager.Jobs()))
	p.console.Print(d.lines)
}

type dumper struct {
	p     *PID1
	seen  map[string]bool
	lines []byte
}

// node shows a unit and below it those that it pulls in, each once.
func (d *dumper) node(name, first, rest string) {
	u := d.p.manager.Unit(name)
	if u == nil {
		return
	}
	d.seen[u.Name] = true
	active, sub := u.State()
	word := fmt.Sprintf("%s (%s)", active, sub)
	if u.Unit.State != units.Loaded {
		word = fmt.Sprintf("%s (%s)", u.Unit.State, active)
	}
	if r := u.Result(); active == supervisor.Failed && r != "" {
		word += ", " + r
	}
	if j := u.Job(); j != nil {
		word += fmt.Sprintf(", %s job %s", j.Type, j.State)
	}
	mark, off := "", ""
	if d.p.colour {
		off = colourOff
		switch active {
		case supervisor.Active, supervisor.Reloading:
			mark = statusWords[statusOK].colour
		case supervisor.Failed:
			mark = statusWords[statusFailed].colour
		}
	}
	d.lines = fmt.Appendf(d.lines, "%s%s%s%s %s\n", first, mark, u.Name, off, word)
	var below []string
	for _, kind := range []units.Dependency{units.Requires, units.Requisite, units.BindsTo, units.Wants, units.Upholds} {
		for _, name := range u.Deps[kind].Names() {
			if v := d.p.manager.Unit(name); v != nil && !d.seen[v.Name] {
				d.seen[v.Name] = true
				below = append(below, v.Name)
			}
		}
	}
	for i, name := range below {
		if i == len(below)-1 {
			d.node(name, rest+"└─", rest+strings.Repeat(" ", 2))
		} else {
			d.node(name, rest+"├─", rest+"│ ")
		}
	}
}
