#!/usr/bin/env bash
# in_bench.sh SCRIPT ARGUMENTS...: one of this repository's Python scripts, on the bench found, in its sites folder, with the
# test tools. Services are started, and CRM Plus is brought into the bench, as `make test` does.
here=$(dirname "$0")
. "$here/in_a_bench.sh"

find_bench 2
enter_bench shared
leave_to_others
step "$1"
in_sites "$@"
