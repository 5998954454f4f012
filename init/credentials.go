package pid1

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"

	"pintle/units"
)

// Bounds of systemd.exec(5), LoadCredential=: one credential, and all of a unit.
const (
	maxCredential  = 1 << 20
	maxCredentials = 1 << 20
)

// credentialSources are the directories in which a credential is looked up by name (systemd.exec(5)).
var credentialSources = []string{"/etc/credstore", "/run/credstore", "/usr/local/lib/credstore", "/usr/lib/credstore"}

// credentials writes the credentials of a unit to a directory of its own, readable for its user alone. It is
// a plain directory: a file system of its own needs CAP_SYS_ADMIN.
func (s *Spawner) credentials(p *process) error {
	x := p.exec
	if len(x.SetCredential)+len(x.LoadCredential)+len(x.ImportCredential) == 0 {
		return nil
	}
	found, err := s.collectCredentials(x)
	if err != nil {
		return failed(stepCredentials, "%w", err)
	}
	fail := func(err error) error {
		return failed(stepCredentials, "cannot write the credentials of %s: %w", p.unit.Name, err)
	}
	dir, _, err := openTree(s.cfg.Credentials, p.unit.Name)
	if err != nil {
		return fail(err)
	}
	defer unix.Close(dir)
	if err := unix.Fchmod(dir, 0o700); err != nil {
		return fail(err)
	}
	total := 0
	for _, c := range found {
		if total += len(c.Value); total > maxCredentials {
			return fail(fmt.Errorf("they are larger than %d bytes", maxCredentials))
		}
		if err := s.writeCredential(dir, c, p.user); err != nil {
			return fail(fmt.Errorf("%s: %w", c.Name, err))
		}
	}
	if err := s.give(dir, p.user); err != nil {
		return fail(err)
	}
	if err := unix.Fchmod(dir, 0o500); err != nil {
		return fail(err)
	}
	p.vars = append(p.vars, "CREDENTIALS_DIRECTORY="+s.cfg.Credentials+"/"+p.unit.Name)
	return nil
}

// writeCredential makes a file in place of what is there. Nothing that a service has put there is followed.
func (s *Spawner) writeCredential(dir int, c units.Credential, owner identity) error {
	if err := unix.Unlinkat(dir, c.Name, 0); err != nil && err != unix.ENOENT {
		return err
	}
	fd, err := unix.Openat(dir, c.Name, unix.O_WRONLY|unix.O_CREAT|unix.O_EXCL|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0o400)
	if err != nil {
		return err
	}
	f := os.NewFile(uintptr(fd), c.Name)
	defer f.Close()
	if _, err := f.Write(c.Value); err != nil {
		return err
	}
	return s.give(fd, owner)
}

func (s *Spawner) give(fd int, owner identity) error {
	if !owner.setUID || owner.uid == s.cfg.Identity.UID {
		return nil
	}
	return unix.Fchown(fd, int(owner.uid), int(s.cfg.Identity.GID))
}

// collectCredentials finds the values. LoadCredential= comes before ImportCredential=, both before
// SetCredential=, which is the default.
func (s *Spawner) collectCredentials(x *units.ExecSettings) ([]units.Credential, error) {
	var found []units.Credential
	have := map[string]bool{}
	add := func(name string, value []byte) {
		if !have[name] {
			have[name] = true
			found = append(found, units.Credential{Name: name, Value: value})
		}
	}
	set := map[string]bool{}
	for _, c := range x.SetCredential {
		set[c.Name] = true
	}
	for _, c := range x.LoadCredential {
		value, err := s.loadCredential(c)
		switch {
		case err == nil:
			add(c.Name, value)
		case errors.Is(err, os.ErrNotExist) && (set[c.Name] || !filepath.IsAbs(c.Path)):
			// There is a default, or it is a credential that may have been passed to the container.
		default:
			return nil, fmt.Errorf("cannot load LoadCredential=%s: %w", c.Name, err)
		}
	}
	for _, pattern := range x.ImportCredential {
		for _, dir := range s.sources() {
			matches, _ := filepath.Glob(filepath.Join(dir, pattern))
			for _, path := range matches {
				if value, err := readCredential(path); err == nil {
					add(filepath.Base(path), value)
				}
			}
		}
	}
	for _, c := range x.SetCredential {
		add(c.Name, c.Value)
	}
	return found, nil
}

// sources are the directories of credentials, those that the container was given first.
func (s *Spawner) sources() []string {
	var dirs []string
	for _, e := range s.pass {
		if dir, ok := strings.CutPrefix(e, "CREDENTIALS_DIRECTORY="); ok && filepath.IsAbs(dir) {
			dirs = append(dirs, dir)
		}
	}
	for _, dir := range credentialSources {
		dirs = append(dirs, s.cfg.Root+dir)
	}
	return dirs
}

func (s *Spawner) loadCredential(c units.Credential) ([]byte, error) {
	if filepath.IsAbs(c.Path) {
		return readCredential(s.cfg.Root + c.Path)
	}
	name := c.Path
	if name == "" {
		name = c.Name
	}
	for _, dir := range s.sources() {
		value, err := readCredential(dir + "/" + name)
		if !errors.Is(err, os.ErrNotExist) {
			return value, err
		}
	}
	return nil, os.ErrNotExist
}

// readCredential reads a file of bounded size; a FIFO or device must not stop PID 1.
func readCredential(path string) ([]byte, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|unix.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is no regular file", path)
	}
	value, err := io.ReadAll(io.LimitReader(f, maxCredential+1))
	if err == nil && len(value) > maxCredential {
		err = fmt.Errorf("%s is larger than %d bytes", path, maxCredential)
	}
	return value, err
}

// removeCredentials removes the directory of a unit's credentials.
func (s *Spawner) removeCredentials(u *units.Unit) {
	x := u.Exec
	if len(x.SetCredential)+len(x.LoadCredential)+len(x.ImportCredential) == 0 {
		return
	}
	// Without privileges the directory has to be writable for what is in it to go.
	if dir, err := unix.Open(s.cfg.Credentials+"/"+u.Name, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0); err == nil {
		_ = unix.Fchmod(dir, 0o700)
		unix.Close(dir)
	}
	if err := removeBelow(s.cfg.Credentials, u.Name); err != nil {
		s.note(u.Name, fmt.Sprintf("cannot remove its credentials: %v", err))
	}
}
