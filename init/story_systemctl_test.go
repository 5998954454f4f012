package pid1

import (
	"encoding/json"
	"errors"
	"net"
	"os"
	"path"
	"slices"
	"strings"
	"syscall"
	"time"

	"pintle/supervisor"
	"pintle/supervisor/systemctl"
	"pintle/units"
)

// serveSystemctl answers requests to the manager, as systemctl makes them, within PID 1.
func serveSystemctl(p *PID1) {
	_ = os.Remove(storySocket) // of before a re-execution
	l, err := net.Listen("unix", storySocket)
	if err != nil {
		return // a story whose PID 1 may not write /run needs none
	}
	go answerSystemctl(p, l)
}

func answerSystemctl(p *PID1, l net.Listener) {
	for {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		go func() {
			defer conn.Close()
			var argv []string
			if json.NewDecoder(conn).Decode(&argv) == nil {
				c := &client{p: p}
				c.run(argv)
				_ = json.NewEncoder(conn).Encode(c.answer)
			}
		}()
	}
}

// client is one call of systemctl.
type client struct {
	p *PID1
	answer
	quiet, noBlock, valueOnly, all bool
	props                          []string
	signal                         syscall.Signal
	whom                           supervisor.KillWhom
	mode                           units.JobMode
}

func (c *client) print(line string) { c.Stdout += line + "\n" }
func (c *client) fail(status int, line string) {
	c.Stderr += line + "\n"
	if c.Exit == 0 {
		c.Exit = status
	}
}

func (c *client) run(argv []string) {
	c.signal = syscall.SIGTERM
	var words []string
	for i := 0; i < len(argv); i++ {
		option, value, joined := strings.Cut(argv[i], "=")
		next := func() string {
			if !joined && i+1 < len(argv) {
				i++
				return argv[i]
			}
			return value
		}
		switch option {
		case "-q", "--quiet":
			c.quiet = true
		case "--no-block":
			c.noBlock = true
		case "--value":
			c.valueOnly = true
		case "-a", "--all":
			c.all = true
		case "-P":
			c.valueOnly = true
			c.props = append(c.props, strings.Split(next(), ",")...)
		case "-p", "--property":
			c.props = append(c.props, strings.Split(next(), ",")...)
		case "-s", "--signal":
			c.signal, _ = units.ParseSignal(next())
		case "--kill-whom", "--kill-who":
			c.whom = supervisor.KillWhom(next())
		case "--job-mode":
			c.mode = units.JobMode(next())
		default:
			words = append(words, argv[i])
		}
	}
	if len(words) == 0 {
		c.fail(1, "no verb")
		return
	}
	verb, names := words[0], c.names(words[1:])
	switch verb {
	case "start", "stop", "restart", "reload", "try-restart", "reload-or-restart", "try-reload-or-restart", "isolate":
		c.jobs(verb, names)
	case "kill":
		c.each(names, systemctl.NotKilled, func(name string) error { return c.p.manager.Kill(name, c.whom, c.signal) })
	case "reset-failed":
		if len(words) == 1 {
			names = []string{""}
		}
		c.each(names, systemctl.NotReset, c.p.manager.ResetFailed)
	case "is-active":
		c.Exit = systemctl.IsActive(c.states(names, !c.quiet))
	case "is-failed":
		c.Exit = systemctl.IsFailed(c.states(names, !c.quiet))
	case "status":
		c.Exit = systemctl.Status(c.states(names, false))
	case "is-enabled":
		var states []string
		for _, name := range names {
			state, _ := c.show(name, "UnitFileState")
			if state == "" {
				state = "not-found"
			}
			c.print(state)
			states = append(states, state)
		}
		c.Exit = systemctl.IsEnabled(states)
	case "show":
		for _, name := range names {
			c.showAll(name)
		}
	case "cat":
		for _, name := range names {
			if state, _ := c.show(name, "LoadState"); state == "not-found" {
				c.fail(1, "No files found for "+name+".")
			}
		}
	case "daemon-reload":
		c.p.Do(c.p.reload)
	default:
		c.fail(1, "Unknown command verb "+verb+".")
	}
}

// names turns what was typed into unit names; a pattern stands for the units that the manager holds.
func (c *client) names(words []string) (names []string) {
	for _, word := range words {
		name, err := units.MangleName(word, ".service", true)
		if err != nil || !strings.ContainsAny(name, "*?[") {
			names = append(names, name)
			continue
		}
		c.p.Do(func() {
			for _, u := range c.p.manager.Units() {
				if ok, _ := path.Match(name, u.Name); ok {
					names = append(names, u.Name)
				}
			}
		})
	}
	return names
}

func (c *client) each(names []string, message func(unit, message string) string, do func(string) error) {
	for _, name := range names {
		var err error
		c.p.Do(func() { err = do(name) })
		var refused *supervisor.Error
		if errors.As(err, &refused) {
			c.fail(systemctl.Failure, message(name, refused.Message))
		}
	}
}

// jobs queues a job for each unit and waits for all of them.
func (c *client) jobs(verb string, names []string) {
	type queued struct {
		*supervisor.Job
		unit string
	}
	var jobs []queued
	for _, name := range names {
		var (
			job *supervisor.Job
			err error
		)
		c.p.Do(func() { job, err = c.enqueue(verb, name) })
		var refused *supervisor.Error
		switch {
		case errors.As(err, &refused):
			c.fail(systemctl.ErrorStatus(refused.Name), systemctl.Refused(verb, name, refused.Message))
		case err != nil:
			c.fail(systemctl.Failure, systemctl.Refused(verb, name, err.Error()))
		default:
			jobs = append(jobs, queued{job, name})
		}
	}
	if c.noBlock {
		return
	}
	for _, j := range jobs {
		message := ""
		for done := false; !done; time.Sleep(time.Millisecond) { // the end of a job is told to nobody yet
			if !c.p.Do(func() {
				if done = j.Result != ""; done {
					message = systemctl.JobMessage(j.unit, j.Result, j.Unit.Result())
				}
			}) {
				return
			}
		}
		if message != "" {
			c.fail(systemctl.Failure, message)
		}
	}
}

func (c *client) enqueue(verb, name string) (*supervisor.Job, error) {
	switch verb {
	case "reload-or-restart":
		return c.p.manager.EnqueueReloadOr(supervisor.JobRestart, name, c.mode)
	case "try-reload-or-restart":
		return c.p.manager.EnqueueReloadOr(supervisor.JobTryRestart, name, c.mode)
	case "isolate":
		return c.p.manager.Enqueue(supervisor.JobStart, name, units.ModeIsolate)
	}
	return c.p.manager.Enqueue(supervisor.JobType(verb), name, c.mode)
}

func (c *client) states(names []string, print bool) (states []systemctl.State) {
	for _, name := range names {
		var s systemctl.State
		s.Active, _ = c.show(name, "ActiveState")
		s.Load, _ = c.show(name, "LoadState")
		if pidFile, _ := c.show(name, "PIDFile"); pidFile != "" {
			_, err := os.Lstat(pidFile)
			s.PIDFile = err == nil
		}
		if print {
			c.print(s.Active)
		}
		states = append(states, s)
	}
	return states
}

// show is one property of a unit.
func (c *client) show(name, property string) (text string, ok bool) {
	c.p.Do(func() {
		var p supervisor.Property
		if p, ok = c.p.manager.Load(name).Property(property); ok {
			text = strings.Join(p.Texts(), "\n")
		}
	})
	return text, ok
}

func (c *client) showAll(name string) {
	var all []supervisor.Property
	c.p.Do(func() { all = c.p.manager.Load(name).Properties() })
	for _, p := range all {
		if len(c.props) > 0 && !slices.Contains(c.props, p.Name) {
			continue
		}
		for _, text := range p.Texts() {
			switch {
			case text == "" && len(c.props) == 0 && !c.all:
			case c.valueOnly:
				c.print(text)
			default:
				c.print(p.Name + "=" + text)
			}
		}
	}
}
