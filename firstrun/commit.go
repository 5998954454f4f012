package firstrun

import (
	"fmt"
	"strconv"

	"golang.org/x/sys/unix"
)

// commit does all operations, whether or not they were done before, and ends the transaction.
func (x *txn) commit() error {
	for i := range x.journal.Ops {
		op := &x.journal.Ops[i]
		if err := x.do(i, op); err != nil {
			return fmt.Errorf("cannot %s %s%s: %w%s", verb(op.Do), x.Path+"/", op.Path, err, hint(err))
		}
	}
	if err := x.Sys.SyncAll(x.Root); err != nil {
		return fmt.Errorf("cannot bring the changes of %s to the disk: %w", x.Path, err)
	}
	return x.end(journalCommit)
}

func verb(do Do) string {
	switch do {
	case Put:
		return "put in place"
	case Drop, DropDir:
		return "remove"
	case Move:
		return "move"
	}
	return "change owner and mode of"
}

// end removes the journal, or keeps it with the backup, and cleans up.
func (x *txn) end(phase string) error {
	if err := x.endJournal(phase); err != nil {
		return fmt.Errorf("cannot end the change of %s: %w%s", x.Path, err, hint(err))
	}
	// What is left counts for nothing any more; CleanUp removes what this leaves.
	_ = x.Sys.RemoveAll(x.State, stageDir)
	if phase == journalUndo {
		if all, err := x.Sys.Open(x.State, BackupDir, unix.O_RDONLY|unix.O_DIRECTORY, 0); err == nil {
			_ = x.Sys.RemoveAll(all, x.journal.ID)
			x.Sys.Close(all)
		}
	}
	x.markClean()
	return nil
}

func (x *txn) endJournal(phase string) error {
	if phase == journalBack { // which keeps what it took away
		kept, err := x.Sys.Exists(x.backup, undoneDir)
		if err == nil && !kept {
			err = x.Sys.Rename(x.State, stageDir, x.backup, undoneDir)
		}
		if err != nil {
			return err
		}
	}
	var err error
	if x.journal.Backup && phase == journalCommit {
		err = x.Sys.Rename(x.State, phase, x.backup, journalKept)
	} else {
		err = x.Sys.Unlink(x.State, phase, 0)
	}
	if err == nil && x.backup >= 0 {
		err = x.Sys.Sync(x.backup)
	}
	if err == nil {
		err = x.Sys.Sync(x.State)
	}
	return err
}

func (x *txn) do(i int, op *Op) error {
	switch op.Do {
	case Put:
		return x.put(strconv.Itoa(i), op)
	case Move:
		return x.move(op.Path, op.To)
	case Drop:
		return x.drop(strconv.Itoa(i), op)
	case DropDir:
		return x.dropDir(op)
	case Meta:
		return x.meta(op.Path, op.New, op.KeepXattrs)
	}
	return nil
}

func (x *txn) put(name string, op *Op) error {
	staged, err := x.Sys.Exists(x.stage, name)
	if err != nil || !staged {
		return err // done before, or left out
	}
	dir, to, err := x.parent(op.Path)
	if err != nil {
		return err
	}
	defer x.Sys.Close(dir)
	if err := x.keep(name, op, dir, to); err != nil {
		return err
	}
	return x.rename(x.stage, name, dir, to)
}

// keep makes room for a put: what is at its place goes to the backup. A file is linked there where that is
// possible, so that its path is never without a file.
func (x *txn) keep(name string, op *Op, dir int, to string) error {
	if op.Old == "" {
		return nil
	}
	plain := op.Old != Directory.String() && op.Kind != Directory.String()
	if x.backup < 0 {
		if plain {
			return nil // the rename replaces it
		}
		return x.away(dir, to, x.stage, "old-"+name)
	}
	if plain {
		err := x.Sys.Link(dir, to, x.backup, name)
		if err == nil || err == unix.EEXIST || err == unix.ENOENT {
			return nil
		}
		if !unsupported(err) && err != unix.EMLINK {
			return err
		}
	}
	return x.away(dir, to, x.backup, name)
}

// away moves an entry, unless that was done before.
func (x *txn) away(dir int, name string, to int, as string) error {
	done, err := x.Sys.Exists(to, as)
	if err != nil || done {
		return err
	}
	err = x.rename(dir, name, to, as)
	if err == unix.ENOENT {
		return nil
	}
	return err
}

// move moves an entry to another name. If that is taken, it was done before.
func (x *txn) move(from, to string) error {
	dir, name, err := x.parent(from)
	if err != nil {
		return err
	}
	defer x.Sys.Close(dir)
	target, as, err := x.parent(to)
	if err != nil {
		return err
	}
	defer x.Sys.Close(target)
	return x.away(dir, name, target, as)
}

func (x *txn) drop(name string, op *Op) error {
	dir, entry, err := x.parent(op.Path)
	if err == unix.ENOENT {
		return nil
	}
	if err != nil {
		return err
	}
	defer x.Sys.Close(dir)
	if x.backup < 0 {
		return x.away(dir, entry, x.stage, "old-"+name)
	}
	return x.away(dir, entry, x.backup, name)
}

func (x *txn) dropDir(op *Op) error {
	dir, entry, err := x.parent(op.Path)
	if err == unix.ENOENT {
		return nil
	}
	if err != nil {
		return err
	}
	defer x.Sys.Close(dir)
	switch err := x.unsealing(dir, func() error { return x.Sys.Unlink(dir, entry, unix.AT_REMOVEDIR) }); err {
	case nil, unix.ENOENT, unix.ENOTEMPTY, unix.EEXIST, unix.EBUSY, unix.ENOTDIR:
		return nil // what the admin has in it keeps it
	default:
		return err
	}
}

// meta gives an entry attributes. What is gone by now needs none.
func (x *txn) meta(path string, attrs *Attrs, keepXattrs bool) error {
	dir, name, err := x.parent(path)
	if err == unix.ENOENT {
		return nil
	}
	if err != nil {
		return err
	}
	defer x.Sys.Close(dir)
	if name == "" {
		name = "."
	}
	var st unix.Stat_t
	if err := x.Sys.Stat(dir, name, &st); err != nil {
		if err == unix.ENOENT {
			return nil
		}
		return err
	}
	var have Entry
	have.fill(&st)
	e := Entry{Path: path, Kind: have.Kind, Attrs: *attrs}
	if e.MTime == 0 {
		e.MTime = have.MTime
	}
	if have.Kind != File && have.Kind != Directory {
		return x.copier.attrs(dir, name, &e, have.UID, have.GID, have.Mode)
	}
	fd, err := x.Sys.Open(dir, name, unix.O_RDONLY|unix.O_NONBLOCK, 0)
	if err == unix.EACCES {
		x.Notes.Add("cannot change owner and mode of what this user may not open", path)
		return nil
	}
	if err != nil {
		return err
	}
	defer x.Sys.Close(fd)
	old, err := x.Sys.XattrsOf(fd)
	if err != nil {
		return err
	}
	if keepXattrs {
		e.Xattrs = old // a new owner would take a file's capabilities away
	}
	for name := range old {
		if _, ok := e.Xattrs[name]; !ok {
			if err := x.Sys.RemoveXattr(fd, "", name); err != nil && err != unix.EPERM {
				return err
			}
		}
	}
	return x.copier.attrs(fd, "", &e, have.UID, have.GID, have.Mode)
}
