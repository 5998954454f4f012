package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/sys/unix"

	pid1 "pintle/init"
	"pintle/units"
)

// finding is one line of `pintle verify`, and one object of its JSON.
type finding struct {
	Unit    string `json:"unit,omitempty"`
	File    string `json:"file,omitempty"`
	Line    int    `json:"line,omitempty"`
	Problem string `json:"problem,omitempty"` // what is wrong; else Setting is set
	Setting string `json:"setting,omitempty"` // what may not, or will not be enforced here
	Level   string `json:"level,omitempty"`   // how far it is supported
	Why     string `json:"why,omitempty"`
}

func (f finding) String() string {
	text := f.Problem
	if f.Setting != "" {
		verb := "will"
		if f.Level == string(units.IfPermitted) {
			verb = "may"
		}
		text = fmt.Sprintf("%s= %s not be enforced here: %s", f.Setting, verb, f.Why)
	}
	return units.Problem{File: f.File, Line: f.Line, Text: text}.String()
}

type verifyOptions struct {
	root   string
	json   bool
	config []string
}

func verifyCommand() *cobra.Command {
	var o verifyOptions
	c := &cobra.Command{
		Use:   "verify [flags] [UNIT|FILE...]",
		Short: "Tell what is wrong in unit files, and what will not be enforced here",
		Long: `Load the units, or where none is named the configuration, the default target and all that it pulls in.
Print what is wrong, and which of their settings will not be enforced here and why.

A FILE is a path to a unit file; its directory is searched first. The exit status is 1 if anything is wrong;
what is merely not enforced is no fault.`,
		Example: `  RUN pintle verify                  # in a Dockerfile: stop the build when a boot would complain
  pintle verify ./web.service
  pintle verify --root out/demo-root --json`,
		RunE: func(c *cobra.Command, args []string) error {
			findings, err := verify(o, args)
			if err != nil {
				return &exitError{exitFailure, err}
			}
			if err := printFindings(c.OutOrStdout(), findings, o.json); err != nil {
				return &exitError{exitFailure, err}
			}
			if slices.ContainsFunc(findings, func(f finding) bool { return f.Problem != "" }) {
				return &exitError{exitFailure, nil}
			}
			return nil
		},
	}
	f := c.Flags()
	f.StringVar(&o.root, "root", "", "look into the root directory `DIR`")
	f.BoolVar(&o.json, "json", false, "print a JSON array with one object a finding")
	f.StringArrayVar(&o.config, "config", nil, "verify this configuration `FILE`, too")
	return c
}

func verify(o verifyOptions, args []string) ([]finding, error) {
	findings := []finding{}
	found := func(unit string, problems []units.Problem) {
		for _, p := range problems {
			findings = append(findings, finding{Unit: unit, File: p.File, Line: p.Line, Problem: p.Text})
		}
	}
	for _, path := range o.config {
		if _, err := os.Stat(path); err != nil {
			return nil, fmt.Errorf("cannot verify the configuration: %w", err)
		}
		found("", pid1.CheckConfigFile(path))
	}
	if len(args) == 0 && len(o.config) > 0 {
		return findings, nil
	}
	names, dirs, err := verifyArguments(args)
	if err != nil {
		return nil, err
	}
	if len(args) == 0 {
		config, problems := pid1.LoadConfig(cmp.Or(o.root, "/"), os.Environ())
		found("", problems)
		names = append([]string{config.Boot.Unit}, config.Boot.Vital...)
	}
	graph := units.NewGraph(units.Options{Root: o.root, Path: append(dirs, units.SystemPath(os.Getenv)...), Host: units.SystemHost{Root: o.root}})
	found("", graph.Problems())
	for _, r := range graph.Verify(len(args) == 0, names...) {
		found(r.Unit.Name, r.Problems)
		for _, e := range r.Unenforced {
			if e.Level == units.IfPermitted && permitted(e.Why) {
				continue
			}
			findings = append(findings, finding{Unit: r.Unit.Name, File: e.File, Line: e.Line, Setting: e.Setting, Level: string(e.Level), Why: e.Why})
		}
	}
	return findings, nil
}

// verifyArguments sorts unit names from paths of unit files.
func verifyArguments(args []string) (names, dirs []string, err error) {
	for _, arg := range args {
		name := arg
		if strings.Contains(arg, "/") {
			path, err := filepath.Abs(arg)
			if err == nil {
				_, err = os.Stat(path)
			}
			if err != nil {
				return nil, nil, fmt.Errorf("cannot verify the unit file: %w", err)
			}
			name = filepath.Base(path)
			if dir := filepath.Dir(path); !slices.Contains(dirs, dir) {
				dirs = append(dirs, dir)
			}
		}
		if units.KindOfName(name) == 0 {
			return nil, nil, fmt.Errorf("cannot verify %s: it is no name of a unit (such as cron.service)", arg)
		}
		names = append(names, name)
	}
	return names, dirs, nil
}

// permitted tells whether we have one of the capabilities whose lack a reason names.
func permitted(why string) bool {
	header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var data [2]unix.CapUserData
	if unix.Capget(&header, &data[0]) != nil {
		return false
	}
	effective := uint64(data[0].Effective) | uint64(data[1].Effective)<<32
	for word := range strings.FieldsFuncSeq(why, func(r rune) bool { return r != '_' && (r < 'A' || r > 'Z') }) {
		if number, ok := units.CapabilityNumber(word); ok && strings.HasPrefix(word, "CAP_") && effective&(1<<number) != 0 {
			return true
		}
	}
	return false
}

func printFindings(w io.Writer, findings []finding, asJSON bool) error {
	if asJSON {
		e := json.NewEncoder(w)
		e.SetEscapeHTML(false)
		e.SetIndent("", "  ")
		return e.Encode(findings)
	}
	for _, f := range findings {
		if _, err := fmt.Fprintln(w, f); err != nil {
			return err
		}
	}
	return nil
}
