package pid1

import (
	"os"
	"path/filepath"
	"testing"
)

func TestStampIsNoWayIntoAnotherFile(t *testing.T) {
	dir := t.TempDir()
	victim, stamp := filepath.Join(dir, "victim"), filepath.Join(dir, "timers", "stamp-a.timer")
	if err := os.WriteFile(victim, []byte("keep"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := writeStamp(stamp, 1_700_000_000_000_000); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(stamp)
	if err != nil || info.ModTime().Unix() != 1_700_000_000 || info.Size() != 0 {
		t.Fatalf("%v %v", info, err)
	}
	os.Remove(stamp)
	if err := os.Symlink(victim, stamp); err != nil {
		t.Fatal(err)
	}
	before, _ := os.Stat(victim)
	if err := writeStamp(stamp, 1); err == nil {
		t.Error("a symlink was followed")
	}
	if after, _ := os.Stat(victim); after.ModTime() != before.ModTime() {
		t.Error("another file was touched")
	}
}
