package units

import (
	"strings"
	"syscall"
)

// ParseCommands reads one non-empty Exec…= value, which may hold several commands separated by ";"
// (systemd.service(5), "Command lines"). Each word is unquoted first and then expanded, so that neither
// blanks nor quotes in what a specifier stands for split it. Commands before a bad one are returned with the
// error, which unwraps to ENOEXEC; a bad command that begins with "-" is dropped without one, together with
// what follows it.
func ParseCommands(value string, x *Specifiers) ([]Command, error) {
	var commands []Command
	r := WordReader{Rest: value}
	for {
		word, ok, err := r.nextOrVerbatim(WordUnquote | WordCUnescape)
		if err != nil {
			return commands, err // quotes that are open from the first word on cost the line, not the unit
		}
		if !ok {
			return commands, nil
		}
		if word == ";" {
			continue
		}
		c, more, why := readCommand(&r, word, x)
		if why != "" {
			if c.IgnoreFailure {
				return commands, nil
			}
			return commands, notExecutable(value, why)
		}
		commands = append(commands, c)
		if !more {
			return commands, nil
		}
	}
}

func notExecutable(value, why string) error {
	return &ValueError{Value: value, Kind: "command line", Why: why, Errno: syscall.ENOEXEC}
}

// readCommand reads one command whose first word is given; more tells that a ";" ended it, why is not empty if
// the command cannot be used.
func readCommand(r *WordReader, first string, x *Specifiers) (c Command, more bool, why string) {
	rest, ownArgv0 := c.takePrefixes(first)
	path, err := x.Expand(rest)
	if err != nil {
		return c, false, err.Error()
	}
	if why := badExecutable(path); why != "" {
		return c, false, why
	}
	c.Path = SimplifyPath(path)
	if !ownArgv0 {
		c.Argv = append(c.Argv, path)
	}
	for r.Rest != "" && !more {
		if rest, ok := loneToken(r.Rest, ";"); ok {
			r.Rest, more = rest, true
			continue
		}
		if rest, ok := loneToken(r.Rest, `\;`); ok {
			r.Rest = rest
			c.Argv = append(c.Argv, ";")
			continue
		}
		word, ok, err := r.nextOrVerbatim(WordUnquote | WordCUnescape)
		if err != nil {
			return c, false, err.Error()
		}
		if !ok {
			break
		}
		if word, err = x.Expand(word); err != nil {
			return c, false, err.Error()
		}
		c.Argv = append(c.Argv, word)
	}
	if len(c.Argv) == 0 || c.Argv[0] == "" {
		return c, false, "no argv[0]: @ needs a word after the path"
	}
	return c, more, ""
}

// takePrefixes reads the special characters before the path; a repeated one already belongs to the path.
func (c *Command) takePrefixes(s string) (path string, ownArgv0 bool) {
	for ; s != ""; s = s[1:] {
		switch {
		case s[0] == '-' && !c.IgnoreFailure:
			c.IgnoreFailure = true
		case s[0] == '@' && !ownArgv0:
			ownArgv0 = true
		case s[0] == ':' && !c.NoEnvExpand:
			c.NoEnvExpand = true
		case s[0] == '+' && !c.Privileged && !c.NoSetuid && !c.AmbientMagic:
			c.Privileged = true
		case s[0] == '!' && !c.Privileged && !c.NoSetuid && !c.AmbientMagic:
			c.NoSetuid = true
		case s[0] == '!' && !c.Privileged && !c.AmbientMagic:
			c.NoSetuid, c.AmbientMagic = false, true
		default:
			return s, ownArgv0
		}
	}
	return "", ownArgv0
}

// badExecutable says what is wrong with the path of a command.
func badExecutable(path string) string {
	switch {
	case path == "":
		return "no executable"
	case strings.ContainsFunc(path, func(r rune) bool { return r < ' ' || r == 0x7f || r == '"' || r == '\'' || r == '\\' }):
		return "quotes, backslashes or control characters in the path of the executable"
	case IsAbsolutePath(path) && !ValidPath(path), !IsAbsolutePath(path) && !ValidFileName(path):
		return "the executable must be an absolute path or a plain file name"
	case endsInDirectory(path):
		return "the executable names a directory"
	}
	return ""
}

func endsInDirectory(path string) bool {
	_, last, ok := cutLast(path, '/')
	return ok && (last == "" || last == "." || last == "..")
}

// loneToken removes a token that stands alone at the start of s, with the blanks after it.
func loneToken(s, token string) (rest string, ok bool) {
	rest, ok = strings.CutPrefix(s, token)
	if !ok || rest != "" && strings.IndexByte(whitespace, rest[0]) < 0 {
		return s, false
	}
	return strings.TrimLeft(rest, whitespace), true
}

// Flags are the command's prefixes by the names that systemctl show has for them.
func (c *Command) Flags() (flags []string) {
	for _, f := range []struct {
		on   bool
		name string
	}{
		{c.IgnoreFailure, "ignore-failure"}, {c.Privileged, "privileged"}, {c.NoSetuid, "no-setuid"},
		{c.AmbientMagic, "ambient"}, {c.NoEnvExpand, "no-env-expand"},
	} {
		if f.on {
			flags = append(flags, f.name)
		}
	}
	return flags
}
