package pid1

import (
	"fmt"
	"hash/fnv"
)

// The uids that DynamicUser= takes (systemd.exec(5)).
const (
	dynamicFirst = 61184
	dynamicLast  = 65519
)

// dynamicUser gives a unit a user of its own; the same name has the same uid for as long as PID 1 runs, and, where no
// other name claims it, the same in every run. ok is false if PID 1 may not change users.
func (s *Spawner) dynamicUser(unit string) (a account, ok bool) {
	if !s.cfg.Identity.can(capSetUID) || !s.cfg.Identity.can(capSetGID) {
		return a, false
	}
	name := userName(unit)
	s.mu.Lock()
	defer s.mu.Unlock()
	uid, have := s.dynamic[name]
	if !have {
		h := fnv.New32a()
		_, _ = h.Write([]byte(name))
		const count = dynamicLast - dynamicFirst + 1
		offset := h.Sum32() % count
		for range count {
			uid = dynamicFirst + offset
			if s.freeUID(uid) {
				have = true
				break
			}
			offset = (offset + 1) % count
		}
		if !have {
			return a, false
		}
		s.dynamic[name] = uid
	}
	return account{name: name, uid: uid, gid: uid, home: "/", shell: "/usr/sbin/nologin"}, true
}

// freeUID tells whether neither a file nor another unit has given a uid to somebody.
func (s *Spawner) freeUID(uid uint32) bool {
	for _, taken := range s.dynamic {
		if taken == uid {
			return false
		}
	}
	_, err := s.accounts.user(fmt.Sprint(uid))
	return err != nil
}

// userName is the user that DynamicUser= makes of a unit's name: the name without suffix where that is a valid
// user name, else a digest.
func userName(unit string) string {
	name := unit
	for i := len(unit) - 1; i > 0; i-- {
		if unit[i] == '.' {
			name = unit[:i]
			break
		}
	}
	valid := name != "" && len(name) <= 31
	for i := range len(name) {
		c := name[i]
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_'
		valid = valid && (letter || i > 0 && (c >= '0' && c <= '9' || c == '-'))
	}
	if valid {
		return name
	}
	h := fnv.New64a()
	_, _ = h.Write([]byte(unit))
	return fmt.Sprintf("_du%016x", h.Sum64())
}
