//go:build race

package sim

// The race detector makes a schedule six times as long, and looks for what schedules seldom differ in: `make test` runs
// all of them without it, while it measures coverage.
func init() { *schedules = 1000 }
