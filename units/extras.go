package units

import (
	"fmt"
	"path"
	"strings"
)

// extras are what a unit gets beyond its files before it is verified: defaults that depend on other settings,
// and its declared, implicit and default dependencies (systemd.service(5) and its kin, "Automatic
// Dependencies").
func (l *loading) extras() {
	u := l.unit
	l.standIn()
	l.declared()
	switch NameType(u.Name) {
	case "service":
		l.serviceExtras()
	case "socket":
		l.socketExtras()
	case "timer":
		l.timerExtras()
	case "path":
		l.pathExtras()
	case "mount":
		l.mountExtras()
	case "automount":
		l.automountExtras()
	case "swap":
		l.swapExtras()
	case "slice":
		l.sliceExtras()
	case "target":
		if u.DefaultDependencies {
			l.untilShutdown()
		}
	case "scope":
		if u.DefaultDependencies && !u.Perpetual {
			l.untilShutdown()
		}
	}
	if u.Resources != nil {
		l.chooseSlice()
	}
}

// declared adds the dependencies that the files name.
func (l *loading) declared() {
	from := NameType(l.unit.Name)
	for _, d := range l.unit.declared() {
		for _, name := range d.names {
			switch {
			case d.kind == OnFailure && (from == "slice" || from == "device"):
				l.problem("OnFailure=" + name + " ignored: a " + from + " unit cannot fail")
				continue
			case d.kind == Before && NameType(name) == "device":
				l.problem("Before=" + name + " ignored: a device does not wait")
				continue
			}
			l.g.depend(l.unit, name, d.kind)
		}
	}
}

// claimBusName takes the name of BusName= for a service: only one can have it, whatever its type.
func (l *loading) claimBusName() error {
	s := l.unit.Service
	if s == nil || s.BusName == "" {
		return nil
	}
	if other, taken := l.g.busNames[s.BusName]; taken {
		return fmt.Errorf("cannot load %s: %s has its bus name %s already; give one of them another BusName=", l.unit.Name, other, s.BusName)
	}
	l.g.busNames[s.BusName] = l.unit.Name
	return nil
}

// lateExtras are the dependencies that only units with good settings get.
func (l *loading) lateExtras() {
	u, g := l.unit, l.g
	if u.Resources != nil && u.Name != "-.slice" {
		slice := u.Resources.Slice
		if slice == "" {
			slice = "-.slice"
		}
		g.depend(u, slice, Requires, After)
	}
	for _, p := range u.RequiresMountsFor {
		l.mountsFor(p, Requires)
	}
	for _, p := range u.WantsMountsFor {
		l.mountsFor(p, Wants)
	}
}

// mountsFor orders a unit after the mount units of a path and its parents that exist, and pulls in those that
// have a file.
func (l *loading) mountsFor(p string, kind Dependency) {
	for {
		if name, err := NameFromPath(p, ".mount"); err == nil && name != l.unit.Name && l.g.exists(name) {
			l.g.depend(l.unit, name, After)
			if l.g.hasFile(name) {
				l.g.depend(l.unit, name, kind)
			}
		}
		if p == "/" || p == "." || p == "" {
			return
		}
		p = path.Dir(p)
	}
}

// exists tells whether loading a mount unit would find anything.
func (g *Graph) exists(name string) bool {
	return name == rootMount || g.hasFile(name)
}

// hasFile tells whether a unit has a file, or a text in place of one.
func (g *Graph) hasFile(name string) bool {
	_, own := g.transient[name]
	return own || g.index.fragment(name).path != ""
}

// untilShutdown makes a unit stop when the system does.
func (l *loading) untilShutdown() { l.g.depend(l.unit, "shutdown.target", Conflicts, Before) }

// afterSysinit are the default dependencies of what needs an initialised system.
func (l *loading) afterSysinit() {
	if !l.g.opts.User {
		l.g.depend(l.unit, "sysinit.target", Requires, After)
	}
	l.untilShutdown()
}

func (l *loading) serviceExtras() {
	u, s := l.unit, l.unit.Service
	if s.Type == "" {
		switch {
		case s.BusName != "":
			s.Type = TypeDBus
		case len(s.ExecStart) > 0:
			s.Type = TypeSimple
		default:
			s.Type = TypeOneshot
		}
	}
	if s.Type == TypeOneshot && !l.saw("TimeoutStartSec") {
		s.TimeoutStartSec = Infinity
	}
	if s.NotifyAccess == "" {
		s.NotifyAccess = NotifyNone
	}
	if s.NotifyAccess == NotifyNone && (s.Type == TypeNotify || s.Type == TypeNotifyReload || s.WatchdogSec > 0 || s.FileDescriptorStoreMax > 0) {
		s.NotifyAccess = NotifyMain
	}
	if s.OOMPolicy == "" {
		s.OOMPolicy = l.g.Manager().DefaultOOMPolicy
		if u.Resources.Delegate.On {
			s.OOMPolicy = "continue"
		}
	}
	for _, name := range s.Sockets {
		l.g.depend(u, name, Wants, After, TriggeredBy)
	}
	if s.Type == TypeDBus {
		l.g.depend(u, "dbus.socket", Requires, After)
	}
	l.execExtras()
	if u.DefaultDependencies {
		if l.g.opts.User {
			l.g.depend(u, "basic.target", Requires, After)
			l.untilShutdown()
			return
		}
		l.afterSysinit()
		l.g.depend(u, "basic.target", After)
	}
}

// execExtras are the implicit dependencies of a process's environment (systemd.exec(5)).
func (l *loading) execExtras() {
	u, e := l.unit, l.unit.Exec
	l.standardStreams()
	if wd := e.WorkingDirectory; wd.Optional && wd.Path != "" {
		u.WantsMountsFor = append(u.WantsMountsFor, wd.Path)
	} else if wd.Path != "" {
		u.RequiresMountsFor = append(u.RequiresMountsFor, wd.Path)
	}
	for _, p := range []string{e.RootDirectory, e.RootImage} {
		if p != "" {
			u.RequiresMountsFor = append(u.RequiresMountsFor, p)
		}
	}
	for _, d := range []struct {
		base string
		dirs []ExecDirectory
		save bool // kept on disk
	}{
		{"/run", e.RuntimeDirectory, false}, {"/var/lib", e.StateDirectory, true}, {"/var/cache", e.CacheDirectory, true},
		{"/var/log", e.LogsDirectory, true}, {"/etc", e.ConfigurationDirectory, false},
	} {
		for _, dir := range d.dirs {
			u.RequiresMountsFor = append(u.RequiresMountsFor, d.base+"/"+dir.Path)
		}
		if d.save && len(d.dirs) > 0 && !l.g.opts.User {
			l.g.depend(u, "systemd-remount-fs.service", After)
		}
	}
	if l.g.opts.User {
		return
	}
	if e.PrivateTmp || e.DynamicUser {
		u.WantsMountsFor = append(u.WantsMountsFor, "/tmp", "/var/tmp")
		l.g.depend(u, "systemd-tmpfiles-setup.service", After)
	}
	if logged(e.StandardOutput.Kind) || logged(e.StandardError.Kind) {
		l.g.depend(u, "systemd-journald.socket", After)
	}
}

// standardStreams sets what the standard streams are when nothing is said.
func (l *loading) standardStreams() {
	e := l.unit.Exec
	if !l.saw("KeyringMode") && l.unit.Service == nil {
		e.KeyringMode = KeyringShared // only services get a keyring of their own
	}
	if e.StandardInputData != nil {
		if !l.saw("StandardInput") {
			e.StandardInput.Kind = StdioData
		}
	}
	if !l.saw("StandardOutput") {
		switch e.StandardInput.Kind {
		case StdioTTY, StdioTTYForce, StdioTTYFail, StdioSocket, StdioFD:
			e.StandardOutput.Kind = StdioInherit
		}
	}
}

func logged(k StdioKind) bool {
	switch k {
	case StdioJournal, StdioJournalConsole, StdioKmsg, StdioKmsgConsole:
		return true
	}
	return false
}

// chooseSlice puts a unit into a slice: the one of its template's name for instances, else system.slice.
func (l *loading) chooseSlice() {
	u := l.unit
	r := u.Resources
	if NameType(u.Name) == "slice" {
		r.Slice, _ = ParentSlice(u.Name)
	} else if r.Slice == "" {
		r.Slice = "system.slice"
		if l.g.opts.User {
			r.Slice = "app.slice"
		}
		if u.Perpetual {
			r.Slice = "-.slice"
		} else if NameInstance(u.Name) != "" && !l.g.opts.User {
			r.Slice = "system-" + Escape(NamePrefix(u.Name)) + ".slice"
		}
	}
	if r.Slice != "" {
		l.g.depend(u, r.Slice, InSlice)
	}
}

func (l *loading) socketExtras() {
	u, s := l.unit, l.unit.Socket
	if s.FileDescriptorName == "" {
		s.FileDescriptorName = u.Name
	}
	if !s.Accept && u.Provided == "" {
		if s.Service == "" {
			s.Service = NameStem(u.Name) + ".service"
		}
		l.g.depend(u, s.Service, Before, Triggers)
	}
	l.socketLimits()
	for _, listen := range s.Listens {
		if strings.HasPrefix(listen.Address, "/") && listen.Kind != "MessageQueue" {
			u.RequiresMountsFor = append(u.RequiresMountsFor, listen.Address)
		}
	}
	if len(s.ExecStartPre)+len(s.ExecStartPost)+len(s.ExecStopPre)+len(s.ExecStopPost) > 0 {
		l.execExtras()
	} else {
		l.standardStreams()
	}
	if u.DefaultDependencies {
		l.g.depend(u, "sockets.target", Before)
		l.afterSysinit()
	}
}

// socketLimits are the trigger limits where none are given; a socket that accepts is triggered more often.
func (l *loading) socketLimits() {
	s := l.unit.Socket
	limit := func(key string, dst *Usec) {
		if !l.saw(key) {
			*dst = 2 * Second
		}
	}
	limit("TriggerLimitIntervalSec", &s.TriggerLimitIntervalSec)
	limit("PollLimitIntervalSec", &s.PollLimitIntervalSec)
	if !l.saw("TriggerLimitBurst") {
		s.TriggerLimitBurst = 20
		if s.Accept {
			s.TriggerLimitBurst = 200
		}
	}
	if !l.saw("PollLimitBurst") {
		s.PollLimitBurst = 15
		if s.Accept {
			s.PollLimitBurst = 150
		}
	}
}

// triggered is the unit that a timer or path unit starts: the service of the same name by default.
func (l *loading) triggered(name *string) {
	if l.unit.Provided != "" {
		return
	}
	if *name == "" {
		*name = NameStem(l.unit.Name) + ".service"
	}
	l.g.depend(l.unit, *name, Before, Triggers)
}

func (l *loading) timerExtras() {
	u, t := l.unit, l.unit.Timer
	l.triggered(&t.Unit)
	if t.Persistent {
		u.RequiresMountsFor = append(u.RequiresMountsFor, "/var/lib/systemd/timers")
	}
	if !u.DefaultDependencies {
		return
	}
	l.g.depend(u, "timers.target", Before)
	l.afterSysinit()
	for _, spec := range t.Triggers {
		if spec.Base == "OnCalendar" && !l.g.opts.User {
			l.g.depend(u, "time-sync.target", After)
			l.g.depend(u, "time-set.target", After)
			break
		}
	}
}

func (l *loading) pathExtras() {
	u, p := l.unit, l.unit.Path
	l.triggered(&p.Unit)
	for _, spec := range p.Specs {
		u.RequiresMountsFor = append(u.RequiresMountsFor, spec.Path)
	}
	if u.DefaultDependencies {
		l.g.depend(u, "paths.target", Before)
		l.afterSysinit()
	}
}

func (l *loading) sliceExtras() {
	u := l.unit
	if u.Description == "" {
		u.Description = sliceDescription(u.Name)
	}
	if u.DefaultDependencies && !u.Perpetual {
		l.untilShutdown()
	}
}

func sliceDescription(name string) string {
	switch name {
	case "-.slice":
		return "Root Slice"
	case "system.slice":
		return "System Slice"
	}
	p, err := UnescapePath(NameStem(name))
	if err != nil {
		return name
	}
	return "Slice " + p
}
