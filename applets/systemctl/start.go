package systemctl

import (
	"strings"

	"github.com/godbus/dbus/v5"

	"pintle/applets/client"
	"pintle/applets/command"
	"pintle/applets/terminal"
	"pintle/supervisor"
	messages "pintle/supervisor/systemctl"
	"pintle/units"
)

// startMethod gives the manager's method for a verb and the name of what it does to units.
func startMethod(verb string) (method, job string) {
	switch verb {
	case "start", "isolate":
		return "StartUnit", "start"
	case "stop", "condstop":
		return "StopUnit", "stop"
	case "reload":
		return "ReloadUnit", "reload"
	case "restart":
		return "RestartUnit", "restart"
	case "try-restart", "condrestart":
		return "TryRestartUnit", "try-restart"
	case "reload-or-restart":
		return "ReloadOrRestartUnit", "reload-or-restart"
	}
	return "ReloadOrTryRestartUnit", "reload-or-try-restart"
}

// request is jobs asked for by one command.
type request struct {
	*control
	method, job, mode string
	jobs              *client.Jobs
	settled           *settling // with --wait
	stopped           []string
	exit              int
}

// start is start, stop and all that is like them.
func (c *control) start(args []string) error {
	r := request{control: c, mode: c.jobMode}
	r.method, r.job = startMethod(c.verb)
	suffix := ""
	if c.verb == "isolate" {
		r.mode, suffix = "isolate", ".target"
	}
	switch {
	case c.wait && c.verb != "start" && c.verb != "restart":
		return command.Failf("--wait may only be used with the 'start' or 'restart' commands.")
	case c.marked && c.verb != "reload-or-restart":
		return command.Failf("--marked may only be used with 'reload-or-restart'.")
	case c.marked && len(args) > 0:
		return command.Failf("No additional arguments allowed with 'reload-or-restart --marked'.")
	case c.marked:
		return r.marked()
	case len(args) == 0:
		return command.Failf("List of units to restart/reload is required.")
	}
	names, globs, err := c.expand(args, suffix)
	if err != nil {
		return err
	}
	if !c.all && globs && r.job == "start" && !c.quiet {
		c.warnf("Warning: %ssystemctl start called with a glob pattern.%s", c.screen.Style(terminal.Red), c.screen.Style(terminal.Normal))
		c.noticef("Hint: unit globs expand to loaded units, so start will usually have no effect.\n" +
			"      Passing --all will also load units which are pulled in by other units.\n" +
			"      See systemctl(1) for more details.")
	}
	return r.units(names)
}

// prepare takes note of jobs and units that end from now on.
func (r *request) prepare() (err error) {
	if !r.noBlock {
		if r.jobs, err = r.conn.AwaitJobs(); err != nil {
			return failure(err, "Could not watch jobs")
		}
	}
	if r.wait {
		if err := r.conn.Manager("Subscribe", nil); err != nil && client.ErrorName(err) != "org.freedesktop.systemd1.AlreadySubscribed" {
			return failure(err, "Failed to enable subscription")
		}
		if r.settled, err = r.control.settling(); err != nil {
			return err
		}
	}
	return nil
}

// units asks for a job for each unit, and awaits them as the options say.
func (r *request) units(names []string) error {
	if err := r.prepare(); err != nil {
		return err
	}
	for _, name := range names {
		if err := r.one(name); err != nil && r.exit == 0 {
			r.exit = exitFor(err)
		} else if err == nil && r.method == "StopUnit" {
			r.stopped = append(r.stopped, name)
		}
	}
	if !r.noBlock {
		if err := r.awaitJobs(); err != nil {
			return err
		}
		if !r.quiet && !r.noWarn {
			for _, name := range r.stopped {
				r.warnTriggers(name)
			}
		}
	}
	if r.wait {
		failed, err := r.settled.wait()
		switch {
		case err != nil:
			return failure(err, "Failed to wait for units")
		case failed && r.exit == 0:
			r.exit = 1
		}
	}
	return status(r.exit)
}

// exitFor is the exit status for a request that was refused.
func exitFor(err error) int { return messages.ErrorStatus(client.ErrorName(err)) }

// one asks for the job of one unit.
func (r *request) one(name string) error {
	var job dbus.ObjectPath
	var err error
	if r.transaction {
		job, err = r.enqueue(name)
	} else {
		err = r.conn.Manager(r.method, []any{name, r.mode}, &job)
	}
	if err != nil {
		r.refused(name, err)
		return err
	}
	r.warnReload(name)
	if r.jobs != nil {
		r.jobs.Add(job)
	}
	if r.settled != nil {
		r.settled.add(name)
	}
	return nil
}

// enqueue asks for a job and tells of all jobs that this led to.
func (r *request) enqueue(name string) (dbus.ObjectPath, error) {
	var (
		id            uint32
		job, unitPath dbus.ObjectPath
		unit, kind    string
		others        [][]any
	)
	err := r.conn.Manager("EnqueueUnitJob", []any{name, r.job, r.mode}, &id, &job, &unit, &unitPath, &kind, &others)
	if err != nil {
		return "", err
	}
	r.infof("Enqueued anchor job %d %s/%s.", id, unit, kind)
	for _, o := range others {
		if len(o) >= 5 {
			r.infof("Enqueued auxiliary job %d %s/%s.", numberOf(o[0]), stringOf(o[2]), stringOf(o[4]))
		}
	}
	return job, nil
}

// refused tells why the manager would not queue a job.
func (r *request) refused(name string, err error) {
	r.errorf("%s", messages.Refused(r.job, name, client.Reason(err)))
	switch client.ErrorName(err) {
	case supervisor.ErrNoSuchUnit, supervisor.ErrUnitMasked, supervisor.ErrJobTypeNotApplicable:
		return
	}
	whose, option, dashes := "system", "", ""
	if r.user {
		whose, option = "user", " --user"
	}
	if strings.HasPrefix(name, "-") {
		dashes = " --"
	}
	r.errorf("See %s logs and 'systemctl%s status%s %s' for details.", whose, option, dashes, units.QuoteForShell(name))
}

// marked restarts or reloads the units that were marked before.
func (r *request) marked() error {
	if err := r.prepare(); err != nil {
		return err
	}
	var jobs []dbus.ObjectPath
	if err := r.conn.Manager("EnqueueMarkedJobs", nil, &jobs); err != nil {
		return failure(err, "Failed to start jobs")
	}
	if r.jobs == nil {
		return nil
	}
	for _, job := range jobs {
		r.jobs.Add(job)
	}
	return r.awaitJobs()
}

// awaitJobs waits until all jobs are done and tells of those that did not go well.
func (r *request) awaitJobs() error {
	var failed error
	for {
		e, more, err := r.jobs.Next()
		switch {
		case err != nil && disconnected(err):
			r.warnf("Warning! D-Bus connection terminated.")
			return failure(err, "Failed to wait for response")
		case err != nil:
			return failure(err, "Failed to wait for response")
		case !more:
			return failed
		}
		if !r.quiet {
			r.tell(e)
		}
		switch e.Result {
		case "done", "skipped":
		default:
			failed = status(1)
		}
	}
}

// tell says what became of a job that did not go well.
func (c *control) tell(e client.Ended) {
	result := ""
	if strings.HasSuffix(e.Unit, ".service") {
		result = stringOf(c.get(client.UnitPath(e.Unit), face("service"), "Result"))
	}
	text := messages.JobMessage(e.Unit, supervisor.JobResult(e.Result), result)
	limited := result == "start-limit-hit" && e.Result == "failed"
	switch {
	case text == "":
		return
	case limited && c.olderThan(253):
		text = strings.TrimSuffix(text, ".") + " because start of the service was attempted too often."
	}
	c.errorf("%s", text)
	if advice := messages.JobAdvice(e.Unit, supervisor.JobResult(e.Result), result, c.user); advice != "" {
		c.errorf("%s", advice)
	}
	if limited {
		c.infof("To force a start use \"systemctl reset-failed %[1]s\"\nfollowed by \"systemctl start %[1]s\" again.", e.Unit)
	}
}

// warnReload warns if files of a unit have changed since the manager read them.
func (c *control) warnReload(name string) {
	if c.noWarn || !c.needsReload(name) {
		return
	}
	c.warnChanged(name)
}

// needsReload says whether files of a unit have changed since the manager read them.
func (c *control) needsReload(name string) bool {
	var path dbus.ObjectPath
	if c.conn.Manager("GetUnit", []any{name}, &path) != nil {
		return false
	}
	return boolOf(c.get(path, client.UnitFace, "NeedDaemonReload"))
}

func (c *control) warnChanged(name string) {
	option := ""
	if c.user {
		option = " --user"
	}
	on, off := "", ""
	if c.screen.Colours {
		on, off = terminal.Red, terminal.Normal
	}
	c.warnf("%sWarning:%s The unit file, source configuration file or drop-ins of %s changed on disk. Run 'systemctl%s daemon-reload' to reload units.", on, off, name, option)
}

// warnTriggers warns of units that may start again what was stopped.
func (c *control) warnTriggers(name string) {
	path := client.UnitPath(name)
	if stringOf(c.get(path, client.UnitFace, "LoadState")) != "loaded" {
		return
	}
	value, err := c.conn.Get(path, client.UnitFace, "TriggeredBy")
	if err != nil {
		return
	}
	list, _ := value.Value().([]string)
	said := false
	for _, trigger := range list {
		switch stringOf(c.get(client.UnitPath(trigger), client.UnitFace, "ActiveState")) {
		case "active", "reloading":
		default:
			continue
		}
		if !said {
			c.warnf("Warning: Stopping %s, but it can still be activated by:", name)
			said = true
		}
		c.warnf("  %s", trigger)
	}
}
