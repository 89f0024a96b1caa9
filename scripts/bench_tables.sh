#!/usr/bin/env bash
# make bench-tables: times lists, board and forms at full scale, on a site of its own that is kept for the next time.
# Arguments go to tests/benchmarks/run.py, which lists them with ARGS=--help; --site NAME takes another site.
here=$(dirname "$0")
. "$here/in_a_bench.sh"

site=benchmark-crm.localhost

# The site is made once; afterwards it only follows what has changed in the DocTypes.
ensure_site() {
	if throw_away has "$site" && [[ $(frappe --site "$site" list-apps 2>/dev/null) == *crm_plus* ]]; then
		logged "migrate" frappe --site "$site" migrate
	else
		make_beside base "$site"
		logged "install-app" frappe --site "$site" install-app crm_plus
	fi
}

case " $* " in
*" --help "* | *" -h "* | *" --site"[\ =]*) exec bash "$here/in_bench.sh" tests/benchmarks/run.py "$@" ;;
esac
find_bench 3
enter_bench own
step "the site $site"
ensure_site
leave_to_others
step "filling it (four minutes on an idle machine) and the table (a quarter of an hour)"
in_sites tests/benchmarks/run.py --site "$site" "$@"
