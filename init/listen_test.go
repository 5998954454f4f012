package pid1

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"pintle/units"
)

func nobody(string, string) (int, int, error) { return -1, -1, nil }

func TestListenSockets(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "sub", "s")
	u := &units.Unit{Name: "x.socket", Socket: &units.SocketSettings{SocketMode: 0o660, Listens: []units.Listen{
		{Kind: "Stream", Address: path}, {Kind: "Datagram", Address: path + "d"}, {Kind: "SequentialPacket", Address: path + "q"},
		{Kind: "FIFO", Address: path + "f"}, {Kind: "Stream", Address: "@pintle-test" + dir}, {Kind: "Stream", Address: "127.0.0.1:0"},
	}}}
	for range 2 { // the second time over the nodes of the first
		fds, err := listenSockets(u, nobody)
		if err != nil {
			t.Fatal(err)
		}
		if len(fds) != 6 || fds[0].Name != "x.socket" {
			t.Fatalf("got %v", fds)
		}
		if info, err := os.Lstat(path); err != nil || info.Mode().Perm() != 0o660 || info.Mode()&os.ModeSocket == 0 {
			t.Errorf("the node is %v (%v)", info.Mode(), err)
		}
		conn, err := net.Dial("unix", path)
		if err != nil {
			t.Fatal(err)
		}
		conn.Close()
		for _, fd := range fds {
			unix.Close(fd.FD)
		}
	}
	bad := &units.Unit{Name: "y.socket", Socket: &units.SocketSettings{Listens: []units.Listen{{Kind: "Stream", Address: "no address"}}}}
	if _, err := listenSockets(bad, nobody); err == nil || !strings.HasPrefix(err.Error(), "cannot listen on no address for y.socket") {
		t.Errorf("got %v", err)
	}
}

func TestReadPIDFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "pid")
	for text, want := range map[string]int{"42\n": 42, " 42 \nrest\n": 42, "": 0, "x": 0, "-1": 0, "0": 0, strings.Repeat("1", 500): 0} {
		putFile(t, path, text)
		if pid, _, err := readPIDFile(path); pid != want || (err == nil) != (want > 0) {
			t.Errorf("%q: got %d, %v", text, pid, err)
		}
	}
	link := filepath.Join(dir, "link")
	putFile(t, path, "42\n")
	os.Symlink(path, link)
	if pid, _, err := readPIDFile(link); pid != 42 {
		t.Errorf("a link of our own: %d, %v", pid, err)
	}
	if os.Geteuid() == 0 {
		if err := os.Lchown(link, 12345, 12345); err != nil {
			t.Fatal(err)
		}
		if _, _, err := readPIDFile(link); err == nil {
			t.Error("a link that a stranger planted was followed")
		}
	}
	if err := unix.Mkfifo(dir+"/fifo", 0o600); err != nil {
		t.Fatal(err)
	}
	if _, _, err := readPIDFile(dir + "/fifo"); err == nil {
		t.Error("a FIFO passes for a PID file")
	}
}

func TestMachineID(t *testing.T) {
	path := filepath.Join(t.TempDir(), "machine-id")
	id, changed, err := setupMachineID(path, "", "F1E2D3C4-0000-1111-2222-333344445555")
	if id != "f1e2d3c4000011112222333344445555" || !changed || err != nil {
		t.Errorf("got %s %v %v", id, changed, err)
	}
	if again, changed, err := setupMachineID(path, ""); again != id || changed || err != nil {
		t.Errorf("got %s %v %v", again, changed, err)
	}
}
