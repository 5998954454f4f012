package main

import (
	"fmt"
	"strings"

	"pintle/parity"
)

// scenarios lists the known differences of the scenarios in parity/.
func scenarios() string {
	known, err := parity.Differences()
	if err != nil {
		return err.Error() // a test of parity's fails for it
	}
	if len(known) == 0 {
		return "\nThere are none.\n\n"
	}
	var b strings.Builder
	b.WriteString("\n| scenario | clients | why |\n| --- | --- | --- |\n")
	for _, d := range known {
		clients := "both"
		if len(d.Impls) == 1 {
			clients = map[string]string{"pintle": "systemd's own", "pintle-applets": "pintle's own"}[d.Impls[0]]
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", d.Scenario, clients, strings.ReplaceAll(d.Reason, "|", "\\|"))
	}
	return b.String() + "\n"
}
