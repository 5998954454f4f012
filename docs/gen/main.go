// Command gen writes the parts of the documentation that the program's own tables know best, between the
// lines "<!-- generated: NAME -->" and "<!-- end -->" of docs/*.md. Run it with `make docs`.
package main

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	pid1 "pintle/init"
)

// parts are the generators by name.
var parts = map[string]func() string{
	"configuration": configuration,
	"signals":       signals,
	"directives":    directives,
	"scenarios":     scenarios,
}

func main() {
	write := flag.Bool("write", false, "write what has changed, rather than only name it")
	flag.Parse()
	stale, err := generate("docs", *write)
	if err != nil {
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(1)
	}
	for _, path := range stale {
		fmt.Println(path)
	}
	if len(stale) > 0 && !*write {
		os.Exit(1)
	}
}

// generate names the files whose generated parts are out of date, and writes them if asked to.
func generate(dir string, write bool) (stale []string, err error) {
	paths, err := filepath.Glob(filepath.Join(dir, "*.md"))
	if err != nil {
		return nil, err
	}
	for _, path := range paths {
		old, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		fresh, err := fill(string(old))
		if err != nil {
			return nil, fmt.Errorf("cannot generate %s: %w", path, err)
		}
		if bytes.Equal(old, []byte(fresh)) {
			continue
		}
		stale = append(stale, path)
		if write {
			if err := os.WriteFile(path, []byte(fresh), 0o644); err != nil {
				return nil, err
			}
		}
	}
	return stale, nil
}

// fill replaces every generated part of a text.
func fill(text string) (string, error) {
	const begin, end = "<!-- generated: ", "<!-- end -->"
	var out strings.Builder
	for {
		before, rest, found := strings.Cut(text, begin)
		out.WriteString(before)
		if !found {
			return out.String(), nil
		}
		name, rest, _ := strings.Cut(rest, " -->")
		_, after, closed := strings.Cut(rest, end)
		part, known := parts[name]
		if !closed || !known {
			return "", fmt.Errorf("part %q is unknown or has no end", name)
		}
		fmt.Fprintf(&out, "%s%s -->\n%s%s", begin, name, part(), end)
		text = after
	}
}

func configuration() string {
	var b strings.Builder
	section := ""
	var lists []pid1.ConfigKey
	end := func() {
		for _, list := range lists {
			fmt.Fprintf(&b, "\n### [[%s]]\n\n| key | default | meaning |\n| --- | --- | --- |\n", list)
			for _, k := range list.Keys() {
				fmt.Fprintf(&b, "| `%s` | `%s` | %s |\n", k.Name, k.Default, configurationDoc(k))
			}
		}
		lists = nil
	}
	for _, k := range pid1.ConfigKeys() {
		if k.Section != section {
			end()
			section = k.Section
			fmt.Fprintf(&b, "\n### [%s]\n\n| key | default | environment | meaning |\n| --- | --- | --- | --- |\n", section)
		}
		if k.Keys() != nil {
			lists = append(lists, k)
		}
		fmt.Fprintf(&b, "| `%s` | `%s` | `%s` | %s |\n", k.Name, k.Default, k.Env, configurationDoc(k))
	}
	end()
	return b.String() + "\n"
}

func configurationDoc(k pid1.ConfigKey) string {
	if len(k.OneOf) == 0 {
		return k.Doc
	}
	return k.Doc + "; one of `" + strings.Join(k.OneOf, "`, `") + "`"
}

func signals() string {
	var b strings.Builder
	b.WriteString("\n| signal | effect |\n| --- | --- |\n")
	for _, s := range pid1.Signals() {
		fmt.Fprintf(&b, "| `%s` | %s |\n", s.Name, s.Effect)
	}
	return b.String() + "\n"
}
