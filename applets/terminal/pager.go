package terminal

import (
	"io"
	"os"
	"os/exec"
	"strings"
)

// pager is the program that shows what is written a page at a time.
type pager struct {
	cmd *exec.Cmd
	in  io.WriteCloser
}

// OpenPager sends what is written through a pager if there is a person to turn its pages ($SYSTEMD_PAGER, $PAGER,
// less, more).
func (s *Screen) OpenPager() {
	if s.Pager || !s.Tty || os.Getenv("TERM") == "dumb" {
		return
	}
	for _, argv := range pagers() {
		if len(argv) == 0 {
			return
		}
		cmd := exec.Command(argv[0], argv[1:]...)
		cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
		cmd.Env = append(os.Environ(), "LESS="+variable("SYSTEMD_LESS", "FRSXMK"), "LESSCHARSET="+variable("SYSTEMD_LESSCHARSET", "utf-8"))
		in, err := cmd.StdinPipe()
		if err != nil {
			return
		}
		if cmd.Start() != nil {
			continue
		}
		s.pager = pager{cmd, in}
		s.Out, s.Pager = in, true
		return
	}
}

// ClosePager waits until the person has seen enough.
func (s *Screen) ClosePager() {
	if !s.Pager {
		return
	}
	s.pager.in.Close()
	s.pager.cmd.Wait()
	s.Out, s.Pager = os.Stdout, false
}

// pagers are the commands to try in turn; an empty one ends the search: no pager is wanted.
func pagers() [][]string {
	for _, name := range []string{"SYSTEMD_PAGER", "PAGER"} {
		value, set := os.LookupEnv(name)
		if !set {
			continue
		}
		argv := strings.Fields(value)
		if len(argv) == 0 || len(argv) == 1 && argv[0] == "cat" {
			return [][]string{nil}
		}
		return [][]string{argv, nil}
	}
	return [][]string{{"pager"}, {"less"}, {"more"}, nil}
}

func variable(name, otherwise string) string {
	if value, set := os.LookupEnv(name); set {
		return value
	}
	return otherwise
}
