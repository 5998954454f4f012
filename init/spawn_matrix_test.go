package pid1

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"pintle/units"
)

func ptr[T any](v T) *T { return &v }

// describe is what a process can tell of itself; PIDs, times and inode numbers are left out.
const describe = `
umask; pwd; nice; cat /proc/self/oom_score_adj /proc/self/coredump_filter /proc/$$/timerslack_ns /proc/$$/personality
grep -E '^(Uid|Gid|Groups|Umask|SigBlk|SigIgn|SigCgt|Cap|NoNewPrivs|Seccomp|Cpus_allowed_list|State)' /proc/self/status
cut -d' ' -f5,6 /proc/$$/stat | sed "s/$$/own/g"
grep -v '^Max resident' /proc/self/limits
for f in /proc/$$/fd/*; do [ $f = /proc/$$/fd/255 ] || echo "$(basename $f) $(readlink $f | sed 's/\[[0-9]*\]//')"; done
(command -v chrt >/dev/null && chrt -p $$; command -v ionice >/dev/null && ionice -p $$) | sed "s/$$/own/g"
tr '\0' '\n' </proc/$$/environ | sed "s/=$$\$/=own/" | sort
cat /proc/keys 2>/dev/null | wc -l >/dev/null
`

// TestBothPathsMakeTheSameProcess holds the fast path and the shim against each other, setting by setting.
func TestBothPathsMakeTheSameProcess(t *testing.T) {
	root := os.Getuid() == 0
	data := filepath.Join(t.TempDir(), "input")
	if err := os.WriteFile(data, []byte("hello\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	for name, row := range map[string]struct {
		root   bool
		change func(*units.ExecSettings)
		want   []string
	}{
		"nothing set": {false, nil, []string{"0022\n/\n", "SigIgn:\t0000000000001000", "SigBlk:\t0000000000000000", "own own",
			"Max open files            1024 "}},
		"umask":   {false, func(x *units.ExecSettings) { x.UMask = 0o137 }, []string{"0137\n"}},
		"sigpipe": {false, func(x *units.ExecSettings) { x.IgnoreSIGPIPE = false }, []string{"SigIgn:\t0000000000000000"}},
		"limits": {false, func(x *units.ExecSettings) {
			x.LimitNOFILE = &units.ResourceLimit{Soft: 100, Hard: 200}
			x.LimitCORE = &units.ResourceLimit{}
			x.LimitFSIZE = &units.ResourceLimit{Soft: 1 << 20, Hard: 1 << 20}
			x.LimitCPU = &units.ResourceLimit{Soft: 60, Hard: 60}
			x.LimitSTACK = &units.ResourceLimit{Soft: 4 << 20, Hard: 8 << 20}
			x.LimitNPROC = &units.ResourceLimit{Soft: 999, Hard: 999}
			x.LimitRTTIME = &units.ResourceLimit{Soft: 500000, Hard: 500000}
		}, []string{"Max open files            100                  200", "Max realtime timeout      500000",
			"Max core file size        0                    0"}},
		"scheduling": {false, func(x *units.ExecSettings) {
			x.Nice, x.OOMScoreAdjust, x.CPUSchedulingPolicy = ptr(7), ptr(321), ptr(3)
			x.IOSchedulingClass, x.TimerSlackNSec, x.CoredumpFilter = ptr(3), ptr(uint64(123456)), ptr(units.CoredumpFilter(0x13))
			x.CPUAffinity = []int{0}
		}, []string{"\n7\n321\n00000013\n", "Cpus_allowed_list:\t0\n", "SCHED_BATCH", "idle"}},
		"personality":       {false, func(x *units.ExecSettings) { x.Personality = "x86-64" }, []string{"\n00000000\n"}},
		"no new privileges": {false, func(x *units.ExecSettings) { x.NoNewPrivileges = true }, []string{"NoNewPrivs:\t1"}},
		"directory":         {false, func(x *units.ExecSettings) { x.WorkingDirectory.Path = "/usr" }, []string{"0022\n/usr\n"}},
		"missing directory": {false, func(x *units.ExecSettings) { x.WorkingDirectory = units.WorkingDirectory{Path: "/no", Optional: true} }, []string{"0022\n/\n"}},
		"input from a file": {false, func(x *units.ExecSettings) { x.StandardInput = units.Stdio{Kind: units.StdioFile, Arg: data} }, []string{"0 " + data}},
		"input from text":   {false, func(x *units.ExecSettings) { x.StandardInputData = []byte("x\n") }, []string{"0 /memfd:stdin"}},
		"environment":       {false, func(x *units.ExecSettings) { x.Environment = []string{"A=1", "LANG=x"} }, []string{"\nA=1\n", "LANG=x", "SYSTEMD_EXEC_PID=own"}},
		"search path":       {false, func(x *units.ExecSettings) { x.ExecSearchPath = []string{"/bin", "/usr/bin"} }, []string{"PATH=/bin:/usr/bin"}},
		"user":              {true, func(x *units.ExecSettings) { x.User = "games" }, []string{"Uid:\t5\t5\t5\t5", "Gid:\t60\t60\t60\t60", "CapEff:\t0000000000000000", "USER=games", "HOME=/usr/games", "LOGNAME=games"}},
		"user and groups": {true, func(x *units.ExecSettings) {
			x.User, x.Group, x.SupplementaryGroups = "5", "8", []string{"news", "daemon"}
		}, []string{"Gid:\t8\t8\t8\t8", "Groups:\t1 8 9"}},
		"group alone":        {true, func(x *units.ExecSettings) { x.Group = "mail" }, []string{"Uid:\t0\t0", "Gid:\t8\t8"}},
		"bounding set":       {true, func(x *units.ExecSettings) { x.CapabilityBoundingSet = units.CapabilitySet{Mask: 0x421, Set: true} }, []string{"CapBnd:\t0000000000000421", "CapEff:\t0000000000000421"}},
		"empty bounding set": {true, func(x *units.ExecSettings) { x.CapabilityBoundingSet.Set = true }, []string{"CapBnd:\t0000000000000000", "CapPrm:\t0000000000000000"}},
		"ambient": {true, func(x *units.ExecSettings) {
			x.User = "games"
			x.CapabilityBoundingSet = units.CapabilitySet{Mask: 0x5c1, Set: true}
			x.AmbientCapabilities = units.CapabilitySet{Mask: 0x400, Set: true}
		}, []string{"CapInh:\t0000000000000400", "CapPrm:\t0000000000000400", "CapEff:\t0000000000000400", "CapBnd:\t00000000000005c1", "CapAmb:\t0000000000000400"}},
		"securebits":   {true, func(x *units.ExecSettings) { x.User, x.SecureBits = "games", 3 }, []string{"Uid:\t5"}},
		"keyring":      {false, func(x *units.ExecSettings) { x.KeyringMode = "private" }, nil},
		"dynamic user": {true, func(x *units.ExecSettings) { x.DynamicUser = true }, []string{"USER=t", "LOGNAME=t"}},
	} {
		t.Run(name, func(t *testing.T) {
			if row.root && !root {
				t.Skip("needs root to change users and drop capabilities")
			}
			var got [2]string
			for i, viaShim := range []bool{false, true} {
				b := newBench(t, viaShim)
				got[i] = b.shell(row.change, describe)
			}
			if got[0] != got[1] {
				t.Errorf("the fast path and the shim differ:\n%s", difference(got[0], got[1]))
			}
			for _, want := range row.want {
				if !strings.Contains(got[0], want) {
					t.Errorf("%q is missing in\n%s", want, got[0])
				}
			}
		})
	}
}

// difference lists the lines that are in one text alone.
func difference(a, b string) string {
	var out strings.Builder
	in := func(list []string) map[string]bool {
		m := map[string]bool{}
		for _, l := range list {
			m[l] = true
		}
		return m
	}
	la, lb := strings.Split(a, "\n"), strings.Split(b, "\n")
	ma, mb := in(la), in(lb)
	for _, l := range la {
		if !mb[l] {
			fmt.Fprintf(&out, "fast: %s\n", l)
		}
	}
	for _, l := range lb {
		if !ma[l] {
			fmt.Fprintf(&out, "shim: %s\n", l)
		}
	}
	return out.String()
}

// A process that cannot be set up ends with the status of the step (systemd.exec(5), "Process Exit Codes").
func TestFailuresHaveTheStatusOfTheirStep(t *testing.T) {
	bothPaths(t, func(t *testing.T, b *bench) {
		for name, row := range map[string]struct {
			change func(*units.ExecSettings)
			path   string
			want   int
		}{
			"missing program":    {nil, "/no/such", 203},
			"not executable":     {nil, "/etc/passwd", 203},
			"missing bare name":  {nil, "no-such-program", 203},
			"missing directory":  {func(x *units.ExecSettings) { x.WorkingDirectory.Path = "/no" }, "/bin/true", 200},
			"unknown user":       {func(x *units.ExecSettings) { x.User = "nobody-knows" }, "/bin/true", 217},
			"unknown number":     {func(x *units.ExecSettings) { x.User = "4711" }, "/bin/true", 217},
			"unknown group":      {func(x *units.ExecSettings) { x.Group = "nobody-knows" }, "/bin/true", 216},
			"missing input":      {func(x *units.ExecSettings) { x.StandardInput = units.Stdio{Kind: units.StdioFile, Arg: "/no/x"} }, "/bin/true", 208},
			"bad output":         {func(x *units.ExecSettings) { x.StandardOutput = units.Stdio{Kind: units.StdioFile, Arg: "/no/x"} }, "/bin/true", 209},
			"bad error":          {func(x *units.ExecSettings) { x.StandardError = units.Stdio{Kind: units.StdioAppend, Arg: "/no/x"} }, "/bin/true", 222},
			"missing fd":         {func(x *units.ExecSettings) { x.StandardInput = units.Stdio{Kind: units.StdioFD, Arg: "x"} }, "/bin/true", 208},
			"missing credential": {func(x *units.ExecSettings) { x.LoadCredential = []units.Credential{{Name: "a", Path: "/no/x"}} }, "/bin/true", 243},
			"impossible limit":   {func(x *units.ExecSettings) { x.LimitCPU = &units.ResourceLimit{Soft: 9, Hard: 3} }, "/bin/true", 205},
			"bind mount":         {func(x *units.ExecSettings) { x.BindPaths = []units.BindMount{{Source: "/a", Destination: "/b"}} }, "/bin/true", 226},
			"no such cpu":        {func(x *units.ExecSettings) { x.CPUAffinity = []int{1000} }, "/bin/true", 215},
		} {
			u := service(row.change)
			_, status := b.run(spawnOf(u, row.path))
			if status.ExitStatus() != row.want {
				t.Errorf("%s: exit status %d, want %d", name, status.ExitStatus(), row.want)
			}
		}
	})
}

// What a container refuses does not keep a service from starting.
func TestRefusalsAreSaidOnce(t *testing.T) {
	bothPaths(t, func(t *testing.T, b *bench) {
		u := service(func(x *units.ExecSettings) { x.OOMScoreAdjust = ptr(5) })
		for range 2 {
			if _, status := b.run(spawnOf(u, "/bin/true")); status.ExitStatus() != 0 {
				t.Errorf("exit status %d", status.ExitStatus())
			}
		}
		b.refusal("t.service", "Nice", unix.EPERM)
		b.refusal("t.service", "Nice", unix.EPERM)
		b.mu.Lock()
		defer b.mu.Unlock()
		if len(b.logged) != 1 || !strings.Contains(b.logged[0], "Nice=") {
			t.Errorf("logged %q", b.logged)
		}
	})
}

// The request to the shim is the same list of calls after it has been through the pipe.
func TestCallsSurviveTheirEncoding(t *testing.T) {
	want := []call{sys(stepLimits, "LimitCPU", 302, ^uintptr(0)).pointing(2, words(1, 2)).soft()}
	text, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	var got []call
	if err := json.Unmarshal(text, &got); err != nil {
		t.Fatal(err)
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
