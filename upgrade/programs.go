package upgrade

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"

	"golang.org/x/sys/unix"

	"pintle/firstrun"
)

// logDir is where, in firstrun.StateDir, the output of programs is kept.
const logDir = "log"

// logFile collects what programs say.
type logFile struct{ *os.File }

// openLog opens the log of this upgrade, and keeps none but the last.
func (r *runner) openLog() error {
	if r.log != nil {
		return nil
	}
	name := "upgrade-" + r.state.ID + ".log"
	sys, state := r.volume.Sys, r.volume.State
	if err := sys.Mkdir(state, logDir, 0o700); err != nil && err != unix.EEXIST {
		return fmt.Errorf("cannot make a log: %w", err)
	}
	dir, err := sys.OpenBeneath(state, logDir)
	if err != nil {
		return fmt.Errorf("cannot make a log: %w", err)
	}
	defer sys.Close(dir)
	fd, err := sys.Open(dir, name, unix.O_WRONLY|unix.O_CREAT|unix.O_APPEND, 0o600)
	if err != nil {
		return fmt.Errorf("cannot make a log: %w", err)
	}
	path := r.volume.Path + "/" + firstrun.StateDir + "/" + logDir + "/" + name
	r.log = &logFile{os.NewFile(uintptr(fd), path)}
	r.state.Log = path
	return nil
}

// steps runs version steps, and writes each down.
func (r *runner) steps(steps []VersionStep) error {
	for _, s := range steps {
		r.Log("volume version %s becomes %s", s.From, s.To)
		if err := r.program(nil, s.Path, s.From, s.To); err != nil {
			return err
		}
		if err := r.volume.WriteState(firstrun.VersionFile, []byte(s.To+"\n")); err != nil {
			return err
		}
	}
	return nil
}

// scripts runs scriptlets of packages in order.
func (r *runner) scripts(list []Scriptlet) error {
	if len(list) > 0 {
		if err := r.state.enter(r.volume, PhaseScripts); err != nil {
			return err
		}
	}
	for _, s := range list {
		r.Log("running the upgrade scriptlet of %s %s", s.Package, s.Version)
		err := r.program(s.env(), s.Path, s.Args()...)
		if exit := (*exec.ExitError)(nil); s.Kind == "rpm" && errors.As(err, &exit) {
			// Many end with the status of a condition that is not met. rpm warns, and goes on.
			r.Log("the scriptlet of %s %s ended with %v, which rpm would go on after, too; what it said is in %s", s.Package, s.Version, exit, r.state.Log)
			continue
		}
		if err != nil {
			return err
		}
	}
	if len(r.image.Scriptlets) == 0 {
		return nil
	}
	return r.volume.WriteState(PackagesFile, []byte(Versions(r.image.Scriptlets)))
}

// program runs one program to its end, with more variables. What it says goes to the log and to our own standard error.
func (r *runner) program(env []string, path string, args ...string) error {
	if err := r.openLog(); err != nil {
		return err
	}
	r.state.Running = strings.Join(append([]string{path}, args...), " ")
	if err := r.state.write(r.volume); err != nil {
		return err
	}
	fmt.Fprintf(r.log, "== %s\n", r.state.Running)
	c := exec.Command(path, args...)
	c.Dir = "/"
	c.Env = append(os.Environ(), r.Env...)
	c.Env = append(c.Env, "PINTLE_VOLUME="+r.volume.Path, "PINTLE_TEMPLATE="+r.template.Path,
		"PINTLE_FROM="+r.state.From, "PINTLE_TO="+r.state.To)
	c.Env = append(c.Env, env...)
	c.Stdout = io.MultiWriter(r.log, os.Stderr)
	c.Stderr = c.Stdout
	if err := c.Run(); err != nil {
		fmt.Fprintf(r.log, "== %v\n", err)
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}
