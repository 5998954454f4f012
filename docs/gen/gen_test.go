package main

import (
	"strings"
	"testing"
)

// The generated parts of docs/ are what the tables say today.
func TestUpToDate(t *testing.T) {
	stale, err := generate("..", false)
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range stale {
		t.Errorf("%s is out of date: run `make docs`", path)
	}
}

func TestFill(t *testing.T) {
	got, err := fill("a\n<!-- generated: configuration -->old<!-- end -->\nb\n")
	if err != nil || !strings.HasPrefix(got, "a\n") || !strings.HasSuffix(got, "<!-- end -->\nb\n") ||
		strings.Contains(got, "old") || !strings.Contains(got, "`budget`") {
		t.Errorf("got %q, %v", got, err)
	}
	for _, bad := range []string{"<!-- generated: configuration -->", "<!-- generated: x --><!-- end -->"} {
		if _, err := fill(bad); err == nil {
			t.Errorf("%q was filled", bad)
		}
	}
}
