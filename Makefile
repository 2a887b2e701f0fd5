# `make` lists the verbs. Needed beforehand: Python >= 3.11, git, make.

VENV := .venv
BIN := $(VENV)/bin
DATA ?= ../shared/data
ARGS ?=
PYTEST ?= -n 2 -q

export UV_PYTHON_DOWNLOADS := never
export UV_NO_PROGRESS := 1
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PYTHONUTF8 := 1

.DEFAULT_GOAL := help
.PHONY: help setup demo serve test check fix accept bench lock clean distclean

help: ## this list 列出全部命令
	@echo "用法 usage: make <verb>"; echo
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(VENV)/installed ## environment from the lock file 准备运行环境

demo: setup ## a simulated city on loopback 演示：数据库、模拟城市、网站，一条命令
	@$(BIN)/tanpuhui demo $(ARGS)

serve: setup ## the server alone 只启动服务
	@$(BIN)/tanpuhui serve $(ARGS)

test: check ## all checks, then the whole suite 全部检查与测试
	$(BIN)/pytest $(PYTEST) $(ARGS)

check: setup ## lint, types, borders, packs, migrations 静态检查
	$(BIN)/ruff format --check --quiet src tests bench
	$(BIN)/ruff check --quiet src tests bench
	$(BIN)/lint-imports --no-cache >/dev/null || $(BIN)/lint-imports --no-cache
	$(BIN)/tanpuhui pack check
	$(BIN)/mypy
	$(BIN)/python manage.py makemigrations --check --dry-run --verbosity 1
	TANPUHUI_PRODUCTION=1 $(BIN)/python manage.py check --deploy --fail-level WARNING

fix: setup ## format and repair what a tool can repair 自动整理代码
	$(BIN)/ruff format src tests bench
	$(BIN)/ruff check --fix src tests bench

accept: setup ## import real files and compare: make accept DATA=folder 用真实数据验收
	@$(BIN)/tanpuhui accept $(DATA) $(ARGS)

bench: setup ## speed against a floor and fair peers 性能：与下限和同类对比
	@$(BIN)/tanpuhui bench $(ARGS)

lock: setup ## renew requirements.lock 更新依赖锁定文件
	$(BIN)/uv pip compile pyproject.toml --group dev --universal --python-version 3.11 \
		--generate-hashes --no-header --no-emit-index-url --quiet --upgrade -o requirements.lock

clean: ## caches and build leftovers; keeps data and environment 清理缓存，不动数据
	rm -rf .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis dist
	find src tests bench -name __pycache__ -type d -prune -exec rm -rf {} +

distclean: clean ## also the environment and the demo city in var/ 连同环境与演示数据一起删除
	@if [ -x $(BIN)/tanpuhui ]; then $(BIN)/tanpuhui db stop; fi
	rm -rf $(VENV) var

# The interpreter is the first that runs, is new enough and can make an environment with pip.
$(VENV)/made:
	@for name in $(PYTHON) python3.13 python3.12 python3.11 python3 python; do \
		if $$name -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' \
			>/dev/null 2>&1; then found=$$name; break; fi; \
	done; \
	if [ -z "$$found" ]; then \
		echo "需要 Python 3.11 或更高版本（含 venv 模块；Debian/Ubuntu 请安装 python3-venv）。" >&2; \
		exit 2; \
	fi; \
	echo "environment: $$($$found --version) in $(VENV)"; \
	rm -rf $(VENV) && $$found -m venv $(VENV)
	@touch $@

# uv is quick; where it cannot reach a package index that pip is configured for, pip does the same.
$(VENV)/installed: $(VENV)/made requirements.lock pyproject.toml
	@$(BIN)/uv --version >/dev/null 2>&1 || $(BIN)/python -m pip install --quiet uv
	@VIRTUAL_ENV=$(VENV) $(BIN)/uv pip sync --quiet --require-hashes requirements.lock \
		|| $(BIN)/python -m pip install --quiet --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --no-index -e .
	@touch $@
