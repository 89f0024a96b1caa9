"""Makes a directory hold exactly the files of a tar archive read from stdin: `receive_app.py DIRECTORY ORIGIN`.

Only files that differ are written, so that nothing is rebuilt needlessly, and only files that an earlier run brought are
removed: what was built there (public/dist, node_modules) stays. A marker file names the origin and lists the files.
"""

import json
import os
import sys
import tarfile
from pathlib import Path

MARKER = ".crm-plus-copy"


def receive(directory: Path, origin: str) -> int:
	"""Returns how many files were written or removed."""
	marker = directory / MARKER
	brought = set(json.loads(marker.read_text())["files"]) if marker.exists() else set()
	files: set[str] = set()
	changed = 0
	with tarfile.open(fileobj=sys.stdin.buffer, mode="r|") as archive:
		for member in archive:
			content = archive.extractfile(member) if member.isfile() else None
			if content is None:
				continue
			name = os.path.normpath(member.name)
			files.add(name)
			changed += write(directory / name, content.read(), member.mode & 0o100)
	for name in brought - files:
		changed += remove(directory, name)
	marker.write_text(json.dumps({"origin": origin, "files": sorted(files)}, indent=1) + "\n")
	return changed


def write(path: Path, content: bytes, executable: int) -> bool:
	mode = 0o755 if executable else 0o644
	if path.is_file() and path.read_bytes() == content:
		path.chmod(mode)
		return False
	path.parent.mkdir(parents=True, exist_ok=True)
	path.write_bytes(content)
	path.chmod(mode)
	return True


def remove(directory: Path, name: str) -> bool:
	path = directory / name
	if not path.exists():
		return False
	path.unlink()
	for parent in path.parents:
		if parent == directory or any(entry.name != "__pycache__" for entry in parent.iterdir()):
			break
		for cached in parent.glob("__pycache__/*"):
			cached.unlink()
		for cache in parent.glob("__pycache__"):
			cache.rmdir()
		parent.rmdir()
	return True


if __name__ == "__main__":
	target = Path(sys.argv[1])
	target.mkdir(parents=True, exist_ok=True)
	print(receive(target, sys.argv[2]))
