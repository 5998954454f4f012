package firstrun

import "golang.org/x/sys/unix"

// Without privileges, directories that are ours but may not be written to have to be opened. A transaction gives those
// in which it changes something their attributes in the end, so nothing is to be done about their modes here.

// unsealing does something in a directory, which is opened if need be.
func (x *txn) unsealing(dir int, do func() error) error {
	err := do()
	if err == unix.EACCES && x.unseal(dir) {
		err = do()
	}
	return err
}

func (x *txn) unseal(dir int) bool {
	var st unix.Stat_t
	return x.Sys.Stat(dir, "", &st) == nil && st.Mode&0o300 != 0o300 && x.Sys.Chmod(dir, st.Mode&0o7777|0o700) == nil
}

// rename moves an entry. A directory whose parent becomes another one must be writable itself; it gets its mode
// back.
func (x *txn) rename(from int, name string, to int, as string) error {
	move := func() error { return x.Sys.Rename(from, name, to, as) }
	err := move()
	if err != unix.EACCES {
		return err
	}
	opened := x.unseal(from)
	opened = x.unseal(to) || opened
	var st unix.Stat_t
	sealed := x.Sys.Stat(from, name, &st) == nil && kindOf(st.Mode) == Directory && st.Mode&0o200 == 0 &&
		x.Sys.ChmodAt(from, name, st.Mode&0o7777|0o700) == nil
	if !opened && !sealed {
		return err
	}
	err = move()
	if !sealed {
		return err
	}
	if err != nil {
		_ = x.Sys.ChmodAt(from, name, st.Mode&0o7777)
		return err
	}
	return x.Sys.ChmodAt(to, as, st.Mode&0o7777)
}
