package pid1

import (
	"math/bits"

	"golang.org/x/sys/unix"
)

// Capabilities that decide what a process may be given (capabilities(7)).
const (
	capSetGID      = 6
	capSetUID      = 7
	capSetPCAP     = 8
	capSysResource = 24
)

// Identity is who PID 1 is: what it may hand out.
type Identity struct {
	UID, GID     uint32
	Capabilities uint64 // effective ones
	Bounding     uint64
}

func (i Identity) can(capability int) bool { return i.Capabilities&(1<<capability) != 0 }

// privileges drops what the process shall not have: bounding set, then groups and user, then ambient
// capabilities and securebits, for which capabilities have to outlive the change of user.
func (s *Spawner) privileges(p *process) []call {
	var calls []call
	add := func(c ...call) { calls = append(calls, c...) }
	x, id, me := p.exec, p.user, s.cfg.Identity

	bounding := me.Bounding
	if x.CapabilityBoundingSet.Set && p.sandbox {
		bounding &= x.CapabilityBoundingSet.Mask
	}
	var ambient uint64
	if x.AmbientCapabilities.Set && p.sandbox {
		ambient = x.AmbientCapabilities.Mask & bounding & me.Capabilities
	}
	secureBits := x.SecureBits != 0 && p.sandbox
	keep := id.setUID && id.uid != 0 && (ambient != 0 || secureBits)

	// Groups may have to be set while CAP_SETGID is effective, and the bounding set while CAP_SETPCAP is.
	for drop := me.Bounding &^ bounding; drop != 0; drop &= drop - 1 {
		add(sys(stepCapabilities, "CapabilityBoundingSet", unix.SYS_PRCTL, unix.PR_CAPBSET_DROP,
			uintptr(bits.TrailingZeros64(drop))).soft())
	}
	if id.setGID {
		g := uintptr(id.gid)
		add(sys(stepGroup, "Group", unix.SYS_SETRESGID, g, g, g))
	}
	if id.groups != nil {
		add(sys(stepGroup, "SupplementaryGroups", unix.SYS_SETGROUPS, uintptr(len(id.groups)), 0).
			pointing(1, words32(id.groups...)))
	}
	if keep {
		add(sys(stepCapabilities, "AmbientCapabilities", unix.SYS_PRCTL, unix.PR_SET_KEEPCAPS, 1))
	}
	if id.setUID {
		u := uintptr(id.uid)
		add(sys(stepUser, "User", unix.SYS_SETRESUID, u, u, u))
	}
	if secureBits {
		if keep {
			add(setCapabilities(ambient|1<<capSetPCAP&me.Capabilities, ambient).soft())
		}
		add(sys(stepSecureBits, "SecureBits", unix.SYS_PRCTL, unix.PR_SET_SECUREBITS, uintptr(x.SecureBits)).soft())
	}
	if keep || ambient != 0 {
		permitted := me.Capabilities
		if keep {
			permitted = ambient
		}
		add(setCapabilities(permitted, ambient).soft())
	}
	for a := ambient; a != 0; a &= a - 1 {
		add(sys(stepCapabilities, "AmbientCapabilities", unix.SYS_PRCTL, unix.PR_CAP_AMBIENT, unix.PR_CAP_AMBIENT_RAISE,
			uintptr(bits.TrailingZeros64(a)), 0, 0).soft())
	}
	return calls
}

// setCapabilities makes a set effective and permitted, and another one inheritable.
func setCapabilities(permitted, inheritable uint64) call {
	low := func(v uint64) uint32 { return uint32(v) }
	high := func(v uint64) uint32 { return uint32(v >> 32) }
	c := sys(stepCapabilities, "AmbientCapabilities", unix.SYS_CAPSET, 0, 0)
	data := words32(unix.LINUX_CAPABILITY_VERSION_3, 0,
		low(permitted), low(permitted), low(inheritable),
		high(permitted), high(permitted), high(inheritable))
	c = c.pointing(0, data)
	c.At2, c.Offset = 1, 8
	return c
}
