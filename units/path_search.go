package units

import (
	"os"
	"path/filepath"
	"strings"
)

// SystemPath is the search path of the system manager, highest priority first (systemd.unit(5), "Unit File
// Load Path"). A non-empty $SYSTEMD_UNIT_PATH takes its place; if it ends in ":" the usual path follows.
func SystemPath(getenv func(string) string) []string {
	return overridden(getenv, []string{
		"/etc/systemd/system.control",
		"/run/systemd/system.control",
		"/run/systemd/transient",
		"/run/systemd/generator.early",
		"/etc/systemd/system",
		"/etc/systemd/system.attached",
		"/run/systemd/system",
		"/run/systemd/system.attached",
		"/run/systemd/generator",
		"/usr/local/lib/systemd/system",
		"/lib/systemd/system",
		"/usr/lib/systemd/system",
		"/run/systemd/generator.late",
	})
}

// UserPath is the search path of a user's manager; $XDG_CONFIG_HOME, $XDG_RUNTIME_DIR and their kin are read
// from getenv.
func UserPath(getenv func(string) string) []string {
	or := func(name, otherwise string) string {
		if v := getenv(name); filepath.IsAbs(v) {
			return v
		}
		return otherwise
	}
	home := or("HOME", "/root")
	config := or("XDG_CONFIG_HOME", home+"/.config")
	data := or("XDG_DATA_HOME", home+"/.local/share")
	run := getenv("XDG_RUNTIME_DIR")
	path := []string{config + "/systemd/user.control"}
	runtime := func(names ...string) {
		for _, name := range names {
			if run != "" {
				path = append(path, run+"/systemd/"+name)
			}
		}
	}
	runtime("user.control", "transient", "generator.early")
	path = append(path, config+"/systemd/user")
	for _, d := range filepath.SplitList(or("XDG_CONFIG_DIRS", "/etc/xdg")) {
		path = append(path, d+"/systemd/user")
	}
	path = append(path, "/etc/systemd/user")
	runtime("user")
	path = append(path, "/run/systemd/user")
	runtime("generator")
	path = append(path, data+"/systemd/user")
	dirs := getenv("XDG_DATA_DIRS")
	if dirs == "" {
		dirs = "/usr/local/share:/usr/share"
	}
	for _, d := range filepath.SplitList(dirs) {
		path = append(path, d+"/systemd/user")
	}
	path = append(path, "/usr/local/lib/systemd/user", "/usr/lib/systemd/user")
	runtime("generator.late")
	return overridden(getenv, path)
}

// GlobalUserPath is the part of UserPath that all users have in common and an administrator may change.
func GlobalUserPath(getenv func(string) string) []string {
	return overridden(getenv, []string{
		"/etc/systemd/user",
		"/run/systemd/user",
		"/usr/local/share/systemd/user",
		"/usr/share/systemd/user",
		"/usr/local/lib/systemd/user",
		"/usr/lib/systemd/user",
	})
}

func overridden(getenv func(string) string, usual []string) []string {
	v := getenv("SYSTEMD_UNIT_PATH")
	if v == "" {
		return usual
	}
	var path []string
	for dir := range strings.SplitSeq(v, ":") {
		if dir != "" {
			path = append(path, dir)
		}
	}
	if strings.HasSuffix(v, ":") {
		path = append(path, usual...)
	}
	return path
}

// root is a directory tree whose own root may lie anywhere; symbolic links in it do not leave it.
type root string

// resolve follows the symbolic links of an absolute path within the root. The result is a path within the
// root again; a part that does not exist ends the following and is kept.
func (r root) resolve(path string) (string, error) {
	var done string
	rest := strings.Split(path, "/")
	for links := 0; len(rest) > 0; {
		name := rest[0]
		rest = rest[1:]
		switch name {
		case "", ".":
			continue
		case "..":
			done = done[:max(strings.LastIndexByte(done, '/'), 0)]
			continue
		}
		next := done + "/" + name
		target, err := os.Readlink(r.host(next))
		if err != nil {
			done = next
			continue
		}
		if links++; links > 40 {
			return "", &os.PathError{Op: "follow", Path: path, Err: errLoop}
		}
		if strings.HasPrefix(target, "/") {
			done = ""
		}
		rest = append(strings.Split(target, "/"), rest...)
	}
	if done == "" {
		done = "/"
	}
	return done, nil
}

// host is the path by which the process itself finds a path of the root.
func (r root) host(path string) string {
	if r == "" {
		return path
	}
	return string(r) + path
}
