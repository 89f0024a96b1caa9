#!/usr/bin/env bash
# make host-check: ERPNext's own test suites on a site without and on one with CRM Plus, what is left after an uninstall,
# and what CRM Plus adds to submitting an invoice. The sites are its own, and thrown away. Arguments name parts to run:
# suites (ARGS="suites 'Sales Invoice'" runs one alone), lifecycle, cost; all three without arguments.
here=$(dirname "$0")
. "$here/in_a_bench.sh"

sites=(host-check-without.localhost host-check-with.localhost host-check-one.localhost)
folder=""
made=""
failed=""

# make_alone KIND SITE: snapshots are saved and replaced meanwhile, so no other command may provision this bench.
make_alone() {
	made=1
	exec 9<"$BENCH_DIR/sites"
	flock 9
	make_beside "$@"
	leave_to_others
}

drop_sites() {
	local site
	lend_db_admin
	for site in "${sites[@]}"; do throw_away drop "$site"; done
	return_db_admin
}

finish() {
	trap - EXIT
	set +e
	trap '' INT TERM HUP PIPE
	if [[ -n $made ]]; then (drop_sites) || true; fi
	return_db_admin
	stop_redis
	if [[ -n $folder && -z $failed ]]; then as_bench rm -rf "$folder"; fi
	drop_log
}

check_suites() {
	step "two sites with ERPNext alike, one of them with CRM Plus"
	make_alone bare "${sites[0]}"
	make_alone with "${sites[1]}"
	step "ERPNext's own test suites on both (many minutes)"
	in_sites scripts/host_check_compare.py "${sites[@]:0:2}" "$folder" "$@" || failed+=" suites"
}

check_lifecycle() {
	step "what install and uninstall leave behind"
	make_alone base "${sites[2]}"
	in_sites scripts/lifecycle_check.py "${sites[2]}" || failed+=" lifecycle"
}

check_cost() {
	step "what CRM Plus adds to submitting an invoice"
	make_alone base "${sites[2]}"
	logged "install-app" frappe --site "${sites[2]}" install-app crm_plus
	in_sites tests/benchmarks/invoice_cost.py --site "${sites[2]}" --check || failed+=" cost"
}

part=${1:-all}
shift || true
case $part in
all) find_bench 5 ;;
suites) find_bench 3 ;;
lifecycle | cost) find_bench 2 ;;
*) die "There is no part $part: name suites, lifecycle or cost, or nothing for all three." ;;
esac
exec 8<"$state"
flock -n 8 || die "Another host check runs on this bench: wait for it to end."
enter_bench own
leave_to_others
folder=$(as_bench mktemp -d "$state/host-check-XXXXXX")
if [[ $part == all || $part == suites ]]; then check_suites "$@"; fi
if [[ $part == all || $part == lifecycle ]]; then check_lifecycle; fi
if [[ $part == all || $part == cost ]]; then check_cost; fi
if [[ -n $failed ]]; then die "This failed:$failed. The output of ERPNext's suites is in $folder."; fi
