package units

import (
	"slices"
	"testing"
)

// TestLoadsAsSystemdDoes keeps what random unit trees have shown to differ from `systemd --test`.
func TestLoadsAsSystemdDoes(t *testing.T) {
	const service = "[Service]\nExecStart=/bin/true\n"
	type row struct {
		name         string
		files, links map[string]string
		load, id     string
		state        LoadState
		fragment     string
		kind         Dependency
		deps         []string
	}
	for _, r := range []row{
		{name: "an alias of the wrong type hides no file",
			files: map[string]string{"lib/a.service": service}, links: map[string]string{"etc/a.service": "../lib/b.target"},
			load: "a.service", state: Loaded, fragment: "/lib/a.service"},
		{name: "an alias of another instance hides no file",
			files: map[string]string{"run/x@2.service": service, "lib/y@.service": service},
			links: map[string]string{"etc/x@2.service": "../lib/y@1.service"},
			load:  "x@2.service", state: Loaded, fragment: "/run/x@2.service"},
		{name: "a link to itself hides no file",
			files: map[string]string{"lib/a.service": service}, links: map[string]string{"run/a.service": "a.service"},
			load: "a.service", state: Loaded, fragment: "/lib/a.service"},
		{name: "a directory hides no file",
			files: map[string]string{"lib/a.service": service, "etc/a.service/x": ""},
			load:  "a.service", state: Loaded, fragment: "/lib/a.service"},
		{name: "a dangling alias hides the file and keeps its name",
			files: map[string]string{"lib/a.service": service}, links: map[string]string{"etc/a.service": "nope.service"},
			load: "a.service", state: NotFound},
		{name: "an instance linked to its own template is its instance",
			files: map[string]string{"lib/x@.service": service}, links: map[string]string{"etc/x@1.service": "../lib/x@.service"},
			load: "x@1.service", state: Loaded, fragment: "/lib/x@.service"},
		{name: "that hides a file of the instance",
			files: map[string]string{"etc/x@.service": service, "run/x@1.service": service},
			links: map[string]string{"etc/x@1.service": "../lib/x@.service"},
			load:  "x@1.service", state: Loaded, fragment: "/etc/x@.service"},
		{name: "and leads nowhere without the template",
			links: map[string]string{"etc/x@1.service": "../lib/x@.service"},
			load:  "x@1.service", state: NotFound},
		{name: "an instance of an alias of a missing template keeps its name",
			links: map[string]string{"etc/y@.service": "../lib/x@.service"},
			load:  "y@z.service", state: NotFound},
		{name: "a slice cannot fail",
			files: map[string]string{"lib/a.slice": "[Unit]\nOnFailure=b.service\n"},
			load:  "a.slice", state: Loaded, fragment: "/lib/a.slice", kind: OnFailure},
		{name: "a device does not wait",
			files: map[string]string{"lib/a.service": "[Unit]\nDefaultDependencies=no\nBefore=dev-x.device b.service\n" + service},
			load:  "a.service", state: Loaded, fragment: "/lib/a.service", kind: Before, deps: []string{"b.service"}},
		{name: "a device needs no file", load: "dev-x.device", state: Loaded},
		{name: "a link in .wants to what is masked wants nothing",
			files: map[string]string{"lib/a.service": "[Unit]\nDefaultDependencies=no\n" + service, "lib/empty.service": ""},
			links: map[string]string{"lib/null.service": "/dev/null", "etc/a.service.wants/b.service": "../../lib/empty.service",
				"etc/a.service.wants/c.service": "../../lib/null.service", "etc/a.service.wants/d.service": "nowhere"},
			load: "a.service", state: Loaded, kind: Wants, deps: []string{"d.service"}},
		{name: "a target does not wait for what it is part of",
			files: map[string]string{"lib/t.target": "[Unit]\nPartOf=u.target\n", "lib/u.target": "[Unit]\n"},
			load:  "t.target", state: Loaded, kind: After},
		{name: "a bus name has one owner, whatever its type",
			files: map[string]string{"lib/a.service": service + "BusName=org.x\nType=simple\n", "lib/b.service": "[Unit]\nAfter=a.service\n" + service + "BusName=org.x\n",
				"lib/t.target": "[Unit]\nWants=a.service b.service\n"},
			load: "t.target", id: "b.service", state: LoadError, fragment: "/lib/b.service"},
		{name: "an alias of the template is none of an instance with a file of its own",
			files: map[string]string{"lib/x@.service": service, "lib/x@1.service": service}, links: map[string]string{"etc/y@.service": "../lib/x@.service"},
			load: "x@1.service", state: Loaded, fragment: "/lib/x@1.service"},
	} {
		t.Run(r.name, func(t *testing.T) {
			g := NewGraph(Options{Root: writeTree(t, r.files, r.links), Path: []string{"/etc", "/run", "/lib"}, NoBuiltin: true, NoProvided: true})
			g.Load(r.load)
			if r.id == "" {
				r.id = r.load
			}
			u := g.Get(r.id)
			if u.Name != r.id || u.State != r.state {
				t.Fatalf("%s is %s, %s (%v); want %s, %s", r.load, u.Name, u.State, u.Err, r.id, r.state)
			}
			if r.fragment != "" && u.Fragment != r.fragment {
				t.Errorf("file is %q, want %q", u.Fragment, r.fragment)
			}
			if len(u.Aliases) > 0 {
				t.Errorf("has further names %v", u.Aliases)
			}
			if r.kind != "" && !slices.Equal(u.Deps[r.kind].Names(), r.deps) {
				t.Errorf("%s is %v, want %v", r.kind, u.Deps[r.kind].Names(), r.deps)
			}
		})
	}
}
