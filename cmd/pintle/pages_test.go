package main

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"
	"github.com/spf13/pflag"

	"pintle/applets"
)

var writePages = flag.Bool("write", false, "write the manual pages that have changed (make docs)")

// The manual pages in docs/man are what the commands say of themselves today. They are made here rather than by the
// program, so that what makes them is not part of it.
func TestManualPages(t *testing.T) {
	dir := filepath.Join("..", "..", "docs", "man")
	pages := map[string][]byte{}
	add := func(c *cobra.Command, name, section string) {
		var b bytes.Buffer
		date := time.Unix(0, 0).UTC()
		header := &doc.GenManHeader{Title: strings.ToUpper(name), Section: section, Date: &date, Source: "pintle", Manual: "pintle"}
		c.DisableAutoGenTag = true
		c.Long = blocks(c.Long)
		c.InitDefaultHelpFlag()
		if err := doc.GenMan(c, header, &b); err != nil {
			t.Fatal(err)
		}
		// The date would only say when the page was made.
		page := bytes.Replace(b.Bytes(), []byte(`"Jan 1970"`), []byte(`""`), 1)
		c.Flags().VisitAll(func(f *pflag.Flag) { page = nameValue(page, f) })
		pages[name+"."+section] = page
	}
	root := rootCommand()
	for _, c := range root.Commands() {
		if !c.Hidden {
			add(c, "pintle-"+c.Name(), "1")
		}
	}
	add(root, "pintle", "1")
	for _, a := range applets.All() {
		add(a.Command(), a.Name, a.Section)
	}
	for name, page := range pages {
		path := filepath.Join(dir, name)
		old, err := os.ReadFile(path)
		if err == nil && bytes.Equal(old, page) {
			continue
		}
		if !*writePages {
			t.Errorf("%s is out of date: run `make docs`", path)
			continue
		}
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, page, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if _, made := pages[e.Name()]; !made {
			if *writePages {
				os.Remove(filepath.Join(dir, e.Name()))
				continue
			}
			t.Errorf("%s is of no command: run `make docs`", e.Name())
		}
	}
}

// nameValue writes what the value of an option is, where the generator writes what it is without the option.
func nameValue(page []byte, f *pflag.Flag) []byte {
	value, _ := pflag.UnquoteUsage(f)
	switch {
	case f.Value.Type() == "bool" || f.Value.Type() == "boolfunc" || f.Value.Type() == "count":
		value = ""
	case f.NoOptDefVal != "":
		value = "[=" + value + "]"
	default:
		value = "=" + value
	}
	value = strings.ReplaceAll(value, `\`, `\\`)
	option := regexp.MustCompile(`(?m)^(.*` + regexp.QuoteMeta(`--`+f.Name+`\fP`) + `)(\[=.*\]|=.*)$`)
	return option.ReplaceAll(page, []byte("${1}"+strings.ReplaceAll(value, "$", "$$")))
}

// blocks sets lines that are indented apart, so that their layout is kept.
func blocks(text string) string {
	var b strings.Builder
	before := false
	for line := range strings.Lines(text) {
		indented := strings.HasPrefix(line, "  ")
		if indented != before && strings.TrimSpace(line) != "" {
			b.WriteString("\n")
			before = indented
		}
		if indented {
			b.WriteString("  ")
		}
		b.WriteString(line)
	}
	return b.String()
}
