cd /etc/systemd/system
cat > t1.service <<E
[Unit]
Description=Test one
Documentation=man:foo(1) http://x.y/
[Service]
ExecStart=/bin/sh -c "echo hello; sleep 1000 & sleep 1000"
ExecReload=/bin/true
Environment=A=b "C=d e"
SuccessExitStatus=3 SIGUSR1
RestartPreventExitStatus=5
RestrictNamespaces=net user
SystemCallFilter=@system-service
RestrictAddressFamilies=AF_UNIX AF_INET
BindPaths=/etc:/mnt
TemporaryFileSystem=/media:ro
IPAddressAllow=10.0.0.0/8 ::1
EnvironmentFile=-/nonex
CPUAffinity=0-1
AmbientCapabilities=CAP_CHOWN
LogExtraFields=A=1
StandardInputText=foo
DeviceAllow=/dev/null rw
LoadCredential=a:/etc/hostname
[Install]
WantedBy=multi-user.target
Alias=t1alias.service
E
cat > plain.service <<E
[Unit]
Description=Plain one
[Service]
ExecStartPre=/bin/true
ExecStart=/bin/sleep 1000
ExecReload=/bin/true
[Install]
WantedBy=multi-user.target
Alias=plainalias.service
E
cat > f1.service <<E
[Service]
ExecStart=/bin/false
E
cat > pre.service <<E
[Service]
ExecStartPre=-/bin/false
ExecStartPre=/bin/true
ExecStart=/bin/sleep 1000
E
cat > cond.service <<E
[Unit]
ConditionPathExists=/nonex
ConditionPathExists=!/etc
[Service]
ExecStart=/bin/true
E
cat > asrt.service <<E
[Unit]
AssertPathExists=/nonex
[Service]
ExecStart=/bin/true
E
cat > slow.service <<E
[Service]
Type=oneshot
ExecStart=/bin/sleep 1000
E
cat > after.service <<E
[Unit]
After=slow.service
Requires=slow.service
[Service]
ExecStart=/bin/sleep 1000
E
cat > quick.service <<E
[Service]
ExecStart=/bin/sh -c 'sleep .3; exit 3'
E
cat > one.service <<E
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/true
E
cat > to.service <<E
[Service]
Type=notify
TimeoutStartSec=300ms
ExecStart=/bin/sleep 1000
E
cat > trig.path <<E
[Path]
PathExists=/nonex
PathChanged=/nonex2
E
cat > trig.service <<E
[Service]
ExecStart=/bin/true
E
cat > sock.socket <<E
[Socket]
ListenStream=/run/s1
ListenDatagram=/run/s2
ListenStream=127.0.0.1:5555
ListenFIFO=/run/fifo
E
cat > sock.service <<E
[Service]
ExecStart=/bin/sleep 1000
E
cat > acc.socket <<E
[Socket]
ListenStream=/run/acc
Accept=yes
E
cat > acc@.service <<E
[Service]
ExecStart=/bin/sleep 1000
E
cat > tm.timer <<E
[Timer]
OnCalendar=2030-01-01
OnBootSec=1000h
[Install]
WantedBy=timers.target
E
cat > tm.service <<E
[Service]
ExecStart=/bin/true
E
cat > bad.service <<E
[Service]
ExecStart=relative
E
cat > nostart.service <<E
[Unit]
RefuseManualStart=yes
RefuseManualStop=yes
[Service]
ExecStart=/bin/true
E
cat > x.mount <<E
[Mount]
What=/nonex
Where=/x
E
cat > au.automount <<E
[Automount]
Where=/au
TimeoutIdleSec=10s
E
cat > au.mount <<E
[Mount]
What=/etc
Where=/au
Options=bind
E
cat > tmpl@.service <<E
[Unit]
Description=Template %i
[Service]
ExecStart=/bin/sleep 1000
[Install]
WantedBy=multi-user.target
DefaultInstance=def
E
cat > my.target <<E
[Unit]
Description=Mine
Wants=t1.service f1.service nope.service pre.service
AllowIsolate=yes
E
ln -sf /dev/null masked.service
mkdir -p t1.service.d; printf '[Unit]\nDescription=Test one dropped\n' > t1.service.d/a.conf; printf '#x\n' > t1.service.d/b.conf
mkdir -p /run/systemd/system/t1.service.d;  printf '#run\n' > /run/systemd/system/t1.service.d/c.conf
systemctl daemon-reload
systemctl start t1 plain f1 pre cond trig.path sock.socket acc.socket tm.timer au.automount my.target tmpl@a-b.service one 2>/dev/null
systemctl start asrt 2>/dev/null
systemctl start x.mount 2>/dev/null
systemctl start --no-block slow after
