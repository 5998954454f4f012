package units

import (
	"path"
	"slices"
	"strings"
)

// rootMount stands for "/", which is always mounted.
const rootMount = "-.mount"

// networkFileSystems are those that need the network (systemd.mount(5), "Default Dependencies").
var networkFileSystems = []string{
	"afs", "ceph", "cifs", "smb3", "smbfs", "sshfs", "ncpfs", "ncp", "nfs", "nfs4", "gfs", "gfs2", "glusterfs",
	"pvfs2", "ocfs2", "lustre", "davfs", "virtiofs", "9p", "cvmfs", "fuse.sshfs", "fuse.glusterfs", "fuse.ceph",
}

func (l *loading) mountExtras() {
	u, m := l.unit, l.unit.Mount
	if m.Where == "" {
		m.Where, _ = PathFromName(u.Name)
	}
	if u.Description == "" {
		u.Description = m.Where
	}
	l.execExtras()
	if m.Where != "/" {
		u.RequiresMountsFor = append(u.RequiresMountsFor, path.Dir(m.Where))
	}
	if strings.HasPrefix(m.What, "/") && !strings.HasPrefix(m.What, "/dev/") && slices.Contains(strings.Split(m.Options, ","), "bind") {
		u.RequiresMountsFor = append(u.RequiresMountsFor, m.What)
	}
	if !u.DefaultDependencies || u.Perpetual || l.g.opts.User {
		return
	}
	l.g.depend(u, "umount.target", Conflicts, Before)
	if slices.Contains(networkFileSystems, m.Type) || slices.Contains(strings.Split(m.Options, ","), "_netdev") {
		l.g.depend(u, "remote-fs.target", Before)
		l.g.depend(u, "remote-fs-pre.target", After)
		l.g.depend(u, "network.target", After)
		l.g.depend(u, "network-online.target", Wants, After)
	} else {
		l.g.depend(u, "local-fs.target", Before)
		l.g.depend(u, "local-fs-pre.target", After)
	}
	if m.Type == "tmpfs" {
		l.g.depend(u, "swap.target", After)
	}
}

func (l *loading) automountExtras() {
	u, a := l.unit, l.unit.Automount
	if a.Where == "" {
		a.Where, _ = PathFromName(u.Name)
	}
	if u.Description == "" {
		u.Description = a.Where
	}
	if u.Provided == "" {
		l.g.depend(u, NameStem(u.Name)+".mount", Before, Triggers)
	}
	if a.Where != "/" {
		u.RequiresMountsFor = append(u.RequiresMountsFor, path.Dir(a.Where))
	}
	if u.DefaultDependencies && !l.g.opts.User {
		l.g.depend(u, "local-fs.target", Before)
		l.g.depend(u, "local-fs-pre.target", After)
		l.g.depend(u, "umount.target", Conflicts, Before)
	}
}

func (l *loading) swapExtras() {
	u := l.unit
	if u.Description == "" {
		u.Description = u.Swap.What
	}
	l.execExtras()
	if u.DefaultDependencies && !l.g.opts.User {
		l.g.depend(u, "swap.target", Before)
		l.g.depend(u, "umount.target", Conflicts, Before)
	}
}

// perpetual gives the units that are always there what they need without a file.
func (l *loading) perpetual() {
	u := l.unit
	switch u.Name {
	case rootMount:
		u.Mount.Where, u.Mount.What = "/", "none"
		u.Description = "Root Mount"
		u.Exec.StandardOutput.Kind = StdioNull
		l.seen = append(l.seen, "StandardOutput")
	case "init.scope":
		u.Description = "System and Service Manager"
		u.Documentation = []string{"man:systemd(1)"}
	case "-.slice", "system.slice":
		u.Documentation = []string{"man:systemd.special(7)"}
	default:
		return
	}
	u.Perpetual, u.DefaultDependencies = true, false
}

// withoutFile tells whether a unit needs no file: slices and devices do not, nor what is always there or PID 1
// stands for.
func (l *loading) withoutFile() bool {
	if typ := NameType(l.unit.Name); l.unit.Perpetual || typ == "slice" || typ == "device" {
		return true
	}
	_, exact := providedWhy(l.unit.Name)
	return exact && !l.g.opts.NoProvided && !l.g.opts.User
}
