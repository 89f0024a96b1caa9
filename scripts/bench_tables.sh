#!/usr/bin/env bash
# make bench-tables: times lists, board and forms at full scale, on a site of its own that is kept for the next time.
# Arguments go to tests/benchmarks/run.py, which lists them with ARGS=--help; --site NAME takes another site.
here=$(dirname "$0")
. "$here/lib.sh"
. "$here/services.sh"
. "$here/packages.sh"
. "$here/tools.sh"
. "$here/app.sh"
. "$here/make_site.sh"

site=benchmark-crm.localhost

finish() {
	trap - EXIT
	return_db_admin
	stop_redis
	drop_log
}

# The site is made once; afterwards it only follows what has changed in the DocTypes.
ensure_site() {
	if throw_away has "$site" && frappe --site "$site" list-apps 2>/dev/null | grep -q crm_plus; then
		logged "migrate" frappe --site "$site" migrate
	else
		make_beside base "$site"
		logged "install-app" frappe --site "$site" install-app crm_plus
	fi
}

case " $* " in
*" --help "* | *" -h "* | *" --site"[\ =]*) exec bash "$here/in_bench.sh" tests/benchmarks/run.py "$@" ;;
esac
trap finish EXIT
trap 'exit 130' INT TERM HUP PIPE
start_log
step_count=3
locate_bench
bench_found || die "There is no bench at $BENCH_DIR: run 'make demo' first, or point to one with BENCH_DIR=/path/to/frappe-bench."
own_dir "$state"
step "services and CRM Plus in the bench"
read_bench_config
ensure_running_packages
ensure_mariadb
start_own_redis
exec 9<"$BENCH_DIR/sites"
flock 9
ensure_bench_tools
ensure_app
step "the site $site"
ensure_site
exec 9<&-
step "filling it, and the table (a quarter of an hour)"
as_bench -C "$BENCH_DIR/sites" "$tools/bin/python" -W ignore "$app_dir/tests/benchmarks/run.py" --site "$site" "$@" </dev/null
