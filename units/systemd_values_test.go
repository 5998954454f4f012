package units

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// probes are values of all kinds; each is given to each setting.
var probes = []string{
	"", "@@bad@@", "-1", "0", "1", "yes", "yes maybe", "999999999999999999999", "50%", "infinity", "~", `"`, `\q`,
	"/", "/run:/run", "/dev/null 5", "a:b", "AF_INET", "10.0.0.0/8",
}

// heads make a unit of each section loadable.
var heads = map[string]struct{ unitType, text string }{
	"Unit":    {"service", "[Service]\nExecStart=/bin/true\n[Unit]\n"},
	"Service": {"service", "[Service]\nExecStart=/bin/true\n"},
	"Socket":  {"socket", "[Socket]\nListenStream=/run/x\n"},
	"Timer":   {"timer", "[Timer]\nOnBootSec=1\n"},
	"Path":    {"path", "[Path]\nPathExists=/x\n"},
}

// knownValueDifferences are values on which the release at hand and pintle differ, with the reasons.
var knownValueDifferences = []struct{ settings, value *regexp.Regexp }{
	// Unknown words are not ignored without a word.
	{regexp.MustCompile(`^(SecureBits|CapabilityBoundingSet|AmbientCapabilities)$`), regexp.MustCompile(`^(.*)$`)},
	// Which system calls there are, the kernel knows.
	{regexp.MustCompile(`^(SystemCallFilter|SystemCallLog)$`), regexp.MustCompile(`^(.*)$`)},
	// Said with what is not enforced.
	{regexp.MustCompile(`^(CPUShares|StartupCPUShares|MemoryLimit|BlockIO.*|StartupBlockIO.*)$`), regexp.MustCompile(`^(.*)$`)},
	// Empty resets, as later releases have it.
	{regexp.MustCompile(`^(Limit[A-Z]+|BusName|TimerSlackNSec|CPUSchedulingPriority|PrivateMounts|Priority|IPTTL|Mark)$`), regexp.MustCompile(`^()$`)},
	// Pressure is not managed for any type of unit.
	{regexp.MustCompile(`^(ManagedOOM.*)$`), regexp.MustCompile(`^(|50%)$`)},
	// The next release splits the words so.
	{regexp.MustCompile(`^(RootImageOptions|PassEnvironment)$`), regexp.MustCompile(`^(\\q)$`)},
	// Quotes that do not end are worth a word.
	{regexp.MustCompile(`^(SupplementaryGroups)$`), regexp.MustCompile(`^(")$`)},
	// The kernel knows no such name of a queue.
	{regexp.MustCompile(`^(ListenMessageQueue)$`), regexp.MustCompile(`^(/.*)$`)},
}

// A value is refused if and only if systemd refuses it, for every setting that the genuine one at hand knows.
func TestValuesAgainstSystemd(t *testing.T) {
	dir := systemdDirectory(t)
	type probe struct{ setting, value string }
	files := map[string]probe{}
	all := "[Unit]\nDefaultDependencies=no\n"
	for _, section := range []string{"Unit", "Service", "Socket", "Timer", "Path"} {
		for _, s := range Settings(section) {
			shared := section != "Service" && (s.part == partExec || s.part == partKill || s.part == partResources)
			if shared || strings.HasPrefix(s.Name, "Assert") || s.Parser == "ignored" {
				continue // as conditions are, and as in [Service]
			}
			for _, value := range probes {
				name := fmt.Sprintf("p%d.%s", len(files), heads[section].unitType)
				files[name] = probe{s.Name, value}
				text := heads[section].text + s.Name + "=" + value + "\n"
				if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
					t.Fatal(err)
				}
				all += "Wants=" + name + "\n"
			}
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "all.target"), []byte(all), 0o644); err != nil {
		t.Fatal(err)
	}
	want, problems := systemdGraph(t, dir, "all.target")
	complaints := map[string]string{}
	for _, m := range regexp.MustCompile(`(?m)/(p\d+\.[a-z]+):\d+: (.*)$`).FindAllStringSubmatch(problems, -1) {
		complaints[m[1]] = m[2]
	}
	g := NewGraph(Options{Path: []string{dir}, NoBuiltin: true, NoProvided: true, Host: SystemHost{}})
	g.Load("all.target")
	compared := 0
	for name, p := range files {
		theirs, u := complaints[name], g.Get(name)
		if strings.Contains(theirs, "Unknown key") || knownDifference(p.setting, p.value) {
			continue
		}
		compared++
		if (theirs != "") != (len(u.Problems) > 0) {
			t.Errorf("%s=%s: %v, in systemd %q", p.setting, p.value, u.Problems, theirs)
		}
		if w := want[name]; w != nil && w.state != u.State {
			t.Errorf("%s=%s: the unit is %s (%v), in systemd %s", p.setting, p.value, u.State, u.Err, w.state)
		}
	}
	if compared < 3000 {
		t.Errorf("only %d values were compared", compared)
	}
}

func knownDifference(setting, value string) bool {
	return slices.ContainsFunc(knownValueDifferences, func(d struct{ settings, value *regexp.Regexp }) bool {
		return d.settings.MatchString(setting) && d.value.MatchString(value)
	})
}
