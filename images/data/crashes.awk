# Shows what of the log of `make crash` tells of its outcome, and adds the crashes up.
/ crashes over / { sub(/^.*: Test/, "Test"); print; fflush(); for (i = 2; i <= NF; i++) if ($i == "crashes") total += $(i - 1) }
/rounds of/ { sub(/^.*: /, "    "); print }
/^ok|^FAIL|--- FAIL|made something else|cannot/ { print; fflush() }
END { print total + 0 " crashes in all" }
