#!/usr/bin/env bash
# make pot: writes crm_plus/locale/main.pot anew, the texts that translations start from, as Frappe's own extraction finds them.
here=$(dirname "$0")
. "$here/lib.sh"

locate_bench
bash "$here/in_bench.sh" scripts/pot.py "$state/main.pot"
mkdir -p "$repo/crm_plus/locale"
cp "$state/main.pot" "$repo/crm_plus/locale/main.pot"
