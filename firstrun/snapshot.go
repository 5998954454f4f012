package firstrun

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"golang.org/x/sys/unix"
)

// A snapshot is a copy of a whole volume in BackupDir/ID, taken before programs of an upgrade may change
// anything in it: its files in fullDir, the facts in factsDir, and, written last, the list of both.
const (
	fullDir      = "full"
	factsDir     = "facts"
	snapshotFile = "snapshot"
)

// factFiles are the files of StateDir that go back with a volume.
var factFiles = []string{ManifestFile, VersionFile, BuildIDFile, PackagesFile, ConfiguredFile}

// snapshotList is the content of snapshotFile.
type snapshotList struct {
	Names [][]byte `json:"names"` // of the root directory
	Root  Attrs    `json:"root"`
	Facts []string `json:"facts"`
}

// openBackup opens the backup of an id, and makes it if it is asked to.
func (v *Volume) openBackup(id string, make bool) (int, error) {
	if make {
		all, err := v.makeDir(v.State, BackupDir)
		if err != nil {
			return -1, err
		}
		defer v.Sys.Close(all)
		return v.makeDir(all, id)
	}
	all, err := v.Sys.Open(v.State, BackupDir, unix.O_RDONLY|unix.O_DIRECTORY, 0)
	if err != nil {
		return -1, err
	}
	defer v.Sys.Close(all)
	return v.Sys.Open(all, id, unix.O_RDONLY|unix.O_DIRECTORY, 0)
}

// Snapshot copies the whole volume, sharing blocks where the file system can.
func (v *Volume) Snapshot(id string, p Progress, workers int) error {
	if err := v.snapshot(id, p, workers); err != nil {
		return fmt.Errorf("cannot make a backup of %s: %w%s", v.Path, err, hint(err))
	}
	return nil
}

func (v *Volume) snapshot(id string, p Progress, workers int) error {
	tree, err := v.Sys.Scan(v.Root, ScanOptions{Shallow: true, Workers: workers})
	if err != nil {
		return err
	}
	backup, err := v.openBackup(id, true)
	if err != nil {
		return err
	}
	defer v.Sys.Close(backup)
	full, err := v.makeDir(backup, fullDir)
	if err != nil {
		return err
	}
	defer v.Sys.Close(full)
	list := snapshotList{Root: tree.Entries[0].Attrs}
	if list.Root.Xattrs, err = v.Sys.XattrsOf(v.Root); err != nil {
		return err
	}
	s := &staging{copier: newCopier(v.Sys, &v.Notes), from: v.Root, stage: full, fresh: true, whole: true, workers: workers, progress: p}
	s.digests = false
	var bytes int64
	for i := range tree.Entries[1:] {
		e := &tree.Entries[i+1]
		if e.Left {
			return fmt.Errorf("cannot read /%s: %w", e.Path, unix.EACCES)
		}
		s.items = append(s.items, stageItem{e, e.Path, false})
		bytes += e.Size
		if dirOf(e.Path) == "" {
			list.Names = append(list.Names, []byte(e.Path))
		}
	}
	p.Start("backing up", len(s.items), bytes)
	defer p.Done()
	if err := s.run(); err != nil {
		return err
	}
	if err := v.Sys.SyncAll(full); err != nil {
		return err
	}
	if list.Facts, err = v.copyFacts(backup); err != nil {
		return err
	}
	data, err := json.Marshal(list)
	if err != nil {
		return err
	}
	if err := v.writeDurably(backup, snapshotFile, data); err != nil {
		return err
	}
	return v.Sys.Sync(backup)
}

func (v *Volume) writeDurably(dir int, name string, data []byte) error {
	fd, err := v.Sys.Open(dir, name, unix.O_WRONLY|unix.O_CREAT|unix.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	defer v.Sys.Close(fd)
	if err := v.Sys.Write(fd, data, 0); err != nil {
		return err
	}
	return v.Sys.Sync(fd)
}

func (v *Volume) copyFacts(backup int) (names []string, err error) {
	dir, err := v.makeDir(backup, factsDir)
	if err != nil {
		return nil, err
	}
	defer v.Sys.Close(dir)
	for _, name := range factFiles {
		data, err := v.ReadState(name)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err == nil {
			err = v.writeDurably(dir, name, data)
		}
		if err != nil {
			return nil, err
		}
		names = append(names, name)
	}
	return names, nil
}

// Restore makes the volume what it was when a snapshot was taken; a change that is under way is given up. It
// can be interrupted and done again. What was there until now is kept in the backup, as undoneDir.
func (v *Volume) Restore(id string) error {
	if err := v.restore(id); err != nil {
		return fmt.Errorf("cannot bring back the backup %s: %w%s", v.statePath(BackupDir+"/"+id), err, hint(err))
	}
	return nil
}

func (v *Volume) restore(id string) error {
	backup, err := v.openBackup(id, false)
	if err != nil {
		return err
	}
	defer v.Sys.Close(backup)
	data, err := v.Sys.readFile(backup, snapshotFile)
	if err != nil {
		return err
	}
	var list snapshotList
	if err := json.Unmarshal(data, &list); err != nil {
		return err
	}
	for _, phase := range []string{journalStage, journalCommit, journalUndo, journalBack} {
		if err := v.RemoveState(phase); err != nil {
			return err
		}
	}
	if err := v.Sys.RemoveAll(v.State, stageDir); err != nil {
		return err
	}
	if err := v.restoreFiles(backup, &list); err != nil {
		return err
	}
	facts, err := v.Sys.OpenBeneath(backup, factsDir)
	if err != nil {
		return err
	}
	defer v.Sys.Close(facts)
	for _, name := range factFiles {
		if !slices.Contains(list.Facts, name) {
			err = v.RemoveState(name)
		} else if data, err = v.Sys.readFile(facts, name); err == nil {
			err = v.WriteState(name, data)
		}
		if err != nil {
			return err
		}
	}
	x := &txn{Volume: v, copier: newCopier(v.Sys, &v.Notes)}
	if err := x.meta("", &list.Root, false); err != nil {
		return err
	}
	return v.Sys.SyncAll(v.Root)
}

// restoreFiles exchanges what is in the root directory, one entry after the other. An entry that is not in
// the copy any more has been restored before.
func (v *Volume) restoreFiles(backup int, list *snapshotList) error {
	full, err := v.Sys.OpenBeneath(backup, fullDir)
	if err != nil {
		return err
	}
	defer v.Sys.Close(full)
	undone, err := v.makeDir(backup, undoneDir)
	if err != nil {
		return err
	}
	defer v.Sys.Close(undone)
	x := &txn{Volume: v}
	names, err := v.Sys.Names(v.Root)
	if err != nil {
		return err
	}
	copied := map[string]bool{StateDir: true}
	for _, raw := range list.Names {
		name := string(raw)
		copied[name] = true
		there, err := v.Sys.Exists(full, name)
		if err != nil {
			return err
		}
		if !there {
			continue
		}
		if err := x.away(v.Root, name, undone, name); err != nil {
			return err
		}
		if err := v.Sys.Rename(full, name, v.Root, name); err != nil {
			return err
		}
	}
	slices.Sort(names)
	for _, name := range names {
		if copied[name] {
			continue
		}
		err := x.away(v.Root, name, undone, name)
		if err == unix.EXDEV || err == unix.EBUSY {
			continue // mounted there, and never part of the copy
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// RemoveBackups removes all backups but one ("": all).
func (v *Volume) RemoveBackups(but string) error {
	all, err := v.Sys.Open(v.State, BackupDir, unix.O_RDONLY|unix.O_DIRECTORY, 0)
	if err == unix.ENOENT {
		return nil
	}
	var names []string
	if err == nil {
		defer v.Sys.Close(all)
		names, err = v.Sys.Names(all)
	}
	for _, name := range names {
		if name != but && err == nil {
			err = v.Sys.RemoveAll(all, name)
		}
	}
	if err != nil {
		return fmt.Errorf("cannot remove old backups: %w", err)
	}
	return nil
}

// TakeBack takes back the transaction of an id, wherever it is: not begun to change anything, half done, or done.
func (v *Volume) TakeBack(id string) error {
	j, phase, err := v.Pending()
	if err != nil {
		return err
	}
	switch {
	case j == nil:
		backup, err := v.openBackup(id, false)
		if err == unix.ENOENT {
			return nil // nothing of it is left
		}
		if err != nil {
			return fmt.Errorf("cannot open the backup: %w", err)
		}
		kept, err := v.Sys.Exists(backup, journalKept)
		v.Sys.Close(backup)
		if err != nil || !kept {
			return err
		}
		return v.rollBack(id, journalUndo)
	case phase == journalStage:
		return v.Discard()
	case phase == journalCommit:
		if err := v.Sys.Rename(v.State, journalCommit, v.State, journalUndo); err != nil {
			return fmt.Errorf("cannot go back: %w", err)
		}
		phase = journalUndo
	}
	return v.Resume(j, phase, nil, Silent{}, 0)
}

// CheckSpace tells whether the volume has room for a copy of itself.
func (v *Volume) CheckSpace(workers int) error {
	tree, err := v.Sys.Scan(v.Root, ScanOptions{Shallow: true, Workers: workers})
	if err != nil {
		return err
	}
	var need int64
	for i := range tree.Entries {
		if e := &tree.Entries[i]; e.Hard == "" {
			need += e.blocks*512 + 512
		}
	}
	var st unix.Statfs_t
	if err := unix.Fstatfs(v.Root, &st); err != nil {
		return fmt.Errorf("cannot tell how much space %s has: %w", v.Path, err)
	}
	if free := int64(st.Bavail) * st.Bsize; free < need && !v.clones(tree) {
		return fmt.Errorf("cannot make a backup of %s: it needs %d MiB, and %d MiB are free; make room, or set [upgrade] backup = \"changed\"", v.Path, need>>20, free>>20)
	}
	return nil
}

// clones tells whether the file system shares blocks, so that a copy needs no room: it tries it.
func (v *Volume) clones(tree *Tree) bool {
	for i := range tree.Entries {
		e := &tree.Entries[i]
		if e.Kind != File || e.Size == 0 {
			continue
		}
		dir, name, err := v.parent(e.Path)
		if err != nil {
			return false
		}
		defer v.Sys.Close(dir)
		from, err := v.Sys.Open(dir, name, unix.O_RDONLY|unix.O_NONBLOCK, 0)
		if err != nil {
			return false
		}
		defer v.Sys.Close(from)
		to, err := v.Sys.Open(v.State, "clone.new", unix.O_WRONLY|unix.O_CREAT|unix.O_TRUNC, 0o600)
		if err != nil {
			return false
		}
		defer v.Sys.Close(to)
		err = v.Sys.Clone(from, to)
		_ = v.Sys.Unlink(v.State, "clone.new", 0)
		return err == nil
	}
	return true
}

// Settle ends a transaction for whose template nobody asks: one that has changed nothing is given up.
func (v *Volume) Settle(j *Journal, phase string) error {
	if phase == journalStage {
		return v.Discard()
	}
	return v.Resume(j, phase, nil, Silent{}, 0)
}
