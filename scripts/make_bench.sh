# shellcheck shell=bash
# Makes a bench with Frappe and ERPNext where there is none. Source it.

frappe_url=${FRAPPE_URL:-https://github.com/frappe/frappe}
erpnext_url=${ERPNEXT_URL:-https://github.com/frappe/erpnext}

# Can Frappe be cloned from here?
can_clone() {
	if ! have git; then
		have apt-get && can_be_root && install_packages git git ca-certificates
	fi
	retried env GIT_TERMINAL_PROMPT=0 timeout 60 git ls-remote --exit-code "$frappe_url" HEAD >/dev/null 2>&1
}

why_no_bench() {
	echo "There is no bench at $BENCH_DIR, and Frappe cannot be cloned from $frappe_url:" \
		"point to an existing bench with BENCH_DIR=/path/to/frappe-bench, or to a reachable copy with FRAPPE_URL and ERPNEXT_URL."
}

# The branch: FRAPPE_BRANCH, or the newest that the Python and Node of this machine allow.
choose_branch() {
	if [[ -n ${FRAPPE_BRANCH:-} ]]; then
		branch=$FRAPPE_BRANCH
	elif have python3.14 && (($(node_major) >= 24)); then
		branch=version-16
	else
		branch=version-15
	fi
	if [[ $branch == version-15 ]]; then node_wanted=18; else node_wanted=24; fi
}

# The Python that the branch runs on: the system's, or one that uv (which comes with bench) fetches.
choose_python() {
	local -a fitting=(python3.14)
	local name
	if [[ $branch == version-15 ]]; then fitting=(python3.12 python3.11 python3.10 python3.13); fi
	for name in "${fitting[@]}"; do
		if as_bench "$name" -c 'import venv, sysconfig, os; assert os.path.exists(sysconfig.get_paths()["include"] + "/Python.h")' 2>/dev/null; then
			python=$name
			return
		fi
	done
	name=${fitting[0]#python}
	note "fetching Python $name"
	logged "pip install uv" retried as_bench "$cli/bin/pip" install --quiet uv
	logged "uv python install $name" retried as_bench "$cli/bin/uv" python install "$name"
	python=$(as_bench "$cli/bin/uv" python find "$name")
}

make_bench() {
	if ! id "$bench_user" >/dev/null 2>&1; then
		note "creating the user $bench_user"
		as_root useradd --create-home --shell /bin/bash "$bench_user"
		locate_bench
	fi
	ensure_build_packages
	choose_branch
	ensure_bench_cli "$node_wanted"
	choose_python
	if [[ -e $BENCH_DIR/.crm-plus-unfinished ]]; then
		as_bench find "$BENCH_DIR" -mindepth 1 -delete
	elif [[ -n $(ls -A "$BENCH_DIR" 2>/dev/null) ]]; then
		die "$BENCH_DIR holds something that is no bench: move it away, or set BENCH_DIR to where the bench shall be."
	fi
	own_dir "$BENCH_DIR"
	as_bench touch "$BENCH_DIR/.crm-plus-unfinished"
	chmod_home
	note "cloning Frappe ($branch) and its packages (several minutes)"
	logged "bench init" as_bench -C "$(dirname "$BENCH_DIR")" bench init --ignore-exist --skip-assets --no-backups \
		--python "$python" --frappe-branch "$branch" --frappe-path "$frappe_url" "$BENCH_DIR"
	# Some packages of version 15 still import pkg_resources, which setuptools has dropped.
	if ! as_bench "$bench_python" -c 'import pkg_resources' 2>/dev/null; then
		logged "an older setuptools" retried as_bench "$cli/bin/python" -m pip --python "$bench_python" install --quiet 'setuptools<81'
	fi
	note "cloning ERPNext ($branch) and its packages (some minutes)"
	logged "bench get-app erpnext" as_bench -C "$BENCH_DIR" bench get-app --skip-assets --branch "$branch" erpnext "$erpnext_url"
	note "building the assets of Frappe and ERPNext (some minutes)"
	logged "bench build" frappe build --production
	as_bench rm "$BENCH_DIR/.crm-plus-unfinished"
}

# useradd may make homes that nobody else can enter, and a web server in front of the bench has to.
chmod_home() { if [[ $EUID -eq 0 && -d $bench_home ]]; then chmod o+x "$bench_home"; fi; }

# ensure_bench: the bench found, or a new one where can_clone has said that it can be.
ensure_bench() {
	if bench_found; then
		note "found $BENCH_DIR, which belongs to $bench_user"
		[[ -d $BENCH_DIR/apps/erpnext ]] || die "The bench at $BENCH_DIR has no ERPNext: add it with 'bench get-app erpnext' and try again."
		return
	fi
	note "none at $BENCH_DIR: making one"
	make_bench
}
