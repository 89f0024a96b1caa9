"""Ports for servers that a test starts and that have to be told one."""

import random
import socket

# Below those that systems give to outgoing connections: such a port is free one moment and somebody's the next.
PORTS = range(20_000, 32_000)


def free_port() -> int:
	"""Return a port of this machine that nobody has."""
	chance = random.SystemRandom()  # hypothesis seeds the usual one: then all would try the same
	while True:
		port = chance.choice(PORTS)
		with socket.socket() as probe:
			probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # one that has just been left is free
			try:
				probe.bind(("127.0.0.1", port))
			except OSError:
				continue
			return port
