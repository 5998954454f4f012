package units

import (
	"errors"
	"slices"
	"strings"
	"syscall"
	"testing"

	"pintle/vectors"
)

func TestVectorsEnviron(t *testing.T) {
	vectors.Run(t, "environ", func(t *testing.T, row struct {
		Directive, Unit string
		Assignments     []vectors.Text
		Expected        []vectors.Text
	}) {
		x := tableSpecifiers(row.Unit)
		var got []string
		for _, a := range row.Assignments {
			switch row.Directive {
			case "Environment":
				got, _ = ParseEnvironment(got, string(a), x)
			case "PassEnvironment":
				got, _ = ParsePassEnvironment(got, string(a), x)
			case "UnsetEnvironment":
				got, _ = ParseUnsetEnvironment(got, string(a), x)
			case "EnvironmentFile":
				if a == "" {
					got = nil
					continue
				}
				f, err := ParseEnvironmentFilePath(string(a), x)
				if err != nil {
					continue
				}
				if f.Optional {
					f.Path = "-" + f.Path
				}
				got = append(got, f.Path)
			default:
				t.Fatalf("unknown setting %s", row.Directive)
			}
		}
		sameStrings(t, row.Assignments, got, row.Expected)
	})
}

func TestVectorsEnvFile(t *testing.T) {
	vectors.Run(t, "env_file", func(t *testing.T, row struct {
		Input    vectors.Text
		Expected struct {
			Env   []vectors.Text
			Pairs []vectors.Text `json:"raw_pairs_before_validity_cleaning"`
			Error string
		}
	}) {
		env, err := ParseEnvironmentFile([]byte(row.Input))
		if row.Expected.Error != "" {
			outcome{Error: row.Expected.Error}.check(t, row.Input, env, err)
			return
		}
		if err != nil {
			t.Fatalf("%q: %v", row.Input, err)
		}
		sameStrings(t, row.Input, env, row.Expected.Env)
		pairs, _ := parseEnvPairs([]byte(row.Input))
		sameStrings(t, row.Input, pairs, row.Expected.Pairs)
	})
}

func TestUnsetEnv(t *testing.T) {
	env := []string{"A=1", "B=2", "C=3"}
	if got := UnsetEnv(env, []string{"A", "B=2", "C=4"}); !slices.Equal(got, []string{"C=3"}) {
		t.Errorf("left is %q", got)
	}
	if !slices.Equal(env, []string{"A=1", "B=2", "C=3"}) {
		t.Errorf("the list it was given became %q", env)
	}
}

func TestEnvironmentProblemsAreTold(t *testing.T) {
	x := tableSpecifiers("a.service")
	if _, problems := ParseEnvironment(nil, `A=1 nonsense B=%z "`, x); len(problems) != 3 {
		t.Errorf("problems are %v", problems)
	}
	if _, err := ParseEnvironmentFilePath("%z", x); !errors.Is(err, syscall.EBADSLT) {
		t.Errorf("a bad specifier gives %v", err)
	}
}

func FuzzEnvironmentFile(f *testing.F) {
	for _, s := range []string{"A=b\n", "A='x\ny'\n#c\\\nB=\"a\\\"b\"", "export A=b", "=", "A=\\\nb", "\xff", "A=a\\", "A=\"x\\"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		env, err := ParseEnvironmentFile(data)
		if err != nil && len(env) > 0 {
			t.Errorf("both an error and %q", env)
		}
		var quoted strings.Builder
		for _, a := range env {
			name, value, _ := strings.Cut(a, "=")
			if !ValidAssignment(a) {
				t.Errorf("%q is no assignment", a)
			}
			quoted.WriteString(name + "=\"" + strings.NewReplacer(`"`, `\"`, `\`, `\\`, "`", "\\`", "$", `\$`).Replace(value) + "\"\n")
		}
		if again, err := ParseEnvironmentFile([]byte(quoted.String())); err != nil || !slices.Equal(again, env) {
			t.Errorf("%q written as %q is read as %q, %v", env, quoted.String(), again, err)
		}
	})
}
