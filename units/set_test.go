package units

import (
	"fmt"
	"testing"
)

func TestSetKeepsOrder(t *testing.T) {
	var s Set
	for i := range 40 {
		if name := fmt.Sprint(i); !s.Add(name) || s.Add(name) || !s.Has(name) {
			t.Fatalf("%s was not added once", name)
		}
	}
	before := s.Names()
	if !s.Remove("7") || s.Remove("7") || s.Has("7") || !s.Has("39") || s.Len() != 39 {
		t.Error("7 was not removed once")
	}
	if before[7] != "7" || s.Names()[7] != "8" || s.Names()[38] != "39" {
		t.Error("a removal changed the order or a slice already given out")
	}
}
