package pid1

import (
	"strings"
	"syscall"

	"golang.org/x/sys/unix"

	"pintle/firstrun"
	"pintle/supervisor"
)

// data fills or upgrades the volumes before anything else uses them. That is the work of a child: it needs
// memory, and may fail, and PID 1 stays as it is. A start that has nothing to do reads some small files. It
// gives false if the container cannot go on.
func (p *PID1) data(arguments []string) bool {
	if !p.init {
		return true
	}
	config, problems := p.config.Volumes()
	for _, problem := range problems {
		p.logf(supervisor.LevelError, "%s", problem)
	}
	defer p.useVolumes()
	if config.Settled() {
		return true
	}
	if p.config.Setup.Arguments && len(arguments) > 0 {
		if err := config.Setup.Provide(firstrun.SetupDir, nil, arguments); err != nil {
			p.logf(supervisor.LevelError, "%v", err)
		}
	}
	status, stopped := p.runData()
	switch {
	case stopped:
		p.status = new(int)
		p.logf(supervisor.LevelNotice, "stopped while the volumes were being made ready; the next start goes on with it")
		return false
	case status != 0:
		p.status = &status
		p.logf(supervisor.LevelError, "cannot go on without the volumes, exiting with status %d", status)
		return false
	}
	return true
}

// useVolumes keeps other containers from upgrading the volumes under our services. The descriptors are closed
// with the process.
func (p *PID1) useVolumes() {
	if !p.init {
		return
	}
	config, _ := p.config.Volumes()
	for _, pair := range config.Pairs {
		if !pair.EachBoot {
			firstrun.Use(pair.Volume)
		}
	}
}

// runData runs the child to its end, or until we are told to stop.
func (p *PID1) runData() (status int, stopped bool) {
	environ := append(p.environ[:len(p.environ):len(p.environ)], "PINTLE_BOOT_UNIT="+p.config.Boot.Unit)
	if lookupEnv(environ, "PATH") == "" {
		environ = append(environ, "PATH="+servicePath(true))
	}
	pid, err := syscall.ForkExec("/proc/self/exe", []string{"pintle", "firstrun", "boot"}, &syscall.ProcAttr{
		Dir: "/", Env: environ, Files: []uintptr{0, 1, 2}, Sys: &syscall.SysProcAttr{Setsid: true},
	})
	if err != nil {
		p.logf(supervisor.LevelError, "cannot run what makes the volumes ready: %v", err)
		return 1, false
	}
	ended := make(chan unix.WaitStatus, 1)
	p.do(func() {
		for {
			var ws unix.WaitStatus
			got, err := unix.Wait4(-1, &ws, 0, nil) // orphans of its programs come to us, too
			if got == pid || err != nil && err != unix.EINTR {
				ended <- ws
				return
			}
		}
	})
	for {
		select {
		case ws := <-ended:
			if ws.Signaled() {
				return 128 + int(ws.Signal()), stopped
			}
			return ws.ExitStatus(), stopped
		case sig := <-p.signals:
			if sig == unix.SIGTERM || sig == unix.SIGINT || sig == rtMin+3 {
				stopped = true
				_ = unix.Kill(-pid, unix.SIGKILL) // at any instant is as good as at another
			}
		}
	}
}

func lookupEnv(environ []string, name string) string {
	for _, e := range environ {
		if value, ok := strings.CutPrefix(e, name+"="); ok {
			return value
		}
	}
	return ""
}
