"""For tools that look for a setup.py; everything about the package stands in pyproject.toml.

The guard matters: an editable install puts this folder on sys.path, where an unguarded `import setup` would run it.
"""

if __name__ == "__main__":
	from setuptools import setup

	setup(name="crm_plus")
