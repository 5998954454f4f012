package units

import (
	"strings"
)

// ValidEnvName tells whether a string can name an environment variable.
func ValidEnvName(name string) bool {
	if name == "" || name[0] >= '0' && name[0] <= '9' {
		return false
	}
	for i := range len(name) {
		if c := name[i]; !isAlphanumeric(c) && c != '_' {
			return false
		}
	}
	return true
}

// ValidEnvValue tells whether a string can be the value of a variable.
func ValidEnvValue(value string) bool {
	return ValidText(value) && strings.IndexByte(value, 0) < 0
}

// ValidAssignment tells whether a string is NAME=value, both valid.
func ValidAssignment(s string) bool {
	name, value, ok := strings.Cut(s, "=")
	return ok && ValidEnvName(name) && ValidEnvValue(value)
}

// MergeEnv adds assignments to an environment; a later one of the same variable takes the place of the
// earlier.
func MergeEnv(env []string, more ...string) []string {
next:
	for _, assignment := range more {
		name, _, _ := strings.Cut(assignment, "=")
		for i, have := range env {
			if strings.HasPrefix(have, name) && strings.HasPrefix(have[len(name):], "=") {
				env[i] = assignment
				continue next
			}
		}
		env = append(env, assignment)
	}
	return env
}

// UnsetEnv removes from env what UnsetEnvironment= names: a variable, or exactly one NAME=value.
func UnsetEnv(env, unset []string) []string {
	out := env[:0:0]
	for _, have := range env {
		name, _, _ := strings.Cut(have, "=")
		gone := false
		for _, u := range unset {
			gone = gone || u == have || u == name
		}
		if !gone {
			out = append(out, have)
		}
	}
	return out
}

// ParseEnvironment adds one Environment= value to env; an empty value resets it. Words that are no
// assignments are skipped and told in problems.
func ParseEnvironment(env []string, value string, x *Specifiers) (out []string, problems []error) {
	return parseEnvWords(env, value, x, "assignment NAME=value", ValidAssignment, MergeEnv)
}

// ParsePassEnvironment adds one PassEnvironment= value, names of the manager's variables, to names.
func ParsePassEnvironment(names []string, value string, x *Specifiers) (out []string, problems []error) {
	return parseEnvWords(names, value, x, "variable name", ValidEnvName, addNew)
}

// ParseUnsetEnvironment adds one UnsetEnvironment= value, names or assignments, to names.
func ParseUnsetEnvironment(names []string, value string, x *Specifiers) (out []string, problems []error) {
	return parseEnvWords(names, value, x, "variable name or assignment", func(s string) bool {
		return ValidEnvName(s) || ValidAssignment(s)
	}, addNew)
}

func addNew(list []string, more ...string) []string {
	for _, s := range more {
		list = appendNew(list, s)
	}
	return list
}

func parseEnvWords(list []string, value string, x *Specifiers, kind string, valid func(string) bool,
	add func([]string, ...string) []string) (out []string, problems []error) {
	if value == "" {
		return nil, nil
	}
	r := WordReader{Rest: value}
	for {
		word, ok, err := r.Next(whitespace, WordUnquote|WordCUnescape)
		if err != nil {
			return list, append(problems, err)
		}
		if !ok {
			return list, problems
		}
		expanded, err := x.Expand(word)
		switch {
		case err != nil:
			problems = append(problems, err)
		case !valid(expanded):
			problems = append(problems, malformed(kind, expanded, "not valid"))
		default:
			list = add(list, expanded)
		}
	}
}

// ParseEnvironmentFilePath reads one non-empty EnvironmentFile= value.
func ParseEnvironmentFilePath(value string, x *Specifiers) (EnvironmentFile, error) {
	expanded, err := x.Expand(value)
	if err != nil {
		return EnvironmentFile{}, err
	}
	path, optional := strings.CutPrefix(expanded, "-")
	path, err = ParsePath(path)
	if err != nil {
		return EnvironmentFile{}, err
	}
	return EnvironmentFile{Path: path, Optional: optional}, nil
}
