package units

import (
	"math"
	"strconv"
	"strings"
)

// FilterErrno is what a system call that a filter forbids ends with: an error number, or FilterKill.
type FilterErrno int32

// FilterKill ends the process instead.
const FilterKill FilterErrno = math.MaxInt32 - 1

// errorNames are the names of errno(3) by their numbers on the architectures that share Linux's generic ones.
var errorNames = strings.Fields(`0 EPERM ENOENT ESRCH EINTR EIO ENXIO E2BIG ENOEXEC EBADF ECHILD EAGAIN ENOMEM EACCES EFAULT
	ENOTBLK EBUSY EEXIST EXDEV ENODEV ENOTDIR EISDIR EINVAL ENFILE EMFILE ENOTTY ETXTBSY EFBIG ENOSPC ESPIPE EROFS EMLINK
	EPIPE EDOM ERANGE EDEADLK ENAMETOOLONG ENOLCK ENOSYS ENOTEMPTY ELOOP 41 ENOMSG EIDRM ECHRNG EL2NSYNC EL3HLT EL3RST
	ELNRNG EUNATCH ENOCSI EL2HLT EBADE EBADR EXFULL ENOANO EBADRQC EBADSLT 58 EBFONT ENOSTR ENODATA ETIME ENOSR ENONET
	ENOPKG EREMOTE ENOLINK EADV ESRMNT ECOMM EPROTO EMULTIHOP EDOTDOT EBADMSG EOVERFLOW ENOTUNIQ EBADFD EREMCHG ELIBACC
	ELIBBAD ELIBSCN ELIBMAX ELIBEXEC EILSEQ ERESTART ESTRPIPE EUSERS ENOTSOCK EDESTADDRREQ EMSGSIZE EPROTOTYPE
	ENOPROTOOPT EPROTONOSUPPORT ESOCKTNOSUPPORT EOPNOTSUPP EPFNOSUPPORT EAFNOSUPPORT EADDRINUSE EADDRNOTAVAIL ENETDOWN
	ENETUNREACH ENETRESET ECONNABORTED ECONNRESET ENOBUFS EISCONN ENOTCONN ESHUTDOWN ETOOMANYREFS ETIMEDOUT ECONNREFUSED
	EHOSTDOWN EHOSTUNREACH EALREADY EINPROGRESS ESTALE EUCLEAN ENOTNAM ENAVAIL EISNAM EREMOTEIO EDQUOT ENOMEDIUM
	EMEDIUMTYPE ECANCELED ENOKEY EKEYEXPIRED EKEYREVOKED EKEYREJECTED EOWNERDEAD ENOTRECOVERABLE ERFKILL EHWPOISON`)

// CoredumpFilter is a mask of what goes into a core dump (core(5), /proc/PID/coredump_filter).
type CoredumpFilter uint64

func (f CoredumpFilter) text() string { return "0x" + strconv.FormatUint(uint64(f), 16) }

// NamespaceFilter is RestrictNamespaces=: with Set, only the kinds of namespaces in Allowed may be made or joined.
type NamespaceFilter struct {
	Set     bool
	Allowed []string
}

func (f NamespaceFilter) text() string {
	switch {
	case !f.Set:
		return "no"
	case len(f.Allowed) == 0:
		return "yes"
	}
	return strings.Join(f.Allowed, " ")
}

// BindMount is one BindPaths= or BindReadOnlyPaths= entry.
type BindMount struct {
	Source, Destination string
	IgnoreMissing       bool // "-"
	NonRecursive        bool // "norbind"
}

func (b BindMount) text() string {
	words := []string{b.Source, b.Destination, "rbind"}
	if b.IgnoreMissing {
		words[0] = "-" + words[0]
	}
	if b.NonRecursive {
		words[2] = "norbind"
	}
	return strings.Join(words, ":")
}

// TemporaryFileSystem is one TemporaryFileSystem= entry with its mount options.
type TemporaryFileSystem struct{ Path, Options string }

func (t TemporaryFileSystem) text() string {
	if t.Options == "" {
		return t.Path
	}
	return t.Path + ":" + t.Options
}

// DiskImage is one MountImages= or ExtensionImages= entry; the latter have no Destination.
type DiskImage struct {
	Source, Destination string
	IgnoreMissing       bool // "-"
	Options             []PartitionOptions
}

// PartitionOptions are the mount options of one partition of an image.
type PartitionOptions struct{ Partition, Options string }

func (d DiskImage) text() string {
	text := d.Source
	if d.IgnoreMissing {
		text = "-" + text
	}
	if d.Destination != "" {
		text += ":" + d.Destination
	}
	for _, o := range d.Options {
		text += ":" + o.text()
	}
	return text
}

func (o PartitionOptions) text() string { return o.Partition + ":" + o.Options }
