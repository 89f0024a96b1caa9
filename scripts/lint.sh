#!/usr/bin/env bash
# make lint: ruff and mypy on this directory, with the tools of its .venv.
here=$(dirname "$0")
. "$here/lib.sh"
. "$here/tools.sh"

step_count=2
trap drop_log EXIT
start_log
step "tools"
ensure_own_tools
step "static checks: ruff, mypy"
check_statically "$repo" "$repo/.cache"
