package units

import "embed"

// The units that every other unit counts on, and that a distribution ships in its systemd package: the
// targets of systemd.special(7), what ends the manager, and the socket that system loggers require. An
// image without that package boots with these; a file of the image with the same name replaces one whole.
//
//go:embed builtin
var builtin embed.FS

// builtinAlias gives the unit that a further name of a built-in unit stands for, as a symlink would.
func builtinAlias(name string) string {
	switch name {
	case "default.target":
		return "multi-user.target"
	case "ctrl-alt-del.target":
		return "reboot.target"
	case "runlevel0.target":
		return "poweroff.target"
	case "runlevel1.target":
		return "rescue.target"
	case "runlevel2.target", "runlevel3.target", "runlevel4.target":
		return "multi-user.target"
	case "runlevel5.target":
		return "graphical.target"
	case "runlevel6.target":
		return "reboot.target"
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
