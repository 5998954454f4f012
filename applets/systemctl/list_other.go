package systemctl

import (
	"fmt"
	"os"
	"path"
	"slices"
	"strconv"

	"pintle/applets/client"
	"pintle/applets/table"
	"pintle/applets/terminal"
)

func decimal(n uint64) string { return strconv.FormatUint(n, 10) }

// matches says whether a name matches one of the patterns; it does if there are none.
func matches(patterns []string, name string) bool {
	return len(patterns) == 0 || slices.ContainsFunc(patterns, func(p string) bool {
		ok, err := path.Match(p, name)
		return err == nil && ok || p == name
	})
}

// listJobs is list-jobs.
func (c *control) listJobs(patterns []string) error {
	jobs, err := c.conn.Jobs()
	if err != nil {
		return failure(err, "Failed to list jobs")
	}
	shown := slices.DeleteFunc(slices.Clone(jobs), func(j client.Job) bool { return !matches(patterns, j.Unit) })
	c.openPager()
	if len(shown) == 0 {
		if c.legend {
			word := "running"
			if len(jobs) > 0 {
				word = "listed"
			}
			c.printf("%s\n", c.screen.In(terminal.Green, "No jobs "+word+"."))
		}
		return nil
	}
	t := table.New("job", "unit", "type", "state")
	t.Dash = "-"
	for _, j := range shown {
		colour := ""
		if j.State == "running" {
			colour = terminal.Bold
		}
		t.Add(table.Cell{Text: decimal(uint64(j.ID)), Value: j.ID}, table.Cell{Text: j.Unit, Colour: colour},
			table.Cell{Text: j.Type}, table.Cell{Text: j.State, Colour: colour})
		if c.before {
			c.orderedJobs(t, j.ID, "GetJobBefore", "\twaiting for job")
		}
		if c.after {
			c.orderedJobs(t, j.ID, "GetJobAfter", "\tblocking job")
		}
	}
	if err := c.table(t); err != nil {
		return err
	}
	if c.legend {
		on, off := c.screen.Style(terminal.Bold), c.screen.Style(terminal.Normal)
		c.printf("\n%s%d jobs listed%s.\n", on, len(shown), off)
	}
	return nil
}

// orderedJobs adds lines for the jobs that a job is ordered with.
func (c *control) orderedJobs(t *table.Table, id uint32, method, words string) {
	var list []client.Job
	if err := c.conn.Manager(method, []any{id}, &list); err != nil {
		return
	}
	for _, j := range list {
		t.Add(table.Cell{Text: treeGlyphs().right}, table.Cell{Text: fmt.Sprintf("%s %d (%s/%s)", words, j.ID, j.Unit, j.Type)},
			table.Empty(), table.Empty())
	}
}

// cancel cancels jobs.
func (c *control) cancel(args []string) error {
	if len(args) == 0 {
		return c.clearJobs(nil)
	}
	var failed error
	for _, arg := range args {
		id, err := strconv.ParseUint(arg, 10, 32)
		if err != nil {
			return failure(errInvalid, "Failed to parse job id \"%s\"", arg)
		}
		if err := c.conn.Manager("CancelJob", []any{uint32(id)}); err != nil {
			c.errorf("Failed to cancel job %d: %s", id, client.Reason(err))
			failed = status(1)
		}
	}
	return failed
}

func (c *control) clearJobs([]string) error {
	if err := c.conn.Manager("ClearJobs", nil); err != nil {
		return failure(err, "Failed to cancel jobs")
	}
	return nil
}

// listMachines is list-machines: this container is all there is.
func (c *control) listMachines(patterns []string) error {
	name, err := os.Hostname()
	if err != nil {
		return failure(err, "Failed to get hostname")
	}
	c.openPager()
	t := table.New("", "name", "state", "failed", "jobs")
	if c.plain || c.json() {
		t.Hide(0)
	}
	if matches(patterns, name) {
		state := stringOf(c.get(client.ManagerPath, client.ManagerFace, "SystemState"))
		failed := numberOf(c.get(client.ManagerPath, client.ManagerFace, "NFailedUnits"))
		jobs := numberOf(c.get(client.ManagerPath, client.ManagerFace, "NJobs"))
		dot, colour, failures := " ", "", ""
		if state != "running" {
			dot, colour = stateGlyph("active"), terminal.Red
		}
		if failed > 0 {
			failures = terminal.Red
		}
		t.Add(table.Cell{Text: dot, Colour: colour}, table.Cell{Text: name + " (host)"}, table.Cell{Text: state, Colour: colour},
			table.Cell{Text: decimal(failed), Value: failed, Colour: failures}, table.Cell{Text: decimal(jobs), Value: jobs})
	}
	if err := c.table(t); err != nil {
		return err
	}
	if c.legend {
		c.printf("\n%d machines listed.\n", len(t.Rows))
	}
	return nil
}
