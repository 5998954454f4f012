# Coverage of each package in a Go cover profile; ends with 1 if one is below min percent.
# A block that several test binaries ran stands in several lines.
NR > 1 {
	split($1, place, ":")
	pkg = place[1]
	sub(/\/[^\/]*$/, "", pkg)
	statements[$1] = $2
	package[$1] = pkg
	if ($3 > 0) covered[$1] = 1
}
END {
	for (b in statements) {
		total[package[b]] += statements[b]
		if (b in covered) hit[package[b]] += statements[b]
	}
	for (p in total) {
		percent = 100 * hit[p] / total[p]
		printf "coverage of %s: %.1f %%\n", p, percent
		if (percent < min) {
			printf "coverage of %s is below %d %%\n", p, min > "/dev/stderr"
			bad = 1
		}
	}
	exit bad
}
