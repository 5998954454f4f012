package run

import (
	"os"
	"runtime"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"

	"pintle/applets/client"
	"pintle/applets/command"
)

// startScope makes a scope around ourselves and becomes the command.
func (o *options) startScope(conn *client.Conn) error {
	name, err := o.name(conn, ".scope")
	if err != nil {
		return err
	}
	p := o.common(conn)
	if err := p.parse("scope", o.properties); err != nil {
		return err
	}
	if err := o.grouped(&p); err != nil {
		return err
	}
	p.add("PIDs", []uint32{uint32(os.Getpid())})
	if err := o.start(conn, "scope", name, p, []auxiliary{}); err != nil {
		return err
	}
	if o.nice != nil {
		// The nice level is one of the thread, and the thread that executes the command hands its own on.
		runtime.LockOSThread()
		if err := unix.Setpriority(unix.PRIO_PROCESS, 0, *o.nice); err != nil {
			return command.Failf("Failed to set nice level: %s", command.Reason(err))
		}
	}
	variables, err := o.become()
	if err != nil {
		return err
	}
	if id, err := conn.Get(client.UnitPath(name), client.UnitFace, "InvocationID"); err == nil {
		if bytes, ok := id.Value().([]byte); ok && len(bytes) == 16 {
			variables = append(variables, "INVOCATION_ID="+hexOf(bytes))
		}
	}
	if o.directory != "" {
		if err := os.Chdir(o.directory); err != nil {
			return command.Failf("Failed to change directory to %s: %s", o.directory, command.Reason(err))
		}
	}
	for _, v := range append(variables, o.environment...) {
		name, value, _ := strings.Cut(v, "=")
		os.Setenv(name, value)
	}
	if !o.quiet {
		say("Running scope as unit: %s", name)
	}
	conn.Close()
	err = unix.Exec(o.argv[0], o.argv, os.Environ())
	return command.Failf("Failed to execute: %s", command.Reason(err))
}

func hexOf(b []byte) string {
	const digits = "0123456789abcdef"
	var s strings.Builder
	for _, c := range b {
		s.WriteByte(digits[c>>4])
		s.WriteByte(digits[c&15])
	}
	return s.String()
}

// become is --gid= and --uid= for a scope, whose processes are ours; it gives the variables that tell of the user.
func (o *options) become() (variables []string, err error) {
	if o.gid != "" {
		group, err := lookupGroup(o.gid)
		if err != nil {
			return nil, err
		}
		gid, _ := strconv.Atoi(group.Gid)
		if err := syscall.Setresgid(gid, gid, gid); err != nil {
			return nil, command.Failf("Failed to change GID to %d: %s", gid, command.Reason(err))
		}
	}
	if o.uid == "" {
		return nil, nil
	}
	u, err := lookupUser(o.uid)
	if err != nil {
		return nil, err
	}
	uid, _ := strconv.Atoi(u.Uid)
	gid, _ := strconv.Atoi(u.Gid)
	if os.Geteuid() == 0 {
		groups := []int{gid}
		if list, err := u.GroupIds(); err == nil {
			groups = groups[:0]
			for _, g := range list {
				if n, err := strconv.Atoi(g); err == nil {
					groups = append(groups, n)
				}
			}
		}
		if err := syscall.Setgroups(groups); err != nil {
			return nil, command.Failf("Failed to set supplementary groups: %s", command.Reason(err))
		}
	}
	if o.gid == "" {
		if err := syscall.Setresgid(gid, gid, gid); err != nil {
			return nil, command.Failf("Failed to change GID to %d: %s", gid, command.Reason(err))
		}
	}
	if err := syscall.Setresuid(uid, uid, uid); err != nil {
		return nil, command.Failf("Failed to change UID to %d: %s", uid, command.Reason(err))
	}
	variables = []string{"HOME=" + u.HomeDir, "USER=" + u.Username, "LOGNAME=" + u.Username}
	if shell := shellOf(u.Uid); shell != "" && !strings.HasSuffix(shell, "/nologin") {
		variables = append(variables, "SHELL="+shell)
	}
	return variables, nil
}
