package host

import (
	"fmt"
	"io"
	"os"
	"os/user"
	"path/filepath"
	"strconv"

	"github.com/spf13/cobra"

	"pintle/applets/command"
)

// lingerDir has a file for each user whose services are to run without a session.
const lingerDir = "/var/lib/systemd/linger"

// Login describes loginctl(1).
func Login() *cobra.Command {
	noSession := func(_ io.Writer, args []string) error {
		name := "auto"
		if len(args) > 0 {
			name = args[0]
		}
		return command.Failf("Could not get session: No session '%s' known", name)
	}
	nothing := func(what string) func(io.Writer, []string) error {
		return func(io.Writer, []string) error { return note("There are no %s in a container.", what) }
	}
	c := tool("loginctl", "Tell of sessions, of which a container has none",
		"A container has no logins, sessions and seats: lists are empty. That a user's services are to linger is noted as logind does.", []verb{
			{"list-sessions", 0, 0, "", "list sessions", func(out io.Writer, _ []string) error { fmt.Fprintln(out, "No sessions."); return nil }},
			{"list-users", 0, 0, "", "list users who linger", listUsers},
			{"list-seats", 0, 0, "", "list seats", func(out io.Writer, _ []string) error { fmt.Fprintln(out, "No seats."); return nil }},
			{"session-status", 0, -1, "[ID...]", "fails: there are no sessions", noSession},
			{"show-session", 0, -1, "[ID...]", "fails: there are no sessions", noSession},
			{"user-status", 0, -1, "[USER...]", "tell whether users linger", showUser},
			{"show-user", 0, -1, "[USER...]", "tell whether users linger, for programs", showUser},
			{"enable-linger", 0, -1, "[USER...]", "note that services of users run without a session", linger(true)},
			{"disable-linger", 0, -1, "[USER...]", "take that back", linger(false)},
			{"activate", 0, 1, "[ID]", "fails: there are no sessions", noSession},
			{"attach", 2, -1, "SEAT DEVICE...", "has no effect", nothing("seats")},
			{"flush-devices", 0, 0, "", "has no effect", nothing("seats")},
			{"lock-sessions", 0, 0, "", "has no effect", nothing("sessions")},
			{"unlock-sessions", 0, 0, "", "has no effect", nothing("sessions")},
			{"terminate-session", 1, -1, "ID...", "fails: there are no sessions", noSession},
			{"kill-session", 1, -1, "ID...", "fails: there are no sessions", noSession},
			{"terminate-user", 1, -1, "USER...", "has no effect", nothing("sessions")},
			{"kill-user", 1, -1, "USER...", "has no effect", nothing("sessions")},
			{"terminate-seat", 1, -1, "SEAT...", "has no effect", nothing("seats")},
		})
	f := c.Flags()
	f.StringArrayP("property", "p", nil, "show only the property `NAME`")
	f.Bool("value", false, "show only values")
	f.BoolP("all", "a", false, "show empty properties, too")
	f.BoolP("full", "l", false, "do not shorten")
	f.StringP("signal", "s", "", "send `SIGNAL`")
	f.String("kill-whom", "", "send it to `WHOM`")
	f.Bool("no-legend", false, "print no header")
	return c
}

// account finds a user by name or number, ourselves for none.
func account(name string) (*user.User, error) {
	if name == "" {
		return user.Current()
	}
	u, err := user.Lookup(name)
	if err != nil {
		u, err = user.LookupId(name)
	}
	if err != nil {
		return nil, command.Failf("Failed to look up user %s: No such process", name)
	}
	return u, nil
}

func orSelf(args []string) []string {
	if len(args) == 0 {
		return []string{""}
	}
	return args
}

func linger(on bool) func(io.Writer, []string) error {
	return func(_ io.Writer, args []string) error {
		for _, name := range orSelf(args) {
			u, err := account(name)
			if err != nil {
				return err
			}
			path := filepath.Join(lingerDir, filepath.Base(u.Username))
			if on {
				if err = os.MkdirAll(lingerDir, 0o755); err == nil {
					err = write(path, "")
				}
			} else if err = os.Remove(path); os.IsNotExist(err) {
				err = nil
			}
			if err != nil {
				return command.Failf("Could not enable linger: %s", command.Reason(err))
			}
		}
		return nil
	}
}

func lingers(name string) bool {
	_, err := os.Lstat(filepath.Join(lingerDir, filepath.Base(name)))
	return err == nil
}

func listUsers(out io.Writer, _ []string) error {
	entries, err := os.ReadDir(lingerDir)
	if err != nil || len(entries) == 0 {
		fmt.Fprintln(out, "No users.")
		return nil
	}
	fmt.Fprintln(out, "UID USER LINGER STATE")
	for _, e := range entries {
		uid := "-"
		if u, err := user.Lookup(e.Name()); err == nil {
			uid = u.Uid
		}
		fmt.Fprintf(out, "%3s %s yes lingering\n", uid, e.Name())
	}
	fmt.Fprintf(out, "\n%d users listed.\n", len(entries))
	return nil
}

func showUser(out io.Writer, args []string) error {
	for _, name := range orSelf(args) {
		u, err := account(name)
		if err != nil {
			return err
		}
		uid, _ := strconv.Atoi(u.Uid)
		if !lingers(u.Username) {
			return command.Failf("Failed to get user: User ID %d is not logged in or lingering", uid)
		}
		fmt.Fprintf(out, "UID=%s\nGID=%s\nName=%s\nState=lingering\nSessions=\nLinger=yes\n", u.Uid, u.Gid, u.Username)
	}
	return nil
}
