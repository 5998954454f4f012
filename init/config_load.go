package pid1

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/BurntSushi/toml"

	"pintle/units"
)

const (
	configFile  = "etc/pintle/pintle.toml"
	configDir   = "etc/pintle/conf.d"
	envPrefix   = "PINTLE_"
	environment = "environment" // Problem.File of a variable

	// maxConfigFile bounds what one configuration file may make PID 1 read.
	maxConfigFile = 1 << 20
)

// LoadConfig reads root/etc/pintle/pintle.toml, then root/etc/pintle/conf.d/*.toml in the order of their
// names, then PINTLE_SECTION_KEY from environ; later wins. Bad input costs only itself: a file that is no
// TOML, a key that is unknown, a value that does not fit are each one problem, and what was set before
// (the default, at last) stays.
func LoadConfig(root string, environ []string) (Config, []units.Problem) {
	l := configLoader{config: DefaultConfig()}
	l.file(filepath.Join(root, configFile))
	dir := filepath.Join(root, configDir)
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		l.problem(dir, 0, "cannot list the directory: %v", cause(err))
	}
	for _, e := range entries {
		if strings.HasSuffix(e.Name(), ".toml") && !strings.HasPrefix(e.Name(), ".") {
			l.file(filepath.Join(dir, e.Name()))
		}
	}
	l.environ(environ)
	return l.config, l.problems
}

// CheckConfigFile tells what is wrong in one configuration file.
func CheckConfigFile(path string) []units.Problem {
	l := configLoader{config: DefaultConfig()}
	l.file(path)
	return l.problems
}

// configLoader collects settings and problems. Its list of keys is made when the first setting comes, so
// that a boot without configuration pays for none of it.
type configLoader struct {
	config   Config
	problems []units.Problem
	keys     []ConfigKey
}

func (l *configLoader) problem(file string, line int, format string, args ...any) {
	l.problems = append(l.problems, units.Problem{File: file, Line: line, Text: fmt.Sprintf(format, args...)})
}

func (l *configLoader) file(path string) {
	text, err := readConfigFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return
	}
	if err != nil {
		l.problem(path, 0, "cannot read the file: %v", cause(err))
		return
	}
	var sections map[string]toml.Primitive
	meta, err := toml.Decode(text, &sections)
	if err != nil {
		line := 0
		if e, ok := errors.AsType[toml.ParseError](err); ok {
			line, err = e.Position.Line, errors.New(e.Message)
		}
		l.problem(path, line, "cannot read the file as TOML, all of it is ignored: %v", err)
		return
	}
	lists := map[string]bool{} // of tables, each of which is a key
	for _, key := range meta.Keys() {
		switch len(key) {
		case 1:
			if meta.Type(key[0]) != "Hash" {
				_, line := locate(meta, sections[key[0]])
				l.problem(path, line, "cannot use key %q: it is unknown%s", key[0], l.nearest(key[0], ConfigKey.String))
			} else if !l.knownSection(key[0]) {
				_, line := locate(meta, sections[key[0]])
				l.problem(path, line, "cannot use section [%s]: it is unknown%s", key[0], l.nearest(key[0], sectionOf))
			}
		case 2:
			var keys map[string]toml.Primitive
			if l.knownSection(key[0]) && meta.PrimitiveDecode(sections[key[0]], &keys) == nil {
				name := key[0] + "." + key[1]
				value, line := locate(meta, keys[key[1]])
				if k, ok := l.key(func(k ConfigKey) bool { return k.String() == name }); !ok || k.Keys() == nil {
					l.set(path, line, name, value)
				} else if !lists[name] {
					lists[name] = true
					l.tables(path, line, name, k, meta, keys[key[1]])
				}
			}
		}
	}
}

// located is a value of a TOML file together with its place: an error of an Unmarshaler is the one way in
// which the parser tells the position of a key.
type located struct{ value any }

var errLocated = errors.New("located")

func (l *located) UnmarshalTOML(value any) error {
	l.value = value
	return errLocated
}

func locate(meta toml.MetaData, p toml.Primitive) (value any, line int) {
	var l located
	if e, ok := errors.AsType[toml.ParseError](meta.PrimitiveDecode(p, &l)); ok {
		line = e.Position.Line
	}
	return l.value, line
}

// readConfigFile reads a regular file; anything else (a FIFO would block the boot) is an error.
func readConfigFile(path string) (string, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return "", err
	}
	defer f.Close()
	if info, err := f.Stat(); err != nil {
		return "", err
	} else if !info.Mode().IsRegular() {
		return "", errors.New("it is no regular file")
	}
	data, err := io.ReadAll(io.LimitReader(f, maxConfigFile+1))
	if err != nil {
		return "", err
	}
	if len(data) > maxConfigFile {
		return "", fmt.Errorf("it is larger than %d bytes", maxConfigFile)
	}
	return string(data), nil
}

// cause drops the operation and path that a message names already.
func cause(err error) error {
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		return e.Err
	}
	return err
}

// environ takes PINTLE_SECTION_KEY variables. Images use PINTLE_ names of their own, too, so another name
// is a problem only where it can be meant for pintle: below a section, or close to a known name.
func (l *configLoader) environ(environ []string) {
	for _, entry := range environ {
		name, value, _ := strings.Cut(entry, "=")
		if !strings.HasPrefix(name, envPrefix) {
			continue
		}
		if k, ok := l.key(func(k ConfigKey) bool { return k.Env == name }); ok {
			if k.Keys() != nil {
				l.tablesOf(name, k, value)
			} else {
				l.assign(environment, 0, name, k, value)
			}
			continue
		}
		section, _, _ := strings.Cut(strings.TrimPrefix(name, envPrefix), "_")
		best, distance := closest(name, l.allKeys(), envOf)
		if l.knownSection(strings.ToLower(section)) || distance <= 2 {
			l.problem(environment, 0, "cannot use %s: it is unknown; the nearest known variable is %s", name, best)
		}
	}
}

func (l *configLoader) set(file string, line int, name string, value any) {
	k, ok := l.key(func(k ConfigKey) bool { return k.String() == name })
	if !ok {
		l.problem(file, line, "cannot use key %q: it is unknown%s", name, l.nearest(name, ConfigKey.String))
		return
	}
	l.assign(file, line, name, k, value)
}

func (l *configLoader) allKeys() []ConfigKey {
	if l.keys == nil {
		l.keys = ConfigKeys()
	}
	return l.keys
}

func (l *configLoader) key(match func(ConfigKey) bool) (ConfigKey, bool) {
	for _, k := range l.allKeys() {
		if match(k) {
			return k, true
		}
	}
	return ConfigKey{}, false
}

func (l *configLoader) knownSection(name string) bool {
	_, ok := l.key(func(k ConfigKey) bool { return k.Section == name })
	return ok
}

func (l *configLoader) nearest(name string, of func(ConfigKey) string) string {
	best, _ := closest(name, l.allKeys(), of)
	return fmt.Sprintf("; the nearest known one is %q", best)
}

func sectionOf(k ConfigKey) string { return k.Section }
func envOf(k ConfigKey) string     { return k.Env }
