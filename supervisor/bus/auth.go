package bus

import (
	"bufio"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// Bounds of the exchange that authenticates a client. What systemd allows is 64 KiB in all; no client needs a
// tenth of one line.
const (
	authLineMax  = 1024
	authLinesMax = 32
)

var errAuth = errors.New("the client does not authenticate")

// authenticate is the server's side of the exchange at the beginning of a connection. Who the client is was told
// by the kernel; the exchange only confirms it. It tells whether descriptors may be passed.
func authenticate(r *bufio.Reader, w io.Writer, uid uint32, guid string) (fds bool, err error) {
	if zero, err := r.ReadByte(); err != nil || zero != 0 {
		return false, errAuth
	}
	s := saslServer{uid: uid, guid: guid}
	for range authLinesMax {
		line, err := readAuthLine(r)
		if err != nil {
			return false, err
		}
		answer, begin := s.answer(line)
		if begin {
			return s.fds, nil
		}
		if _, err := io.WriteString(w, answer+"\r\n"); err != nil {
			return false, fmt.Errorf("cannot answer the client: %w", err)
		}
	}
	return false, errAuth
}

// readAuthLine reads up to CR LF.
func readAuthLine(r *bufio.Reader) (string, error) {
	line := make([]byte, 0, 64)
	for len(line) < authLineMax {
		c, err := r.ReadByte()
		if err != nil {
			return "", fmt.Errorf("cannot read the client's authentication: %w", err)
		}
		if line = append(line, c); c == '\n' {
			text, ok := strings.CutSuffix(string(line), "\r\n")
			if !ok {
				return "", errAuth
			}
			return text, nil
		}
	}
	return "", errAuth
}

// saslServer is what the server remembers between two lines.
type saslServer struct {
	uid      uint32
	guid     string
	asked    bool // AUTH EXTERNAL came without a uid, which DATA may tell
	accepted bool
	fds      bool
}

const rejected = "REJECTED EXTERNAL"

// answer is what is said to one line; begin is true for the one that ends the exchange.
func (s *saslServer) answer(line string) (answer string, begin bool) {
	command, rest, more := strings.Cut(line, " ")
	switch command {
	case "AUTH":
		s.asked, s.accepted, s.fds = false, false, false
		mechanism, token, given := strings.Cut(rest, " ")
		switch {
		case mechanism != "EXTERNAL":
			return rejected, false
		case !given:
			s.asked = true
			return "DATA", false
		}
		return s.check(token), false
	case "DATA":
		if !s.asked {
			return "ERROR", false
		}
		s.asked = false
		return s.check(rest), false
	case "NEGOTIATE_UNIX_FD":
		if !s.accepted || more {
			return "ERROR", false
		}
		s.fds = true
		return "AGREE_UNIX_FD", false
	case "BEGIN":
		if s.accepted && !more {
			return "", true
		}
		return "ERROR", false
	case "CANCEL", "ERROR":
		s.asked, s.accepted, s.fds = false, false, false
		return rejected, false
	}
	return "ERROR", false
}

// check compares what the client says with what the kernel says. Nothing said is right.
func (s *saslServer) check(token string) string {
	if token != "" {
		digits, err := hex.DecodeString(token)
		if err != nil || string(digits) != strconv.FormatUint(uint64(s.uid), 10) {
			return rejected
		}
	}
	s.accepted = true
	return "OK " + s.guid
}
