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
