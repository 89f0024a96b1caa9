# shellcheck shell=bash
# Calls make_site.py as the bench's user, with the database's administrator where it needs one. Source it.

make_site() { # make_site test|demo SITE
	local -a python=(-C "$BENCH_DIR/sites" "$bench_python" -W ignore "$app_dir/scripts/make_site.py")
	lent_user="" lent_password=""
	if [[ $(as_bench "${python[@]}" needs-admin "$2") == yes ]]; then lend_db_admin; fi
	printf '%s\n%s\n' "$lent_user" "$lent_password" | as_bench "${python[@]}" "$1" "$2" >>"$log" || {
		tail -n 40 "$log" >&2
		keep_log=1
		die "The site $2 could not be made. All output is in $log."
	}
	return_db_admin
	ensure_name "$2"
}

# ensure_name SITE: browsers take every name under localhost for this machine; what makes PDFs asks the system.
ensure_name() {
	if getent ahosts "$1" >/dev/null; then return; fi
	if ! can_be_root; then
		note "this system does not know $1, and Frappe's PDFs would fail: add '127.0.0.1 $1' to /etc/hosts"
		return
	fi
	note "naming $1 in /etc/hosts"
	printf '127.0.0.1\t%s\n' "$1" | as_root tee -a /etc/hosts >/dev/null
}

# throw_away ACTION SITE: see throw_away_sites.py.
throw_away() {
	printf '%s\n%s\n' "${lent_user:-}" "${lent_password:-}" |
		as_bench -C "$BENCH_DIR/sites" "$bench_python" "$app_dir/scripts/throw_away_sites.py" "$@" >>"$log"
}

make_beside() { # make_beside bare|with|base|empty SITE
	if [[ $1 == empty ]] && throw_away has "$2"; then return; fi
	lend_db_admin
	throw_away "$@" || {
		tail -n 40 "$log" >&2
		keep_log=1
		die "The site $2 could not be made. All output is in $log."
	}
	return_db_admin
}
