package applets

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

var record = flag.Bool("record", false, "write down what the genuine tools print, where they are installed")

// The test binary is every applet, under its name.
func TestMain(m *testing.M) {
	if a, ok := Find(filepath.Base(os.Args[0])); ok {
		os.Exit(a.Run(os.Args[1:]))
	}
	flag.Parse()
	os.Exit(m.Run())
}

// oracle is the systemd whose tools printed what the transcripts have.
const oracle = "systemd 252 "

// A transcript is a session that somebody could have typed: lines of comment ("// "), a command after "$ ", and all that
// the command prints (errors first), with its exit status where that is not 0. The genuine tool printed it; our
// applets print the same.
func TestTranscripts(t *testing.T) {
	ours := t.TempDir()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range All() {
		if err := os.Symlink(self, filepath.Join(ours, a.Name)); err != nil {
			t.Fatal(err)
		}
	}
	eachTranscript(t, func(t *testing.T, s step) {
		if got := s.run(t, ours+":"+os.Getenv("PATH")); got != s.output {
			t.Errorf("$ %s\n%s--- instead of\n%s", s.command, got, s.output)
		}
	})
}

// The genuine tools still print what the transcripts have.
func TestTranscriptsAgainstSystemd(t *testing.T) {
	version, err := exec.Command("systemd-analyze", "--version").Output()
	if err != nil || !strings.HasPrefix(string(version), oracle) {
		t.Skipf("the tools of %sare not installed", oracle)
	}
	eachTranscript(t, func(t *testing.T, s step) {
		if got := s.run(t, os.Getenv("PATH")); got != s.output {
			t.Errorf("$ %s\n%s--- instead of\n%s", s.command, got, s.output)
		}
	})
}

// Record writes down anew what the genuine tools print.
func TestRecord(t *testing.T) {
	if !*record {
		return
	}
	for _, path := range transcripts(t) {
		var out strings.Builder
		dir := stage(t)
		for _, s := range read(t, path) {
			s.dir = dir
			out.WriteString(s.comment + "$ " + s.command + "\n" + s.run(t, os.Getenv("PATH")))
		}
		if err := os.WriteFile(path, []byte(out.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

type step struct {
	comment, command, output string
	dir                      string
}

func transcripts(t *testing.T) []string {
	t.Helper()
	paths, err := filepath.Glob("testdata/transcripts/*.txt")
	if err != nil || len(paths) == 0 {
		t.Fatal("no transcripts", err)
	}
	return paths
}

// stage is a copy of the files that transcripts work on.
func stage(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("testdata/files")); err != nil {
		t.Fatal(err)
	}
	return dir
}

func eachTranscript(t *testing.T, check func(*testing.T, step)) {
	for _, path := range transcripts(t) {
		dir := stage(t)
		for i, s := range read(t, path) {
			s.dir = dir
			t.Run(fmt.Sprintf("%s/%d", strings.TrimSuffix(filepath.Base(path), ".txt"), i+1), func(t *testing.T) { check(t, s) })
		}
	}
}

// read takes a transcript apart.
func read(t *testing.T, path string) (steps []step) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var comment string
	for line := range strings.Lines(string(text)) {
		switch {
		case strings.HasPrefix(line, "// "):
			comment += line
		case strings.HasPrefix(line, "$ "):
			steps = append(steps, step{comment: comment, command: strings.TrimSpace(line[2:])})
			comment = ""
		case len(steps) > 0:
			steps[len(steps)-1].output += line
		}
	}
	return steps
}

// run runs a command in a shell.
func (s step) run(t *testing.T, path string) string {
	t.Helper()
	var stdout, stderr bytes.Buffer
	c := exec.Command("/bin/sh", "-c", s.command)
	c.Dir = s.dir
	c.Env = slices.DeleteFunc(os.Environ(), func(e string) bool {
		return strings.HasPrefix(e, "SYSTEMD_") || strings.HasPrefix(e, "XDG_")
	})
	c.Env = append(c.Env, "PATH="+path, "TZ=UTC", "LANG=C.UTF-8", "SYSTEMD_COLORS=0", "TERM=xterm")
	c.Stdout, c.Stderr = &stdout, &stderr
	err := c.Run()
	out := stderr.String() + stdout.String()
	if out != "" && !strings.HasSuffix(out, "\n") {
		out += "\n"
	}
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
		out += fmt.Sprintf("[%d]\n", exit.ExitCode())
	} else if err != nil {
		t.Fatal(err)
	}
	return out
}
