# shellcheck shell=bash
# What the commands that need a bench begin and end with. Source it, then: find_bench STEPS; enter_bench own|shared.
. "$here/lib.sh"
. "$here/services.sh"
. "$here/packages.sh"
. "$here/tools.sh"
. "$here/app.sh"
. "$here/make_site.sh"

finish() {
	trap - EXIT
	set +e
	return_db_admin
	stop_redis
	drop_log
}

find_bench() {
	trap finish EXIT
	trap 'exit 130' INT TERM HUP PIPE
	start_log
	step_count=$1
	locate_bench
	bench_found || die "There is no bench at $BENCH_DIR: run 'make demo' first, or point to one with BENCH_DIR=/path/to/frappe-bench."
	own_dir "$state"
}

# Services run and CRM Plus is in the bench; nobody else provisions it until `leave_to_others`. The Redis is one of this
# run's own, or the bench's, shared with whoever serves a site of it.
enter_bench() {
	step "services and CRM Plus in the bench"
	read_bench_config
	ensure_running_packages
	ensure_mariadb
	if [[ $1 == own ]]; then start_own_redis; else start_bench_redis; fi
	exec 9<"$BENCH_DIR/sites"
	flock 9
	ensure_bench_tools
	ensure_app
}

leave_to_others() { exec 9<&-; }

# in_sites SCRIPT ARGUMENTS...: a Python script of this repository with the test tools, in the bench's sites folder.
in_sites() {
	local script=$1
	shift
	as_bench -C "$BENCH_DIR/sites" "$tools/bin/python" -W ignore "$app_dir/$script" "$@" </dev/null
}
