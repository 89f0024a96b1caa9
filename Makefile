# Each target says what it does; `make` alone lists them.
.DEFAULT_GOAL := help
.PHONY: help demo test fast lint screenshots pot host-check bench-tables
ARGS ?=

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 22

demo: ## set everything up and serve the demo site until Ctrl-C
	@bash scripts/demo.sh

test: ## set everything up and run all tests; ARGS="-k money" goes to pytest
	@bash scripts/test.sh $(ARGS)

fast: ## the tests that need no site
	@bash scripts/test.sh --fast $(ARGS)

lint: ## ruff and mypy alone
	@bash scripts/lint.sh

screenshots: ## take the README's pictures from the demo site
	@bash scripts/screenshots.sh

pot: ## the texts that translations start from, found anew
	@bash scripts/pot.sh

host-check: ## ERPNext's own tests without and with CRM Plus, and what CRM Plus adds to submitting an invoice
	@bash scripts/host_check.sh $(ARGS)

bench-tables: ## time lists, board and forms at full scale
	@bash scripts/bench_tables.sh $(ARGS)
