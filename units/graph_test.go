package units

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pintle/vectors"
)

// writeTree puts files and symbolic links into a new directory. A link's target that begins with / stays as
// it is: links do not leave a Graph's root.
func writeTree(t testing.TB, files, links map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	place := func(name string) string {
		p := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
			t.Fatal(err)
		}
		return p
	}
	for name, text := range files {
		if err := os.WriteFile(place(name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for name, target := range links {
		if err := os.Symlink(target, place(name)); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestVectorsUnitLoad(t *testing.T) {
	var head struct {
		BaseFiles map[string]string `json:"base_files"`
	}
	vectors.Read(t, "unit_load", &head)
	type expected struct {
		ID, Error   string
		Aliases     []string
		LoadState   string `json:"load_state"`
		Description *string
		Fragment    *string
		DropIns     []string
		Deps        map[Dependency][]string
		Service     map[string]any
		Socket      map[string]any
	}
	type row struct {
		Files, Symlinks map[string]string
		Load            []string
		Expected        []expected
	}
	vectors.Run(t, "unit_load", func(t *testing.T, r row) {
		files := maps.Clone(head.BaseFiles)
		maps.Copy(files, r.Files)
		g := NewGraph(Options{Root: writeTree(t, files, r.Symlinks), Path: []string{"/etc", "/run", "/lib"}, NoBuiltin: true, NoProvided: true})
		for i, name := range r.Load {
			u, want := g.Load(name), r.Expected[i]
			if want.Error != "" {
				if u.State != LoadError || !strings.Contains(fmt.Sprint(u.Err), "") || errnoName(u.Err) != want.Error {
					t.Errorf("%s: state %s, error %v, want %s", name, u.State, u.Err, want.Error)
				}
				continue
			}
			check := func(what string, got, want any) {
				a, _ := json.Marshal(got)
				b, _ := json.Marshal(want)
				if string(a) != string(b) {
					t.Errorf("%s: %s is %s, want %s", name, what, a, b)
				}
			}
			check("id", u.Name, want.ID)
			check("state", string(u.State), want.LoadState)
			check("aliases", nonNil(u.Aliases), nonNil(want.Aliases))
			check("fragment", orNil(u.Fragment), want.Fragment)
			check("description", orNil(u.Description), want.Description)
			check("drop-ins", nonNil(u.DropIns), nonNil(want.DropIns))
			checkDeps(t, u, want.Deps)
			for key, w := range want.Service {
				check(key, serviceValue(u, key), w)
			}
			for key, w := range want.Socket {
				check(key, socketValue(u, key), w)
			}
			if t.Failed() {
				t.Logf("%s: problems %v, error %v", name, u.Problems, u.Err)
			}
		}
	})
}

func checkDeps(t *testing.T, u *Unit, want map[Dependency][]string) {
	t.Helper()
	got := map[Dependency][]string{}
	for kind, s := range u.Deps {
		if s.Len() > 0 {
			got[kind] = slices.Sorted(slices.Values(s.Names()))
		}
	}
	for kind := range inverses {
		if w := slices.Sorted(slices.Values(want[kind])); !slices.Equal(got[kind], w) {
			t.Errorf("%s: %s is %v, want %v", u.Name, kind, got[kind], w)
		}
	}
}

func nonNil(s []string) []string { return append([]string{}, s...) }

func orNil(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func usecValue(u Usec) any {
	if u == Infinity {
		return "infinity"
	}
	return u
}

func argvs(commands []Command) [][]string {
	all := [][]string{}
	for _, c := range commands {
		all = append(all, c.Argv)
	}
	return all
}

func serviceValue(u *Unit, key string) any {
	s := u.Service
	switch key {
	case "Type":
		return s.Type
	case "Restart":
		return s.Restart
	case "RemainAfterExit":
		return s.RemainAfterExit
	case "GuessMainPID":
		return s.GuessMainPID
	case "NotifyAccess":
		return s.NotifyAccess
	case "KillMode":
		return u.Kill.KillMode
	case "KillSignal":
		return strings.TrimPrefix(SignalName(u.Kill.KillSignal), "SIG")
	case "TimeoutStartUSec":
		return usecValue(s.TimeoutStartSec)
	case "TimeoutStopUSec":
		return usecValue(s.TimeoutStopSec)
	case "TimeoutAbortUSec":
		if s.TimeoutAbortSec != nil {
			return usecValue(*s.TimeoutAbortSec)
		}
		return usecValue(s.TimeoutStopSec)
	case "RestartUSec":
		return usecValue(s.RestartSec)
	case "PIDFile":
		return orNil(s.PIDFile)
	case "WorkingDirectory":
		return orNil(u.Exec.WorkingDirectory.Path)
	case "Environment":
		return nonNil(u.Exec.Environment)
	case "EnvironmentFiles":
		files := []string{}
		for _, f := range u.Exec.EnvironmentFile {
			files = append(files, f.Path)
		}
		return files
	case "ExecCondition":
		return argvs(s.ExecCondition)
	case "ExecStartPre":
		return argvs(s.ExecStartPre)
	case "ExecStart":
		return argvs(s.ExecStart)
	case "ExecStartPost":
		return argvs(s.ExecStartPost)
	case "ExecReload":
		return argvs(s.ExecReload)
	case "ExecStop":
		return argvs(s.ExecStop)
	case "ExecStopPost":
		return argvs(s.ExecStopPost)
	}
	return "no such key: " + key
}

func socketValue(u *Unit, key string) any {
	s := u.Socket
	switch key {
	case "Accept":
		return s.Accept
	case "FileDescriptorName":
		return s.FileDescriptorName
	case "Listen":
		all := [][]string{}
		for _, l := range s.Listens {
			all = append(all, []string{l.Kind, l.Address})
		}
		return all
	}
	return "no such key: " + key
}
