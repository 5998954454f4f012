package firstrun

import (
	"os"
	"sync/atomic"

	"golang.org/x/sys/unix"
)

// copier makes copies of entries, with all their attributes, in directories that only it writes to.
type copier struct {
	sys   *Sys
	notes *Notes
	umask uint32 // of this process
	uid   uint32 // what it makes belongs to
	gid   uint32

	digests bool // of what is copied are wanted

	noClone atomic.Bool // the file systems cannot share blocks
	noRange atomic.Bool // nor copy within the kernel
}

func newCopier(sys *Sys, notes *Notes) *copier {
	return &copier{sys: sys, notes: notes, digests: true, umask: currentUmask(), uid: uint32(os.Geteuid()), gid: uint32(os.Getegid())}
}

// unsupported tells errors that mean: do it another way.
func unsupported(err error) bool {
	switch err {
	case unix.EOPNOTSUPP, unix.EXDEV, unix.EINVAL, unix.ENOTTY, unix.ENOSYS, unix.EPERM, unix.ETXTBSY, unix.EBADF:
		return true
	}
	return false
}

// file copies a regular file. It completes e: if nobody knows its digest, with that of what was read.
func (c *copier) file(from int, name string, to int, as string, e *Entry, buf []byte) error {
	in, err := c.sys.Open(from, name, unix.O_RDONLY|unix.O_NONBLOCK, 0)
	if err != nil {
		return err
	}
	defer c.sys.Close(in)
	if !e.complete {
		if e.Xattrs, err = c.sys.XattrsOf(in); err != nil {
			return err
		}
		e.read = true
	}
	mode := e.Mode & 0o777
	out, err := c.sys.Open(to, as, unix.O_WRONLY|unix.O_CREAT|unix.O_EXCL, mode)
	if err != nil {
		return err
	}
	defer c.sys.Close(out)
	if e.Digest, err = c.data(in, out, e, buf); err != nil {
		return err
	}
	return c.attrs(out, "", e, c.uid, c.gid, mode&^c.umask)
}

// data copies what a file holds, and no holes.
func (c *copier) data(in, out int, e *Entry, buf []byte) (digest string, err error) {
	known := e.Digest != "" || !c.digests
	if e.Size > digestBlock {
		done, err := c.within(in, out, e, known)
		if err != nil {
			return "", err
		}
		if done && known {
			return e.Digest, nil
		}
		if done {
			return c.sys.DigestFile(in, e, buf)
		}
	}
	var d *digester
	if !known {
		d = &digester{}
	}
	err = c.sys.eachBlock(in, e, buf, d, func(p []byte, offset int64) error { return c.sys.Write(out, p, offset) })
	if err == nil && e.blocks*512 < e.Size {
		err = c.sys.Truncate(out, e.Size)
	}
	if err != nil || known {
		return e.Digest, err
	}
	return d.String(), nil
}

// within copies within the kernel: by sharing blocks where that is possible, else, if the digest is known and
// so nobody need read the file, by copy_file_range(2). It gives false if neither can be done.
func (c *copier) within(in, out int, e *Entry, known bool) (done bool, err error) {
	if !c.noClone.Load() {
		err := c.sys.Clone(in, out)
		if err == nil {
			return true, nil
		}
		if !unsupported(err) {
			return false, err
		}
		c.noClone.Store(true)
	}
	if !known || c.noRange.Load() {
		return false, nil
	}
	x := newExtents(c.sys, in, e)
	for at := int64(0); at < e.Size; {
		start, end, err := x.next(at, e.Size)
		if err != nil {
			return false, err
		}
		for start < end {
			n, err := c.sys.CopyRange(in, out, start, int(min(end-start, 1<<30)))
			if unsupported(err) || err == nil && n == 0 {
				c.noRange.Store(true)
				return false, nil
			}
			if err != nil {
				return false, err
			}
			start += int64(n)
		}
		at = end
	}
	return true, c.sys.Truncate(out, e.Size)
}

// special makes a symlink, FIFO, socket or device.
func (c *copier) special(from int, name string, to int, as string, e *Entry) (err error) {
	if !e.complete && e.Kind != Symlink {
		if e.Xattrs, err = c.sys.XattrsAt(from, name); err != nil {
			return err
		}
	}
	e.read = true
	mode := e.Mode & 0o777
	if e.Kind == Symlink {
		err = c.sys.Symlink(e.Target, to, as)
	} else {
		err = c.sys.Mknod(to, as, e.Kind.format()|mode, e.Device)
		if err == unix.EPERM && (e.Kind == CharDev || e.Kind == BlockDev) {
			c.notes.Add("left out devices, which this user may not make (CAP_MKNOD)", e.Path)
			e.Left = true
			return nil
		}
	}
	if err != nil {
		return err
	}
	return c.attrs(to, as, e, c.uid, c.gid, mode&^c.umask)
}

// attrs gives an entry its owner, mode, extended attributes and time, in the order in which none undoes
// another. It is open at fd, or an entry of the directory open there. uid, gid and mode are what it has.
func (c *copier) attrs(fd int, entry string, e *Entry, uid, gid, mode uint32) error {
	if e.UID != uid || e.GID != gid {
		err := c.sys.Chown(fd, entry, e.UID, e.GID)
		if err == unix.EPERM || err == unix.EINVAL {
			// A user without CAP_CHOWN may still give a file to a group that he is in.
			if err := c.sys.Chown(fd, entry, uid, e.GID); err != nil || e.UID != uid {
				c.notes.Add("cannot keep owners (%s)", e.Path, chownHint())
			}
		} else if err != nil {
			return err
		}
		mode &^= 0o6000 // what chown(2) takes away
	}
	if e.Mode != mode && e.Kind != Symlink {
		err := c.chmod(fd, entry, e.Mode)
		if err == unix.EPERM { // a group that is not ours takes setgid away
			c.notes.Add("cannot keep modes of what belongs to others", e.Path)
		} else if err != nil {
			return err
		}
	}
	for name, value := range e.Xattrs {
		err := c.sys.SetXattr(fd, entry, name, value)
		switch err {
		case nil:
		case unix.EPERM, unix.EACCES, unix.EOPNOTSUPP, unix.EINVAL:
			c.notes.Add("cannot keep extended attribute %s (%v)", e.Path, name, err)
		default:
			return err
		}
	}
	err := c.sys.Times(fd, entry, e.MTime)
	if err == unix.EPERM || err == unix.EACCES {
		c.notes.Add("cannot keep times of what belongs to others", e.Path)
		return nil
	}
	return err
}

func (c *copier) chmod(fd int, entry string, mode uint32) error {
	if entry == "" {
		return c.sys.Chmod(fd, mode)
	}
	return c.sys.ChmodAt(fd, entry, mode)
}

func chownHint() string {
	if os.Geteuid() != 0 {
		return "not running as root: everything belongs to the user that runs"
	}
	return "CAP_CHOWN is missing, or the volume is on NFS that squashes root: export it with no_root_squash if services run as other users"
}
