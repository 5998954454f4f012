package try

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"
)

// Where the inside finds what the outside hands in; an engine's name for the place, too
// (the container interface, "/run/host/").
const (
	hostDir   = "/run/host"
	notifyEnv = "NOTIFY_SOCKET=" + hostDir + "/notify"
	unitDir   = hostDir + "/units"
)

// plan is what the outer half tells the inner one. Its directory is made by the outer half:
//
//	DIR/notify   → /run/host/notify: PID 1's word that the boot is done
//	DIR/units/   → /run/host/units/: the unit files given
//	DIR/fs/      a tmpfs of the inner mount namespace: layers, and the new root
type plan struct {
	Root           string // absolute; "": the host's
	Dir            string
	Keep           bool
	PrivateNetwork bool
	Hostname       string
	HasUnits       bool
	OneUser        bool // only root is mapped: nothing can be given to another group

	layers int // made so far
}

func newPlan(o Options, dir string) (*plan, error) {
	p := &plan{Dir: dir, Keep: o.Keep, PrivateNetwork: o.PrivateNetwork, Hostname: o.Hostname, HasUnits: len(o.Units) > 0}
	if o.Root != "" {
		root, err := filepath.Abs(o.Root)
		if err == nil {
			root, err = filepath.EvalSymlinks(root)
		}
		if err != nil {
			return nil, fmt.Errorf("cannot find the root directory: %w", err)
		}
		p.Root = root
	} else if len(o.Units) == 0 {
		return nil, fmt.Errorf("cannot boot nothing: give a root directory, unit files, or both")
	}
	if p.Hostname == "" {
		p.Hostname = "pintle"
		if p.Root != "" {
			p.Hostname = hostName(filepath.Base(p.Root))
		}
	}
	if err := os.Mkdir(filepath.Join(dir, "fs"), 0o700); err != nil {
		return nil, fmt.Errorf("cannot make a directory for the boot: %w", err)
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		return nil, fmt.Errorf("cannot open %s to services: %w", dir, err)
	}
	return p, p.addUnits(o)
}

// hostName keeps what may stand in a host name.
func hostName(s string) string {
	s = strings.Trim(strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' {
			return r
		}
		return '-'
	}, s), "-")
	if s == "" || len(s) > 63 {
		return "pintle"
	}
	return s
}

// addUnits copies the unit files to where PID 1 looks first, and has the boot start them.
func (p *plan) addUnits(o Options) error {
	if len(o.Units) == 0 {
		return nil
	}
	dir := filepath.Join(p.Dir, "units")
	wants := filepath.Join(dir, "default.target.wants")
	if err := os.MkdirAll(wants, 0o755); err != nil {
		return fmt.Errorf("cannot make a directory for unit files: %w", err)
	}
	for _, path := range o.Units {
		name := filepath.Base(path)
		text, err := os.ReadFile(path)
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, name), text, 0o644)
		}
		if err != nil {
			return fmt.Errorf("cannot take the unit file: %w", err)
		}
		if !strings.Contains(name, "@.") && name != "default.target" {
			if err := os.Symlink("../"+name, filepath.Join(wants, name)); err != nil {
				return fmt.Errorf("cannot take the unit file %s: %w", path, err)
			}
		}
	}
	return nil
}

// environ is what an engine gives its PID 1, with what pintle needs to know of this boot.
func (p *plan) environ() []string {
	env := []string{
		"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
		"HOME=/root",
		"container=pintle-try",
		notifyEnv,
	}
	for _, e := range os.Environ() {
		name, _, _ := strings.Cut(e, "=")
		if name == "TERM" || name == "LANG" || strings.HasPrefix(name, "PINTLE_") {
			env = append(env, e)
		}
	}
	if p.Root == "" {
		// /tmp shows what the host has there (to programs under test, say): nothing of it is stale.
		env = append(env, "PINTLE_BOOT_PURGE=no")
	}
	if p.HasUnits {
		path := unitDir
		if p.Root != "" {
			path += ":" // and then the usual directories
		}
		env = append(env, "SYSTEMD_UNIT_PATH="+path)
	} else if path, ok := os.LookupEnv("SYSTEMD_UNIT_PATH"); ok {
		env = append(env, "SYSTEMD_UNIT_PATH="+path)
	}
	return env
}

// file holds the plan for the inner half.
func (p *plan) file() (*os.File, error) {
	fd, err := unix.MemfdCreate("pintle-try", unix.MFD_CLOEXEC)
	if err != nil {
		return nil, fmt.Errorf("cannot make a memory file: %w", err)
	}
	f := os.NewFile(uintptr(fd), "plan")
	if err := json.NewEncoder(f).Encode(p); err != nil {
		f.Close()
		return nil, fmt.Errorf("cannot write the plan: %w", err)
	}
	return f, nil
}
