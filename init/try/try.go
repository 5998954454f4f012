// Package try boots a root directory, or unit files over the host's own root, as PID 1 of new namespaces:
// a container without an engine, for looking at what an image will do. It needs no privileges.
package try

import (
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// Options are what `pintle try` was asked for.
type Options struct {
	Root           string   // directory to boot; "": the host's root, read-only, with only Units
	Units          []string // unit files to add to the root and to start
	Keep           bool     // let writes reach Root; otherwise they go to memory and are gone afterwards
	PrivateNetwork bool     // a network of its own, with only a loopback interface
	Hostname       string
	Environment    []string      // for PID 1, on top of what a container has
	Stop           bool          // stop once the boot is done
	Timeout        time.Duration // for the boot; 0: none

	InitArgs []string // arguments of PID 1 behind its name
}

// argName is argv[0] of the process that becomes PID 1: it sets up the namespaces it was born into.
const argName = "pintle-try-setup"

// IsSetup tells whether this process is the inner half of a Run; main then calls Setup before all else.
func IsSetup() bool { return os.Args[0] == argName }

// Run boots and returns the exit status of PID 1.
func Run(o Options) (status int, err error) {
	dir, err := os.MkdirTemp("", "pintle-try-")
	if err != nil {
		return 0, fmt.Errorf("cannot make a directory for the boot: %w", err)
	}
	defer os.RemoveAll(dir)
	ready, err := listen(filepath.Join(dir, "notify"))
	if err != nil {
		return 0, err
	}
	defer ready.Close()

	// The child dies with the thread that started it.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	signals := make(chan os.Signal, 8)
	signal.Notify(signals, unix.SIGTERM, unix.SIGINT, unix.SIGHUP, unix.SIGUSR2)
	defer signal.Stop(signals)

	defer keepTerminal()()
	begin := time.Now()
	cmd, err := start(o, dir)
	if err != nil {
		return 0, err
	}
	exited := make(chan error, 1)
	go func() { exited <- cmd.Wait() }()

	var late <-chan time.Time
	if o.Timeout > 0 {
		late = time.After(o.Timeout)
	}
	up := notifications(ready)
	var failure error
	for {
		select {
		case s := <-signals:
			sig := s.(syscall.Signal)
			if sig != unix.SIGUSR2 {
				sig = unix.SIGTERM // an ordered stop, whichever way the user asks for it
			}
			cmd.Process.Signal(sig)
		case _, ok := <-up:
			up, late = nil, nil
			if !ok {
				break
			}
			fmt.Fprintf(os.Stderr, "pintle try: up after %d ms\n", time.Since(begin).Milliseconds())
			if o.Stop {
				cmd.Process.Signal(unix.SIGTERM)
			}
		case <-late:
			late = nil
			failure = fmt.Errorf("cannot wait longer: the boot was not done after %s", o.Timeout)
			cmd.Process.Signal(unix.SIGTERM)
		case err := <-exited:
			if failure != nil {
				return 0, failure
			}
			return exitStatus(err)
		}
	}
}

// keepTerminal gives the terminal back to us in the end: a command inside may have become its foreground
// process group, and left with it.
func keepTerminal() (restore func()) {
	group, err := unix.IoctlGetInt(0, unix.TIOCGPGRP)
	if err != nil {
		return func() {}
	}
	return func() {
		signal.Ignore(unix.SIGTTOU)
		defer signal.Reset(unix.SIGTTOU)
		_ = unix.IoctlSetPointerInt(0, unix.TIOCSPGRP, group)
	}
}

// exitStatus is what a shell would say about the way in which a process ended.
func exitStatus(err error) (int, error) {
	var e *exec.ExitError
	if !errors.As(err, &e) {
		return 0, err
	}
	if ws, ok := e.Sys().(syscall.WaitStatus); ok && ws.Signaled() {
		return 128 + int(ws.Signal()), nil
	}
	return e.ExitCode(), nil
}

// start makes the namespaces and the process that becomes PID 1 in them.
func start(o Options, dir string) (*exec.Cmd, error) {
	plan, err := newPlan(o, dir)
	if err != nil {
		return nil, err
	}
	release, gate, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("cannot make a pipe: %w", err)
	}
	defer release.Close()
	defer gate.Close()
	maps := newIDMaps()
	plan.OneUser = maps.oneUser()
	planned, err := plan.file()
	if err != nil {
		return nil, err
	}
	defer planned.Close()

	flags := unix.CLONE_NEWUSER | unix.CLONE_NEWPID | unix.CLONE_NEWNS | unix.CLONE_NEWUTS | unix.CLONE_NEWIPC
	if o.PrivateNetwork {
		flags |= unix.CLONE_NEWNET
	}
	cmd := &exec.Cmd{
		Path:       "/proc/self/exe",
		Args:       append([]string{argName}, o.InitArgs...),
		Env:        append(plan.environ(), o.Environment...),
		Stdin:      os.Stdin,
		Stdout:     os.Stdout,
		Stderr:     os.Stderr,
		ExtraFiles: []*os.File{release, planned}, // descriptors 3 and 4
		SysProcAttr: &syscall.SysProcAttr{
			Cloneflags: uintptr(flags),
			Pdeathsig:  unix.SIGKILL,
			// Ctrl-C at a terminal is for us; we turn it into an ordered stop.
			Setpgid: !o.hasCommand(),
		},
	}
	maps.prepare(cmd.SysProcAttr)
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("cannot make namespaces: %w%s", err, hint(err))
	}
	if err := maps.write(cmd.Process.Pid); err != nil {
		cmd.Process.Kill()
		cmd.Wait()
		return nil, err
	}
	return cmd, nil // closing the gate lets the child go on
}

func (o Options) hasCommand() bool {
	for _, a := range o.InitArgs {
		if a == "--" {
			return true
		}
	}
	return false
}

func hint(err error) string {
	if !errors.Is(err, unix.EPERM) && !errors.Is(err, unix.ENOSPC) && !errors.Is(err, unix.EUSERS) {
		return ""
	}
	for file, need := range map[string]string{
		"/proc/sys/user/max_user_namespaces":                     "more than 0",
		"/proc/sys/kernel/unprivileged_userns_clone":             "1",
		"/proc/sys/kernel/apparmor_restrict_unprivileged_userns": "0",
	} {
		if b, err := os.ReadFile(file); err == nil {
			v := strings.TrimSpace(string(b))
			if (need == "more than 0") == (v == "0") && v != need {
				return fmt.Sprintf(" (%s is %s; it must be %s for user namespaces)", file, v, need)
			}
		}
	}
	return " (an engine's seccomp profile may forbid user namespaces here)"
}

// listen opens the socket on which PID 1 says that the boot is done.
func listen(path string) (*net.UnixConn, error) {
	conn, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		return nil, fmt.Errorf("cannot listen on %s: %w", path, err)
	}
	if err := os.Chmod(path, 0o666); err != nil {
		conn.Close()
		return nil, fmt.Errorf("cannot open %s to PID 1: %w", path, err)
	}
	return conn, nil
}

// notifications sends once when READY=1 arrives, and is closed when the socket is.
func notifications(conn *net.UnixConn) <-chan struct{} {
	up := make(chan struct{})
	go func() {
		defer close(up)
		buf := make([]byte, 4096)
		for {
			n, err := conn.Read(buf)
			if err != nil {
				return
			}
			for line := range strings.Lines(string(buf[:n])) {
				if strings.TrimSuffix(line, "\n") == "READY=1" {
					up <- struct{}{}
					return
				}
			}
		}
	}()
	return up
}
