package units

import (
	"path"
	"strings"
	"sync"
)

// provided lists the units, most of them of systemd's own package, that are not run in a container: PID 1
// does their work, or what they work on is the host's or the engine's. Each counts as started when it is
// asked for, so that what is ordered after it or requires it goes on; its own requirements are dropped. Names
// without "*" are found even where no file has them. A unit file of that name in /etc or /run is the
// administrator's and is run as it says.
var provided = []struct{ why, names string }{
	{"PID 1 keeps the log", "systemd-journald.service systemd-journald.socket systemd-journald-dev-log.socket " +
		"systemd-journald-audit.socket systemd-journald@*.service systemd-journald@*.socket systemd-journald-varlink@*.socket " +
		"systemd-journal-flush.service systemd-journal-catalog-update.service"},
	{"PID 1 does this at boot", "systemd-machine-id-commit.service systemd-initctl.service systemd-initctl.socket systemd-firstboot.service"},
	{"the engine mounts what the container has", "systemd-remount-fs.service dev-hugepages.mount dev-mqueue.mount " +
		"sys-kernel-config.mount sys-kernel-debug.mount sys-kernel-tracing.mount sys-fs-fuse-connections.mount tmp.mount " +
		"proc-sys-fs-binfmt_misc.automount proc-sys-fs-binfmt_misc.mount run-rpc_pipefs.mount var-lib-nfs-rpc_pipefs.mount " +
		"systemd-volatile-root.service"},
	{"the engine sets up the network", "systemd-networkd-wait-online.service systemd-networkd-wait-online@*.service " +
		"systemd-network-generator.service NetworkManager-wait-online.service networking.service ifupdown-pre.service " +
		"ifupdown-wait-online.service ifup@*.service"},
	{"devices are the host's", "systemd-udevd.service systemd-udevd-control.socket systemd-udevd-kernel.socket " +
		"systemd-udevd-varlink.socket systemd-udev-trigger.service systemd-udev-settle.service systemd-udev-load-credentials.service " +
		"systemd-hwdb-update.service systemd-tmpfiles-setup-dev.service systemd-tmpfiles-setup-dev-early.service " +
		"systemd-rfkill.service systemd-rfkill.socket systemd-backlight@*.service keyboard-setup.service console-setup.service " +
		"systemd-vconsole-setup.service alsa-*.service bluetooth.target smartd.service"},
	{"disks and file systems are the host's", "systemd-fsck-root.service systemd-fsck@*.service systemd-fsckd.service " +
		"systemd-fsckd.socket systemd-growfs@*.service systemd-growfs-root.service systemd-repart.service systemd-quotacheck*.service " +
		"quotaon*.service cryptdisks.service cryptdisks-early.service lvm2-*.service lvm2-*.socket dm-event.service dm-event.socket " +
		"blk-availability.service mdmonitor*.service mdadm-*.service e2scrub_all.service e2scrub_all.timer e2scrub_reap.service " +
		"e2scrub@*.service fstrim.service fstrim.timer multipathd.service multipathd.socket systemd-pstore.service"},
	{"the kernel and its modules are the host's", "systemd-modules-load.service kmod-static-nodes.service kmod.service modprobe@*.service " +
		"systemd-sysctl.service procps.service systemd-binfmt.service systemd-random-seed.service systemd-boot-random-seed.service " +
		"systemd-pcr*.service systemd-tpm2-setup*.service systemd-bless-boot.service systemd-boot-update.service " +
		"systemd-oomd.service systemd-oomd.socket auditd.service audit-rules.service apparmor.service selinux-autorelabel*.service " +
		"kdump.service dracut-*.service plymouth-*.service"},
	{"the clock is the host's", "systemd-timesyncd.service systemd-time-wait-sync.service hwclock.service hwclock-save.service " +
		"fake-hwclock*.service fake-hwclock*.timer"},
	{"there are no seats and virtual terminals", "systemd-logind.service systemd-logind-varlink.socket getty@*.service serial-getty@*.service " +
		"autovt@*.service getty-static.service systemd-ask-password-console.path systemd-ask-password-console.service " +
		"systemd-ask-password-wall.path systemd-ask-password-wall.service systemd-update-utmp.service systemd-update-utmp-runlevel.service"},
}

// providedNames are the names and the patterns of provided, apart.
var providedNames = sync.OnceValues(func() (names map[string]string, patterns [][2]string) {
	names = map[string]string{}
	for _, p := range provided {
		for name := range strings.FieldsSeq(p.names) {
			if strings.IndexByte(name, '*') >= 0 {
				patterns = append(patterns, [2]string{name, p.why})
			} else {
				names[name] = p.why
			}
		}
	}
	return names, patterns
})

// providedWhy tells why a unit is not run in a container; exact is set if its name is in the list itself.
func providedWhy(name string) (why string, exact bool) {
	names, patterns := providedNames()
	if why, exact = names[name]; exact {
		return why, true
	}
	for _, p := range patterns {
		if p[0][0] != name[0] {
			continue
		}
		if ok, err := path.Match(p[0], name); ok && err == nil {
			return p[1], false
		}
	}
	return "", false
}

// standIn empties a unit that is not run in a container. What orders it stays; what it needs goes.
func (l *loading) standIn() {
	u := l.unit
	if l.g.opts.NoProvided || l.g.opts.User || administrators(u.Fragment) {
		return
	}
	why, _ := providedWhy(u.Name)
	if why == "" {
		return
	}
	u.Provided = why
	u.Requires, u.Requisite, u.Wants, u.BindsTo, u.Upholds = nil, nil, nil, nil, nil
	u.OnSuccess, u.OnFailure, u.RequiresMountsFor, u.WantsMountsFor = nil, nil, nil, nil
	u.Conditions, u.Asserts, u.Unenforced = nil, nil, nil
	switch {
	case u.Service != nil:
		u.Service = &ServiceSettings{Type: TypeOneshot, RemainAfterExit: true, Restart: RestartNo, ExitType: ExitMain,
			TimeoutStartSec: Infinity, TimeoutStopSec: Infinity, RuntimeMaxSec: Infinity, NotifyAccess: NotifyNone}
		u.Exec = fresh[ExecSettings](nil, partExec)
	case u.Socket != nil:
		u.Socket.Listens, u.Socket.Accept = nil, false
		u.Socket.ExecStartPre, u.Socket.ExecStartPost, u.Socket.ExecStopPre, u.Socket.ExecStopPost = nil, nil, nil, nil
	case u.Timer != nil:
		u.Timer.Triggers = nil
	case u.Path != nil:
		u.Path.Specs = nil
	}
}

// administrators tells whether a unit file is the administrator's own and not a package's or a generator's.
func administrators(fragment string) bool {
	return strings.HasPrefix(fragment, "/etc/") ||
		strings.HasPrefix(fragment, "/run/") && !strings.HasPrefix(fragment, "/run/systemd/generator")
}
