"""Serves one site of a bench: web, socket.io, a worker and, where asked for, the scheduler. Runs with the bench's Python, in
its sites folder, as the bench's user:

	serve.py SITE --port 8000 --socketio-port 9000 [--scheduler] [--log FILE]

On SIGINT or SIGTERM, or when one of the processes ends, it stops all of them, and nothing else, and ends itself.
"""

import argparse
import ctypes
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import IO, Any

from database import read_config, set_config

GRACE_SECONDS = 10
# Frappe's own scheduler would wake every site of the bench; this one knows a single site.
SCHEDULER = """
import sys, time
from frappe.utils.scheduler import enqueue_events_for_site
while True:
	time.sleep(60)
	enqueue_events_for_site(sys.argv[1])
"""
# Node asks the system's resolver, which need not know that every name under localhost is this machine; and it listens on
# all of the machine's addresses unless told not to.
LOCAL_ONLY = """
const dns = require("dns");
const net = require("net");
const { lookup } = dns;
dns.lookup = (name, ...rest) => lookup(name.endsWith(".localhost") ? "127.0.0.1" : name, ...rest);
const { listen } = net.Server.prototype;
net.Server.prototype.listen = function (port, ...rest) {
	return listen.call(this, isNaN(port) ? port : { port: Number(port), host: "127.0.0.1" }, ...rest);
};
"""


def application(site: str) -> Callable[..., Any]:
	"""For gunicorn: this site under whatever name it is asked for. Frappe 16's socket.io calls it 127.0.0.1."""
	import frappe.app

	frappe.app._site = site
	return frappe.app.application_with_statics()


class Served:
	"""The processes that serve the site."""

	def __init__(self, options: argparse.Namespace, scratch: Path, log: IO[bytes] | None) -> None:
		self.site = options.site
		self.bench = Path.cwd().parent
		self.log = log
		self.processes: dict[str, subprocess.Popen] = {}
		self.start_web(options.port)
		self.start_socketio(options.port, options.socketio_port, scratch)
		self.start("worker", sys.executable, "-m", "frappe.utils.bench_helper", "frappe", "worker")
		if options.scheduler:
			self.start("scheduler", sys.executable, "-c", SCHEDULER, self.site)

	def start_web(self, port: int) -> None:
		# As with "bench start": a development server tells the browser on which port socket.io listens.
		options = ["--bind", f"127.0.0.1:{port}", "--workers", "2", "--threads", "4", "--timeout", "120"]
		options += ["--log-level", "warning", "--pythonpath", str(Path(__file__).parent)]
		application = f"{Path(__file__).stem}:application({self.site!r})"
		self.start("web", sys.executable, "-m", "gunicorn", *options, application, DEV_SERVER="1")

	def start_socketio(self, port: int, socketio_port: int, scratch: Path) -> None:
		"""Node reads both ports from a bench's configuration, so it gets a copy with the ports that are really used."""
		config = json.loads(Path("common_site_config.json").read_text())
		(scratch / "sites").mkdir()
		ports = {"webserver_port": port, "socketio_port": socketio_port}
		(scratch / "sites" / "common_site_config.json").write_text(json.dumps({**config, **ports}))
		local_only = scratch / "local_only.cjs"
		local_only.write_text(LOCAL_ONLY)
		node = ["node", "--require", str(local_only), str(self.bench / "apps/frappe/socketio.js")]
		self.start("socket.io", *node, FRAPPE_BENCH_ROOT=str(scratch))

	def start(self, name: str, *command: str, **environment: str) -> None:
		self.processes[name] = subprocess.Popen(
			command,
			env={**os.environ, **environment},
			stdin=subprocess.DEVNULL,
			stdout=self.log,
			stderr=self.log,
			start_new_session=True,
			preexec_fn=die_with_parent,
		)

	def ended(self) -> str | None:
		"""The name of a process that has ended by itself, if any."""
		return next((name for name, process in self.processes.items() if process.poll() is not None), None)

	def stop(self) -> None:
		"""Asks all to end, waits, and ends what has not, with the jobs that a worker has in hand."""
		families = {process.pid: descendants(process.pid) for process in self.processes.values()}
		for process in self.processes.values():
			if process.poll() is None:
				process.terminate()
		deadline = time.monotonic() + GRACE_SECONDS
		for process in self.processes.values():
			try:
				process.wait(max(0.1, deadline - time.monotonic()))
			except subprocess.TimeoutExpired:
				process.kill()
		for pid in {pid for family in families.values() for pid in family}:
			kill_if_alive(pid)


def die_with_parent() -> None:
	"""In the child: SIGTERM comes by itself where the parent is killed without a chance to stop it (Linux's prctl)."""
	set_parent_death_signal = 1
	ctypes.CDLL(None).prctl(set_parent_death_signal, signal.SIGTERM)


def descendants(pid: int) -> set[int]:
	children: dict[int, list[int]] = {}
	for entry in Path("/proc").glob("[0-9]*/stat"):
		try:
			fields = entry.read_text().rsplit(")", 1)[1].split()
		except OSError:
			continue
		children.setdefault(int(fields[1]), []).append(int(entry.parent.name))
	found: set[int] = set()
	pending = [pid]
	while pending:
		for child in children.get(pending.pop(), []):
			found.add(child)
			pending.append(child)
	return found


def kill_if_alive(pid: int) -> None:
	try:
		os.kill(pid, signal.SIGKILL)
	except OSError:
		return


def serve(options: argparse.Namespace) -> int:
	stopping: list[int] = []
	for wanted in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
		signal.signal(wanted, lambda number, frame: stopping.append(number))
	before = read_config(options.site)
	set_config(options.site, webserver_port=options.port, socketio_port=options.socketio_port)
	with tempfile.TemporaryDirectory() as scratch, open_log(options.log) as log:
		served = Served(options, Path(scratch), log)
		try:
			while not stopping and not served.ended():
				time.sleep(0.3)
			return report(served, bool(stopping))
		finally:
			served.stop()
			set_config(options.site, **{key: before.get(key) for key in ("webserver_port", "socketio_port")})


def open_log(path: str | None) -> AbstractContextManager[IO[bytes] | None]:
	return Path(path).open("ab") if path else nullcontext()


def report(served: Served, asked: bool) -> int:
	if asked:
		return 0
	name = served.ended() or ""
	print(f"The {name} process ended by itself, with code {served.processes[name].poll()}.", file=sys.stderr)
	return 1


if __name__ == "__main__":
	parser = argparse.ArgumentParser(description="Serves one site of a bench.")
	parser.add_argument("site")
	parser.add_argument("--port", type=int, required=True)
	parser.add_argument("--socketio-port", type=int, required=True)
	parser.add_argument("--scheduler", action="store_true")
	parser.add_argument("--log")
	sys.exit(serve(parser.parse_args()))
