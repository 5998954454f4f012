package systemctl

import (
	"encoding/json"
	"os"
	"strconv"
	"strings"
	"time"

	"pintle/applets/journalfile"
	"pintle/applets/terminal"
)

// printLog shows the newest lines of a unit's log, of what it has said since it was last started.
func (c *control) printLog(u *unit) {
	if c.lines == 0 || u.text("Id") == "" {
		return
	}
	journal := journalfile.Open("")
	defer journal.Close()
	matches := journalfile.UnitMatches(u.text("Id"))
	if c.user {
		matches = journalfile.UserUnitMatches(u.text("Id"), strconv.Itoa(os.Getuid()))
	}
	since := uint64(u.time("InactiveExitTimestampMonotonic"))
	entries := journal.Last(matches, c.lines, since)
	p := logPrinter{control: c}
	for i := range entries {
		p.entry(&entries[i])
	}
	if begin, ok := journal.Begin(); ok && len(entries) < c.lines && since > 0 && since < begin && !c.quiet {
		p.separate()
		c.printf("%s\n", c.screen.In(terminal.Bold, "Notice: journal has been rotated since unit was started, output may be incomplete."))
	}
}

// logPrinter prints entries of the journal.
type logPrinter struct {
	*control
	begun    bool
	previous uint64 // monotonic time of the entry before
}

// separate keeps the log apart from what is above.
func (p *logPrinter) separate() {
	if !p.begun {
		p.printf("\n")
	}
	p.begun = true
}

func (p *logPrinter) entry(e *journalfile.Entry) {
	message := e.Get("MESSAGE")
	switch {
	case p.output == "cat":
		if message != "" {
			p.separate()
			p.printf("%s\n", strings.TrimRight(message, " \t\n\r"))
		}
	case p.json():
		p.separate()
		p.printf("%s\n", jsonEntry(e))
	case p.output == "export" || p.output == "verbose":
		p.separate()
		for _, f := range e.Fields {
			p.printf("%s=%s\n", f.Name, f.Value)
		}
		p.printf("\n")
	case message != "":
		p.separate()
		p.short(e, message)
	}
	p.previous = e.Monotonic
}

// jsonEntry is an entry as an object; a field that is no text is an array of its bytes.
func jsonEntry(e *journalfile.Entry) []byte {
	o := map[string]any{
		"__REALTIME_TIMESTAMP":  decimal(e.Realtime),
		"__MONOTONIC_TIMESTAMP": decimal(e.Monotonic),
	}
	for _, f := range e.Fields {
		if printable(f.Value) {
			o[f.Name] = f.Value
			continue
		}
		numbers := make([]int, 0, len(f.Value))
		for _, b := range []byte(f.Value) {
			numbers = append(numbers, int(b))
		}
		o[f.Name] = numbers
	}
	text, err := json.Marshal(o)
	if err != nil {
		return nil
	}
	return text
}

// short prints an entry as syslog would have it.
func (p *logPrinter) short(e *journalfile.Entry, message string) {
	head := p.logTime(e)
	if host := e.Get("_HOSTNAME"); host != "" {
		head += " " + host
	}
	identifier := e.Get("SYSLOG_IDENTIFIER")
	if p.output == "with-unit" && e.Get("_SYSTEMD_UNIT") != "" {
		identifier = e.Get("_SYSTEMD_UNIT")
	}
	if identifier == "" {
		identifier = e.Get("_COMM")
	}
	if identifier == "" {
		identifier = "unknown"
	}
	head += " " + identifier
	pid := e.Get("_PID")
	if pid == "" {
		pid = e.Get("SYSLOG_PID")
	}
	if pid != "" {
		head += "[" + pid + "]"
	}
	if !printable(message) && !p.all {
		p.printf("%s: [%s blob data]\n", head, bytesCount(uint64(len(message))))
		return
	}
	p.printf("%s: ", head)
	p.lines(message, terminal.TextWidth(head)+2, priority(e))
}

// priority is the syslog level of an entry.
func priority(e *journalfile.Entry) int {
	if n, err := strconv.Atoi(e.Get("PRIORITY")); err == nil && n >= 0 && n <= 7 {
		return n
	}
	return 6
}

// lines prints a message whose first line stands behind so many columns.
func (p *logPrinter) lines(message string, column, level int) {
	on, marked := "", ""
	switch {
	case level <= 3:
		on, marked = terminal.Red, terminal.Bold
	case level == 4:
		on, marked = terminal.Yellow, terminal.Bold
	case level == 5:
		on, marked = terminal.Bold, terminal.Red
	case level == 7:
		on, marked = terminal.Grey, terminal.Bold
	}
	width := 0
	if !p.fullWidth() && !p.all {
		width = terminal.Columns()
	}
	for i, line := range strings.Split(strings.TrimRight(message, " \t\n\r"), "\n") {
		if i > 0 {
			p.printf("%s", strings.Repeat(" ", column))
		}
		if width > 0 && column+terminal.TextWidth(line)+1 > width && level > 3 {
			line = terminal.Ellipsize(line, max(width-column, 3), 90)
			p.shortened = true
		}
		if on != "" && p.screen.Colours {
			line = on + marked + on + line + terminal.Normal
		}
		p.printf("%s\n", line)
	}
}

// logTime is the time of an entry in the form of the output mode.
func (p *logPrinter) logTime(e *journalfile.Entry) string {
	stamp := e.Realtime
	if source, err := strconv.ParseUint(e.Get("_SOURCE_REALTIME_TIMESTAMP"), 10, 63); err == nil {
		stamp = source
	}
	at := time.UnixMicro(int64(stamp)).In(p.location())
	switch p.output {
	case "short-full", "with-unit":
		return at.Format("Mon 2006-01-02 15:04:05 MST")
	case "short-iso":
		return at.Format("2006-01-02T15:04:05-0700")
	case "short-iso-precise":
		return at.Format("2006-01-02T15:04:05.000000-0700")
	case "short-precise":
		return at.Format("Jan 02 15:04:05.000000")
	case "short-unix":
		return at.Format("") + decimal(stamp/1e6) + "." + six(stamp%1e6)
	case "short-monotonic", "short-delta":
		monotonic := e.Monotonic
		if source, err := strconv.ParseUint(e.Get("_SOURCE_MONOTONIC_TIMESTAMP"), 10, 63); err == nil {
			monotonic = source
		}
		text := leftPad(decimal(monotonic/1e6), 5) + "." + six(monotonic%1e6)
		if p.output == "short-delta" {
			delta := "                "
			if p.previous > 0 {
				d := e.Monotonic - p.previous
				delta = " <" + leftPad(decimal(d/1e6), 5) + "." + six(d%1e6) + " >"
			}
			text += delta
		}
		return "[" + text + "]"
	}
	return at.Format("Jan 02 15:04:05")
}

func six(n uint64) string { return strings.Repeat("0", 6-len(decimal(n))) + decimal(n) }

func leftPad(s string, width int) string { return strings.Repeat(" ", max(0, width-len(s))) + s }

// printable says whether a text can be shown as it is.
func printable(s string) bool {
	for _, r := range s {
		if r == '�' || r < ' ' && r != '\n' && r != '\t' || r == 0x7f {
			return false
		}
	}
	return true
}
