package units

import (
	"bytes"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// genuineSystemd is the manager whose graph ours is held against where it is installed. It only reads units and
// prints what it has made of them (--test).
const genuineSystemd = "/lib/systemd/systemd"

// dumped is one unit of systemd's dump.
type dumped struct {
	state LoadState
	deps  map[Dependency][]string
	text  map[string][]string // all else, by the names of the dump
}

// systemdGraph has the genuine systemd load a unit and all that it pulls in, and tells what it complained of.
func systemdGraph(t *testing.T, dir, unit string) (units map[string]*dumped, problems string) {
	t.Helper()
	argv := []string{genuineSystemd, "--test", "--system", "--unit=" + unit}
	if os.Getuid() == 0 { // it refuses to be tested by root
		argv = append([]string{"setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"}, argv...)
	}
	c := exec.Command(argv[0], argv[1:]...)
	c.Env = []string{"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "SYSTEMD_UNIT_PATH=" + dir, "LC_ALL=C"}
	var said bytes.Buffer
	c.Stderr = &said
	out, err := c.Output()
	if units = parseDump(string(out)); len(units) == 0 {
		t.Fatalf("cannot have systemd load %s: %v\n%s", unit, err, said.String())
	}
	return units, said.String()
}

func parseDump(text string) map[string]*dumped {
	all := map[string]*dumped{}
	var u *dumped
	for line := range strings.Lines(text) {
		if name, ok := strings.CutPrefix(line, "\t-> Unit "); ok {
			u = &dumped{deps: map[Dependency][]string{}, text: map[string][]string{}}
			all[strings.TrimSuffix(strings.TrimSpace(name), ":")] = u
			continue
		}
		if !strings.HasPrefix(line, "\t\t") || u == nil {
			u = nil // the jobs come after the units
			continue
		}
		key, value, _ := strings.Cut(strings.TrimSpace(line), ": ")
		switch {
		case key == "Unit Load State":
			u.state = LoadState(value)
		case inverses[Dependency(key)] != "":
			name, _, _ := strings.Cut(value, " ")
			u.deps[Dependency(key)] = append(u.deps[Dependency(key)], name)
		default:
			u.text[key] = append(u.text[key], value)
		}
	}
	return all
}

// differentialUnits are units whose graph is held against systemd's: what packages do, and what is unusual.
// Files are added to /, a name that ends in "->X" is a link to X.
var differentialUnits = map[string]string{
	"all.target": "[Unit]\nDefaultDependencies=no\nWants=plain.service dbus-kind.service early.service notifying.service sandboxed.service",
	"all.target.wants/web@a.service->../web@.service": "",
	"all.target.wants/linked.service->/nowhere":       "",
	"all.target.d/more.conf": "[Unit]\nWants=sock.socket acc.socket clock.timer watch.path data.mount data.automount my-deep.slice multi.target " +
		"dead.service masked.service garbage.service failing.service helped.service looks.service empty.service late.timer alias.service bus@1.service",
	"plain.service":     "[Service]\nExecStart=/bin/true",
	"early.service":     "[Unit]\nDefaultDependencies=no\nBefore=sysinit.target shutdown.target\nConflicts=shutdown.target\n[Service]\nType=oneshot\nExecStart=/bin/true\nRemainAfterExit=yes",
	"dbus-kind.service": "[Service]\nBusName=org.example.X\nExecStart=/bin/true",
	"notifying.service": "[Unit]\nAfter=network.target remote-fs.target nss-lookup.target time-sync.target\nWants=network-online.target\nBindsTo=plain.service\n" +
		"[Service]\nType=notify\nExecStart=/bin/true\nWorkingDirectory=/srv/x\nRuntimeDirectory=notifying\nStandardOutput=null\nStandardError=null",
	"sandboxed.service":             "[Service]\nExecStart=/bin/true\nWorkingDirectory=/var/lib/x\nStateDirectory=a b/c\nLogsDirectory=l\nCacheDirectory=c\nSlice=my-deep.slice",
	"web@.service":                  "[Unit]\nDescription=Web %i\nAfter=web@.target helper@%i.service\nPartOf=web.target\nWants=helper@.service\n[Service]\nExecStart=/bin/true %i",
	"helper@.service":               "[Unit]\nStopWhenUnneeded=yes\n[Service]\nExecStart=/bin/true\nSockets=sock.socket",
	"web@a.service.d/10.conf":       "[Unit]\nRequisite=plain.service\nAfter=\nWants=\n",
	"web@.service.d/10.conf":        "[Unit]\nRequires=early.service",
	"web@.service.d/20.conf":        "[Unit]\nUpholds=early.service",
	"service.d/30.conf":             "[Unit]\nOnFailure=helped.service",
	"linked.service":                "[Service]\nExecStart=/bin/true\n[Install]\nAlias=other.service",
	"sock.socket":                   "[Socket]\nListenStream=/run/sock/s\nListenDatagram=127.0.0.1:5\nService=plain.service",
	"acc.socket":                    "[Socket]\nListenStream=/run/acc\nAccept=yes\nExecStartPre=/bin/true",
	"acc@.service":                  "[Service]\nExecStart=/bin/true\nStandardInput=socket",
	"clock.timer":                   "[Timer]\nOnCalendar=daily\nPersistent=yes\nUnit=plain.service",
	"late.timer":                    "[Unit]\nDefaultDependencies=no\n[Timer]\nOnBootSec=1h",
	"late.service":                  "[Service]\nType=oneshot\nExecStart=/bin/true",
	"watch.path":                    "[Path]\nPathChanged=/var/spool/w/x\nMakeDirectory=yes",
	"watch.service":                 "[Service]\nType=oneshot\nExecStart=/bin/true",
	"data.mount":                    "[Mount]\nWhat=server:/x\nWhere=/data\nType=nfs",
	"data.automount":                "[Automount]\nWhere=/data",
	"my-deep.slice":                 "[Unit]\nDescription=x",
	"multi.target":                  "[Unit]\nRequires=basic.target\nAfter=plain.service\nConflicts=rescue.target\nWants=dead.service early.service\nAllowIsolate=yes",
	"dead.service":                  "[Service]\nExecStart=relative/path",
	"masked.service->/dev/null":     "",
	"garbage.service":               "junk\n[Service\nExecStart=/bin/true",
	"failing.service":               "[Unit]\nOnFailure=helped.service\nOnSuccess=plain.service\nPropagatesStopTo=plain.service\nReloadPropagatedFrom=plain.service\nJoinsNamespaceOf=plain.service\n[Service]\nExecStart=/bin/true\nExecStart=/bin/false",
	"helped.service":                "[Unit]\nJoinsNamespaceOf=plain.service\nRequiresMountsFor=/data/deep /tmp\n[Service]\nType=oneshot\nExecStart=/bin/true",
	"looks.service":                 "[Unit]\nAfter=nothing-of-this.service\nBefore=all.target\nWants=gone.service\nRequires=gone.socket\n[Service]\nExecStart=/bin/true",
	"empty.service":                 "",
	"alias.service->linked.service": "",
	"bus@.service->web@.service":    "",
	"sysinit.target":                "[Unit]\nDescription=x\nConflicts=emergency.service", "basic.target": "[Unit]\nRequires=sysinit.target\nWants=sockets.target timers.target paths.target slices.target\nAfter=sysinit.target sockets.target paths.target slices.target",
	"shutdown.target": "[Unit]\nDefaultDependencies=no", "umount.target": "[Unit]\nDefaultDependencies=no",
	"sockets.target": "[Unit]\n", "timers.target": "[Unit]\n", "paths.target": "[Unit]\nDefaultDependencies=no", "slices.target": "[Unit]\n",
	"network.target": "[Unit]\nAfter=network-pre.target\nRefuseManualStart=yes", "network-online.target": "[Unit]\nAfter=network.target",
	"remote-fs.target": "[Unit]\nDefaultDependencies=no", "local-fs.target": "[Unit]\nDefaultDependencies=no", "web.target": "[Unit]\n",
}

// The graph of units, with its default and implicit dependencies, is that of systemd.
func TestGraphAgainstSystemd(t *testing.T) {
	dir := systemdDirectory(t)
	for name, text := range differentialUnits {
		name, target, link := strings.Cut(name, "->")
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		var err error
		if link {
			err = os.Symlink(target, path)
		} else {
			err = os.WriteFile(path, []byte(text), 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	want, _ := systemdGraph(t, dir, "all.target")
	g := NewGraph(Options{Path: []string{dir}, NoBuiltin: true, NoProvided: true, Host: SystemHost{}})
	g.Load("all.target")
	for _, name := range slices.Sorted(maps.Keys(want)) {
		u := g.Get(name)
		if u == nil {
			continue // systemd also knows what is mounted here, and mount points that have no unit
		}
		if u.Name != name {
			t.Errorf("%s is an alias of %s, not for systemd", name, u.Name)
			continue
		}
		if u.State != want[name].state {
			t.Errorf("%s is %s, in systemd %s: %v", name, u.State, want[name].state, u.Err)
			continue
		}
		if u.State == Masked {
			continue // what drop-ins say of a masked unit is without effect
		}
		for kind := range inverses {
			if kind == JoinsNamespaceOf {
				continue // goes both ways only for units with namespaces of their own
			}
			ours := slices.Sorted(slices.Values(u.Deps[kind].Names()))
			theirs := slices.Sorted(slices.Values(want[name].deps[kind]))
			// What systemd knows of mounts is the machine's.
			theirs = slices.DeleteFunc(theirs, func(n string) bool { return g.Get(n) == nil || g.Get(n).State == Masked })
			ours = slices.DeleteFunc(ours, func(n string) bool { return g.Get(n).State == Masked })
			if !slices.Equal(ours, theirs) {
				t.Errorf("%s: %s=%s, in systemd %s", name, kind, ours, theirs)
			}
		}
	}
	for _, u := range g.Loaded() {
		if want[u.Name] == nil {
			t.Errorf("%s is not loaded by systemd", u.Name)
		}
	}
	if len(want) < 40 {
		t.Errorf("only %d units were compared", len(want))
	}
}

// systemdDirectory is a directory for unit files that the genuine systemd, which is no root, may read.
func systemdDirectory(t *testing.T) string {
	t.Helper()
	if _, err := os.Stat(genuineSystemd); err != nil {
		t.Skipf("there is no %s to compare with", genuineSystemd)
	}
	dir := t.TempDir()
	for _, d := range []string{dir, filepath.Dir(dir)} {
		if err := os.Chmod(d, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}
