package pid1

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
	"golang.org/x/tools/txtar"

	"pintle/supervisor"
	"pintle/units"
)

// A container boots PID 1 for a story: the test binary runs again as process 1 of namespaces of its own, on
// a root of its own in memory. It has the host's programs, read-only, and nothing else of the host, so that
// whatever PID 1 does to /tmp, /run, /etc and /dev it does to its own.
type container struct {
	t      *testing.T
	cmd    *exec.Cmd
	in     *os.File // control lines to PID 1
	out    *bufio.Reader
	done   chan struct{}
	status int

	mu      sync.Mutex
	changed sync.Cond
	log     strings.Builder
}

// storyArg0 makes the test binary be PID 1.
const storyArg0 = "pintle-story-init"

// story is how a container is started.
type story struct {
	units   string            // txtar: unit files, or absolute paths; any bytes
	files   map[string]string // the same, one by one
	links   map[string]string // symbolic links among the unit files
	notify  []byte            // the program testdata/notify, if a unit runs it
	command []string          // after "--"
	vital   []string          // [boot] vital
	budget  time.Duration     // [stop] budget; 0: the default
	stdout  *os.File          // instead of a pipe that the test reads
	env     []string
	user    bool // PID 1 runs as user 12345
	userNS  bool // PID 1 runs as user 12345 of a user namespace that maps only root besides
	closed  bool // PID 1 starts without standard streams
	rdonly  bool // the root is read-only, with memory on /run and /tmp
}

// How long a story waits for what must happen; it never waits for what only may.
const storyWait = 30 * time.Second

func boot(t *testing.T, s story) *container {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("needs root to make namespaces")
	}
	dir := t.TempDir()
	for _, f := range txtar.Parse([]byte(s.units)).Files {
		path := filepath.Join(dir, "units", f.Name)
		if strings.HasPrefix(f.Name, "/") {
			path = filepath.Join(dir, "root", f.Name)
		}
		putFile(t, path, string(f.Data))
		if strings.Contains(f.Name, "-generators/") {
			os.Chmod(path, 0o755)
		}
	}
	if s.notify != nil {
		putFile(t, filepath.Join(dir, "notify"), string(s.notify))
	}
	for name, text := range s.files {
		putFile(t, filepath.Join(dir, "root", name), text)
	}
	for name, target := range s.links {
		path := filepath.Join(dir, "units", name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(target, path); err != nil {
			t.Fatal(err)
		}
	}
	// The root is made of what is below dir, so everybody must be able to pass through it.
	os.Chmod(dir, 0o755)
	c := &container{t: t, done: make(chan struct{})}
	c.changed.L = &c.mu
	inR, inW, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	ansR, ansW, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	outR, outW, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	c.in, c.out = inW, bufio.NewReaderSize(ansR, 1<<20)
	c.cmd = exec.Command("/proc/self/exe")
	c.cmd.Args = append([]string{storyArg0, dir, strings.Join(s.vital, ","), s.budget.String(), strconv.FormatBool(s.user || s.userNS)}, s.command...)
	for name, set := range map[string]bool{"STORY_CLOSED": s.closed, "STORY_RDONLY": s.rdonly} {
		if set {
			s.env = append(s.env, name+"=1")
		}
	}
	c.cmd.Env = append([]string{"PATH=" + DefaultPath, "container=pintle-story"}, s.env...)
	c.cmd.ExtraFiles = []*os.File{inR, ansW}
	c.cmd.Stdout, c.cmd.Stderr = outW, outW
	if s.stdout != nil {
		c.cmd.Stdout = s.stdout
	}
	c.cmd.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags: unix.CLONE_NEWPID | unix.CLONE_NEWNS | unix.CLONE_NEWIPC | unix.CLONE_NEWUTS,
		Pdeathsig:  syscall.SIGKILL,
	}
	if s.userNS {
		ids := []syscall.SysProcIDMap{{ContainerID: 0, HostID: 0, Size: 1}, {ContainerID: 12345, HostID: 12345, Size: 1}}
		c.cmd.SysProcAttr.Cloneflags |= unix.CLONE_NEWUSER
		c.cmd.SysProcAttr.UidMappings, c.cmd.SysProcAttr.GidMappings = ids, ids
		c.cmd.SysProcAttr.GidMappingsEnableSetgroups = true
	}
	if err := c.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	inR.Close()
	ansW.Close()
	outW.Close()
	go c.read(outR)
	go func() {
		err := c.cmd.Wait()
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			ws := exit.Sys().(syscall.WaitStatus)
			c.status = ws.ExitStatus()
			if ws.Signaled() {
				c.status = 128 + int(ws.Signal())
			}
		}
		close(c.done)
		c.mu.Lock()
		c.changed.Broadcast()
		c.mu.Unlock()
	}()
	t.Cleanup(func() {
		c.cmd.Process.Kill()
		<-c.done
		inW.Close()
		ansR.Close()
		if t.Failed() {
			t.Logf("console:\n%s", c.console())
		}
	})
	return c
}

func (c *container) read(r *os.File) {
	defer r.Close()
	b := make([]byte, 65536)
	for {
		n, err := r.Read(b)
		c.mu.Lock()
		c.log.Write(b[:n])
		c.changed.Broadcast()
		c.mu.Unlock()
		if err != nil {
			return
		}
	}
}

// console is what has been shown so far.
func (c *container) console() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.log.String()
}

// shows waits for text on the console.
func (c *container) shows(text string) {
	c.t.Helper()
	deadline := time.AfterFunc(storyWait, func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.changed.Broadcast()
	})
	defer deadline.Stop()
	end := time.Now().Add(storyWait)
	c.mu.Lock()
	for !strings.Contains(c.log.String(), text) && time.Now().Before(end) {
		c.changed.Wait()
	}
	found := strings.Contains(c.log.String(), text)
	c.mu.Unlock()
	if !found {
		c.t.Fatalf("the console never showed %q", text)
	}
}

// awaitMore waits until the console shows more, or the container has ended, which fails the test.
func (c *container) awaitMore() {
	c.t.Helper()
	c.mu.Lock()
	before := c.log.Len()
	deadline := time.AfterFunc(storyWait, func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.changed.Broadcast()
	})
	end := time.Now().Add(storyWait)
	for c.log.Len() == before && time.Now().Before(end) && !c.over() {
		c.changed.Wait()
	}
	more := c.log.Len() > before
	c.mu.Unlock()
	deadline.Stop()
	if !more {
		c.t.Fatal("the console shows nothing more")
	}
}

// tell has PID 1's loop do something (see storyControl) and gives the answer.
func (c *container) tell(words ...string) string {
	c.t.Helper()
	fmt.Fprintln(c.in, strings.Join(words, " "))
	answer, err := c.out.ReadString('\n')
	if err != nil {
		c.t.Fatalf("PID 1 did not answer %q: %v", words, err)
	}
	return strings.TrimSuffix(answer, "\n")
}

// is waits until a unit's state is "ACTIVE SUB RESULT", or begins so.
func (c *container) is(unit, state string) {
	c.t.Helper()
	if got := c.tell("await", unit, state); !strings.HasPrefix(got, state) {
		c.t.Fatalf("%s is %q, want %q", unit, got, state)
	}
}

func (c *container) signal(sig syscall.Signal) {
	c.t.Helper()
	if err := c.cmd.Process.Signal(sig); err != nil {
		c.t.Fatal(err)
	}
}

// over tells whether the container has ended.
func (c *container) over() bool {
	select {
	case <-c.done:
		return true
	default:
		return false
	}
}

// ends waits for the end of the container.
func (c *container) ends(status int) {
	c.t.Helper()
	select {
	case <-c.done:
	case <-time.After(storyWait):
		c.t.Fatal("the container never ended")
	}
	if c.status != status {
		c.t.Fatalf("exit status %d, want %d", c.status, status)
	}
}

// storyBuild tells one build of the test binary from another, which is made by replacing this text in the file.
var storyBuild = "the first build"

// storyInit is the test binary as process 1.
func storyInit(args []string, inheritance *Inheritance) {
	fail := func(err error) {
		fmt.Fprintln(os.Stderr, "cannot prepare the story's root:", err)
		os.Exit(99)
	}
	dir := args[0]
	if inheritance == nil && os.Getenv("STORY_ROOT") == "" {
		if err := storyRoot(dir); err != nil {
			fail(err)
		}
	}
	config := DefaultConfig()
	config.Boot.Unit = "story.target"
	config.Boot.Systemd = "256" // whatever the machine has that the test runs on
	if args[1] != "" {
		config.Boot.Vital = strings.Split(args[1], ",")
	}
	if d, _ := time.ParseDuration(args[2]); d > 0 {
		config.Stop.Budget = units.Usec(d.Microseconds())
	}
	if os.Getenv("SYSTEMD_UNIT_PATH") == "" {
		os.Setenv("SYSTEMD_UNIT_PATH", "/units:/etc/systemd/system")
	}
	unix.CloseOnExec(3)
	unix.CloseOnExec(4)
	if inheritance != nil {
		os.Exit(Run(Options{Config: config, Command: args[4:], Control: storyControl, Inheritance: inheritance, Keep: []int{3, 4}}))
	}
	if place := os.Getenv("STORY_EXECUTE"); place != "" {
		fail(storyExecute(place))
	}
	if err := storyConditions(); err != nil {
		fail(err)
	}
	if args[3] == "true" {
		if err := syscall.Setgid(12345); err != nil {
			fail(err)
		}
		if err := syscall.Setuid(12345); err != nil {
			fail(err)
		}
	}
	os.Exit(Run(Options{Config: config, Command: args[4:], Control: storyControl, Keep: []int{3, 4}}))
}

// storyExecute puts the test binary at a place of the story's root and goes on from there.
func storyExecute(place string) error {
	binary, err := os.ReadFile("/proc/self/exe")
	if err != nil {
		return err
	}
	if err := os.WriteFile(place, binary, 0o755); err != nil {
		return err
	}
	if err := os.Chmod(place, 0o755); err != nil {
		return err
	}
	os.Unsetenv("STORY_EXECUTE")
	os.Setenv("STORY_ROOT", "made")
	for fd := range 2 {
		_, _ = unix.FcntlInt(uintptr(3+fd), unix.F_SETFD, 0)
	}
	return syscall.Exec(place, os.Args, os.Environ())
}

// storyControl answers lines from the test.
func storyControl(p *PID1) {
	serveSystemctl(p)
	in, out := bufio.NewScanner(os.NewFile(3, "control")), os.NewFile(4, "answers")
	for in.Scan() {
		words := strings.Fields(in.Text())
		answer := ""
		until := time.Now().Add(storyWait)
		for again := true; again; {
			again = false
			p.Do(func() { answer = storyCommand(p, words) })
			if !storyAwaited(words, answer) && time.Now().Before(until) {
				again = true
				time.Sleep(2 * time.Millisecond) // a condition of another process: there is nobody to be told by
			}
		}
		if !strings.HasPrefix(words[0], "panic") && words[0] != "reexec" { // who is to answer these may not live to do it
			fmt.Fprintln(out, answer)
		}
	}
}

// storyAwaited tells whether an answer is one that an "await…" command waits for.
func storyAwaited(words []string, answer string) bool {
	switch words[0] {
	case "await":
		return strings.HasPrefix(answer, strings.Join(words[2:], " "))
	case "awaitstatus":
		return strings.Contains(answer, strings.Join(words[2:], " ")+" ")
	}
	return true
}

func storyCommand(p *PID1, words []string) string {
	switch words[0] {
	case "start", "stop", "restart", "reload":
		if _, err := p.manager.Enqueue(supervisor.JobType(words[0]), words[1], units.ModeReplace); err != nil {
			return "error: " + err.Error()
		}
		return "ok"
	case "show", "await":
		u := p.manager.Unit(words[1])
		if u == nil {
			return "inactive dead"
		}
		active, sub := u.State()
		return fmt.Sprintf("%s %s %s", active, sub, u.Result())
	case "jobs":
		return strconv.Itoa(len(p.manager.Jobs()))
	case "status", "awaitstatus":
		u := p.manager.Unit(words[1])
		if u == nil || u.ServiceStatus() == nil {
			return "error: no such service"
		}
		st := u.ServiceStatus()
		return fmt.Sprintf("main=%d stored=%s status=%s", st.MainPID, strings.Join(st.FileDescriptorStore, ","), st.StatusText)
	case "pids":
		return strings.Trim(fmt.Sprint(p.tracker.Processes(words[1])), "[]")
	case "zombies":
		n := 0
		entries, _ := os.ReadDir("/proc")
		for _, e := range entries {
			if pid, err := strconv.Atoi(e.Name()); err == nil {
				if st, ok := readStat("/proc", pid); ok && st.zombie() {
					n++
				}
			}
		}
		return strconv.Itoa(n)
	case "kill":
		pid, _ := strconv.Atoi(words[1])
		n, _ := strconv.Atoi(words[2])
		return fmt.Sprint(unix.Kill(pid, syscall.Signal(n)))
	case "panic":
		panic("a bug, made by a test")
	case "panic-aside":
		p.do(func() { panic("a bug beside the loop, made by a test") })
	case "main":
		u := p.manager.Unit(words[1])
		if u == nil || u.ServiceStatus() == nil {
			return "none"
		}
		st := u.ServiceStatus()
		return fmt.Sprint(st.MainPID, st.ControlPID, st.NRestarts, st.TimeoutAt, u.InvocationID(), u.Stamps())
	case "panic-lost":
		p.manager = nil // as if a bug had destroyed it
	case "restarts":
		u := p.manager.Unit(words[1])
		if u == nil || u.ServiceStatus() == nil {
			return "0"
		}
		return fmt.Sprint(u.ServiceStatus().NRestarts)
	case "build":
		return storyBuild
	case "reexec":
		p.reexecute = true
		return ""
	}
	return "error: unknown command"
}

// storyRoot makes a root in memory and goes there. It must be called in mount and pid namespaces of our own.
func storyRoot(dir string) error {
	if os.Getpid() != 1 {
		return errors.New("we are not process 1")
	}
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		return err
	}
	root := filepath.Join(dir, "new")
	if err := os.Mkdir(root, 0o755); err != nil {
		return err
	}
	if err := unix.Mount("tmpfs", root, "tmpfs", 0, "mode=0755"); err != nil {
		return err
	}
	for _, d := range []string{"etc", "proc", "run", "tmp", "dev", "units", "usr", "var"} {
		if err := os.Mkdir(filepath.Join(root, d), 0o755); err != nil {
			return err
		}
	}
	os.Chmod(filepath.Join(root, "tmp"), 0o1777)
	for _, d := range []string{"bin", "sbin", "lib", "lib64"} {
		if target, err := os.Readlink("/" + d); err == nil {
			os.Symlink(target, filepath.Join(root, d))
		}
	}
	bind := func(from, to string, flags uintptr) error {
		if err := unix.Mount(from, to, "", unix.MS_BIND|unix.MS_REC, ""); err != nil {
			return fmt.Errorf("cannot mount %s: %w", from, err)
		}
		if flags == 0 {
			return nil
		}
		return unix.Mount("", to, "", unix.MS_BIND|unix.MS_REMOUNT|flags, "")
	}
	if err := bind("/usr", filepath.Join(root, "usr"), unix.MS_RDONLY); err != nil {
		return err
	}
	for _, node := range []string{"null", "zero", "urandom", "tty"} {
		path := filepath.Join(root, "dev", node)
		if err := os.WriteFile(path, nil, 0o666); err != nil {
			return err
		}
		if err := bind("/dev/"+node, path, 0); err != nil {
			return err
		}
	}
	if err := storyTools(dir, root, bind); err != nil {
		return err
	}
	for _, f := range []string{"/etc/passwd", "/etc/group", "/etc/ld.so.cache"} {
		if b, err := os.ReadFile(f); err == nil {
			os.WriteFile(filepath.Join(root, f), b, 0o644)
		}
	}
	for from, to := range map[string]string{"units": "units", "root": ""} {
		if _, err := os.Stat(filepath.Join(dir, from)); err == nil {
			if err := os.CopyFS(filepath.Join(root, to), os.DirFS(filepath.Join(dir, from))); err != nil {
				return err
			}
		}
	}
	if err := unix.Mount("proc", filepath.Join(root, "proc"), "proc", 0, ""); err != nil {
		return err
	}
	if err := unix.Chdir(root); err != nil {
		return err
	}
	if err := unix.PivotRoot(".", "."); err != nil {
		return err
	}
	if err := unix.Unmount(".", unix.MNT_DETACH); err != nil {
		return err
	}
	if err := unix.Chdir("/"); err != nil {
		return err
	}
	// PID 1 empties directories: make sure that they are ours.
	var fs unix.Statfs_t
	if err := unix.Statfs("/tmp", &fs); err != nil {
		return err
	}
	if left, err := os.ReadDir("/tmp"); fs.Type != unix.TMPFS_MAGIC || err != nil || len(left) > 0 && dir != "" && exists(dir) {
		return errors.New("still on the host's root")
	}
	return nil
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}
