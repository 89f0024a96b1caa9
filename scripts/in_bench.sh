#!/usr/bin/env bash
# in_bench.sh SCRIPT ARGUMENTS...: one of this repository's Python scripts, on the bench found, in its sites folder, with the
# test tools. Services are started, and CRM Plus is brought into the bench, as `make test` does.
here=$(dirname "$0")
. "$here/lib.sh"
. "$here/services.sh"
. "$here/packages.sh"
. "$here/tools.sh"
. "$here/app.sh"

finish() {
	trap - EXIT
	set +e
	stop_redis
	drop_log
}

trap finish EXIT
trap 'exit 130' INT TERM HUP PIPE
start_log
step_count=2
locate_bench
bench_found || die "There is no bench at $BENCH_DIR: run 'make demo' first, or point to one with BENCH_DIR=/path/to/frappe-bench."
own_dir "$state"
step "services and CRM Plus in the bench"
read_bench_config
ensure_running_packages
ensure_mariadb
start_bench_redis
ensure_bench_tools
ensure_app
step "$1"
script=$1
shift
as_bench -C "$BENCH_DIR/sites" "$tools/bin/python" "$app_dir/$script" "$@"
