package pid1

import (
	"bufio"
	"errors"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
)

// account is a line of passwd(5).
type account struct {
	name        string
	uid, gid    uint32
	home, shell string
}

var errNoAccount = errors.New("no such account")

// accounts looks users and groups up in the files under root. They are read anew each time: packages and
// sysusers add accounts while services start.
type accounts struct{ root string }

// user finds a user by name or number.
func (a accounts) user(name string) (account, error) {
	var found account
	err := eachRecord(a.root+"/etc/passwd", func(f []string) bool {
		if len(f) < 7 || f[0] != name && f[2] != name {
			return true
		}
		uid, err1 := strconv.ParseUint(f[2], 10, 32)
		gid, err2 := strconv.ParseUint(f[3], 10, 32)
		if err1 != nil || err2 != nil {
			return true
		}
		found = account{f[0], uint32(uid), uint32(gid), f[5], f[6]}
		return f[0] != name // a later line of that very name wins over a number
	})
	if found.name == "" {
		if err == nil || errors.Is(err, os.ErrNotExist) {
			err = errNoAccount
		}
		return builtinAccount(name, err)
	}
	return found, nil
}

// builtinAccount gives the two accounts that exist without files (systemd.exec(5), User=).
func builtinAccount(name string, err error) (account, error) {
	switch name {
	case "root", "0":
		return account{"root", 0, 0, "/root", "/bin/sh"}, nil
	case "nobody", "65534":
		return account{"nobody", 65534, 65534, "/", "/usr/sbin/nologin"}, nil
	}
	return account{}, err
}

// group finds a group's number by its name or number.
func (a accounts) group(name string) (uint32, error) {
	var gid uint32
	found := false
	err := eachRecord(a.root+"/etc/group", func(f []string) bool {
		if len(f) < 3 || f[0] != name && f[2] != name {
			return true
		}
		n, err := strconv.ParseUint(f[2], 10, 32)
		if err != nil {
			return true
		}
		gid, found = uint32(n), true
		return f[0] != name
	})
	switch {
	case found:
		return gid, nil
	case name == "root" || name == "0":
		return 0, nil
	case name == "nogroup" || name == "65534":
		return 65534, nil
	case err == nil || errors.Is(err, os.ErrNotExist):
		err = errNoAccount
	}
	return 0, err
}

// groupsOf lists the groups a user is a member of, its primary one first (initgroups(3)).
func (a accounts) groupsOf(user string, primary uint32) []uint32 {
	groups := []uint32{primary}
	// A group file that cannot be read gives the primary group alone, as the C library does.
	_ = eachRecord(a.root+"/etc/group", func(f []string) bool {
		if len(f) < 4 || !slices.Contains(strings.Split(f[3], ","), user) {
			return true
		}
		if gid, err := strconv.ParseUint(f[2], 10, 32); err == nil && !slices.Contains(groups, uint32(gid)) {
			groups = append(groups, uint32(gid))
		}
		return true
	})
	return groups
}

// eachRecord calls visit with the fields of each line until it returns false.
func eachRecord(path string, visit func([]string) bool) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	r := bufio.NewReader(io.LimitReader(f, 16<<20))
	for {
		line, err := r.ReadString('\n')
		if line = strings.TrimSuffix(line, "\n"); line != "" && line[0] != '#' {
			if !visit(strings.Split(line, ":")) {
				return nil
			}
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}
