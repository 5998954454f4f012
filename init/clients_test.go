package pid1

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	systemd "github.com/coreos/go-systemd/v22/dbus"
	"github.com/godbus/dbus/v5"
	"golang.org/x/sys/unix"
)

// goClient is a program that uses go-systemd, connected to the private socket of a container's PID 1 as
// NewSystemdConnectionContext or NewUserConnectionContext would connect from within.
type goClient struct {
	*systemd.Conn
	t *testing.T
	c *container
	// raw is a third connection, for what go-systemd has no method for.
	raw *dbus.Conn
	ctx context.Context
}

func (c *container) goClient() *goClient {
	c.t.Helper()
	return c.goClientAt(controlPath)
}

// goClientAt is goClient for a socket in another place, as that of a user's manager is.
func (c *container) goClientAt(path string) *goClient {
	c.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), storyWait)
	c.t.Cleanup(cancel)
	socket := fmt.Sprintf("unix:path=/proc/%d/root%s", c.cmd.Process.Pid, path)
	dial := func() (*dbus.Conn, error) {
		conn, err := dbus.Dial(socket, dbus.WithContext(ctx))
		if err == nil {
			err = conn.Auth([]dbus.Auth{dbus.AuthExternal(strconv.Itoa(os.Getuid()))})
		}
		return conn, err
	}
	conn, err := systemd.NewConnection(dial)
	if err != nil {
		c.t.Fatal(err)
	}
	c.t.Cleanup(conn.Close)
	raw, err := dial()
	if err != nil {
		c.t.Fatal(err)
	}
	c.t.Cleanup(func() { raw.Close() })
	return &goClient{Conn: conn, t: c.t, c: c, raw: raw, ctx: ctx}
}

// job queues a job and waits for its end.
func (g *goClient) job(want string, queue func(chan<- string) (int, error)) {
	g.t.Helper()
	done := make(chan string, 1)
	if _, err := queue(done); err != nil {
		g.t.Fatal(err)
	}
	g.result(done, want)
}

func (g *goClient) result(done <-chan string, want string) {
	g.t.Helper()
	select {
	case got := <-done:
		if got != want {
			g.t.Fatalf("the job is %s, want %s", got, want)
		}
	case <-g.ctx.Done():
		g.t.Fatal("the job has never ended")
	}
}

func (g *goClient) start(name string) {
	g.t.Helper()
	g.job("done", func(done chan<- string) (int, error) { return g.StartUnitContext(g.ctx, name, "replace", done) })
}

func (g *goClient) stop(name string) {
	g.t.Helper()
	g.job("done", func(done chan<- string) (int, error) { return g.StopUnitContext(g.ctx, name, "replace", done) })
}

// unit is how a unit stands: "LOAD ACTIVE SUB".
func (g *goClient) unit(name string) string {
	g.t.Helper()
	list, err := g.ListUnitsByNamesContext(g.ctx, []string{name})
	if err != nil || len(list) != 1 {
		g.t.Fatalf("cannot list %s: %v %v", name, list, err)
	}
	return list[0].LoadState + " " + list[0].ActiveState + " " + list[0].SubState
}

// becomes waits until a unit stands so.
func (g *goClient) becomes(name, want string) {
	g.t.Helper()
	for end := time.Now().Add(storyWait); g.unit(name) != want; time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			g.t.Fatalf("%s is %s, want %s", name, g.unit(name), want)
		}
	}
}

func (g *goClient) property(name, unitType, property string) any {
	g.t.Helper()
	p, err := g.GetUnitTypePropertyContext(g.ctx, name, unitType, property)
	if err != nil {
		g.t.Fatalf("%s of %s: %v", property, name, err)
	}
	return p.Value.Value()
}

// refused checks the name and the message of an error.
func (g *goClient) refused(err error, name, message string) {
	g.t.Helper()
	var e dbus.Error
	if !errors.As(err, &e) || e.Name != name || e.Error() != message {
		g.t.Errorf("%v, want %s: %s", err, name, message)
	}
}

// manage calls a method of the manager's object that go-systemd does not have.
func (g *goClient) manage(method string, args ...any) *dbus.Call {
	return g.raw.Object("org.freedesktop.systemd1", "/org/freedesktop/systemd1").
		CallWithContext(g.ctx, "org.freedesktop.systemd1.Manager."+method, 0, args...)
}

// exists looks for a file in the container.
func (g *goClient) exists(file string) bool {
	_, err := os.Lstat(path.Join(fmt.Sprintf("/proc/%d/root", g.c.cmd.Process.Pid), file))
	return err == nil
}

const clientUnits = `
-- story.target --
[Unit]
DefaultDependencies=no
-- /etc/systemd/system/a.service --
[Unit]
Description=Sleeper
DefaultDependencies=no
[Service]
ExecStart=/bin/sleep 1000
ExecReload=/bin/true
-- /etc/systemd/system/forks.service --
[Unit]
DefaultDependencies=no
[Service]
KillMode=process
ExecStart=/bin/sh -c '/bin/sleep 1000 & exec /bin/sleep 1000'
-- /etc/systemd/system/slow.service --
[Unit]
DefaultDependencies=no
[Service]
Type=notify
ExecStart=/bin/sleep 1000
-- /etc/systemd/system/behind.service --
[Unit]
DefaultDependencies=no
After=slow.service
[Service]
ExecStart=/bin/sleep 1000
-- /etc/systemd/system/manual.service --
[Unit]
RefuseManualStart=yes
DefaultDependencies=no
[Service]
ExecStart=/bin/sleep 1000
-- /etc/systemd/system/keeps.service --
[Unit]
DefaultDependencies=no
[Service]
Type=oneshot
ExecStart=/bin/sh -c 'echo x >$STATE_DIRECTORY/x'
StateDirectory=keeps
RemainAfterExit=yes
`

// A program that uses go-systemd starts, lists, restarts, signals and stops units.
func TestGoClientControlsUnits(t *testing.T) {
	c := boot(t, story{units: clientUnits})
	c.is("story.target", "active")
	g := c.goClient()
	g.start("a.service")
	if got := g.unit("a.service"); got != "loaded active running" {
		t.Errorf("after the start a.service is %s", got)
	}
	list, err := g.ListUnitsByPatternsContext(g.ctx, []string{"active"}, []string{"a.*", "slow.*"})
	if err != nil || len(list) != 1 || list[0].Name != "a.service" || list[0].Description != "Sleeper" {
		t.Errorf("units by pattern: %v, %v", list, err)
	}
	all, err := g.ListUnitsContext(g.ctx)
	if err != nil || !slices.ContainsFunc(all, func(u systemd.UnitStatus) bool { return u.Name == "story.target" }) {
		t.Errorf("all units: %v, %v", all, err)
	}
	first := g.property("a.service", "Service", "MainPID").(uint32)
	if name, err := g.GetUnitNameByPID(g.ctx, first); err != nil || name != "a.service" {
		t.Errorf("process %d is of %q: %v", first, name, err)
	}
	g.job("done", func(done chan<- string) (int, error) {
		return g.RestartUnitContext(g.ctx, "a.service", "replace", done)
	})
	second := g.property("a.service", "Service", "MainPID").(uint32)
	if first == second || second == 0 {
		t.Errorf("the restart has left main process %d", second)
	}
	g.job("done", func(done chan<- string) (int, error) { return g.ReloadUnitContext(g.ctx, "a.service", "replace", done) })
	if err := g.KillUnitWithTarget(g.ctx, "a.service", systemd.Main, int32(unix.SIGKILL)); err != nil {
		t.Error(err)
	}
	g.becomes("a.service", "loaded failed failed")
	if got := g.property("a.service", "Service", "Result"); got != "signal" {
		t.Errorf("its result is %v", got)
	}
	if err := g.ResetFailedUnitContext(g.ctx, "a.service"); err != nil {
		t.Error(err)
	}
	g.start("a.service")
	if err := g.SetUnitPropertiesContext(g.ctx, "a.service", true, systemd.Property{Name: "CPUWeight", Value: dbus.MakeVariant(uint64(20))}); err != nil {
		t.Error(err)
	}
	if got := g.property("a.service", "Service", "CPUWeight"); got != uint64(20) {
		t.Errorf("its CPUWeight is %v", got)
	}
	if !g.exists("/run/systemd/system.control/a.service.d/50-CPUWeight.conf") {
		t.Error("the drop-in is not there")
	}
	g.stop("a.service")
	if err := g.ReloadContext(g.ctx); err != nil {
		t.Error(err)
	}
	state, err := g.SystemStateContext(g.ctx)
	if err != nil || state.Value.Value() != "running" {
		t.Errorf("the system is %v: %v", state, err)
	}
	c.signal(unix.SIGTERM)
	c.ends(0)
}

// What is refused is refused by the names and words of systemd.
func TestGoClientIsRefused(t *testing.T) {
	c := boot(t, story{units: clientUnits, links: map[string]string{"masked.service": "/dev/null"}})
	c.is("story.target", "active")
	g := c.goClient()
	for _, r := range []struct{ unit, name, message string }{
		{"missing.service", "org.freedesktop.systemd1.NoSuchUnit", "Unit missing.service not found."},
		{"masked.service", "org.freedesktop.systemd1.UnitMasked", "Unit masked.service is masked."},
		{"manual.service", "org.freedesktop.systemd1.OnlyByDependency",
			"Operation refused, unit manual.service may be requested by dependency only (it is configured to refuse manual start/stop)."},
		{"x@.service", "org.freedesktop.DBus.Error.InvalidArgs", "Unit name x@.service is missing the instance name."},
	} {
		_, err := g.StartUnitContext(g.ctx, r.unit, "replace", nil)
		g.refused(err, r.name, r.message)
	}
	_, err := g.StartUnitContext(g.ctx, "a.service", "nonsense", nil)
	g.refused(err, "org.freedesktop.DBus.Error.InvalidArgs", "Job mode nonsense invalid")
	g.refused(g.FreezeUnit(g.ctx, "story.target"), "org.freedesktop.DBus.Error.NotSupported", "Unit 'story.target' does not support freezing.")
	for method, message := range map[string]string{"KExec": "KExec is not supported in a container."} {
		g.refused(g.manage(method).Err, "org.freedesktop.DBus.Error.NotSupported", message)
	}
	g.refused(g.manage("SwitchRoot", "/", "").Err, "org.freedesktop.DBus.Error.NotSupported", "Not in initrd, refusing switch-root operation.")
	g.refused(g.manage("UnrefUnit", "a.service").Err, "org.freedesktop.systemd1.NotReferenced", "Unit has not been referenced yet.")
	c.signal(unix.SIGTERM)
	c.ends(0)
}

// It hears of what changes.
func TestGoClientSubscribes(t *testing.T) {
	c := boot(t, story{units: clientUnits})
	c.is("story.target", "active")
	g := c.goClient()
	// The library looks at its subscribers without a lock; after Subscribe it is too late to change them.
	updates, errs := make(chan *systemd.PropertiesUpdate, 256), make(chan error, 1)
	g.SetPropertiesSubscriber(updates, errs)
	if err := g.Subscribe(); err != nil {
		t.Fatal(err)
	}
	signals := make(chan *dbus.Signal, 256)
	g.raw.Signal(signals)
	g.start("a.service")
	for {
		var u *systemd.PropertiesUpdate
		select {
		case u = <-updates:
		case err := <-errs:
			t.Fatal(err)
		case <-g.ctx.Done():
			t.Fatal("nothing was heard of a.service")
		}
		if u.UnitName == "a.service" && u.Changed["ActiveState"].Value() == "active" {
			break
		}
	}
	g.stop("a.service")
	want := []string{"UnitNew a.service", "JobNew a.service", "JobRemoved a.service done", "JobNew a.service", "JobRemoved a.service done", "UnitRemoved a.service"}
	for len(want) > 0 {
		select {
		case s := <-signals:
			got := s.Name[strings.LastIndexByte(s.Name, '.')+1:]
			for _, v := range s.Body {
				if text, ok := v.(string); ok {
					got += " " + text
				}
			}
			if got == want[0] {
				want = want[1:]
			}
		case <-g.ctx.Done():
			t.Fatalf("never heard of: %v", want)
		}
	}
	c.signal(unix.SIGTERM)
	c.ends(0)
}

// It runs transient services, scopes and timers.
func TestGoClientRunsTransientUnits(t *testing.T) {
	c := boot(t, story{units: clientUnits})
	c.is("story.target", "active")
	g := c.goClient()
	none := systemd.Property{Name: "DefaultDependencies", Value: dbus.MakeVariant(false)}
	g.job("done", func(done chan<- string) (int, error) {
		return g.StartTransientUnitContext(g.ctx, "run.service", "fail", []systemd.Property{
			systemd.PropExecStart([]string{"/bin/sleep", "1000"}, false), systemd.PropDescription("A 50% \"sleep\""), none,
			{Name: "Environment", Value: dbus.MakeVariant([]string{"A=b c", "B=%n"})},
			{Name: "TimeoutStopUSec", Value: dbus.MakeVariant(uint64(5_000_000))},
			{Name: "KillSignal", Value: dbus.MakeVariant(int32(unix.SIGINT))},
		}, done)
	})
	for property, want := range map[string]any{"Description": `A 50% "sleep"`, "Transient": true, "UnitFileState": "transient", "FragmentPath": "/run/systemd/transient/run.service"} {
		if got := g.property("run.service", "Unit", property); got != want {
			t.Errorf("its %s is %v, want %v", property, got, want)
		}
	}
	for property, want := range map[string]any{"TimeoutStopUSec": uint64(5_000_000), "Environment": []string{"A=b c", "B=%n"}} {
		if got := g.property("run.service", "Service", property); fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("its %s is %v, want %v", property, got, want)
		}
	}
	_, err := g.StartTransientUnitContext(g.ctx, "run.service", "fail", []systemd.Property{systemd.PropExecStart([]string{"/bin/true"}, false)}, nil)
	g.refused(err, "org.freedesktop.systemd1.UnitExists", "Unit run.service was already loaded or has a fragment file.")
	_, err = g.StartTransientUnitContext(g.ctx, "other.service", "fail", []systemd.Property{{Name: "Nonsense", Value: dbus.MakeVariant("x")}}, nil)
	g.refused(err, "org.freedesktop.DBus.Error.PropertyReadOnly", "Cannot set property Nonsense, or unknown property.")
	if err := g.ReloadContext(g.ctx); err != nil {
		t.Error(err)
	}
	if got := g.unit("run.service"); got != "loaded active running" {
		t.Errorf("after a daemon-reload run.service is %s", got)
	}
	g.stop("run.service")
	if g.exists("/run/systemd/transient/run.service") {
		t.Error("the file of a unit that is gone is still there")
	}

	// A process that another service has left behind becomes a scope, which ends with it.
	g.start("forks.service")
	main := g.property("forks.service", "Service", "MainPID").(uint32)
	var child uint32
	for end := time.Now().Add(storyWait); child == 0 && time.Now().Before(end); { // until the shell has forked it
		for _, pid := range g.processes("forks.service") {
			if pid != main {
				child = pid
			}
		}
	}
	g.job("done", func(done chan<- string) (int, error) {
		return g.StartTransientUnitContext(g.ctx, "run.scope", "fail", []systemd.Property{systemd.PropPids(child), none}, done)
	})
	if got := g.processes("run.scope"); len(got) != 1 || got[0] != child {
		t.Errorf("the scope has processes %v, want %d", got, child)
	}
	g.stop("forks.service")
	if got := g.unit("run.scope"); got != "loaded active running" {
		t.Errorf("run.scope is %s", got)
	}
	if err := g.KillUnitWithTarget(g.ctx, "run.scope", systemd.All, int32(unix.SIGKILL)); err != nil {
		t.Error(err)
	}
	g.becomes("run.scope", "not-found inactive dead")

	// A timer brings along the service that it starts.
	g.job("done", func(done chan<- string) (int, error) {
		return g.StartTransientUnitAux(g.ctx, "later.timer", "fail", []systemd.Property{
			{Name: "TimersMonotonic", Value: dbus.MakeVariant([]struct {
				Base string
				Span uint64
			}{{"OnActiveSec", 1}})},
			{Name: "AccuracyUSec", Value: dbus.MakeVariant(uint64(1))},
			{Name: "RemainAfterElapse", Value: dbus.MakeVariant(false)}, none,
		}, []systemd.PropertyCollection{{Name: "later.service", Properties: []systemd.Property{
			systemd.PropExecStart([]string{"/bin/sh", "-c", "echo later has run"}, false), none}}}, done)
	})
	c.shows("later has run")
	g.becomes("later.timer", "not-found inactive dead")
	g.becomes("later.service", "not-found inactive dead")
	c.signal(unix.SIGTERM)
	c.ends(0)
}

// processes are those of a unit.
func (g *goClient) processes(unit string) (pids []uint32) {
	g.t.Helper()
	var rows []struct {
		Group   string
		PID     uint32
		Command string
	}
	if err := g.manage("GetUnitProcesses", unit).Store(&rows); err != nil {
		g.t.Fatal(err)
	}
	for _, row := range rows {
		pids = append(pids, row.PID)
	}
	return pids
}

// It sees jobs that wait, and cancels one.
func TestGoClientCancelsJobs(t *testing.T) {
	c := boot(t, story{units: clientUnits})
	c.is("story.target", "active")
	g := c.goClient()
	slow, behind := make(chan string, 1), make(chan string, 1)
	slowID, err := g.StartUnitContext(g.ctx, "slow.service", "replace", slow)
	if err != nil {
		t.Fatal(err)
	}
	behindID, err := g.StartUnitContext(g.ctx, "behind.service", "replace", behind)
	if err != nil {
		t.Fatal(err)
	}
	jobs, err := g.ListJobsContext(g.ctx)
	if err != nil || len(jobs) != 2 || jobs[0].Id != uint32(slowID) || jobs[0].Status != "running" || jobs[1].Status != "waiting" {
		t.Errorf("the jobs are %v: %v", jobs, err)
	}
	var after []struct {
		ID                uint32
		Unit, Type, State string
		Path, UnitPath    dbus.ObjectPath
	}
	if err := g.manage("GetJobAfter", uint32(behindID)).Store(&after); err != nil || len(after) != 1 || after[0].Unit != "slow.service" {
		t.Errorf("behind.service waits for %v: %v", after, err)
	}
	if err := g.manage("CancelJob", uint32(slowID)).Err; err != nil {
		t.Error(err)
	}
	g.result(slow, "canceled")
	g.result(behind, "done")
	g.refused(g.manage("CancelJob", uint32(slowID)).Err, "org.freedesktop.systemd1.NoSuchJob", fmt.Sprintf("Job %d does not exist.", slowID))
	c.signal(unix.SIGTERM)
	c.ends(0)
}

// What it sets for all services reaches those that start afterwards; what a unit keeps can be removed; a reference
// ends with the connection that has it.
func TestGoClientAndTheManager(t *testing.T) {
	c := boot(t, story{units: clientUnits})
	c.is("story.target", "active")
	g := c.goClient()
	if err := g.manage("SetEnvironment", []string{"FROM_CLIENT=yes"}).Err; err != nil {
		t.Error(err)
	}
	g.refused(g.manage("SetEnvironment", []string{"A B=c"}).Err, "org.freedesktop.DBus.Error.InvalidArgs", "Invalid environment assignments")
	says := func() {
		t.Helper()
		g.job("done", func(done chan<- string) (int, error) {
			return g.StartTransientUnitContext(g.ctx, "env.service", "fail", []systemd.Property{
				systemd.PropExecStart([]string{"/bin/sh", "-c", "echo from client: ${FROM_CLIENT:-nothing}"}, false), systemd.PropType("oneshot"),
				{Name: "DefaultDependencies", Value: dbus.MakeVariant(false)}}, done)
		})
	}
	says()
	c.shows("from client: yes")
	if err := g.manage("UnsetEnvironment", []string{"FROM_CLIENT"}).Err; err != nil {
		t.Error(err)
	}
	says()
	c.shows("from client: nothing")

	g.start("keeps.service")
	if !g.exists("/var/lib/keeps/x") {
		t.Fatal("the service has kept nothing")
	}
	g.refused(g.manage("CleanUnit", "keeps.service", []string{"state"}).Err, "org.freedesktop.systemd1.UnitBusy", "Unit is not inactive or has pending job.")
	g.stop("keeps.service")
	if err := g.manage("CleanUnit", "keeps.service", []string{"state"}).Err; err != nil {
		t.Error(err)
	}
	g.becomes("keeps.service", "loaded inactive dead")
	if g.exists("/var/lib/keeps") {
		t.Error("what the service has kept is still there")
	}

	if err := g.manage("RefUnit", "slow.service").Err; err != nil {
		t.Error(err)
	}
	held := func() bool {
		list, err := g.ListUnitsByPatternsContext(g.ctx, nil, []string{"slow.service"})
		return err == nil && len(list) == 1
	}
	if !held() {
		t.Error("the unit is not kept for who refers to it")
	}
	g.raw.Close()
	for end := time.Now().Add(storyWait); held(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("the unit is kept for who is gone")
		}
	}
	c.signal(unix.SIGTERM)
	c.ends(0)
}
