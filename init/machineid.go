package pid1

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"strings"
)

// machineIDFile is where sd_id128_get_machine(3) and D-Bus look.
const machineIDFile = "/etc/machine-id"

// setupMachineID writes a machine id if there is none (machine-id(5)): that of the container's engine, or a
// random one. The file is written in place: engines mount it, and images link it to their volume. It gives
// the id in use, which is new if changed is set.
func setupMachineID(path string, candidates ...string) (id string, changed bool, err error) {
	text, readErr := readLimited(path, 64)
	if id, ok := parseID(text); readErr == nil && ok {
		return id, false, nil
	}
	for _, c := range candidates {
		if parsed, ok := parseID(c); ok {
			id = parsed
			break
		}
	}
	if id == "" {
		id = randomID()
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o444)
	if err == nil {
		_, err = io.WriteString(f, id+"\n")
		if e := f.Close(); err == nil {
			err = e
		}
	}
	if err != nil {
		return id, false, fmt.Errorf("cannot write a machine id, programs that ask for it will fail: %w", err)
	}
	return id, true, nil
}

// parseID reads 32 hex digits, or the same as a UUID with dashes; all zeros are no id.
func parseID(s string) (string, bool) {
	s = strings.TrimSpace(s)
	if len(s) == 36 {
		s = strings.ReplaceAll(s, "-", "")
	}
	s = strings.ToLower(s)
	if b, err := hex.DecodeString(s); err != nil || len(b) != 16 || strings.Trim(s, "0") == "" {
		return "", false
	}
	return s, true
}

// randomID makes a random id in the form of a version 4 UUID.
func randomID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	b[6] = b[6]&0x0f | 0x40
	b[8] = b[8]&0x3f | 0x80
	return hex.EncodeToString(b[:])
}

// readLimited reads a small file that a stranger may have made.
func readLimited(path string, limit int64) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, limit))
	return string(b), err
}
