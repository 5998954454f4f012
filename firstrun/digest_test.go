package firstrun

import (
	"crypto/sha256"
	"testing"
)

func TestZeroSum(t *testing.T) {
	if zeroSum != sha256.Sum256(make([]byte, digestBlock)) {
		t.Error("the sum of a hole is not that of zeros")
	}
}
