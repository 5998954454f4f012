package units

import (
	"strings"
)

// ParseEnvironmentFile reads the contents of an EnvironmentFile= (systemd.exec(5)). The grammar is like the
// shell's but expands nothing; invalid names are left out, a later assignment takes the place of an earlier.
// Text that is not UTF-8 makes the whole file unusable.
func ParseEnvironmentFile(data []byte) ([]string, error) {
	pairs, err := parseEnvPairs(data)
	var env []string
	for _, p := range pairs {
		if ValidAssignment(p) {
			env = append(env, p)
		}
	}
	return env, err
}

// parseEnvPairs reads the assignments as they are written, names unchecked.
func parseEnvPairs(data []byte) ([]string, error) {
	if bad := firstInvalid(data); bad >= 0 {
		return nil, malformed("environment file", string(data[bad:min(len(data), bad+16)]), "not UTF-8")
	}
	p := envParser{text: data}
	var env []string
	for p.at < len(p.text) {
		name, value, ok := p.assignment()
		if ok {
			env = MergeEnv(env, name+"="+value)
		}
	}
	return env, nil
}

type envParser struct {
	text []byte
	at   int
}

func isNewline(c byte) bool { return c == '\n' || c == '\r' }

// assignment reads one line, or several that belong together; ok is false for comments and lines without "=".
func (p *envParser) assignment() (name, value string, ok bool) {
	for p.at < len(p.text) && strings.IndexByte(whitespace, p.text[p.at]) >= 0 {
		p.at++
	}
	if p.at == len(p.text) {
		return "", "", false
	}
	if c := p.text[p.at]; c == '#' || c == ';' {
		p.skipLine()
		return "", "", false
	}
	start := p.at
	p.at++ // even "=": a name has at least one character
	for p.at < len(p.text) && !isNewline(p.text[p.at]) && p.text[p.at] != '=' {
		p.at++
	}
	if p.at == len(p.text) || p.text[p.at] != '=' {
		return "", "", false
	}
	name = strings.TrimRight(string(p.text[start:p.at]), whitespace)
	p.at++
	return name, p.value(), true
}

func (p *envParser) skipLine() {
	for p.at < len(p.text) && !isNewline(p.text[p.at]) {
		p.at++
	}
}

// value reads what follows "=" to the end of the line. Quoted parts and plain ones follow each other; blanks
// between them and at the end are dropped.
func (p *envParser) value() string {
	var out []byte
	keep := 0 // how much of out stays when blanks at the end are dropped
	blanks := func() { p.at += len(p.text[p.at:]) - len(strings.TrimLeft(string(p.text[p.at:]), " \t")) }
	blanks()
	for plain := false; p.at < len(p.text); {
		c := p.text[p.at]
		p.at++
		switch {
		case isNewline(c):
			return string(out[:keep])
		case c == '\'' && !plain:
			out = p.quoted(out, '\'')
			keep = len(out)
			blanks()
		case c == '"' && !plain:
			out = p.quoted(out, '"')
			keep = len(out)
			blanks()
		case c == '\\':
			plain = true
			if p.at < len(p.text) {
				if c = p.text[p.at]; !isNewline(c) {
					out = append(out, c)
				}
				p.at++
			}
			keep = len(out)
		default:
			plain = true
			out = append(out, c)
			if strings.IndexByte(whitespace, c) < 0 {
				keep = len(out)
			}
		}
	}
	return string(out[:keep])
}

// quoted reads to the closing quote. In double quotes a backslash escapes what the shell lets it escape, and
// removes the end of a line.
func (p *envParser) quoted(out []byte, quote byte) []byte {
	for p.at < len(p.text) {
		c := p.text[p.at]
		p.at++
		switch {
		case c == quote:
			return out
		case c == '\\' && quote == '"' && p.at < len(p.text):
			next := p.text[p.at]
			p.at++
			switch {
			case strings.IndexByte("\"\\`$", next) >= 0:
				out = append(out, next)
			case next != '\n':
				out = append(out, c, next)
			}
		default:
			out = append(out, c)
		}
	}
	return out
}
