package units

import (
	"errors"
	"reflect"
	"syscall"
	"testing"

	"pintle/vectors"
)

type commandRow struct {
	Path          vectors.Text
	Argv          []vectors.Text
	IgnoreFailure bool `json:"ignore_failure"`
	NoEnvExpand   bool `json:"no_env_expand"`
	Privileged    bool
	NoSetuid      bool `json:"no_setuid"`
	AmbientMagic  bool `json:"ambient_magic"`
}

func TestVectorsExecCommand(t *testing.T) {
	vectors.Run(t, "exec_command", func(t *testing.T, row struct {
		Unit        string
		Assignments []vectors.Text
		Expected    struct {
			RC       []string
			Commands []commandRow
		}
	}) {
		var got []Command
		for i, a := range row.Assignments {
			if a == "" {
				got = nil
			}
			commands, err := ParseCommands(string(a), tableSpecifiers(row.Unit))
			got = append(got, commands...)
			if want := row.Expected.RC[i]; want == "ok" && err != nil || want != "ok" && !errors.Is(err, errnoNames[want]) {
				t.Errorf("%q: error %v, want %s", a, err, want)
			}
		}
		var want []Command
		for _, c := range row.Expected.Commands {
			want = append(want, Command{
				Path: string(c.Path), Argv: texts(c.Argv), IgnoreFailure: c.IgnoreFailure, NoEnvExpand: c.NoEnvExpand,
				Privileged: c.Privileged, NoSetuid: c.NoSetuid, AmbientMagic: c.AmbientMagic,
			})
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%q:\n got %+v\nwant %+v", row.Assignments, got, want)
		}
	})
}

func TestVectorsEnvExpand(t *testing.T) {
	vectors.Run(t, "env_expand", func(t *testing.T, row struct {
		Argv, Env []vectors.Text
		Expected  struct{ OK, Unset, Bad []vectors.Text }
	}) {
		out, unset, bad := ExpandArgv(texts(row.Argv), texts(row.Env))
		sameStrings(t, row.Argv, out, row.Expected.OK)
		sameStrings(t, row.Argv, unset, row.Expected.Unset)
		sameStrings(t, row.Argv, bad, row.Expected.Bad)
	})
}

func FuzzCommands(f *testing.F) {
	for _, s := range []string{"", "/bin/a b", "-@/bin/a b ; /c", `"/a b" \; ';'`, "!!x", `/a "`, "%n %i", `/a \x41 \q`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		commands, err := ParseCommands(s, tableSpecifiers("foo@bar.service"))
		if err != nil && !errors.Is(err, syscall.ENOEXEC) {
			t.Errorf("%q: error %v is not ENOEXEC", s, err)
		}
		for _, c := range commands {
			if len(c.Argv) == 0 || badExecutable(c.Path) != "" {
				t.Errorf("%q gives the unusable command %+v", s, c)
			}
		}
	})
}

func FuzzExpandArgv(f *testing.F) {
	for _, s := range []string{"", "$A", "${A}", "$$", "a${A}b${", "${A:-x}", "$A$B", "${$$}"} {
		f.Add(s, "a b")
	}
	f.Fuzz(func(t *testing.T, word, value string) {
		out, _, _ := ExpandArgv([]string{"x", word, "${A}"}, []string{"A=" + value})
		if len(out) < 2 || out[0] != "x" || out[len(out)-1] != value {
			t.Errorf("%q with A=%q expands to %q", word, value, out)
		}
	})
}
