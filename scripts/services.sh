# shellcheck shell=bash
# MariaDB and Redis: what already answers is used; what does not is started, with or without systemd. Source it.

# read_bench_config: db_host, db_port, root_login, root_password, web_port and the URLs of Redis, from the bench's configuration.
read_bench_config() {
	local settings
	settings=$(as_bench "$bench_python" - "$BENCH_DIR/sites/common_site_config.json" <<'PYTHON'
import json, os, shlex, sys
conf = json.load(open(sys.argv[1])) if os.path.exists(sys.argv[1]) else {}
defaults = {
	"db_host": "127.0.0.1", "db_port": 3306, "root_login": "", "root_password": "", "webserver_port": 8000,
	"socketio_port": 9000, "redis_cache": "redis://127.0.0.1:13311", "redis_queue": "redis://127.0.0.1:11311",
}
for key, default in defaults.items():
	print(f"{key}={shlex.quote(str(conf.get(key) or default))}")
PYTHON
	)
	eval "$settings"
	db_user=${DB_ROOT_USER:-$root_login} db_password=${DB_ROOT_PASSWORD:-$root_password}
	if [[ -n $db_password && -z $db_user ]]; then db_user=root; fi
}

answers() { timeout 10 bash -c "exec 3<>/dev/tcp/$1/$2" 2>/dev/null; }

silent() { ! answers 127.0.0.1 "$1"; }

wait_until() { # wait_until SECONDS COMMAND...
	local deadline=$((SECONDS + $1))
	shift
	until "$@"; do
		if ((SECONDS >= deadline)); then return 1; fi
		sleep 0.3
	done
}

ensure_mariadb() {
	started_mariadb=""
	if answers "$db_host" "$db_port"; then return; fi
	case $db_host in
	127.0.0.1 | localhost | ::1) ;;
	*) die "No database answers at $db_host:$db_port, where the bench's common_site_config.json looks for it: start it and try again." ;;
	esac
	can_be_root || die "MariaDB does not run, and starting it needs root or sudo: start it (sudo service mariadb start) and try again."
	note "starting MariaDB"
	as_root bash -c 'service mariadb start || service mysql start' >>"$log" 2>&1 </dev/null 8<&- 9<&- || true
	# One that has begun may long be mending its tables: a second one would only be in its way.
	if ! wait_until 20 answers "$db_host" "$db_port" && ! pidof mariadbd mysqld >/dev/null; then
		as_root install -d -o mysql -g mysql /run/mysqld
		as_root setsid --fork mysqld_safe >>"$log" 2>&1 </dev/null 8<&- 9<&-
	fi
	wait_until 300 answers "$db_host" "$db_port" || {
		keep_log=1
		die "MariaDB does not start: see $log and /var/log/mysql."
	}
	started_mariadb=1
}

# Stops MariaDB if ensure_mariadb started it.
stop_mariadb() {
	if [[ -z ${started_mariadb:-} ]]; then return 0; fi
	as_root bash -c 'service mariadb stop || mariadb-admin shutdown || mysqladmin shutdown' >/dev/null 2>&1 </dev/null || true
}

mariadb_client() { if have mariadb; then echo mariadb; else echo mysql; fi; }

# db_admin [OPTION...]: runs the SQL on stdin as the database's administrator.
db_admin() {
	if [[ -n $db_user ]]; then
		MYSQL_PWD=$db_password "$(mariadb_client)" -h "$db_host" -P "$db_port" -u "$db_user" "$@"
	else
		as_root "$(mariadb_client)" "$@"
	fi
}

# lend_db_admin: an account that may make databases, in $lent_user and $lent_password. Debian's root has no password and
# answers to root's own socket alone, which the bench's user cannot use: so one is made, and dropped again.
lend_db_admin() {
	lent_user=$db_user lent_password=$db_password
	if [[ -n $lent_user ]]; then return; fi
	can_be_root || die "Making a site needs MariaDB's administrator: run as root or a sudoer, or set DB_ROOT_USER and DB_ROOT_PASSWORD."
	drop_forgotten_accounts
	lent_user=crm_plus_setup_$$
	lent_password=$(head -c 18 /dev/urandom | base64 | tr '+/' 'ab')
	local host
	for host in localhost 127.0.0.1; do
		printf "CREATE OR REPLACE USER '%s'@'%s' IDENTIFIED BY '%s'; GRANT ALL ON *.* TO '%s'@'%s' WITH GRANT OPTION;\n" \
			"$lent_user" "$host" "$lent_password" "$lent_user" "$host"
	done | db_admin 2>>"$log" || die "MariaDB refused its administrator: set DB_ROOT_USER and DB_ROOT_PASSWORD."
	lent=1
}

# Drops what a run that was killed could not return; the name ends in the number of the run's process.
drop_forgotten_accounts() {
	local account host
	echo "SELECT CONCAT(user, '@', host) FROM mysql.user WHERE user LIKE 'crm\\_plus\\_setup\\_%'" | db_admin -N 2>>"$log" |
		while IFS=@ read -r account host; do
			if [[ ! -d /proc/${account##*_} ]]; then echo "DROP USER '$account'@'$host';"; fi
		done | db_admin 2>>"$log" || true
}

return_db_admin() {
	# A bare return in a trap would pass on the failure that led there.
	if [[ -z ${lent:-} ]]; then return 0; fi
	printf "DROP USER IF EXISTS '%s'@'localhost', '%s'@'127.0.0.1';\n" "$lent_user" "$lent_user" | db_admin 2>/dev/null || true
	lent=""
}

# free_port FROM: the first port from there on that nothing listens on.
free_port() {
	local port=$1
	while answers 127.0.0.1 "$port"; do port=$((port + 1)); done
	echo "$port"
}

# start_own_redis: one Redis for this run alone, so that no worker of the bench takes our jobs, nor ours another site's.
start_own_redis() {
	if ! have redis-server; then
		note "no redis-server here: using the bench's Redis"
		return
	fi
	local port=$((20000 + $$ % 10000)) attempt
	for attempt in 1 2 3; do
		port=$(free_port "$port")
		start_redis "$port" --save "" --appendonly no
		if redis_is_ours "$port"; then break; fi
		if ((attempt == 3)); then die "No port was free for Redis, up to $port: another program took each first."; fi
		note "another program took port $port first"
		unset 'redis_pids[-1]'
		port=$((port + 1))
	done
	export FRAPPE_REDIS_CACHE=redis://127.0.0.1:$port FRAPPE_REDIS_QUEUE=redis://127.0.0.1:$port
}

# redis_is_ours PORT: is what answers there the Redis that start_redis started, or one of somebody who was faster?
redis_is_ours() {
	local number
	number=$(as_bench cat "$state/redis-$1.pid" 2>/dev/null) || return 1
	redis-cli -p "$1" info server 2>/dev/null | tr -d '\r' | grep -qx "process_id:$number"
}

# start_bench_redis: each of the bench's own two that does not answer yet.
start_bench_redis() {
	local name url host port
	for name in redis_cache redis_queue; do
		url=${!name#redis://}
		url=${url##*@}
		host=${url%%:*} port=${url##*:}
		port=${port%%/*}
		if answers "$host" "$port"; then continue; fi
		[[ $host == 127.0.0.1 || $host == localhost ]] || die "No Redis answers at $host:$port, where the bench looks for it: start it and try again."
		if [[ -f $BENCH_DIR/config/$name.conf ]]; then
			start_redis "$port" "$BENCH_DIR/config/$name.conf"
		else
			start_redis "$port" --save "" --appendonly no
		fi
	done
}

redis_pids=()
start_redis() { # start_redis PORT ARGUMENTS...
	local port=$1 pid_file
	shift
	if [[ $1 == --* ]]; then set -- "$@" --port "$port" --bind 127.0.0.1; fi
	note "starting Redis on port $port"
	pid_file=$state/redis-$port.pid
	as_bench rm -f "$pid_file"
	as_bench -C "$BENCH_DIR" redis-server "$@" --pidfile "$pid_file" --daemonize yes >>"$log" 2>&1 </dev/null 8<&- 9<&- || true
	wait_until 60 answers 127.0.0.1 "$port" || {
		keep_log=1
		die "Redis does not start on port $port: see $log."
	}
	redis_pids+=("$pid_file")
}

# Stops every Redis that start_redis started.
stop_redis() {
	local file
	for file in "${redis_pids[@]}"; do
		# shellcheck disable=SC2016  # for the inner shell
		as_bench bash -c 'if [[ -s $0 ]]; then kill "$(<"$0")"; rm -f "$0"; fi' "$file" 2>/dev/null || true
		file=${file##*/redis-}
		wait_until 10 silent "${file%.pid}" || true
	done
	redis_pids=()
}
