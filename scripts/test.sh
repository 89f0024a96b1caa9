#!/usr/bin/env bash
# make test: everything from nothing to pytest's summary. Arguments go to pytest. `--fast` first: only what needs no site.
here=$(dirname "$0")
. "$here/lib.sh"
. "$here/services.sh"
. "$here/packages.sh"
. "$here/make_bench.sh"
. "$here/tools.sh"
. "$here/app.sh"
. "$here/make_site.sh"

fast_tests=("tests/test_*.py" tests/rules)
site_tests=(crm_plus/tests tests/browser)
site=${CRM_PLUS_SITE:-test-crm.localhost}
untested=""
lacking=""

finish() {
	trap - EXIT
	set +e
	return_db_admin
	stop_redis
	drop_log
}

# The directories of $1... that exist, or nothing where the arguments name tests themselves.
choose_tests() {
	local pattern file
	tests=()
	for file in "${arguments[@]}"; do
		if [[ $file != -* && -e $repo/${file%%::*} ]]; then return; fi
	done
	for pattern in "$@"; do
		for file in "$repo"/$pattern; do
			if [[ -e $file ]]; then tests+=("${file#"$repo"/}"); fi
		done
	done
}

test_without_site() {
	step "tools"
	cache=$repo/.cache
	ensure_own_tools
	step "static checks: ruff, mypy"
	check_statically "$repo" "$cache" || untested=$complaints
	step "tests that need no site"
	choose_tests "${fast_tests[@]}"
	cd "$repo" || exit
	finish
	CRM_PLUS_SIMULATION=${CRM_PLUS_SIMULATION:-short} CRM_PLUS_FAULTS=$untested${lacking:+, $lacking} exec "$tools/bin/python" -m pytest -o cache_dir="$cache/pytest" --continue-on-collection-errors "${tests[@]}" "${arguments[@]}"
}

test_with_site() {
	cache=$state/cache
	step "services"
	read_bench_config
	ensure_running_packages
	ensure_mariadb
	start_own_redis
	step "test tools and CRM Plus in the bench"
	ensure_bench_tools
	ensure_app
	ensure_chromium
	step "static checks: ruff, mypy"
	check_statically "$app_dir" "$cache" as_bench || untested=$complaints
	step "site $site"
	make_site test "$site"
	make_beside empty "spare-$site"
	step "tests"
	choose_tests "${fast_tests[@]}" "${site_tests[@]}"
	run_pytest
}

run_pytest() {
	local verdict=0
	export CRM_PLUS_SITE=$site CRM_PLUS_FAULTS=$untested CRM_PLUS_FAILURES=$state/failures
	as_bench rm -rf "$state/failures"
	as_bench -C "$app_dir" env "HYPOTHESIS_STORAGE_DIRECTORY=$cache/hypothesis" "$tools/bin/python" -m pytest \
		-o cache_dir="$cache/pytest" --continue-on-collection-errors "${tests[@]}" "${arguments[@]}" </dev/null || verdict=$?
	if [[ -d $state/failures ]]; then
		mkdir -p "$repo/tests/browser/failures"
		cp "$state/failures"/* "$repo/tests/browser/failures/" 2>/dev/null || true
	fi
	finish
	exit "$verdict"
}

trap finish EXIT
trap 'exit 130' INT TERM HUP PIPE
start_log
if [[ ${1:-} == --fast ]]; then
	shift
	arguments=("$@") step_count=3
	test_without_site
fi
arguments=("$@")
locate_bench
if bench_found || can_clone; then
	step_count=6
	step "bench"
	ensure_bench
	own_dir "$state"
	exec 9<"$BENCH_DIR/sites"
	if ! flock -n 9; then
		note "waiting for another run on this bench to end"
		flock 9
	fi
	test_with_site
else
	step_count=4
	step "no bench"
	note "skipped: all that needs a site. $(why_no_bench)"
	if [[ -n ${CI:-} ]]; then lacking="no bench and so no test that needs a site"; fi
	test_without_site
fi
