package firstrun

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"golang.org/x/sys/unix"
)

// hostnameFile is the fact that keeps the container's name.
const hostnameFile = "hostname"

// WriteInPlace gives a file that an engine has mounted (/etc/hosts, /etc/resolv.conf) a new content. Such a
// file cannot be replaced by a rename. What is there already is not written again.
func WriteInPlace(path string, content []byte) error {
	if old, err := os.ReadFile(path); err == nil && string(old) == string(content) {
		return nil
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE, 0o644)
	if err == nil {
		// Written first and cut then, so that nobody reads an empty file.
		if _, err = f.WriteAt(content, 0); err == nil {
			err = f.Truncate(int64(len(content)))
		}
		if e := f.Close(); err == nil {
			err = e
		}
	}
	switch {
	case err == nil:
		return nil
	case errors.Is(err, unix.EROFS):
		return fmt.Errorf("cannot write %s: it is read-only here; give the container what it should say by an option of the engine", path)
	case errors.Is(err, unix.EACCES), errors.Is(err, unix.EPERM):
		return fmt.Errorf("cannot write %s: user %d may not", path, os.Geteuid())
	}
	return fmt.Errorf("cannot write %s: %w", path, err)
}

// HostsWith gives the text of /etc/hosts with another name for the address that has the container's present
// one; where no line has that it is given to 127.0.1.1.
func HostsWith(text, present, name string) string {
	var out strings.Builder
	found := false
	for line := range strings.Lines(text) {
		body, comment, commented := strings.Cut(strings.TrimRight(line, "\n"), "#")
		fields := strings.Fields(body)
		if len(fields) > 1 {
			names := fields[1:]
			if slices.Contains(names, name) {
				found = true
			} else if !found && slices.Contains(names, present) {
				found = true
				body = fields[0] + "\t" + strings.Join(append(aliases(name), names...), " ")
			}
		}
		out.WriteString(body)
		if commented {
			out.WriteString("#" + comment)
		}
		out.WriteString("\n")
	}
	if !found {
		out.WriteString("127.0.1.1\t" + strings.Join(aliases(name), " ") + "\n")
	}
	return out.String()
}

// aliases is a name and, if it has a domain, the name without it.
func aliases(name string) []string {
	if short, _, ok := strings.Cut(name, "."); ok {
		return []string{name, short}
	}
	return []string{name}
}

// KeepHostname makes the name that the container had when the volume was filled its name again, as far as it
// may: what cannot be done is said.
func (v *Volume) KeepHostname(hosts string, log func(format string, args ...any)) error {
	stored, err := v.Fact(hostnameFile)
	if err != nil {
		return err
	}
	present, err := os.Hostname()
	if err != nil {
		return fmt.Errorf("cannot tell the host name: %w", err)
	}
	if stored == "" {
		return v.WriteState(hostnameFile, []byte(present+"\n"))
	}
	if stored == present {
		return nil
	}
	if err := unix.Sethostname([]byte(stored)); err != nil {
		log("the volume belongs to host %s, and this container is %s: cannot change its name (%v); start it with --hostname %s", stored, present, err, stored)
	}
	text, err := os.ReadFile(hosts)
	if err == nil {
		err = WriteInPlace(hosts, []byte(HostsWith(string(text), present, stored)))
	}
	if err != nil {
		log("%v", err)
	}
	return nil
}
