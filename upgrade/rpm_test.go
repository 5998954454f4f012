package upgrade

import "testing"

// RPM's %post becomes a program, without what was done when the image was built.
func TestRPMScript(t *testing.T) {
	for _, c := range []struct{ program, text, want string }{
		{"/bin/sh", "/sbin/ldconfig\nif [ $1 -gt 1 ]; then\n  upgrade\nfi", "#!/bin/sh\nif [ $1 -gt 1 ]; then\n  upgrade\nfi\n"},
		{"/sbin/ldconfig", "(none)", ""},
		{"(none)", "(none)", ""},
	} {
		if got := rpmScript(c.program, c.text); got != c.want {
			t.Errorf("%q: %q, not %q", c.text, got, c.want)
		}
	}
	if args := (Scriptlet{Kind: "rpm"}).Args(); len(args) != 1 || args[0] != "2" {
		t.Errorf("rpm's are run with %q", args)
	}
}
