package install

import (
	"errors"
	"slices"
	"strings"

	"pintle/units"

	"golang.org/x/sys/unix"
)

// loadFile reads the main file of a unit; without load it only looks at what it is. ELOOP: it is a link.
func (o *operation) loadFile(s *set, u *unit, file string, how search) error {
	kind := units.NameType(u.name)
	if !units.ValidName(u.name, units.PlainName) && !slices.Contains(templatable, kind) {
		o.warn("%s: unit type %s cannot be templated, ignoring.", o.shown(file), kind)
		return unix.EINVAL
	}
	if how&load == 0 {
		st, err := o.tree.lstat(file)
		if err != nil {
			return errnoOf(err)
		}
		switch {
		case masks(&st):
			u.mode = masked
			return nil
		case st.Mode&unix.S_IFMT == unix.S_IFREG:
			u.mode = regular
			return nil
		case st.Mode&unix.S_IFMT == unix.S_IFLNK:
			return unix.ELOOP
		case st.Mode&unix.S_IFMT == unix.S_IFDIR:
			return unix.EISDIR
		}
		return unix.ENOTTY
	}
	text, mask, err := o.tree.read(file, false)
	switch {
	case err != nil:
		return errnoOf(err)
	case mask:
		u.mode = masked
		return nil
	}
	if err := o.parse(s, u, file, text); err != nil {
		return err
	}
	u.mode = regular
	return nil
}

// loadDropIn reads one more file of a unit.
func (o *operation) loadDropIn(s *set, u *unit, file string) error {
	if target, err := o.tree.readlink(file); err == nil && target == "/dev/null" {
		return nil
	}
	text, mask, err := o.tree.read(file, true)
	if err != nil || mask {
		return nilOrErrno(err)
	}
	return o.parse(s, u, file, text)
}

func nilOrErrno(err error) error {
	if err == nil {
		return nil
	}
	return errnoOf(err)
}

// parse reads the [Install] section of one file.
func (o *operation) parse(s *set, u *unit, file string, text []byte) error {
	assignments, warnings, err := units.Lex(text, func(section string) bool { return section == "Install" })
	said := func(line int, format string, args ...any) {
		o.warn("%s:%d: "+format, append([]any{o.shown(file), line}, args...)...)
	}
	tell := func(upTo int) {
		for len(warnings) > 0 && warnings[0].Line <= upTo {
			if w := warnings[0]; !(w.Kind == units.UnknownSection && knownSection(w.Name)) {
				said(w.Line, "%s", warningText(w))
			}
			warnings = warnings[1:]
		}
	}
	for _, a := range assignments {
		tell(a.Line)
		if err := o.assign(s, u, a, func(format string, args ...any) { said(a.Line, format, args...) }); err != nil {
			return err
		}
	}
	var syntax *units.SyntaxError
	if !errors.As(err, &syntax) {
		tell(1 << 30)
		return nilOrErrno(err)
	}
	tell(syntax.Line)
	switch syntax.Errno {
	case unix.EBADMSG:
		said(syntax.Line, "Invalid section header '%s'", syntax.Content)
	case unix.EINVAL:
		said(syntax.Line, "String is not UTF-8 clean, ignoring assignment: %s", strings.ToValidUTF8(syntax.Content, "\ufffd"))
	}
	return syntax.Errno
}

// knownSection tells whether a section is one of another kind than [Install] that unit files have.
func knownSection(name string) bool {
	if strings.HasPrefix(name, "X-") {
		return true
	}
	switch name {
	case "Unit", "Automount", "Device", "Mount", "Path", "Scope", "Service", "Slice", "Socket", "Swap", "Target", "Timer":
		return true
	}
	return false
}

// warningText says in systemd's words why a line was skipped.
func warningText(w units.Warning) string {
	switch w.Kind {
	case units.NoSection:
		return "Assignment outside of section. Ignoring."
	case units.NoEquals:
		return "Missing '=', ignoring line."
	case units.NoKey:
		return "Missing key name before '=', ignoring line."
	case units.UnknownSection:
		return "Unknown section '" + w.Name + "'. Ignoring."
	}
	return w.Text
}

// assign takes one setting of [Install]. The error is one that ends the reading of the file.
func (o *operation) assign(s *set, u *unit, a units.Assignment, warn func(string, ...any)) error {
	list := func(l *[]string) {
		if a.Value == "" {
			*l = nil
			return
		}
		words, err := units.SplitWords(a.Value, units.WordUnquote|units.WordRetainEscape)
		if err != nil {
			warn("Invalid syntax, ignoring: %s", a.Value)
			return
		}
		*l = append(*l, words...)
	}
	switch a.Key {
	case "Alias":
		if kind := units.NameType(u.name); !slices.Contains(aliasable, kind) {
			warn("Alias= is not allowed for %s units, ignoring.", kind)
			return nil
		}
		list(&u.aliases)
	case "WantedBy":
		list(&u.wantedBy)
	case "RequiredBy":
		list(&u.requiredBy)
	case "UpheldBy":
		list(&u.upheldBy)
	case "Also":
		return o.also(s, u, a.Value, warn)
	case "DefaultInstance":
		return o.defaultInstance(u, a.Value, warn)
	default:
		if !strings.HasPrefix(a.Key, "X-") {
			warn("Unknown key '%s' in section [Install], ignoring.", a.Key)
		}
	}
	return nil
}

// also takes Also=: the units that are enabled and disabled together with this one.
func (o *operation) also(s *set, u *unit, value string, warn func(string, ...any)) error {
	words, err := units.SplitWords(value, 0)
	for _, word := range words {
		name, err := o.expand(u, word)
		if err != nil {
			warn("Failed to resolve unit name in Also=\"%s\": %s", word, errnoText(errnoOf(err)))
			return err
		}
		if _, err := s.add(name, "", true); err != nil {
			return err
		}
		u.also = append(u.also, name)
	}
	return nilOrErrno(err)
}

func (o *operation) defaultInstance(u *unit, value string, warn func(string, ...any)) error {
	switch units.KindOfName(u.name) {
	case units.InstanceName:
		return nil // the setting is for the template
	case units.PlainName:
		warn("DefaultInstance= only makes sense for template units, ignoring.")
		return nil
	}
	instance, err := o.expand(u, value)
	switch {
	case err != nil:
		warn("Failed to resolve instance name in DefaultInstance=\"%s\": %s", value, errnoText(errnoOf(err)))
		return err
	case instance != "" && !units.ValidInstance(instance):
		warn("Invalid DefaultInstance= value \"%s\".", instance)
		return unix.EINVAL
	}
	u.defaultInstance = instance
	return nil
}

// expand replaces the specifiers of a setting in [Install].
func (o *operation) expand(u *unit, text string) (string, error) {
	text, err := units.ExpandInstall(u.name, u.defaultInstance, o.host(), text)
	if err != nil {
		return "", errnoOf(err)
	}
	return text, nil
}

// configFiles are the files of several directories with a suffix, each name once and from the first directory
// that has it, in the order of the names.
func (t *tree) configFiles(dirs []string, suffix string) []string {
	found := map[string]string{}
	var names []string
	for _, dir := range dirs {
		for _, e := range t.list(dir).entries {
			if _, taken := found[e.name]; !taken && strings.HasSuffix(e.name, suffix) {
				found[e.name] = join(dir, e.name)
				names = append(names, e.name)
			}
		}
	}
	slices.Sort(names)
	files := make([]string, len(names))
	for i, name := range names {
		files[i] = found[name]
	}
	return files
}
