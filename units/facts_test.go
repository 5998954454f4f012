package units

import (
	"os"
	"testing"
)

func TestDetectContainer(t *testing.T) {
	for _, c := range []struct {
		about   string
		environ []string
		files   map[string]string
		want    string
	}{
		{"nothing", nil, nil, "none"},
		{"the environment", []string{"container=podman"}, nil, "podman"},
		{"a name nobody knows", []string{"container=mine"}, nil, "container-other"},
		{"empty", []string{"container="}, nil, "none"},
		{"oci leaves it to the other marks", []string{"container=oci"}, map[string]string{".dockerenv": ""}, "docker"},
		{"the manager's own note", nil, map[string]string{"run/systemd/container": "lxc\n"}, "lxc"},
		{"the host's note", nil, map[string]string{"run/host/container-manager": "systemd-nspawn\n"}, "systemd-nspawn"},
		{"Podman's mark", nil, map[string]string{"run/.containerenv": ""}, "podman"},
		{"Docker's mark", nil, map[string]string{".dockerenv": ""}, "docker"},
	} {
		if got := DetectContainer(c.environ, writeTree(t, c.files, nil)); got != c.want {
			t.Errorf("%s: %s, want %s", c.about, got, c.want)
		}
	}
	if privateUsers("0 0 4294967295\n") || !privateUsers("0 1000 1\n") || privateUsers("") {
		t.Error("user namespaces are told by their map")
	}
}

func TestDetectFactsKnowsThisHost(t *testing.T) {
	f := DetectFacts("/")
	if f.Root != "" || f.KernelRelease == "" || f.CPUs == 0 || f.MemoryBytes == 0 || f.Architecture == "" || f.UID != os.Geteuid() {
		t.Errorf("%+v", f)
	}
	for _, s := range []string{"ConditionPathIsMountPoint=/proc", "ConditionPathIsMountPoint=/", "ConditionPathIsMountPoint=!/proc/self", "ConditionPathIsMountPoint=!/nowhere"} {
		c, _, err := ParseCondition(s)
		if err != nil {
			t.Fatal(err)
		}
		if ok, err := c.Test(f); !ok {
			t.Errorf("%s does not hold: %v", s, err)
		}
	}
}

func TestConditionsOnGivenFacts(t *testing.T) {
	f := &Facts{
		Root:        writeTree(t, map[string]string{"sys/fs/cgroup/cgroup.controllers": "cpu memory\n", "run/creds/token": "x", "sys/class/power_supply/AC/type": "Mains\n", "sys/class/power_supply/AC/online": "0\n", "usr/x": "", "var/.updated": ""}, nil),
		Environ:     []string{"CREDENTIALS_DIRECTORY=/run/creds"},
		CommandLine: []string{"/sbin/init", "quiet", "systemd.unit=rescue.target"},
		Hostname:    "Web1", MachineID: "0123456789abcdef0123456789abcdef", KernelRelease: "6.1.0-18-amd64",
		Virtualization: "docker", PrivateUsers: true, CPUs: 4, MemoryBytes: 1 << 30, BoundingSet: 1, Architecture: "arm64",
	}
	for s, want := range map[string]bool{
		"ConditionKernelCommandLine=quiet": true, "ConditionKernelCommandLine=systemd.unit": true, "ConditionKernelCommandLine=systemd.unit=x": false,
		"ConditionHost=web*": true, "ConditionHost=0123456789ABCDEF0123456789abcdef": true, "ConditionHost=db": false,
		"ConditionControlGroupController=v2": true, "ConditionControlGroupController=v1": false, "ConditionControlGroupController=cpu memory": true,
		"ConditionControlGroupController=io": false, "ConditionControlGroupController=unheard-of": true,
		"ConditionCredential=token": true, "ConditionCredential=none": false, "ConditionCredential=../x": false,
		"ConditionACPower=false": true, "ConditionACPower=true": false,
		"ConditionKernelVersion=>=5.10 <7": true, "ConditionKernelVersion=6.1.*": true, "ConditionKernelVersion=!=6.1": true, "ConditionKernelVersion=> 6.2": false,
		"ConditionVirtualization=container": true, "ConditionVirtualization=docker": true, "ConditionVirtualization=vm": false,
		"ConditionVirtualization=private-users": true, "ConditionVirtualization=no": false,
		"ConditionCapability=CAP_CHOWN": true, "ConditionCapability=CAP_SYS_ADMIN": false,
		"ConditionCPUs=<4": false, "ConditionCPUs=<=4": true, "ConditionCPUs=!=4": false, "ConditionCPUs==4": true, "ConditionCPUs=>3": true, "ConditionMemory=512M": true,
		"ConditionMemoryPressure=nonsense": false, "ConditionMemoryPressure=x.slice:5%": true, "ConditionCPUPressure=100%/10sec": true,
		"ConditionIOPressure=100%/1min": true, "ConditionIOPressure=1%/7min": false, "ConditionMemoryPressure=100%/5min": true,
		"ConditionCPUFeature=no-such-feature": false, "ConditionFirmware=uefi": false, "ConditionPathIsEncrypted=/": false,
		"ConditionArchitecture=arm64": true, "ConditionSecurity=audit": false, "ConditionNeedsUpdate=/etc": false, "ConditionUser=nobody-here": false,
	} {
		c, _, err := ParseCondition(s)
		if err != nil {
			t.Errorf("%s: %v", s, err)
			continue
		}
		if got, err := c.Test(f); got != want {
			t.Errorf("%s is %v (%v)", s, got, err)
		}
	}
	for _, bad := range []string{"PathExists=/x", "ConditionNothing=1", "ConditionPathExists", "ConditionPathExists=relative"} {
		if _, _, err := ParseCondition(bad); err == nil {
			t.Errorf("%s was taken", bad)
		}
	}
	if ok, err := (Condition{Type: "Nothing"}).Test(f); ok || err == nil {
		t.Error("a condition that nobody knows does not hold")
	}
}
