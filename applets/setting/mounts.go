package setting

import (
	"strings"

	"golang.org/x/sys/unix"

	"pintle/applets/command"
	"pintle/units"
)

type pair struct{ First, Second string }

// colons splits words at their colons.
func colons(value string) (list [][]string, err error) {
	fields, err := units.SplitWords(value, units.WordUnquote)
	if err != nil {
		return nil, command.Failf("Invalid syntax: %s", command.Reason(err))
	}
	for _, word := range fields {
		list = append(list, strings.Split(word, ":"))
	}
	return list, nil
}

func bindPaths(name, value string) ([]Property, error) {
	type bind struct {
		Source, Destination string
		Optional            bool
		Flags               uint64
	}
	list, err := colons(value)
	if err != nil {
		return nil, err
	}
	binds := []bind{}
	if len(list) == 0 {
		binds = append(binds, bind{Flags: unix.MS_REC})
	}
	for _, parts := range list {
		source, optional := strings.CutPrefix(parts[0], "-")
		b := bind{source, source, optional, unix.MS_REC}
		if len(parts) > 1 {
			b.Destination = parts[1]
		}
		if len(parts) > 2 {
			switch parts[2] {
			case "norbind":
				b.Flags = 0
			case "rbind", "":
			default:
				return nil, command.Failf("Unknown options: %s", parts[2])
			}
		}
		binds = append(binds, b)
	}
	return one(name, binds)
}

func temporaryFileSystems(name, value string) ([]Property, error) {
	list, err := units.SplitWords(value, units.WordUnquote)
	if err != nil {
		return nil, command.Failf("Failed to parse argument: %s", command.Reason(err))
	}
	mounts := []pair{}
	for _, word := range list {
		path, options, _ := strings.Cut(word, ":")
		mounts = append(mounts, pair{path, options})
	}
	return one(name, mounts)
}

// directories is RuntimeDirectory= and its kin; links to a directory are a property of their own.
func directories(name, value string) ([]Property, error) {
	type link struct {
		Directory, Link string
		Flags           uint64
	}
	list, err := colons(value)
	if err != nil {
		return nil, err
	}
	plain, links := []string{}, []link{}
	for _, parts := range list {
		if len(parts) > 1 && parts[1] != "" {
			links = append(links, link{parts[0], parts[1], 0})
			continue
		}
		plain = append(plain, parts[0])
	}
	var all []Property
	if len(plain) > 0 || len(links) == 0 {
		all = append(all, New(name, plain))
	}
	if len(links) > 0 {
		all = append(all, New(name+"Symlink", links))
	}
	return all, nil
}

func credential(name, value string) ([]Property, error) {
	type secret struct {
		ID   string
		Data []byte
	}
	id, data, ok := strings.Cut(value, ":")
	if value == "" {
		return one(name, []secret{})
	}
	if !ok {
		return nil, command.Failf("Missing value of %s=%s", name, value)
	}
	plain, err := units.CUnescape(data, false)
	if err != nil {
		return nil, command.Failf("Failed to unescape %s= value: %s", name, data)
	}
	return one(name, []secret{{id, []byte(plain)}})
}

func loadCredential(name, value string) ([]Property, error) {
	if value == "" {
		return one(name, []pair{})
	}
	id, path, ok := strings.Cut(value, ":")
	if !ok {
		path = id // from a credential of the manager
	}
	return one(name, []pair{{id, path}})
}

func logFields(name, value string) ([]Property, error) { return one(name, [][]byte{[]byte(value)}) }

func logPatterns(name, value string) ([]Property, error) {
	pattern, deny := strings.CutPrefix(value, "~")
	type entry struct {
		Allow   bool
		Pattern string
	}
	return one(name, []entry{{!deny, pattern}})
}

// openFiles is OpenFile=PATH:NAME:OPTIONS.
func openFiles(name, value string) ([]Property, error) {
	type file struct {
		Path, Name string
		Flags      uint64
	}
	if value == "" {
		return one(name, []file{})
	}
	parts := strings.SplitN(value, ":", 3)
	f := file{Path: parts[0]}
	if len(parts) > 1 {
		f.Name = parts[1]
	}
	if len(parts) > 2 {
		for option := range strings.SplitSeq(parts[2], ",") {
			switch option {
			case "read-only":
				f.Flags |= 1
			case "append":
				f.Flags |= 2
			case "truncate":
				f.Flags |= 4
			case "graceful":
				f.Flags |= 8
			default:
				return nil, command.Failf("Failed to parse OpenFile= setting: %s", command.Reason(unix.EINVAL))
			}
		}
	}
	return one(name, []file{f})
}
