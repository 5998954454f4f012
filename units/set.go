package units

import "slices"

// indexAt is the size from which a Set keeps an index: below it, a scan of the names is faster.
const indexAt = 12

// Add adds a name at the end; false if it is there already.
func (s *Set) Add(name string) bool {
	if s.Has(name) {
		return false
	}
	s.names = append(s.names, name)
	switch {
	case s.index != nil:
		s.index[name] = len(s.names) - 1
	case len(s.names) >= indexAt:
		s.reindex()
	}
	return true
}

// Has tells whether a name is in the set.
func (s Set) Has(name string) bool {
	if s.index != nil {
		_, ok := s.index[name]
		return ok
	}
	return slices.Contains(s.names, name)
}

// Remove takes a name out; false if it was not there.
func (s *Set) Remove(name string) bool {
	at := slices.Index(s.names, name)
	if at < 0 {
		return false
	}
	// A new slice, so that a caller may go on over the names it has.
	s.names = slices.Concat(s.names[:at], s.names[at+1:])
	if s.index != nil {
		s.reindex()
	}
	return true
}

// Names are the names in the order of their adding. The slice must not be changed; it stays as it is when
// the set changes.
func (s Set) Names() []string { return s.names }

// Len is the number of names.
func (s Set) Len() int { return len(s.names) }

func (s *Set) reindex() {
	s.index = make(map[string]int, 2*len(s.names))
	for i, name := range s.names {
		s.index[name] = i
	}
}
