# How the boot went.
systemd-analyze
systemd-analyze blame
systemd-analyze critical-chain
systemd-analyze critical-chain dbus.service nowhere.service
systemd-analyze --fuzz=1s critical-chain multi-user.target
# What the manager knows.
systemd-analyze dot 'dbus*'
systemd-analyze dot --require
systemd-analyze dot --to-pattern='*.target' --from-pattern='*.service'
systemd-analyze dump 'dbus*'
systemd-analyze log-level
systemd-analyze log-level bogus
systemd-analyze log-level debug; systemd-analyze log-level; systemd-analyze log-level info
systemd-analyze log-target
systemd-analyze service-watchdogs
systemd-analyze service-watchdogs bogus
systemd-analyze condition --unit=dbus.service
systemd-analyze security
systemd-analyze security dbus systemd-logind
systemd-analyze security nowhere
systemd-analyze security dbus.socket
systemd-analyze security --json=short dbus
# Units that exist only for a command.
systemd-run --unit=one true
systemd-run --unit=two.timer true
systemd-run --unit='a b' true
systemd-run --unit=three --on-active=1h true; systemctl show -p Transient,Description,TimersMonotonic three.timer | sed 's/next_elapse.*//'; systemctl stop three.timer
systemd-run --unit=four --on-calendar=daily --timer-property=Persistent=yes true; systemctl show -p TimersCalendar,Persistent four.timer | sed 's/next_elapse.*//'; systemctl stop four.timer
systemd-run --unit=five --path-property=PathExists=/nowhere true; systemctl show -p Paths five.path; systemctl stop five.path
systemd-run --unit=six -r -p Environment=A=b -p MemoryMax=10M -p ExecStartPre=-/bin/false --setenv=B=c sh -c 'exit 0'; systemctl show -p Environment,MemoryMax,Type,Description,ActiveState six; systemctl stop six
systemd-run --unit=seven --wait -q sh -c 'exit 5'; systemctl reset-failed seven
systemd-run --unit=eight --wait sh -c 'kill -KILL $$$$' 2>&1 | grep -v -e time -e CPU; systemctl reset-failed eight
systemd-run --unit=nine --wait -p ExecStartPre=/bin/false true; systemctl reset-failed nine
echo hello | systemd-run --unit=ten --pipe -q sh -c 'cat; exit 3'; echo "ended with $?"; systemctl reset-failed ten
systemd-run --unit=twelve --scope -E X=1 --nice=5 sh -c 'echo $X; nice; exit 7'
systemd-run --unit=thirteen --scope -p Colour=blue true
systemd-run --unit=fourteen -p Nice=high true
systemd-run --on-active=1 --unit=fifteen
systemd-run --service-type=exec nosuchprogram
# The tools of hosts.
hostnamectl
hostnamectl --static
hostnamectl chassis
hostnamectl bogus
hostnamectl hostname a b
timedatectl show -p Timezone
timedatectl set-timezone Nowhere
timedatectl set-ntp x
timedatectl list-timezones
localectl
localectl list-locales
localectl set-locale LANG=nowhere
loginctl
loginctl list-users
loginctl show-user nobody
loginctl bogus
# The end.
telinit
telinit x
telinit 12
shutdown bogus
