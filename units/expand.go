package units

import "strings"

// ExpandArgv replaces $NAME and ${NAME} in the words of a command by values of env ("NAME=value", the last
// one counts), as it is done right before a command is executed (systemd.service(5), "Command lines").
// A word that is $NAME as a whole becomes as many words as its value has; ${NAME} is replaced in place and
// never splits; "$$" is a dollar sign. The names that have no value, and those that cannot be names, are
// returned for a warning.
func ExpandArgv(argv, env []string) (out, unset, bad []string) {
	missing := func(name string) {
		if ValidEnvName(name) {
			unset = appendNew(unset, name)
		} else {
			bad = appendNew(bad, name)
		}
	}
	out = make([]string, 0, len(argv))
	for _, word := range argv {
		if len(word) > 1 && word[0] == '$' && word[1] != '{' && word[1] != '$' {
			value, ok := lookupEnv(env, word[1:])
			if !ok {
				missing(word[1:])
			}
			// With WordRelax splitting cannot fail.
			words, _ := SplitWords(value, WordRelax|WordUnquote)
			out = append(out, words...)
			continue
		}
		out = append(out, expandBraced(word, env, missing))
	}
	return out, unset, bad
}

// expandBraced replaces each ${NAME} and $$ of a word.
func expandBraced(word string, env []string, missing func(string)) string {
	if strings.IndexByte(word, '$') < 0 {
		return word
	}
	var b strings.Builder
	for word != "" {
		switch {
		case strings.HasPrefix(word, "$$"):
			b.WriteByte('$')
			word = word[2:]
		case strings.HasPrefix(word, "${"):
			end := strings.IndexAny(word, "}:")
			if end < 0 {
				b.WriteString(word)
				return b.String()
			}
			if word[end] == ':' {
				// There is no ${NAME:-default}: it stays as it is.
				b.WriteString(word[:end+1])
			} else {
				value, ok := lookupEnv(env, word[2:end])
				if !ok {
					missing(word[2:end])
				}
				b.WriteString(value)
			}
			word = word[end+1:]
		default:
			b.WriteByte(word[0])
			word = word[1:]
		}
	}
	return b.String()
}

// lookupEnv finds the last assignment of a variable.
func lookupEnv(env []string, name string) (string, bool) {
	for i := len(env) - 1; i >= 0; i-- {
		if value, ok := strings.CutPrefix(env[i], name); ok && strings.HasPrefix(value, "=") && ValidEnvName(name) {
			return value[1:], true
		}
	}
	return "", false
}

func appendNew(list []string, s string) []string {
	for _, have := range list {
		if have == s {
			return list
		}
	}
	return append(list, s)
}
