package firstrun

import (
	"fmt"
	"strconv"

	"golang.org/x/sys/unix"
)

// undo takes all operations back, the last one first, whether they were done or not, and ends the transaction.
// What was put and has no predecessor is removed.
func (x *txn) undo(phase string) error {
	if x.keeps = phase == journalBack; x.keeps {
		// What was taken away is moved to the backup at the very end: all has been done.
		if over, err := x.Sys.Exists(x.backup, undoneDir); err != nil || over {
			if err != nil {
				return fmt.Errorf("cannot take back the changes of %s: %w", x.Path, err)
			}
			return x.end(phase)
		}
	}
	for i := len(x.journal.Ops) - 1; i >= 0; i-- {
		op := &x.journal.Ops[i]
		if err := x.takeBack(strconv.Itoa(i), op); err != nil {
			return fmt.Errorf("cannot take back the change of %s/%s: %w%s; the next start tries again", x.Path, op.Path, err, hint(err))
		}
	}
	if err := x.Sys.SyncAll(x.Root); err != nil {
		return fmt.Errorf("cannot bring the changes of %s to the disk: %w", x.Path, err)
	}
	return x.end(phase)
}

func (x *txn) takeBack(name string, op *Op) error {
	switch op.Do {
	case Put:
		return x.unput(name, op)
	case Drop:
		return x.restore(name, op)
	case Move:
		return x.unmove(op)
	case DropDir:
		return x.undropDir(op)
	case Meta, Hold:
		if op.Was != nil {
			return x.meta(op.Path, op.Was, op.KeepXattrs)
		}
	}
	return nil
}

func (x *txn) unput(name string, op *Op) error {
	staged, err := x.Sys.Exists(x.stage, name)
	if err != nil {
		return err
	}
	if op.Old != "" {
		return x.restore(name, op)
	}
	if staged {
		return nil // it never came into place
	}
	dir, entry, err := x.parent(op.Path)
	if err == unix.ENOENT {
		return nil
	}
	if err != nil {
		return err
	}
	defer x.Sys.Close(dir)
	return x.away(dir, entry, x.stage, "undone-"+name)
}

// restore moves what was replaced or dropped back from the backup. If it is not there any more, or never was,
// there is nothing to do.
func (x *txn) restore(name string, op *Op) error {
	kept, err := x.Sys.Exists(x.backup, name)
	if err != nil || !kept {
		return err
	}
	dir, entry, err := x.parent(op.Path)
	if err != nil {
		return err
	}
	defer x.Sys.Close(dir)
	var st unix.Stat_t
	err = x.Sys.Stat(dir, entry, &st)
	if err != nil && err != unix.ENOENT {
		return err
	}
	if err == nil && (x.keeps || kindOf(st.Mode) == Directory || op.Old == Directory.String()) {
		if err := x.away(dir, entry, x.stage, "undone-"+name); err != nil {
			return err
		}
	}
	if err := x.rename(x.backup, name, dir, entry); err != nil {
		return err
	}
	// Two names of one file: the rename did nothing, and the path has been right all the time.
	err = x.Sys.Unlink(x.backup, name, 0)
	if err == unix.ENOENT {
		return nil
	}
	return err
}

// unmove moves back what was moved. If it is not there it was not moved, or was moved back before.
func (x *txn) unmove(op *Op) error {
	dir, name, err := x.parent(op.To)
	if err != nil {
		return err
	}
	defer x.Sys.Close(dir)
	moved, err := x.Sys.Exists(dir, name)
	if err != nil || !moved {
		return err
	}
	target, as, err := x.parent(op.Path)
	if err != nil {
		return err
	}
	defer x.Sys.Close(target)
	return x.away(dir, name, target, as)
}

func (x *txn) undropDir(op *Op) error {
	dir, entry, err := x.parent(op.Path)
	if err != nil {
		return err
	}
	defer x.Sys.Close(dir)
	err = x.unsealing(dir, func() error { return x.Sys.Mkdir(dir, entry, 0o700) })
	if err != nil && err != unix.EEXIST || op.Was == nil {
		return err
	}
	return x.meta(op.Path, op.Was, false)
}

// undoneDir is where, in the backup, a rollback keeps what it took away: its number is that of the operation.
const undoneDir = "undone"

// RollBack takes back a transaction whose journal was kept in a backup. What has been changed since then goes
// back, too; it is kept in the backup.
func (v *Volume) RollBack(id string) error { return v.rollBack(id, journalBack) }

func (v *Volume) rollBack(id, phase string) error {
	all, err := v.Sys.Open(v.State, BackupDir, unix.O_RDONLY|unix.O_DIRECTORY, 0)
	if err != nil {
		return fmt.Errorf("cannot roll back: cannot open %s: %w", v.statePath(BackupDir), err)
	}
	defer v.Sys.Close(all)
	backup, err := v.Sys.Open(all, id, unix.O_RDONLY|unix.O_DIRECTORY, 0)
	if err != nil {
		return fmt.Errorf("cannot roll back: cannot open %s: %w", v.statePath(BackupDir+"/"+id), err)
	}
	defer v.Sys.Close(backup)
	data, err := v.Sys.readFile(backup, journalKept)
	if err != nil {
		return fmt.Errorf("cannot roll back: cannot read %s: %w", v.statePath(BackupDir+"/"+id+"/"+journalKept), err)
	}
	j, err := DecodeJournal(v.statePath(BackupDir+"/"+id+"/"+journalKept), data)
	if err != nil {
		return err
	}
	if err := v.Sys.RemoveAll(v.State, stageDir); err != nil {
		return fmt.Errorf("cannot remove %s: %w", v.statePath(stageDir), err)
	}
	if err := v.Sys.Rename(backup, journalKept, v.State, phase); err != nil {
		return fmt.Errorf("cannot roll back: %w", err)
	}
	if err := v.Sys.Sync(v.State); err != nil {
		return fmt.Errorf("cannot roll back: %w", err)
	}
	return v.Resume(j, phase, nil, Silent{}, 0)
}
