#!/usr/bin/env bash
# make screenshots: takes the README's pictures anew, from the demo site that `make demo` has made.
here=$(dirname "$0")
. "$here/lib.sh"

locate_bench
site=${CRM_PLUS_SITE:-crm.localhost}
pictures=$state/pictures
[[ -d $BENCH_DIR/sites/$site ]] || die "There is no site $site in $BENCH_DIR: run 'make demo' first."
bash "$here/in_bench.sh" scripts/screenshots.py "$site" "$pictures"
mkdir -p "$repo/docs/pictures"
cp "$pictures"/*.png "$repo/docs/pictures/"
