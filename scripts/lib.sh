# shellcheck shell=bash
# Shared by the commands in this directory: messages, where the bench is, and who runs what. Source it.
set -euo pipefail

repo=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
# What bash itself sets must not reach the bench's user: these alone are handed on to it.
passed_on="CI TERM LC_ALL LANG TZ CHROMIUM CRM_PLUS_SITE CRM_PLUS_FAULTS CRM_PLUS_FAILURES FRAPPE_REDIS_CACHE FRAPPE_REDIS_QUEUE
	HTTP_PROXY HTTPS_PROXY NO_PROXY http_proxy https_proxy no_proxy SSL_CERT_FILE REQUESTS_CA_BUNDLE CURL_CA_BUNDLE
	GIT_SSL_CAINFO NODE_EXTRA_CA_CERTS PIP_CERT PIP_INDEX_URL PIP_EXTRA_INDEX_URL PIP_FIND_LINKS PIP_DEFAULT_TIMEOUT
	NPM_CONFIG_REGISTRY npm_config_registry HYPOTHESIS_PROFILE CRM_PLUS_MONEY_ROUNDS PLAYWRIGHT_BROWSERS_PATH"
step_number=0
step_count=0

die() {
	printf '%s\n' "$*" >&2
	exit 1
}

# step WHAT: a progress line, "[2/6] WHAT"; set step_count first.
step() {
	step_number=$((step_number + 1))
	printf '[%d/%d] %s\n' "$step_number" "$step_count" "$*"
}

note() { printf '      %s\n' "$*"; }

# logged WHAT COMMAND...: runs it with its output in $log; where it fails, shows the end of that and stops.
logged() {
	local what=$1
	shift
	printf -- '--- %s\n' "$what" >>"$log"
	if ! "$@" >>"$log" 2>&1 </dev/null; then
		tail -n 40 "$log" >&2
		keep_log=1
		die "This failed: $what. All its output is in $log."
	fi
}

# retried COMMAND...: what asks the network, up to three times, for a hiccup there is no fault of ours. Use after `logged WHAT`.
retried() {
	local pause
	for pause in 5 20; do
		if "$@"; then return; fi
		printf -- '--- again in %d seconds\n' "$pause"
		sleep "$pause"
	done
	"$@"
}

start_log() {
	log=$(mktemp "${TMPDIR:-/tmp}/crm-plus-XXXXXX.log")
	keep_log=""
}

# Removes the log of a run that went well.
drop_log() { if [[ -z ${keep_log:-} && -n ${log:-} ]]; then rm -f "$log"; fi; }

have() { command -v "$1" >/dev/null 2>&1; }

# Can this run change the system: is it root, or a sudoer who can be asked?
can_be_root() { [[ $EUID -eq 0 ]] || { have sudo && { sudo -n true 2>/dev/null || [[ -t 0 ]]; }; }; }

as_root() { if [[ $EUID -eq 0 ]]; then "$@"; else sudo -- "$@"; fi; }

# locate_bench: BENCH_DIR, bench_user and bench_home. A bench found belongs to its owner; root makes one for "frappe".
locate_bench() {
	if [[ -z ${BENCH_DIR:-} ]]; then
		if [[ $EUID -eq 0 ]]; then BENCH_DIR=/home/frappe/frappe-bench; else BENCH_DIR=$HOME/frappe-bench; fi
	fi
	BENCH_DIR=$(realpath -m "$BENCH_DIR")
	if [[ -d $BENCH_DIR ]]; then
		bench_user=$(stat -c %U "$BENCH_DIR")
	elif [[ $EUID -eq 0 ]]; then
		bench_user=frappe
	else
		bench_user=$(id -un)
	fi
	bench_home=$(getent passwd "$bench_user" | cut -d: -f6) || true
	bench_home=${bench_home:-/home/$bench_user}
	bench_python=$BENCH_DIR/env/bin/python
	app_dir=$BENCH_DIR/apps/crm_plus
	state=$BENCH_DIR/.crm-plus
	tools=${CRM_PLUS_VENV:-$(dirname "$BENCH_DIR")/crm-plus-venv}
	cli=$(dirname "$BENCH_DIR")/crm-plus-bench-cli
	bench_path
}

# A bench whose making was interrupted is made again, see make_bench.
bench_found() { [[ ! -e $BENCH_DIR/.crm-plus-unfinished && -x $bench_python && -d $BENCH_DIR/apps/frappe && -d $BENCH_DIR/sites ]]; }

# The PATH of the bench's user: ours where we are that user, else the system's, with nvm's node where that is the only one.
bench_path() {
	local nvm
	if [[ $(id -un) == "$bench_user" ]]; then
		path_of_bench=$PATH
	else
		path_of_bench=$bench_home/.local/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
	fi
	if ! PATH=$path_of_bench have node; then
		for nvm in "$bench_home"/.nvm/versions/node/*/bin; do
			if [[ -x $nvm/node ]]; then path_of_bench=$nvm:$path_of_bench; fi
		done
	fi
	path_of_bench=$cli/bin:$path_of_bench
}

# bench_call [-C DIRECTORY] COMMAND...: puts into the array `call` what runs the command as the bench's user, in a clean
# environment. It is replaced by the command, so a signal sent to its process reaches the command.
bench_call() {
	local where=/ name
	local -a kept=()
	if [[ $1 == -C ]]; then
		where=$2
		shift 2
	fi
	for name in $passed_on; do
		if [[ -n ${!name:-} ]]; then kept+=("$name=${!name}"); fi
	done
	[[ -n ${LANG:-} ]] || kept+=(LANG=C.UTF-8)
	call=(env -i -C "$where" "HOME=$bench_home" "USER=$bench_user" "LOGNAME=$bench_user" "PATH=$path_of_bench"
		"BENCH_DIR=$BENCH_DIR" PYTHONUNBUFFERED=1 "${kept[@]}" "$@")
	if [[ $(id -un) == "$bench_user" ]]; then return; fi
	if [[ $EUID -eq 0 ]]; then
		call=(setpriv --reuid "$bench_user" --regid "$(id -g "$bench_user")" --init-groups -- "${call[@]}")
	else
		call=(sudo -u "$bench_user" -- "${call[@]}")
	fi
}

as_bench() {
	local -a call
	bench_call "$@"
	"${call[@]}"
}

# stamp NAME HASH: remembers in the bench that what NAME stands for was last done for HASH; stamped NAME HASH asks.
stamp() {
	as_bench find "$state" -maxdepth 1 -name "$1-*" -delete
	as_bench touch "$state/$1-$2"
}

stamped() { [[ -e $state/$1-$2 ]]; }

# frappe ARGUMENTS...: what `bench` passes on to Frappe, without needing bench's own command line.
frappe() { as_bench -C "$BENCH_DIR/sites" "$bench_python" -m frappe.utils.bench_helper frappe "$@"; }

# A directory that the bench's user owns, with all in it; its parents stay whose they are.
own_dir() {
	if [[ -d $1 ]]; then
		if [[ -z $(as_bench find "$1" ! -user "$bench_user" -print -quit 2>&1) ]]; then return; fi
		can_be_root || die "$1 holds what does not belong to $bench_user: run 'sudo chown -R $bench_user $1' and try again."
		note "giving $1 to $bench_user"
		as_root chown -hR "$bench_user:$(id -g "$bench_user")" "$1"
		return
	fi
	if [[ $(id -un) == "$bench_user" && -w $(dirname "$1") ]]; then
		mkdir -p "$1"
	else
		as_root install -d -o "$bench_user" -g "$(id -g "$bench_user")" "$1"
	fi
}

# hash_of FILES...: one hash of their names and contents; what does not exist counts as such.
hash_of() { { for file in "$@"; do printf '%s ' "$file"; cat -- "$file" 2>/dev/null || echo none; done; } | sha256sum | cut -c1-16; }
