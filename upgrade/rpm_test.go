package upgrade

import (
	"strings"
	"testing"
)

// RPM's scriptlets become programs, without what was done when the image was built.
func TestRPMScript(t *testing.T) {
	for _, c := range []struct{ program, flags, text, want, fails string }{
		{"/bin/sh ", "(none)", "/sbin/ldconfig\nif [ $1 -gt 1 ]; then\n  upgrade\nfi", "#!/bin/sh\nif [ $1 -gt 1 ]; then\n  upgrade\nfi\n", ""},
		{"/bin/sh ", "(none)", "# the cache\n/sbin/ldconfig\n", "", ""},
		{"/sbin/ldconfig ", "(none)", "(none)", "", ""},
		{"/usr/sbin/ldconfig ", "(none)", "", "", ""},
		{"", "(none)", "(none)", "", ""},
		{"/usr/bin/python3 -s ", "(none)", "import x", "#!/usr/bin/env -S /usr/bin/python3 -s\nimport x\n", ""},
		{"<lua> ", "(none)", "posix.stat('/')", "", "it is in Lua, which only rpm can run"},
		{"/bin/sh ", "1", "echo %{name}", "", "only rpm can expand its macros"},
		{"/bin/sh ", "4", "true", "#!/bin/sh\ntrue\n", ""},
	} {
		got, err := rpmScript(c.program, c.flags, c.text)
		if got != c.want || (err != nil) != (c.fails != "") || err != nil && !strings.HasPrefix(err.Error(), c.fails) {
			t.Errorf("%q %q: %q, not %q (%v)", c.program, c.text, got, c.want, err)
		}
	}
}
