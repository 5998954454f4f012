package firstrun

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"golang.org/x/sys/unix"
)

// The files of StateDir. Build id, volume version and "configured" are three separate facts.
const (
	ManifestFile   = "manifest"   // the baseline
	BuildIDFile    = "build-id"   // of the image that filled or upgraded the volume last
	VersionFile    = "version"    // of the volume's layout
	PackagesFile   = "packages"   // versions of the packages whose scriptlets have run
	ConfiguredFile = "configured" // setup has succeeded; what it says is when, and by which image
	cleanFile      = "clean"      // when it changed last, no file was other than the manifest says
	stageDir       = "stage"      // what is being prepared
	BackupDir      = "backup"     // what upgrades replaced
)

// maxState bounds a file of StateDir: a manifest of some hundred thousand entries.
const maxState = 256 << 20

// Volume is a directory that holds a container's data, open.
type Volume struct {
	Sys   *Sys
	Path  string // as messages name it
	Root  int    // descriptor of the directory
	State int    // descriptor of StateDir; -1 before MakeState where there is none
	Notes Notes
}

// OpenVolume opens a volume. Nothing is written.
func OpenVolume(sys *Sys, path string) (*Volume, error) {
	fd, err := sys.Open(unix.AT_FDCWD, strings.TrimSuffix(path, "/")+"/.", unix.O_RDONLY|unix.O_DIRECTORY, 0)
	if err != nil {
		return nil, fmt.Errorf("cannot open volume %s: %w", path, err)
	}
	v := &Volume{Sys: sys, Path: path, Root: fd, State: -1}
	v.State, err = sys.Open(fd, StateDir, unix.O_RDONLY|unix.O_DIRECTORY, 0)
	if err != nil && err != unix.ENOENT {
		v.Close()
		return nil, fmt.Errorf("cannot open %s: %w%s", v.statePath(""), err, hint(err))
	}
	return v, nil
}

// Close closes the volume.
func (v *Volume) Close() {
	v.Sys.Close(v.Root)
	if v.State >= 0 {
		v.Sys.Close(v.State)
	}
}

func (v *Volume) statePath(name string) string {
	return strings.TrimSuffix(v.Path+"/"+StateDir+"/"+name, "/")
}

// MakeState makes StateDir where there is none.
func (v *Volume) MakeState() error {
	if v.State >= 0 {
		return nil
	}
	fd, err := v.makeDir(v.Root, StateDir)
	if err != nil {
		return fmt.Errorf("cannot make %s: %w%s", v.statePath(""), err, hint(err))
	}
	v.State = fd
	return nil
}

// makeDir makes a private directory, without what it would inherit from the volume, and opens it.
func (v *Volume) makeDir(dir int, name string) (int, error) {
	if err := v.Sys.Mkdir(dir, name, 0o700); err != nil && err != unix.EEXIST {
		return -1, err
	}
	fd, err := v.Sys.Open(dir, name, unix.O_RDONLY|unix.O_DIRECTORY, 0)
	if err != nil {
		return -1, err
	}
	var st unix.Stat_t
	if err = v.Sys.Stat(fd, "", &st); err == nil && st.Mode&0o7777 != 0o700 {
		err = v.Sys.Chmod(fd, 0o700)
	}
	if err == nil && int(st.Uid) == os.Geteuid() && int(st.Gid) != os.Getegid() {
		err = v.Sys.Chown(fd, "", st.Uid, uint32(os.Getegid()))
	}
	if err == nil {
		err = v.Sys.RemoveXattr(fd, "", "system.posix_acl_default")
	}
	if err != nil {
		v.Sys.Close(fd)
		return -1, err
	}
	if int(st.Uid) != os.Geteuid() && os.Geteuid() == 0 {
		v.Notes.Add("root is squashed: what it makes belongs to user %d (NFS without no_root_squash?)", "", st.Uid)
	}
	return fd, nil
}

// hint says what to do about an error that has a usual cause.
func hint(err error) string {
	switch {
	case errors.Is(err, unix.EROFS):
		return " (the volume is mounted read-only)"
	case errors.Is(err, unix.EACCES), errors.Is(err, unix.EPERM):
		if os.Geteuid() == 0 {
			return " (root may not, as where NFS squashes root: export the volume with no_root_squash, or run the container as the user that it belongs to)"
		}
		return fmt.Sprintf(" (user %d may not: give the volume to that user, or run the container as the one that it belongs to)", os.Geteuid())
	case errors.Is(err, unix.ENOSPC), errors.Is(err, unix.EDQUOT):
		return " (the volume is full)"
	}
	return ""
}

// ReadState reads a file of StateDir; fs.ErrNotExist if there is none.
func (v *Volume) ReadState(name string) ([]byte, error) {
	if v.State < 0 {
		return nil, fs.ErrNotExist
	}
	data, err := v.Sys.readFile(v.State, name)
	if err == unix.ENOENT {
		return nil, fs.ErrNotExist
	}
	if err != nil {
		return nil, fmt.Errorf("cannot read %s: %w", v.statePath(name), err)
	}
	return data, nil
}

func (s *Sys) readFile(dir int, name string) ([]byte, error) {
	fd, err := s.Open(dir, name, unix.O_RDONLY|unix.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	defer s.Close(fd)
	var st unix.Stat_t
	if err := s.Stat(fd, "", &st); err != nil {
		return nil, err
	}
	if st.Mode&unix.S_IFMT != unix.S_IFREG || st.Size > maxState {
		return nil, unix.EFBIG
	}
	data := make([]byte, st.Size)
	return data, s.readFull(fd, data, 0)
}

// Fact reads a fact of one line; "" if it is not there.
func (v *Volume) Fact(name string) (string, error) {
	data, err := v.ReadState(name)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", err
	}
	return strings.TrimSpace(string(data)), nil
}

// WriteState writes a file of StateDir so that it is there as a whole, and durably, or not at all.
func (v *Volume) WriteState(name string, data []byte) error {
	err := v.writeNew(name+newSuffix, data)
	if err == nil {
		err = v.Sys.Rename(v.State, name+newSuffix, v.State, name)
	}
	if err == nil {
		err = v.Sys.Sync(v.State)
	}
	if err != nil {
		_ = v.Sys.Unlink(v.State, name+newSuffix, 0)
		return fmt.Errorf("cannot write %s: %w%s", v.statePath(name), err, hint(err))
	}
	return nil
}

// newSuffix is that of a file of StateDir which is being written.
const newSuffix = ".new"

// CleanUp removes what a start left that was interrupted after, or before, anything of it counted. There must
// be no transaction under way.
func (v *Volume) CleanUp() error {
	names, err := v.Sys.Names(v.State)
	for _, name := range names {
		if err == nil && (name == stageDir || strings.HasSuffix(name, newSuffix)) {
			err = v.Sys.RemoveAll(v.State, name)
		}
	}
	if err != nil {
		return fmt.Errorf("cannot clean up %s: %w%s", v.statePath(""), err, hint(err))
	}
	return nil
}

func (v *Volume) writeNew(name string, data []byte) error {
	if err := v.Sys.Unlink(v.State, name, 0); err != nil && err != unix.ENOENT {
		return err
	}
	fd, err := v.Sys.Open(v.State, name, unix.O_WRONLY|unix.O_CREAT|unix.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	defer v.Sys.Close(fd)
	if err := v.Sys.Write(fd, data, 0); err != nil {
		return err
	}
	return v.Sys.Sync(fd)
}

// RemoveState removes a file of StateDir, durably.
func (v *Volume) RemoveState(name string) error {
	err := v.Sys.Unlink(v.State, name, 0)
	if err == unix.ENOENT {
		return nil
	}
	if err == nil {
		err = v.Sys.Sync(v.State)
	}
	if err != nil {
		return fmt.Errorf("cannot remove %s: %w%s", v.statePath(name), err, hint(err))
	}
	return nil
}

// Manifest reads the baseline; nil if the volume has none.
func (v *Volume) Manifest() (*Tree, error) {
	data, err := v.ReadState(ManifestFile)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return DecodeManifest(v.statePath(ManifestFile), data)
}

// CleanTime is when all that the manifest does not call kept was as it says, by the clock of the volume's
// file system; 0 if that is not known.
func (v *Volume) CleanTime() int64 {
	var st unix.Stat_t
	if v.State < 0 || v.Sys.Stat(v.State, cleanFile, &st) != nil {
		return 0
	}
	return st.Ctim.Nano()
}

// markClean remembers now as the CleanTime. Without it the next upgrade reads more files, and that is all.
func (v *Volume) markClean() {
	_ = v.Sys.Unlink(v.State, cleanFile, 0)
	if fd, err := v.Sys.Open(v.State, cleanFile, unix.O_WRONLY|unix.O_CREAT|unix.O_EXCL, 0o600); err == nil {
		v.Sys.Close(fd)
	}
}

// parent opens the directory of a path of the volume, through directories only.
func (v *Volume) parent(path string) (fd int, name string, err error) {
	dir, name := SplitLast(path)
	fd, err = v.Sys.OpenBeneath(v.Root, dir)
	return fd, name, err
}

// RemoveAll removes a tree; it is no error if there is none.
func (s *Sys) RemoveAll(dir int, name string) error {
	err := s.Unlink(dir, name, 0)
	if err == nil || err == unix.ENOENT {
		return nil
	}
	if err != unix.EISDIR && err != unix.EPERM {
		return err
	}
	fd, openErr := s.Open(dir, name, unix.O_RDONLY|unix.O_DIRECTORY, 0)
	if openErr == unix.EACCES { // ours, but without permissions
		_ = s.ChmodAt(dir, name, 0o700)
		fd, openErr = s.Open(dir, name, unix.O_RDONLY|unix.O_DIRECTORY, 0)
	}
	if openErr == unix.ENOTDIR {
		return err
	}
	if openErr != nil {
		return openErr
	}
	defer s.Close(fd)
	names, err := s.Names(fd)
	if err != nil {
		return err
	}
	for _, n := range names {
		err := s.RemoveAll(fd, n)
		if err == unix.EACCES { // a directory of ours that may not be written
			if err = s.Chmod(fd, 0o700); err == nil {
				err = s.RemoveAll(fd, n)
			}
		}
		if err != nil {
			return err
		}
	}
	err = s.Unlink(dir, name, unix.AT_REMOVEDIR)
	if err == unix.ENOENT {
		return nil
	}
	return err
}
