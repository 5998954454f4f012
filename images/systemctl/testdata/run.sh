# run.sh DIR FILE: runs systemctl of DIR with the arguments in each line of FILE. Printed are for each, between lines
# of "\001", the arguments, the exit status, and what was written, standard error marked by "2> ".
export SYSTEMD_PAGER=cat LC_ALL=C.UTF-8 PATH=$1:$PATH
while IFS= read -r line; do
	case $line in
	'' | '#'*) continue ;;
	'!'*) eval "${line#!}" >/dev/null 2>&1; continue ;;
	esac
	if [ -n "$TTY" ]; then
		eval "timeout 20 systemctl $line" </dev/null 2>&1 && status=0 || status=$?
		printf '\n[%s]\n\001%s\n' "$status" "$line"
		continue
	fi
	eval "timeout 20 systemctl $line" </dev/null >/tmp/out 2>/tmp/err && status=0 || status=$?
	cat /tmp/out
	sed 's/^/2> /' /tmp/err
	printf '[%s]\n\001%s\n' "$status" "$line"
	# The next command finds what this one has led to, not what it is about to.
	case $line in list-* | show* | status* | is-* | cat*) ;; *) sleep 0.1 ;; esac
done <"$2"
