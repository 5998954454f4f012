package units

import "embed"

// The units that every other unit counts on, and that a distribution ships in its systemd package: the
// targets of systemd.special(7), what ends the manager, and the socket that system loggers require. An
// image without that package boots with these; a file of the image with the same name replaces one whole.
//
//go:embed builtin
var builtin embed.FS

// builtinAliases are further names of built-in units, as symlinks would give them.
var builtinAliases = [...]struct{ alias, name string }{
	{"default.target", "multi-user.target"},
	{"ctrl-alt-del.target", "reboot.target"},
	{"runlevel0.target", "poweroff.target"},
	{"runlevel1.target", "rescue.target"},
	{"runlevel2.target", "multi-user.target"},
	{"runlevel3.target", "multi-user.target"},
	{"runlevel4.target", "multi-user.target"},
	{"runlevel5.target", "graphical.target"},
	{"runlevel6.target", "reboot.target"},
}

// builtinAlias is the built-in unit that a name is an alias of, or "".
func builtinAlias(name string) string {
	for _, b := range builtinAliases {
		if b.alias == name {
			return b.name
		}
	}
	return ""
}

// Builtin returns the text of a unit that pintle brings along, and the name that its own name is an alias
// of, if it is one.
func Builtin(name string) (text []byte, alias string, ok bool) {
	if alias = builtinAlias(name); alias != "" {
		return nil, alias, true
	}
	text, err := builtin.ReadFile("builtin/" + name)
	return text, "", err == nil
}
