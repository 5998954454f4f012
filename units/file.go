package units

import (
	"errors"
	"fmt"
	"io"
	"os"
	"syscall"
)

var errLoop = error(syscall.ELOOP)

// fileMax is the size of the largest unit file that is read.
const fileMax = 16 << 20

// errMasked tells that a path is /dev/null or an empty file, which masks what it stands for.
var errMasked = errors.New("masked")

// readFile reads a regular file of the root, never waiting for one that is no regular file. Links are
// followed within the root.
func (r root) readFile(path string) ([]byte, stamp, error) {
	real := path
	if r != "" {
		var err error
		if real, err = r.resolve(path); err != nil {
			return nil, stamp{}, unreadable(path, errors.Unwrap(err))
		}
	}
	if real == "/dev/null" {
		return nil, stamp{}, errMasked
	}
	var st syscall.Stat_t
	if err := syscall.Stat(r.host(real), &st); err != nil {
		return nil, stamp{}, unreadable(path, err)
	}
	if err := regular(path, &st); err != nil {
		return nil, stampOf(&st), err
	}
	return readRegular(r.host(real), path)
}

// unreadable says in whose words a file cannot be read: ours, with the system's reason.
func unreadable(path string, err error) error { return fmt.Errorf("cannot read %s: %w", path, err) }

// masked tells whether a link leads to /dev/null or an empty file. One that leads nowhere is no mask.
func (r root) masked(link string) bool {
	if target, err := os.Readlink(r.host(link)); err == nil && target == "/dev/null" {
		return true
	}
	real := link
	if r != "" {
		var err error
		if real, err = r.resolve(link); err != nil || real == "/dev/null" {
			return err == nil
		}
	}
	var st syscall.Stat_t
	return syscall.Stat(r.host(real), &st) == nil && errors.Is(regular(link, &st), errMasked)
}

// readRegular reads a file that was a regular one when it was looked at; host is where it lies and path what
// it is called in errors.
func readRegular(host, path string) ([]byte, stamp, error) {
	fd, err := syscall.Open(host, syscall.O_RDONLY|syscall.O_CLOEXEC|syscall.O_NONBLOCK|syscall.O_NOCTTY, 0)
	if err != nil {
		return nil, stamp{}, unreadable(path, err)
	}
	defer syscall.Close(fd)
	// Once more for what was opened: the path may have been replaced in between.
	var st syscall.Stat_t
	if err := syscall.Fstat(fd, &st); err != nil {
		return nil, stamp{}, unreadable(path, err)
	}
	if err := regular(path, &st); err != nil {
		return nil, stampOf(&st), err
	}
	text, err := readAll(fd, path, st.Size)
	return text, stampOf(&st), err
}

// regular checks that a file can be read as a unit file.
func regular(path string, st *syscall.Stat_t) error {
	switch st.Mode & syscall.S_IFMT {
	case syscall.S_IFREG:
		if st.Size == 0 {
			return errMasked
		}
		if st.Size > fileMax {
			return fmt.Errorf("cannot read %s: it is larger than 16 MiB", path)
		}
		return nil
	case syscall.S_IFCHR:
		if st.Rdev == 1<<8|3 {
			return errMasked
		}
		return fmt.Errorf("cannot read %s: it is a device", path)
	case syscall.S_IFDIR:
		return fmt.Errorf("cannot read %s: it is a directory", path)
	case syscall.S_IFIFO:
		return fmt.Errorf("cannot read %s: it is a FIFO", path)
	case syscall.S_IFSOCK:
		return fmt.Errorf("cannot read %s: it is a socket", path)
	}
	return fmt.Errorf("cannot read %s: it is no regular file", path)
}

func readAll(fd int, path string, size int64) ([]byte, error) {
	data := make([]byte, 0, size+1)
	for {
		n, err := syscall.Read(fd, data[len(data):cap(data)])
		if err == syscall.EINTR {
			continue
		}
		if err != nil {
			return nil, unreadable(path, err)
		}
		data = data[:len(data)+n]
		switch {
		case n == 0:
			return data, nil
		case len(data) > fileMax:
			return nil, &os.PathError{Op: "read", Path: path, Err: io.ErrShortBuffer}
		case len(data) == cap(data):
			data = append(data, 0)[:len(data)]
		}
	}
}
