package systemctl

import (
	"fmt"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"

	"pintle/applets/client"
	"pintle/applets/terminal"
	"pintle/units"
	"pintle/units/install"
)

// printStatus tells how a unit is doing.
func (c *control) printStatus(u *unit) {
	s := c.screen
	state := u.text("ActiveState")
	colour := stateColour(state)
	id := u.text("Id")
	c.printf("%s %s", s.In(colour, stateGlyph(state)), id)
	if description := u.text("Description"); description != "" && description != id {
		c.printf(" - %s", description)
	}
	c.printf("\n")
	if following := u.text("Following"); following != "" {
		c.printf("    Follows: unit currently follows state of %s\n", following)
	}
	c.printLoaded(u)
	if u.flag("Transient") {
		c.printf("  Transient: yes\n")
	}
	c.printDropIns(u.list("DropInPaths"))
	c.printActive(u, colour)
	c.printTriggers("TriggeredBy", u.list("TriggeredBy"))
	if strings.HasSuffix(id, ".timer") {
		c.printElapse(u)
	}
	c.printTriggers(triggersTitle, u.list("Triggers"))
	c.printConditions(u)
	for _, line := range []struct{ title, property string }{{"     Device", "SysFSPath"}, {"      Where", "Where"}, {"       What", "What"}} {
		if text := u.text(line.property); text != "" {
			c.printf("%s: %s\n", line.title, text)
		}
	}
	c.printPages(u.list("Documentation"))
	c.printListen(u)
	c.printProcesses(u)
	c.printResources(u)
	c.printGroup(u)
	c.printLog(u)
	if u.flag("NeedDaemonReload") {
		c.warnChanged(id)
	}
}

// printLoaded is the line of the unit's file.
func (c *control) printLoaded(u *unit) {
	s := c.screen
	load := u.text("LoadState")
	switch load {
	case "error", "not-found", "bad-setting":
		load = s.In(terminal.Red, load)
	}
	file := u.text("SourcePath")
	if file == "" {
		file = u.text("FragmentPath")
	}
	shown := s.FileLink(file, file)
	state := u.text("UnitFileState")
	reason := ""
	if pair, _ := u.value("LoadError").([]any); len(pair) == 2 {
		reason = stringOf(pair[1])
	}
	switch {
	case reason != "":
		c.printf("     Loaded: %s (Reason: %s)\n", load, reason)
	case file != "" && state != "":
		preset := u.text("UnitFilePreset")
		on, off := enabledStyle(s, preset)
		word, text := "", ""
		if preset != "" && install.State(state).ShowsPreset() {
			word, text = "; preset: ", preset
		}
		stateOn, stateOff := enabledStyle(s, state)
		c.printf("     Loaded: %s (%s; %s%s%s%s%s%s%s)\n", load, shown, stateOn, state, stateOff, word, on, text, off)
	case file != "":
		c.printf("     Loaded: %s (%s)\n", load, shown)
	default:
		c.printf("     Loaded: %s\n", load)
	}
}

// enabledStyle is the colour of what says whether a unit is enabled.
func enabledStyle(s *terminal.Screen, state string) (on, off string) {
	switch state {
	case "disabled":
		return s.Style(terminal.Yellow), s.Style(terminal.Normal)
	case "enabled":
		return s.Style(terminal.Green), s.Style(terminal.Normal)
	}
	return "", ""
}

// printDropIns lists drop-ins, those of a directory in a line.
func (c *control) printDropIns(files []string) {
	dir := ""
	for i, file := range files {
		if d := path.Dir(file); dir == "" || d != dir {
			title := "             "
			if dir == "" {
				title = "    Drop-In: "
			}
			dir = d
			c.printf("%s%s\n             %s", title, dir, treeGlyphs().right)
		}
		end := "\n"
		if i+1 < len(files) && path.Dir(files[i+1]) == dir {
			end = ", "
		}
		c.printf("%s%s", c.screen.FileLink(file, path.Base(file)), end)
	}
}

// printActive is the line of the unit's state, and how long it was up if it is down.
func (c *control) printActive(u *unit, colour string) {
	s := c.screen
	state, sub := u.text("ActiveState"), u.text("SubState")
	text := state
	if sub != state {
		text += " (" + sub + ")"
	}
	c.printf("     Active: %s", s.In(colour, text))
	if freezer := u.text("FreezerState"); freezer != "" && freezer != "running" {
		c.printf(" %s", s.In(terminal.Yellow, "("+freezer+")"))
	}
	if result := u.text("Result"); result != "" && result != "success" {
		c.printf(" (Result: %s)", result)
	}
	since := u.time("ActiveExitTimestamp")
	switch state {
	case "active", "reloading":
		since = u.time("ActiveEnterTimestamp")
	case "inactive", "failed":
		since = u.time("InactiveEnterTimestamp")
	case "activating":
		since = u.time("InactiveExitTimestamp")
	}
	if text := c.formatTime(since); text != "" {
		c.printf(" since %s; %s", text, units.FormatRelative(since, readClocks().realtime))
	}
	c.printf("\n")
	c.printUntil(u, since, state)
	entered, left := u.time("ActiveEnterTimestampMonotonic"), u.time("ActiveExitTimestampMonotonic")
	if state != "active" && state != "reloading" && entered > 0 && left >= entered {
		c.printf("   Duration: %s\n", units.FormatSpan(left-entered, units.Millisecond))
	}
}

// printUntil says when a service has run as long as it may.
func (c *control) printUntil(u *unit, since units.Usec, state string) {
	limit, ok := u.number("RuntimeMaxUSec")
	if !ok || state != "active" || since == 0 || !strings.HasSuffix(u.text("Id"), ".service") && !strings.HasSuffix(u.text("Id"), ".scope") {
		return
	}
	until := since + units.Usec(limit)
	c.printf("      Until: %s; %s", c.formatTime(until), units.FormatRelative(until, readClocks().realtime))
	c.printf("\n")
}

// triggersTitle is before the units that a unit activates, which are marked by a dot in any state.
const triggersTitle = "   Triggers"

// printTriggers lists units with their states.
func (c *control) printTriggers(title string, list []string) {
	for i, name := range list {
		state := stringOf(c.get(client.UnitPath(name), client.UnitFace, "ActiveState"))
		glyph, before := stateGlyph(state), title+": "
		if title == triggersTitle {
			glyph = stateGlyph("active")
		}
		if i > 0 {
			before = strings.Repeat(" ", len(before))
		}
		c.printf("%s%s %s\n", before, c.screen.In(stateColour(state), glyph), name)
	}
}

// printElapse says when a timer elapses.
func (c *control) printElapse(u *unit) {
	at := readClocks()
	next := at.next(u.time("NextElapseUSecRealtime"), u.time("NextElapseUSecMonotonic"))
	if text := c.formatTime(next); text != "" {
		c.printf("    Trigger: %s; %s\n", text, units.FormatRelative(next, at.realtime))
		return
	}
	c.printf("    Trigger: n/a\n")
}

// printConditions tells which conditions and assertions kept the unit from starting.
func (c *control) printConditions(u *unit) {
	at := readClocks()
	s := c.screen
	if when := u.time("ConditionTimestamp"); !u.flag("ConditionResult") && when > 0 {
		c.printf("  Condition: start %s at %s; %s\n", s.In(terminal.Yellow, "condition failed"), c.formatTime(when), units.FormatRelative(when, at.realtime))
		c.printFailed(u.conditions("Conditions"))
	}
	if when := u.time("AssertTimestamp"); !u.flag("AssertResult") && when > 0 {
		c.printf("     Assert: start %s at %s; %s\n", s.In(terminal.Red, "assertion failed"), c.formatTime(when), units.FormatRelative(when, at.realtime))
		c.printFailed(u.conditions("Asserts"))
	}
}

func (c *control) printFailed(list []condition) {
	list = slices.DeleteFunc(list, func(i condition) bool { return !i.failed })
	for i, failed := range list {
		glyph := treeGlyphs().branch
		if i+1 == len(list) {
			glyph = treeGlyphs().right
		}
		marks := ""
		if failed.trigger {
			marks = "|"
		}
		if failed.negate {
			marks += "!"
		}
		c.printf("             %s %s=%s%s was not met\n", glyph, failed.name, marks, failed.parameter)
	}
}

func (c *control) printPages(pages []string) {
	title := "       Docs: "
	for _, page := range pages {
		c.printf("%s%s\n", title, c.pageLink(page))
		title = "             "
	}
}

// pageLink leads to a manual.
func (c *control) pageLink(page string) string {
	if file, ok := strings.CutPrefix(page, "file:"); ok {
		return c.screen.FileLink("/"+strings.TrimLeft(file, "/"), page)
	}
	return c.screen.Link(page, page)
}

func (c *control) printListen(u *unit) {
	title := "     Listen: "
	if strings.HasSuffix(u.text("Id"), ".socket") {
		for _, address := range pairsOf(u.values["Listen"]) {
			c.printf("%s%s (%s)\n", title, address[1], address[0])
			title = "             "
		}
	}
	if !u.flag("Accept") {
		return
	}
	accepted, _ := u.number("NAccepted")
	connected, _ := u.number("NConnections")
	c.printf("   Accepted: %d; Connected: %d;", accepted, connected)
	if refused, _ := u.number("NRefused"); refused > 0 {
		c.printf("  Refused: %d", refused)
	}
	c.printf("\n")
}

// printProcesses tells of processes that have ended, and of the main and control process.
func (c *control) printProcesses(u *unit) {
	mainPID := uint32(numberOf(u.value("MainPID")))
	running := mainPID > 0
	if !running {
		mainPID = uint32(numberOf(u.value("ExecMainPID")))
	}
	controlPID := uint32(numberOf(u.value("ControlPID")))
	start, exit := u.time("ExecMainStartTimestamp"), u.time("ExecMainExitTimestamp")
	u.executions(func(setting string, e execution) {
		if e.code == 0 {
			return
		}
		style := ""
		if !cleanExit(e) {
			style = terminal.Red
			if e.ignore {
				style = terminal.Yellow
			}
		}
		c.printf("    Process: %d %s=%s %s\n", e.pid, setting, strings.Join(e.argv, " "), c.screen.In(style, "("+endText(e.code, e.status)+")"))
		if mainPID == e.pid && start == e.start && exit == e.start {
			mainPID = 0 // it would be said twice
		}
		if controlPID == e.pid {
			controlPID = 0
		}
	})
	if mainPID > 0 {
		c.printf("   Main PID: %d", mainPID)
		code := u.int("ExecMainCode")
		if running {
			c.printComm(mainPID)
		} else if code > 0 {
			c.printf(" (%s)", endText(code, u.int("ExecMainStatus")))
		}
	}
	if controlPID > 0 {
		if mainPID > 0 {
			c.printf("; Control PID: ")
		} else {
			c.printf("  Cntrl PID: ")
		}
		c.printf("%d", controlPID)
		c.printComm(controlPID)
	}
	if mainPID > 0 || controlPID > 0 {
		c.printf("\n")
	}
	if text := u.text("StatusText"); text != "" {
		c.printf("     Status: %s\n", c.screen.In(terminal.Cyan, `"`+text+`"`))
	}
	if errno := u.int("StatusErrno"); errno > 0 {
		c.printf("      Error: %d (%s)\n", errno, client.Reason(syscall.Errno(errno)))
	}
}

func (c *control) printComm(pid uint32) {
	if comm, err := os.ReadFile(fmt.Sprintf("/proc/%d/comm", pid)); err == nil {
		c.printf(" (%s)", strings.TrimSuffix(string(comm), "\n"))
	}
}

// endText tells how a process ended.
func endText(code, end int32) string {
	if code == 1 {
		text := "code=exited, status=" + strconv.Itoa(int(end))
		name, class := units.ExitStatusName(int(end))
		if name != "" && (class == units.ExitClassLibc || class == units.ExitClassSystemd) {
			text += "/" + name
		}
		return text
	}
	return "code=" + codeText(code) + ", signal=" + units.SignalName(syscall.Signal(end))
}

// cleanExit says whether a process ended as daemons may.
func cleanExit(e execution) bool {
	switch e.code {
	case 1:
		return e.status == 0
	case 2:
		switch unix.Signal(e.status) {
		case unix.SIGHUP, unix.SIGINT, unix.SIGTERM, unix.SIGPIPE:
			return true
		}
	}
	return false
}
