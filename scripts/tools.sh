# shellcheck shell=bash
# The tools that tests need, in a virtual environment of their own: nothing is ever added to the bench's. Source it.

# The names in pyproject.toml's extra "test", one a line. tomllib came with Python 3.11, and 3.10 is still used.
test_requirements() {
	"$1" - "$repo/pyproject.toml" <<'PYTHON'
import ast, re, sys
text = open(sys.argv[1], encoding="utf-8").read()
block = re.search(r"^test\s*=\s*(\[.*?^\])", text, re.DOTALL | re.MULTILINE)
if not block:
	sys.exit("pyproject.toml names no extra 'test'")
print("\n".join(ast.literal_eval(block[1])))
PYTHON
}

# ensure_bench_tools: $tools, made with the Python that the bench was made with, and seeing all that the bench's
# environment holds, so that the tests meet the very versions that the bench runs.
ensure_bench_tools() {
	local base site wanted hash
	base=$(as_bench "$bench_python" -c 'import sys; print(sys._base_executable)')
	site=$(as_bench "$bench_python" -c 'import sysconfig; print(sysconfig.get_paths()["purelib"])')
	wanted=$(test_requirements "$bench_python")
	hash=$(printf '%s\n' "$base" "$site" "$wanted" | sha256sum | cut -c1-16)
	if [[ -e $tools/made-for-$hash ]] && as_bench "$tools/bin/python" -c 'import pytest, hypothesis, frappe' 2>/dev/null; then return; fi
	note "installing the test tools into $tools"
	own_dir "$tools"
	logged "a virtual environment" as_bench "$base" -m venv --clear "$tools"
	printf 'import site; site.addsitedir(%s)\n' "'$site'" |
		as_bench tee "$(echo "$tools"/lib/python3*/site-packages)/bench_environment.pth" >/dev/null
	mapfile -t wanted <<<"$wanted"
	logged "the test tools" retried as_bench "$tools/bin/python" -m pip install --quiet "${wanted[@]}"
	as_bench touch "$tools/made-for-$hash"
}

# ensure_own_tools: the same tools in the repository's .venv, for the tests that need no site.
ensure_own_tools() {
	local base=${PYTHON:-python3} wanted hash
	tools=$repo/.venv
	"$base" -c 'import sys; sys.exit(sys.version_info < (3, 10))' 2>/dev/null ||
		die "The tests need Python 3.10 or newer: install it, or name one with PYTHON=/path/to/python3."
	wanted=$(test_requirements "$base")
	hash=$( { "$base" -V; printf '%s\n' "$wanted"; } | sha256sum | cut -c1-16)
	if [[ -e $tools/made-for-$hash ]]; then return; fi
	note "installing the test tools into .venv"
	if ! "$base" -c 'import ensurepip' 2>/dev/null && can_be_root && have apt-get; then
		logged "python3-venv" retried as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y python3-venv
	fi
	logged "a virtual environment" "$base" -m venv --clear "$tools"
	mapfile -t wanted <<<"$wanted"
	logged "the test tools" retried "$tools/bin/python" -m pip install --quiet "${wanted[@]}"
	touch "$tools/made-for-$hash"
}

# check_statically DIRECTORY CACHE [RUNNER...]: ruff and mypy; what fails is named in $complaints.
check_statically() {
	local where=$1 cache=$2 check
	shift 2
	complaints=""
	for check in "ruff check" "ruff format --check" mypy; do
		# shellcheck disable=SC2086  # the words of the check
		"$@" env -C "$where" RUFF_OUTPUT_FORMAT=concise "RUFF_CACHE_DIR=$cache/ruff" "MYPY_CACHE_DIR=$cache/mypy" \
			"$tools/bin/python" -m $check </dev/null || complaints+="${complaints:+, }$check failed"
	done
	[[ -z $complaints ]]
}
