package units

import (
	"fmt"
	"slices"
	"strings"
)

// conditionKind is one type of condition (systemd.unit(5), "Conditions and Asserts").
type conditionKind struct {
	path bool   // the value is an absolute path
	why  string // what a container keeps it from knowing
	// conditionOnly kinds have no Assert….
	conditionOnly bool
	test          func(*Facts, string) (bool, error)
}

var conditionKinds = map[string]conditionKind{
	"PathExists":             {path: true, test: (*Facts).pathExists},
	"PathExistsGlob":         {path: true, test: (*Facts).pathExistsGlob},
	"PathIsDirectory":        {path: true, test: (*Facts).pathIsDirectory},
	"PathIsSymbolicLink":     {path: true, test: (*Facts).pathIsSymbolicLink},
	"PathIsMountPoint":       {path: true, test: (*Facts).pathIsMountPoint},
	"PathIsReadWrite":        {path: true, test: (*Facts).pathIsReadWrite},
	"PathIsEncrypted":        {path: true, test: unknowable, why: "a container does not see how its disks are encrypted"},
	"DirectoryNotEmpty":      {path: true, test: (*Facts).directoryNotEmpty},
	"FileNotEmpty":           {path: true, test: (*Facts).fileNotEmpty},
	"FileIsExecutable":       {path: true, test: (*Facts).fileIsExecutable},
	"NeedsUpdate":            {path: true, test: (*Facts).needsUpdate},
	"FirstBoot":              {test: (*Facts).firstBoot},
	"Architecture":           {test: (*Facts).architecture},
	"Firmware":               {test: unknowable, why: "a container does not see the firmware", conditionOnly: true},
	"Virtualization":         {test: (*Facts).virtualization},
	"Host":                   {test: (*Facts).host},
	"KernelCommandLine":      {test: (*Facts).kernelCommandLine},
	"KernelVersion":          {test: (*Facts).kernelVersion},
	"Credential":             {test: (*Facts).credential},
	"Security":               {test: (*Facts).security},
	"Capability":             {test: (*Facts).capability},
	"ACPower":                {test: (*Facts).acPower},
	"Memory":                 {test: (*Facts).memory},
	"CPUFeature":             {test: (*Facts).cpuFeature},
	"CPUs":                   {test: (*Facts).cpus},
	"Environment":            {test: (*Facts).environment},
	"User":                   {test: (*Facts).user},
	"Group":                  {test: (*Facts).group},
	"ControlGroupController": {test: (*Facts).controlGroupController},
	"OSRelease":              {test: (*Facts).osRelease},
	"MemoryPressure":         {test: pressure("memory")},
	"CPUPressure":            {test: pressure("cpu")},
	"IOPressure":             {test: pressure("io")},
}

func unknowable(*Facts, string) (bool, error) { return false, nil }

// ParseCondition reads a whole line such as "ConditionPathExists=|!/etc/x", as systemd-analyze condition
// takes it; assert is set for an Assert….
func ParseCondition(s string) (c Condition, assert bool, err error) {
	key, value, ok := strings.Cut(s, "=")
	key = strings.Trim(key, blanks)
	kind, isCondition := strings.CutPrefix(key, "Condition")
	if !isCondition {
		kind, assert = strings.CutPrefix(key, "Assert")
	}
	if _, known := conditionKinds[kind]; !ok || !known || !isCondition && !assert {
		return c, assert, malformed("condition", s, "it must be a Condition…= or Assert…= line")
	}
	c, err = parseCondition(kind, strings.TrimLeft(value, blanks), nil)
	return c, assert, err
}

// parseCondition reads "[|][!]VALUE".
func parseCondition(kind, value string, x *Specifiers) (Condition, error) {
	c := Condition{Type: kind}
	if rest, ok := strings.CutPrefix(value, "|"); ok {
		c.Trigger, value = true, strings.TrimLeft(rest, blanks)
	}
	if rest, ok := strings.CutPrefix(value, "!"); ok {
		c.Negate, value = true, strings.TrimLeft(rest, blanks)
	}
	var err error
	if x != nil {
		if value, err = x.Expand(value); err != nil {
			return c, err
		}
	}
	if conditionKinds[kind].path {
		if value, err = ParsePath(value); err != nil {
			return c, err
		}
	}
	c.Value = value
	return c, nil
}

// conditionLine reads a Condition…= or Assert…= line; an empty value resets all of them.
func conditionLine(l *line, dst any, value string) error {
	list := dst.(*[]Condition)
	if value == "" {
		*list = nil
		return nil
	}
	c, err := parseCondition(strings.TrimPrefix(strings.TrimPrefix(l.key, "Condition"), "Assert"), value, l.x)
	if err == nil {
		*list = append(*list, c)
	}
	return err
}

// Test evaluates one condition, "!" included. A condition that cannot be evaluated is false; the error says why.
func (c Condition) Test(f *Facts) (bool, error) {
	kind, ok := conditionKinds[c.Type]
	if !ok {
		return false, fmt.Errorf("cannot test %s: no such condition", c)
	}
	holds, err := kind.test(f, c.Value)
	if err != nil {
		return false, fmt.Errorf("cannot test %s: %w", c, err)
	}
	return holds != c.Negate, nil
}

// String writes the condition as a setting, without its prefix Condition or Assert.
func (c Condition) String() string {
	s := c.Type + "="
	if c.Trigger {
		s += "|"
	}
	if c.Negate {
		s += "!"
	}
	return s + c.Value
}

// TestAll evaluates a list: every plain condition must hold, and of those with "|" at least one. failed is
// the first one that decided against it.
func TestAll(list []Condition, test func(Condition) (bool, error)) (ok bool, failed Condition) {
	triggered := false
	last := slices.IndexFunc(list, func(c Condition) bool { return c.Trigger })
	for _, c := range list {
		if c.Trigger && triggered {
			continue
		}
		holds, err := test(c)
		holds = holds && err == nil
		switch {
		case c.Trigger:
			triggered = holds
			failed = c
		case !holds:
			return false, c
		}
	}
	if last >= 0 && !triggered {
		return false, failed
	}
	return true, Condition{}
}
