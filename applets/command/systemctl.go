package command

import (
	"os"
	"os/exec"

	"golang.org/x/sys/unix"
)

// systemctl finds the program: the one in $PATH, or else ourselves under its name.
func systemctl() string {
	if path, err := exec.LookPath("systemctl"); err == nil {
		return path
	}
	return "/proc/self/exe"
}

// Systemctl runs systemctl with our standard streams and gives its exit status.
func Systemctl(args ...string) int {
	c := exec.Command(systemctl(), args...)
	c.Args[0] = "systemctl"
	c.Stdin, c.Stdout, c.Stderr = os.Stdin, os.Stdout, os.Stderr
	err := c.Run()
	if c.ProcessState == nil || err != nil && !c.ProcessState.Exited() {
		return 1
	}
	return c.ProcessState.ExitCode()
}

// BecomeSystemctl is Systemctl in our place; it returns only if that was not possible.
func BecomeSystemctl(args ...string) error {
	err := unix.Exec(systemctl(), append([]string{"systemctl"}, args...), os.Environ())
	return Failf("Failed to execute systemctl: %s", Reason(err))
}
