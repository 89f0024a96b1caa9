#!/usr/bin/env bash
# make demo: everything from nothing to the demo site being served. Ctrl-C stops all that it started.
here=$(dirname "$0")
. "$here/lib.sh"
. "$here/services.sh"
. "$here/packages.sh"
. "$here/make_bench.sh"
. "$here/tools.sh"
. "$here/app.sh"
. "$here/make_site.sh"

site=${CRM_PLUS_SITE:-crm.localhost}
server=""

finish() {
	trap - EXIT
	set +e
	trap '' INT TERM HUP
	if [[ -n $server ]]; then
		note "stopping"
		kill "$server" 2>/dev/null || true
		wait "$server" || true
	fi
	return_db_admin
	stop_redis
	stop_mariadb
	drop_log
}

# Frappe with the test tools' Python, which sees the bench's environment and has Faker, which no bench needs otherwise.
frappe_with_tools() { as_bench -C "$BENCH_DIR/sites" "$tools/bin/python" -m frappe.utils.bench_helper frappe --site "$site" "$@"; }

# An optional extra that the demo shows: who of the customers still buys. Where it cannot be had the report says so.
ensure_scipy() {
	if as_bench "$bench_python" -c 'import scipy' 2>/dev/null; then return; fi
	note "installing SciPy into the bench's environment"
	as_bench "$tools/bin/python" -m pip --python "$bench_python" install --quiet "scipy>=1.10" >>"$log" 2>&1 </dev/null ||
		note "SciPy could not be installed: Customer Value does without"
}

make_data() {
	if ! frappe_with_tools execute crm_plus.setup.demo.make 2>&1 </dev/null | tee -a "$log" | sed -u 's/^/      /'; then
		keep_log=1
		die "The demo data could not be made. All output is in $log."
	fi
	logged "enable-scheduler" frappe --site "$site" enable-scheduler
	logged "clear-cache" frappe --site "$site" clear-cache
}

start_serving() {
	local server_log=$state/demo.log
	port=$(free_port "${PORT:-$webserver_port}")
	as_bench rm -f "$server_log"
	bench_call -C "$BENCH_DIR/sites" "$bench_python" "$app_dir/scripts/serve.py" "$site" --port "$port" \
		--socketio-port "$(free_port "$socketio_port")" --scheduler --log "$server_log"
	"${call[@]}" </dev/null &
	server=$!
	if ! wait_until 120 serves_or_ended || ! kill -0 "$server" 2>/dev/null; then
		as_bench tail -n 30 "$server_log" >&2
		die "The site could not be served; the output of its processes is in $server_log."
	fi
}

serves_or_ended() {
	if ! kill -0 "$server" 2>/dev/null; then return 0; fi
	as_bench "$bench_python" -c '
import sys, urllib.request
address, site = sys.argv[1:]
urllib.request.urlopen(urllib.request.Request(address, headers={"Host": site}), timeout=20)
' "http://127.0.0.1:$port/api/method/ping" "$site" 2>/dev/null
}

# One line for each role that the demo data has a user for.
print_logins() {
	local logins
	logins=$(frappe_with_tools execute crm_plus.setup.demo.logins 2>>"$log" </dev/null)
	as_bench "$bench_python" -c '
import json, sys
for login in json.loads(sys.argv[1].strip().splitlines()[-1]):
	print("  {role:<24} {user:<36} {password}".format(**login))
' "$logins"
}

trap finish EXIT
trap 'exit 130' INT TERM HUP
start_log
step_count=7
locate_bench
bench_found || can_clone || die "$(why_no_bench)"
step "bench"
ensure_bench
own_dir "$state"
step "services"
read_bench_config
ensure_running_packages
ensure_mariadb
start_bench_redis
exec 9<"$BENCH_DIR/sites"
flock 9
step "CRM Plus in the bench"
ensure_bench_tools
ensure_app
ensure_scipy
step "site $site"
make_site demo "$site"
step "demo data"
make_data
exec 9<&-
step "web, socket.io, worker and scheduler"
start_serving
step "ready"
trap 'exit 0' INT TERM HUP
printf '\n  http://%s:%s\n\n' "$site" "$port"
print_logins
printf '\n  Administrator: admin. Ctrl-C stops all this.\n'
wait "$server"
