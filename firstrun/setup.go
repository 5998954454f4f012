package firstrun

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// Setup is what a first run does once services run.
type Setup struct {
	Unit        string   // a unit that does it
	Commands    []string // or commands for a shell
	After       []string // units that must be up before; nil: the unit that the boot starts
	Keep        bool     // a failure does not end the container
	Environment []string // variables of the container that the commands get
	Secrets     []string // variables, or files of /run/secrets, that they get as files: $NAME_FILE
}

// Wanted tells whether there is any setup.
func (s *Setup) Wanted() bool { return s.Unit != "" || len(s.Commands) > 0 }

// SetupDir holds what setup was given: nobody but root reads it, and it is removed when setup has succeeded.
const SetupDir = "/run/pintle/setup"

// setupFile is the fact that tells how many commands of setup have succeeded, and of which image.
const setupFile = "setup"

// Provide puts what setup is given into its directory: of the environment what it asks for, and arguments. What
// is nil stays as it is.
func (s *Setup) Provide(dir string, environ, arguments []string) error {
	files := map[string]string{}
	if arguments != nil {
		files["arguments"] = nulTerminated(arguments)
	}
	var chosen, unit []string
	for _, e := range environ {
		name, _, _ := strings.Cut(e, "=")
		for _, want := range s.Environment {
			if want == name {
				chosen = append(chosen, e)
			}
		}
	}
	if environ != nil {
		files["environment"] = nulTerminated(chosen)
		unit = append(unit, chosen...)
	}
	for _, name := range s.Secrets {
		if value, ok := lookup(environ, name); ok {
			files["secret."+name] = value
		} else if data, err := os.ReadFile(filepath.Join("/run/secrets", filepath.Base(name))); err == nil {
			files["secret."+name] = string(data)
		}
		if _, given := files["secret."+name]; given {
			unit = append(unit, name+"_FILE="+filepath.Join(dir, "secret."+name))
		}
	}
	if environ != nil {
		unit = append(unit, "PINTLE_ARGUMENTS_FILE="+filepath.Join(dir, "arguments"))
		files[UnitEnvironment] = environmentFile(unit)
		if _, err := os.Lstat(filepath.Join(dir, "arguments")); errors.Is(err, fs.ErrNotExist) && arguments == nil {
			files["arguments"] = ""
		}
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("cannot make a directory for setup: %w", err)
	}
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			return fmt.Errorf("cannot write what setup is given: %w", err)
		}
	}
	return nil
}

// UnitEnvironment is the file of SetupDir that a unit has as EnvironmentFile=, if one sets the volume up.
const UnitEnvironment = "unit.environment"

// environmentFile writes variables as EnvironmentFile= reads them (systemd.exec(5)).
func environmentFile(environ []string) string {
	var b strings.Builder
	for _, e := range environ {
		name, value, _ := strings.Cut(e, "=")
		b.WriteString(name + `="` + environmentEscapes.Replace(value) + "\"\n")
	}
	return b.String()
}

var environmentEscapes = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "$", `\$`, "`", "\\`")

func nulTerminated(words []string) string {
	var b strings.Builder
	for _, w := range words {
		b.WriteString(w + "\x00")
	}
	return b.String()
}

func lookup(environ []string, name string) (string, bool) {
	for _, e := range environ {
		if value, ok := strings.CutPrefix(e, name+"="); ok {
			return value, true
		}
	}
	return "", false
}

func readWords(path string) []string {
	data, err := os.ReadFile(path)
	if err != nil || len(data) == 0 {
		return nil
	}
	return strings.Split(strings.TrimSuffix(string(data), "\x00"), "\x00")
}

// Configured tells whether setup has succeeded on the volume.
func (v *Volume) Configured() (bool, error) {
	text, err := v.Fact(ConfiguredFile)
	return text != "", err
}

// SetConfigured writes down that setup has succeeded.
func (v *Volume) SetConfigured() error {
	id, err := v.Fact(BuildIDFile)
	if err != nil {
		return err
	}
	return v.WriteState(ConfiguredFile, []byte(time.Now().UTC().Format(time.RFC3339)+" by build "+id+"\n"))
}

// SetupError is a command of setup that failed.
type SetupError struct {
	Command string
	Status  int
	Log     string
}

// Error tells which, and where to read on.
func (e *SetupError) Error() string {
	return fmt.Sprintf("cannot set up: %q ended with status %d; what it said is in %s", e.Command, e.Status, e.Log)
}

// RunSetup runs the commands of setup that have not succeeded yet. What they say goes to out and into a log on
// the volume, without the secrets.
func (v *Volume) RunSetup(s *Setup, dir string, out io.Writer) error {
	if done, err := v.Configured(); err != nil || done {
		return err
	}
	id, err := v.Fact(BuildIDFile)
	if err != nil {
		return err
	}
	env := append(os.Environ(), readWords(filepath.Join(dir, "environment"))...)
	env = append(env, "PINTLE_VOLUME="+v.Path)
	var secrets []string
	for _, name := range s.Secrets {
		path := filepath.Join(dir, "secret."+name)
		if data, err := os.ReadFile(path); err == nil {
			env = append(env, name+"_FILE="+path)
			secrets = append(secrets, strings.TrimSpace(string(data)))
		}
	}
	log, path, err := v.openLog("setup.log")
	if err != nil {
		return err
	}
	defer log.Close()
	said := &redacting{to: io.MultiWriter(out, log), secrets: secrets}
	begin, err := v.setupDone(id)
	if err != nil {
		return err
	}
	for i := begin; i < len(s.Commands); i++ {
		c := exec.Command("/bin/sh", append([]string{"-c", s.Commands[i], "setup"}, readWords(filepath.Join(dir, "arguments"))...)...)
		c.Env, c.Dir, c.Stdout, c.Stderr = env, "/", said, said
		err := c.Run()
		said.flush()
		if err != nil {
			status := 1
			if exit := (*exec.ExitError)(nil); errors.As(err, &exit) && exit.ExitCode() > 0 {
				status = exit.ExitCode()
			}
			return &SetupError{s.Commands[i], status, path}
		}
		if err := v.WriteState(setupFile, []byte(strconv.Itoa(i+1)+" "+id+"\n")); err != nil {
			return err
		}
	}
	if err := v.SetConfigured(); err != nil {
		return err
	}
	return os.RemoveAll(dir)
}

// setupDone is how many commands have succeeded, of this image.
func (v *Volume) setupDone(id string) (int, error) {
	text, err := v.Fact(setupFile)
	if err != nil {
		return 0, err
	}
	count, of, _ := strings.Cut(text, " ")
	n, err := strconv.Atoi(count)
	if err != nil || of != id {
		return 0, nil
	}
	return n, nil
}

// openLog opens a log in StateDir for appending.
func (v *Volume) openLog(name string) (*os.File, string, error) {
	path := v.statePath("log/" + name)
	if err := v.MakeState(); err != nil {
		return nil, "", err
	}
	dir, err := v.makeDir(v.State, "log")
	if err == nil {
		defer v.Sys.Close(dir)
		var fd int
		if fd, err = v.Sys.Open(dir, name, unix.O_WRONLY|unix.O_CREAT|unix.O_APPEND, 0o600); err == nil {
			return os.NewFile(uintptr(fd), path), path, nil
		}
	}
	return nil, "", fmt.Errorf("cannot open %s: %w%s", path, err, hint(err))
}

// redacting passes on lines without secrets.
type redacting struct {
	to      io.Writer
	secrets []string
	line    []byte
}

// maxLine bounds how much of a line without end is kept back.
const maxLine = 64 << 10

func (r *redacting) Write(p []byte) (int, error) {
	r.line = append(r.line, p...)
	for {
		i := bytes.IndexByte(r.line, '\n')
		if i < 0 && len(r.line) < maxLine {
			return len(p), nil
		}
		end := i + 1
		if i < 0 {
			end = len(r.line)
		}
		if err := r.pass(end); err != nil {
			return len(p), err
		}
	}
}

// pass writes the first n bytes of what is kept back.
func (r *redacting) pass(n int) error {
	line := r.line[:n]
	for _, secret := range r.secrets {
		if secret != "" {
			line = bytes.ReplaceAll(line, []byte(secret), []byte("***"))
		}
	}
	r.line = r.line[n:]
	_, err := r.to.Write(line)
	return err
}

// flush ends a line that has no end.
func (r *redacting) flush() {
	if len(r.line) > 0 {
		r.line = append(r.line, '\n')
		_ = r.pass(len(r.line))
	}
}

// PreparedFile is the fact that the commands of a first run have been run.
const PreparedFile = "prepared"

// Prepare runs, once, commands of a first run that come before services: they make what every container must have
// of its own.
func (v *Volume) Prepare(commands []string, out io.Writer) error {
	if len(commands) == 0 {
		return nil
	}
	done, err := v.Fact(PreparedFile)
	if err != nil || done != "" {
		return err
	}
	for _, command := range commands {
		c := exec.Command("/bin/sh", "-c", command)
		c.Dir, c.Stdout, c.Stderr, c.Env = "/", out, out, append(os.Environ(), "PINTLE_VOLUME="+v.Path)
		if err := c.Run(); err != nil {
			return fmt.Errorf("cannot prepare the volume: %q: %w", command, err)
		}
	}
	return v.WriteState(PreparedFile, []byte(time.Now().UTC().Format(time.RFC3339)+"\n"))
}
