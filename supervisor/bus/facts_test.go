package bus

import (
	"bufio"
	"encoding/xml"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/godbus/dbus/v5"

	"pintle/supervisor"
)

// recordedFact is one row of testdata/systemd-252.tsv: what the genuine manager says of itself when it is introspected.
//
//	interface method NAME in out argument-names annotations
//	interface signal NAME signature "" argument-names
//	interface property NAME signature access EmitsChangedSignal
type recordedFact struct{ iface, kind, name, sig, second, third string }

func recordedFacts(t *testing.T) (all []recordedFact) {
	t.Helper()
	f, err := os.Open("testdata/systemd-252.tsv")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		w := strings.Split(lines.Text(), "\t")
		all = append(all, recordedFact{w[0], w[1], w[2], w[3], w[4], w[5]})
	}
	return all
}

// introspected is what our own manager says, in the same form.
type introspected struct {
	Interfaces []struct {
		Name    string `xml:"name,attr"`
		Methods []struct {
			Name string          `xml:"name,attr"`
			Args []introspectArg `xml:"arg"`
		} `xml:"method"`
		Signals []struct {
			Name string          `xml:"name,attr"`
			Args []introspectArg `xml:"arg"`
		} `xml:"signal"`
		Properties []struct {
			Name        string `xml:"name,attr"`
			Type        string `xml:"type,attr"`
			Access      string `xml:"access,attr"`
			Annotations []struct {
				Name  string `xml:"name,attr"`
				Value string `xml:"value,attr"`
			} `xml:"annotation"`
		} `xml:"property"`
	} `xml:"interface"`
	Nodes []struct {
		Name string `xml:"name,attr"`
	} `xml:"node"`
}

type introspectArg struct {
	Name      string `xml:"name,attr"`
	Type      string `xml:"type,attr"`
	Direction string `xml:"direction,attr"`
}

func join(args []introspectArg, direction string) (sig, names string) {
	var words []string
	for _, a := range args {
		if a.Direction == direction {
			sig += a.Type
		}
		words = append(words, a.Name)
	}
	return sig, strings.Join(words, " ")
}

// facts are the rows of one introspected object.
func (x *introspected) facts() (all []recordedFact) {
	for _, i := range x.Interfaces {
		short, ours := strings.CutPrefix(i.Name, busName+".")
		if !ours {
			continue
		}
		for _, m := range i.Methods {
			in, names := join(m.Args, "in")
			out, _ := join(m.Args, "out")
			all = append(all, recordedFact{short, "method", m.Name, in, out, names})
		}
		for _, s := range i.Signals {
			sig, names := join(s.Args, "")
			all = append(all, recordedFact{short, "signal", s.Name, sig, "", names})
		}
		for _, p := range i.Properties {
			emits := "true"
			for _, a := range p.Annotations {
				if strings.HasSuffix(a.Name, "EmitsChangedSignal") {
					emits = a.Value
				}
			}
			all = append(all, recordedFact{short, "property", p.Name, p.Type, p.Access, emits})
		}
	}
	return all
}

// introspectAll introspects an object of each kind.
func introspectAll(t *testing.T, w *world) (all []recordedFact) {
	t.Helper()
	c := w.dial()
	paths := []dbus.ObjectPath{managerPath}
	for _, unitType := range unitTypes {
		paths = append(paths, UnitPath("a."+unitType))
	}
	w.do(func() {
		if _, err := w.manager.Enqueue(supervisor.JobStart, "waits.service", ""); err != nil {
			t.Error(err)
		}
		paths = append(paths, JobPath(w.manager.Jobs()[0].ID))
	})
	seen := map[string]bool{}
	for _, path := range paths {
		var text string
		if err := c.Object(busName, path).Call(introspectableName+".Introspect", 0).Store(&text); err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		var x introspected
		if err := xml.Unmarshal([]byte(text), &x); err != nil {
			t.Fatalf("%s: %v\n%s", path, err, text)
		}
		for _, f := range x.facts() {
			if key := f.iface + "." + f.name; !seen[key] {
				seen[key] = true
				all = append(all, f)
			}
		}
	}
	return all
}

var unitTypes = []string{"service", "socket", "timer", "path", "target", "mount", "slice", "scope", "swap", "device", "automount"}

// Deviations from what systemd 252 says, each with its reason.
var deviations = map[string]string{}

// Every method, signal and property that systemd 252 has is here, with the same signature, names and way of telling
// changes. What newer releases have may be here besides.
func TestIntrospectionIsSystemds(t *testing.T) {
	w := newWorld(t, map[string]string{"waits.service": "[Unit]\nDefaultDependencies=no\n[Service]\nType=notify\nExecStart=/bin/sleep 9\n"})
	ours := introspectAll(t, w)
	for _, want := range recordedFacts(t) {
		i := slices.IndexFunc(ours, func(f recordedFact) bool {
			return f.iface == want.iface && f.kind == want.kind && f.name == want.name
		})
		var why string
		switch {
		case i < 0:
			why = "is missing"
		case ours[i] != want:
			why = "differs"
		default:
			continue
		}
		if reason := deviations[want.iface+"."+want.name]; reason != "" {
			continue
		}
		if i < 0 {
			t.Errorf("%s %s.%s %s", want.kind, want.iface, want.name, why)
		} else {
			t.Errorf("%s %s.%s is %q, want %q", want.kind, want.iface, want.name, ours[i], want)
		}
	}
}
