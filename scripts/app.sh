# shellcheck shell=bash
# Brings this repository's CRM Plus into the bench: its files, its Python package, its assets. Source it.

# What the repository holds and Git does not ignore, committed or not; all there is where there is no Git.
list_files() {
	if git -c safe.directory="$repo" -C "$repo" rev-parse --show-toplevel >/dev/null 2>&1; then
		(cd "$repo" && git -c safe.directory="$repo" ls-files -coz --exclude-standard |
			while IFS= read -r -d '' file; do if [[ -f $file ]]; then printf '%s\0' "$file"; fi; done)
	else
		(cd "$repo" && find . \( -name .venv -o -name node_modules -o -name __pycache__ -o -path ./crm_plus/public/dist \) -prune \
			-o -type f ! -name .crm-plus-copy -printf '%P\0')
	fi
}

ensure_app() {
	local real=""
	if [[ -e $app_dir ]]; then real=$(realpath "$app_dir"); fi
	if [[ $real == "$repo" ]]; then
		note "the bench already uses this very directory"
		if [[ ! -d $repo/crm_plus/public/dist ]]; then
			as_root install -d -o "$bench_user" -g "$(id -g "$bench_user")" "$repo/crm_plus/public" "$repo/crm_plus/public/dist"
		fi
	else
		if [[ -L $app_dir ]]; then
			note "apps/crm_plus was a link to ${real:-nowhere}: putting a copy of this directory in its place"
			as_bench rm "$app_dir"
		elif [[ -d $app_dir && ! -e $app_dir/.crm-plus-copy ]]; then
			die "$app_dir is a clone of its own, not this directory: run the command from there, or move it away."
		fi
		copy_app
	fi
	install_package
	build_assets
	forget_assets
}

copy_app() {
	local changed
	changed=$(list_files | tar -C "$repo" --null --no-recursion -T - -cf - |
		as_bench "$bench_python" -c "$(<"$repo/scripts/receive_app.py")" "$app_dir" "$repo")
	note "$changed files of this directory copied to $app_dir"
}

# The package is linked into the bench's environment, as bench does it, and named in sites/apps.txt once.
install_package() {
	local where hash
	hash=$(hash_of "$repo/pyproject.toml" "$repo/setup.py")
	where=$(as_bench "$bench_python" -c 'import crm_plus, os; print(os.path.realpath(os.path.dirname(crm_plus.__path__[0])))' 2>/dev/null) || where=""
	if [[ $where != "$(realpath "$app_dir")" ]] || ! stamped package "$hash"; then
		note "installing the package into the bench's environment"
		logged "pip install crm_plus" retried install_editable
		stamp package "$hash"
	fi
	as_bench "$bench_python" - "$BENCH_DIR/sites/apps.txt" <<'PYTHON'
import sys
apps = open(sys.argv[1], encoding="utf-8").read().split()
if "crm_plus" not in apps:
	open(sys.argv[1], "w", encoding="utf-8").write("\n".join([*apps, "crm_plus"]) + "\n")
PYTHON
}

# The environment may have been made without pip (by uv): ours can install into it.
install_editable() {
	local -a isolation=()
	if as_bench "$bench_python" -c 'import flit_core' 2>/dev/null; then isolation=(--no-build-isolation); fi
	as_bench "$tools/bin/python" -m pip --python "$bench_python" install --quiet "${isolation[@]}" -e "$app_dir"
}

# Frappe's esbuild, only when a source of the assets has changed since the last time.
build_assets() {
	local hash
	hash=$( (cd "$repo" && find crm_plus/public -path crm_plus/public/dist -prune -o -type f -print0 2>/dev/null | sort -z |
		xargs -0r sha256sum; cat "$BENCH_DIR/apps/frappe/yarn.lock" 2>/dev/null || true) | sha256sum | cut -c1-16)
	if stamped assets "$hash" && [[ -d $BENCH_DIR/sites/assets/crm_plus/dist/js ]]; then return; fi
	note "building the assets"
	logged "bench build --app crm_plus" frappe build --app crm_plus
	stamp assets "$hash"
}

# Frappe keeps the names of built files in Redis. The build tells the Redis of this run, which need not be the bench's own.
forget_assets() {
	as_bench "$bench_python" - "$redis_cache" <<'PYTHON'
import contextlib, redis, sys
with contextlib.suppress(redis.exceptions.RedisError):
	redis.from_url(sys.argv[1], socket_connect_timeout=3).delete("assets_json")
PYTHON
}
