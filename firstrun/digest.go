package firstrun

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"sync"

	"golang.org/x/sys/unix"
)

// A digest is "sha256:" and the SHA-256 of the content where that is at most one block long, and else
// "blocks:" and the SHA-256 of the SHA-256 sums of its blocks. So the digest of a hole costs nothing.
const digestBlock = 1 << 20

// blocks are buffers of one block, for those who read files.
var blocks = sync.Pool{New: func() any { return new([digestBlock]byte) }}

// zeroSum is the sum of a block of zeros.
var zeroSum = [sha256.Size]byte{
	0x30, 0xe1, 0x49, 0x55, 0xeb, 0xf1, 0x35, 0x22, 0x66, 0xdc, 0x2f, 0xf8, 0x06, 0x7e, 0x68, 0x10,
	0x46, 0x07, 0xe7, 0x50, 0xab, 0xb9, 0xd3, 0xb3, 0x65, 0x82, 0xb8, 0xaf, 0x90, 0x9f, 0xcb, 0x58,
}

// digester collects the digest of a file whose blocks come in order.
type digester struct {
	whole string    // of a file of one block
	sums  hash.Hash // of more
}

func (d *digester) block(p []byte, whole bool) {
	sum := sha256.Sum256(p)
	if whole {
		d.whole = "sha256:" + hex.EncodeToString(sum[:])
		return
	}
	d.add(sum)
}

func (d *digester) add(sum [sha256.Size]byte) {
	if d.sums == nil {
		d.sums = sha256.New()
	}
	d.sums.Write(sum[:])
}

func (d *digester) String() string {
	if d.sums == nil {
		return d.whole
	}
	return "blocks:" + hex.EncodeToString(d.sums.Sum(nil))
}

// extents walks over a file in blocks, and tells for each which part of it is data rather than hole.
type extents struct {
	sys        *Sys
	fd         int
	size       int64
	sparse     bool
	start, end int64 // the extent of data that is known
}

func newExtents(sys *Sys, fd int, e *Entry) *extents {
	return &extents{sys: sys, fd: fd, size: e.Size, sparse: e.blocks*512 < e.Size}
}

// next gives the first part of [from, to) that is data; start is to if there is none.
func (x *extents) next(from, to int64) (start, end int64, err error) {
	if !x.sparse {
		return from, to, nil
	}
	if from >= x.end {
		x.start, err = x.sys.Seek(x.fd, from, unix.SEEK_DATA)
		switch err {
		case unix.ENXIO: // nothing but a hole up to the end
			x.start, x.end = x.size, x.size+1
		case unix.EINVAL: // this file system knows no holes
			x.sparse = false
			return from, to, nil
		case nil:
			if x.end, err = x.sys.Seek(x.fd, x.start, unix.SEEK_HOLE); err != nil {
				return 0, 0, err
			}
		default:
			return 0, 0, err
		}
	}
	if x.start >= to {
		return to, to, nil
	}
	return max(from, x.start), min(to, x.end), nil
}

// DigestFile reads a regular file that is open at fd.
func (s *Sys) DigestFile(fd int, e *Entry, buf []byte) (string, error) {
	var d digester
	err := s.eachBlock(fd, e, buf, &d, nil)
	return d.String(), err
}

// eachBlock reads a file, block by block, for a digest, and for a function that is called for what is no hole; either may
// be nil.
func (s *Sys) eachBlock(fd int, e *Entry, buf []byte, d *digester, data func(p []byte, offset int64) error) error {
	x := newExtents(s, fd, e)
	if e.Size == 0 && d != nil {
		d.block(nil, true)
	}
	for at := int64(0); at < e.Size; at += digestBlock {
		to := min(at+digestBlock, e.Size)
		start, end, err := x.next(at, to)
		if err != nil {
			return err
		}
		whole := e.Size <= digestBlock
		if start == to && (d == nil || to-at == digestBlock && !whole) {
			if d != nil {
				d.add(zeroSum)
			}
			continue
		}
		p := buf[:to-at]
		if start == to {
			clear(p)
		} else if err := s.readFull(fd, p, at); err != nil {
			return err
		}
		if d != nil {
			d.block(p, whole)
		}
		for data != nil && start < to {
			if err := data(p[start-at:end-at], start); err != nil {
				return err
			}
			if end == to {
				break
			}
			if start, end, err = x.next(end, to); err != nil {
				return err
			}
		}
	}
	return nil
}

// readFull reads p; a file that ends before has been cut while we read it.
func (s *Sys) readFull(fd int, p []byte, offset int64) error {
	for len(p) > 0 {
		n, err := s.Read(fd, p, offset)
		if err != nil {
			return err
		}
		if n == 0 {
			return fmt.Errorf("it became shorter while it was read: %w", io.ErrUnexpectedEOF)
		}
		p, offset = p[n:], offset+int64(n)
	}
	return nil
}
