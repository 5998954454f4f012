package try

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// idMaps says which users and groups exist inside. Root maps every id to itself: the owners of a root
// directory stay as they are, and yet nothing inside has a privilege outside. Another user becomes root
// inside, and the ids below it are its subordinate ones (subuid(5)) where newuidmap(1) can map them.
type idMaps struct {
	uids, gids []syscall.SysProcIDMap
	helpers    bool // newuidmap and newgidmap must write the maps
}

func newIDMaps() idMaps {
	uid, gid := os.Getuid(), os.Getgid()
	if uid == 0 {
		return idMaps{uids: ownMap("/proc/self/uid_map"), gids: ownMap("/proc/self/gid_map")}
	}
	m := idMaps{
		uids: []syscall.SysProcIDMap{{ContainerID: 0, HostID: uid, Size: 1}},
		gids: []syscall.SysProcIDMap{{ContainerID: 0, HostID: gid, Size: 1}},
	}
	subuids, subgids := subordinate("/etc/subuid", uid), subordinate("/etc/subgid", uid)
	_, errU := exec.LookPath("newuidmap")
	_, errG := exec.LookPath("newgidmap")
	if len(subuids) == 0 || len(subgids) == 0 || errU != nil || errG != nil {
		fmt.Fprintln(os.Stderr, "pintle try: only root exists inside: services with another User= cannot start "+
			"(other users need newuidmap, of Debian's package uidmap, and a line for you in /etc/subuid and /etc/subgid)")
		return m
	}
	m.uids, m.gids, m.helpers = stack(m.uids, subuids), stack(m.gids, subgids), true
	return m
}

// ownMap maps every id that exists for us to itself.
func ownMap(path string) (m []syscall.SysProcIDMap) {
	b, _ := os.ReadFile(path)
	for line := range strings.Lines(string(b)) {
		var inside, outside, size int
		if _, err := fmt.Sscan(line, &inside, &outside, &size); err == nil {
			m = append(m, syscall.SysProcIDMap{ContainerID: inside, HostID: inside, Size: size})
		}
	}
	return m
}

// oneUser tells that nobody but root exists inside.
func (m idMaps) oneUser() bool { return len(m.gids) == 1 && m.gids[0].Size == 1 }

// stack puts the ranges of ids above the first one.
func stack(m, ranges []syscall.SysProcIDMap) []syscall.SysProcIDMap {
	next := 1
	for _, r := range ranges {
		r.ContainerID = next
		next += r.Size
		m = append(m, r)
	}
	return m
}

// subordinate reads a user's ranges from /etc/subuid or /etc/subgid.
func subordinate(path string, uid int) (ranges []syscall.SysProcIDMap) {
	names := map[string]bool{strconv.Itoa(uid): true}
	if u, err := user.LookupId(strconv.Itoa(uid)); err == nil {
		names[u.Username] = true
	}
	f, err := os.Open(path)
	if err != nil {
		return nil
	}
	defer f.Close()
	for s := bufio.NewScanner(f); s.Scan(); {
		fields := strings.Split(s.Text(), ":")
		if len(fields) != 3 || !names[fields[0]] {
			continue
		}
		first, err1 := strconv.Atoi(fields[1])
		size, err2 := strconv.Atoi(fields[2])
		if err1 == nil && err2 == nil && size > 0 {
			ranges = append(ranges, syscall.SysProcIDMap{HostID: first, Size: size})
		}
	}
	return ranges
}

// prepare lets the kernel call that starts the child write the maps, where we may. Where only helpers may,
// the child runs unmapped until they have; its capabilities must outlive its exec until then.
func (m idMaps) prepare(attr *syscall.SysProcAttr) {
	if m.helpers {
		attr.AmbientCaps = []uintptr{unix.CAP_SETUID, unix.CAP_SETGID}
		return
	}
	attr.UidMappings, attr.GidMappings = m.uids, m.gids
	attr.GidMappingsEnableSetgroups = os.Getuid() == 0
}

// write has the helpers map the ids of a child that prepare left unmapped.
func (m idMaps) write(pid int) error {
	if !m.helpers {
		return nil
	}
	for helper, ids := range map[string][]syscall.SysProcIDMap{"newuidmap": m.uids, "newgidmap": m.gids} {
		args := []string{strconv.Itoa(pid)}
		for _, r := range ids {
			args = append(args, strconv.Itoa(r.ContainerID), strconv.Itoa(r.HostID), strconv.Itoa(r.Size))
		}
		if out, err := exec.Command(helper, args...).CombinedOutput(); err != nil {
			return fmt.Errorf("cannot map user ids with %s: %v: %s", helper, err, strings.TrimSpace(string(out)))
		}
	}
	return nil
}

// becomeRoot ends the wait of a child that was started unmapped.
func becomeRoot() error {
	if os.Getuid() == 0 {
		return nil
	}
	if err := syscall.Setgroups(nil); err != nil {
		return fmt.Errorf("cannot drop groups: %w", err)
	}
	if err := syscall.Setresgid(0, 0, 0); err != nil {
		return fmt.Errorf("cannot become group 0: %w", err)
	}
	if err := syscall.Setresuid(0, 0, 0); err != nil {
		return fmt.Errorf("cannot become root inside: %w", err)
	}
	// Only an exec as root gives root's capabilities back.
	return syscall.Exec("/proc/self/exe", os.Args, os.Environ())
}
