package firstrun

import (
	"errors"
	"fmt"
	"strconv"

	"golang.org/x/sys/unix"
)

// A transaction has three phases, and each can be interrupted at any system call.
//
//	stage   The journal is written (whole, durably) as journal.stage. Copies are made in StateDir/stage and
//	        brought to the disk. A restart keeps what was copied whole and goes on, or, where the image is
//	        another one by now, removes it all.
//	commit  The journal is renamed to journal.commit. From here on the result is certain: a restart does all
//	        operations again, and each of them notices that it was done, because what it would move is gone.
//	        What is replaced is linked or moved to StateDir/backup/ID first.
//	end     The journal moves into the backup, or is removed. The stage directory is removed.
//
// undo is the way back, from journal.commit when an operation fails, or from a journal in a backup when the
// user rolls back: the journal is renamed to journal.undo (or .rollback), and the operations are taken back in
// reverse order.
type txn struct {
	*Volume
	journal *Journal
	stage   int
	backup  int
	copier  *copier
	keeps   bool // what is taken away is kept
}

// Run does a whole transaction: it writes the journal and sees it through.
func (v *Volume) Run(j *Journal, t *Template, p Progress, workers int) error {
	if err := v.MakeState(); err != nil {
		return err
	}
	if err := v.Sys.RemoveAll(v.State, stageDir); err != nil {
		return fmt.Errorf("cannot remove %s: %w%s", v.statePath(stageDir), err, hint(err))
	}
	data, err := j.encode()
	if err != nil {
		return err
	}
	if err := v.WriteState(journalStage, data); err != nil {
		return err
	}
	return v.Resume(j, journalStage, t, p, workers)
}

// Resume sees a transaction through that is in some phase. In the phase of journal.stage it needs the
// template it began with. An error leaves the volume as it was, or the journal in place for the next attempt.
func (v *Volume) Resume(j *Journal, phase string, t *Template, p Progress, workers int) error {
	x, err := v.open(j)
	if err != nil {
		return err
	}
	defer x.close()
	if phase == journalStage {
		if err := x.prepare(t, p, workers); err != nil {
			return err
		}
		if err := v.Sys.Rename(v.State, journalStage, v.State, journalCommit); err != nil {
			return fmt.Errorf("cannot begin to change %s: %w", v.Path, err)
		}
		if err := v.Sys.Sync(v.State); err != nil {
			return fmt.Errorf("cannot begin to change %s: %w", v.Path, err)
		}
		phase = journalCommit
	}
	if phase == journalCommit {
		err := x.commit()
		if err == nil || !j.Backup {
			return err
		}
		if e := v.Sys.Rename(v.State, journalCommit, v.State, journalUndo); e != nil {
			return errors.Join(err, fmt.Errorf("cannot go back: %w; the next start tries again", e))
		}
		if e := x.undo(journalUndo); e != nil {
			return errors.Join(err, e)
		}
		return fmt.Errorf("%w; all changes were taken back", err)
	}
	return x.undo(phase)
}

func (v *Volume) open(j *Journal) (*txn, error) {
	x := &txn{Volume: v, journal: j, stage: -1, backup: -1, copier: newCopier(v.Sys, &v.Notes)}
	var err error
	x.stage, err = v.makeDir(v.State, stageDir)
	if err == nil && j.Backup {
		var all int
		if all, err = v.makeDir(v.State, BackupDir); err == nil {
			x.backup, err = v.makeDir(all, j.ID)
			v.Sys.Close(all)
		}
	}
	if err != nil {
		x.close()
		return nil, fmt.Errorf("cannot prepare a change of %s: %w%s", v.Path, err, hint(err))
	}
	return x, nil
}

func (x *txn) close() {
	for _, fd := range []int{x.stage, x.backup} {
		if fd >= 0 {
			x.Sys.Close(fd)
		}
	}
}

// Discard gives up a transaction that has changed nothing yet.
func (v *Volume) Discard() error {
	if err := v.RemoveState(journalStage); err != nil {
		return err
	}
	if err := v.Sys.RemoveAll(v.State, stageDir); err != nil {
		return fmt.Errorf("cannot remove %s: %w", v.statePath(stageDir), err)
	}
	return nil
}

// prepare makes all copies.
func (x *txn) prepare(t *Template, p Progress, workers int) error {
	if err := t.List(); err != nil {
		return err
	}
	names, err := x.Sys.Names(x.stage)
	if err != nil {
		return fmt.Errorf("cannot read %s: %w", x.statePath(stageDir), err)
	}
	fromTemplate := &staging{copier: x.copier, from: t.Fd, stage: x.stage, fresh: len(names) == 0, workers: workers, progress: p}
	fromVolume := &staging{copier: x.copier, from: x.Root, stage: x.stage, fresh: len(names) == 0, whole: true, workers: workers, progress: p}
	var bytes int64
	for i := range x.journal.Ops {
		op := &x.journal.Ops[i]
		if op.Do != Put {
			continue
		}
		switch op.From {
		case FromTemplate:
			for e := range t.Tree.Under(op.source()) {
				if op.Alone && e.Path != op.source() {
					break
				}
				to := strconv.Itoa(i) + e.Path[len(op.source()):]
				fromTemplate.items = append(fromTemplate.items, stageItem{e, to, op.source() != op.Path})
				bytes += e.Size
			}
		case FromVolume:
			e, err := x.Sys.entryAt(x.Root, op.source())
			if err != nil {
				return fmt.Errorf("cannot read %s: %w", "/"+op.source(), err)
			}
			fromVolume.items = append(fromVolume.items, stageItem{e, strconv.Itoa(i), true})
			bytes += e.Size
		}
	}
	p.Start("copying", len(fromTemplate.items)+len(fromVolume.items), bytes)
	defer p.Done()
	if err := fromTemplate.run(); err != nil {
		return err
	}
	if len(fromVolume.items) > 0 {
		if err := fromVolume.run(); err != nil {
			return err
		}
	}
	if err := x.prepareFacts(t); err != nil {
		return err
	}
	// All at once: each file by itself would wait for the disk.
	if err := x.Sys.SyncAll(x.stage); err != nil {
		return fmt.Errorf("cannot bring what was copied to the disk: %w", err)
	}
	return nil
}

// prepareFacts writes the files of StateDir that come into place with the rest.
func (x *txn) prepareFacts(t *Template) error {
	for i := range x.journal.Ops {
		op := &x.journal.Ops[i]
		data := []byte(op.Data)
		switch {
		case op.Do != Put || op.From != FromData && op.From != FromManifest:
			continue
		case op.From == FromManifest:
			var err error
			if data, err = x.manifest(t); err != nil {
				return err
			}
		}
		if err := x.writeStaged(strconv.Itoa(i), data); err != nil {
			return fmt.Errorf("cannot write %s: %w%s", x.statePath(stageDir), err, hint(err))
		}
	}
	return nil
}

func (x *txn) writeStaged(name string, data []byte) error {
	if err := x.Sys.RemoveAll(x.stage, name); err != nil {
		return err
	}
	fd, err := x.Sys.Open(x.stage, name, unix.O_WRONLY|unix.O_CREAT|unix.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	defer x.Sys.Close(fd)
	return x.Sys.Write(fd, data, 0)
}

// manifest lists the template. What the plan says is kept otherwise on the volume is marked.
func (x *txn) manifest(t *Template) ([]byte, error) {
	var missing []*Entry
	for i := range t.Tree.Entries {
		if e := &t.Tree.Entries[i]; !e.Left && (!e.read && !e.complete || e.Digest == "" && e.Kind == File) {
			missing = append(missing, e)
		}
	}
	if err := t.Complete(missing); err != nil {
		return nil, err
	}
	kept := map[string]bool{}
	for i := range x.journal.Ops {
		if op := &x.journal.Ops[i]; op.Do == Check {
			kept[op.Path] = true
		}
	}
	entries := make([]Entry, 0, len(t.Tree.Entries))
	for _, e := range t.Tree.Entries {
		if e.Left {
			continue
		}
		e.Kept = kept[e.Path]
		entries = append(entries, e)
	}
	return EncodeManifest(entries), nil
}
