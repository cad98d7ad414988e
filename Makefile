# The same few commands for people and for CI. `make` alone lists them.
#
# PYTHON   the Python that makes the environment (make run PYTHON=python3.12)
# VENV     where the environment goes

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
READY := $(VENV)/installed
SOURCES := bot tests $(if $(wildcard benchmarks/*.py),benchmarks)
VENV_PACKAGE = python3-venv

.DEFAULT_GOAL := help
.PHONY: help run test check bench model clean

help: ## 列出这些命令
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: $(READY) ## 启动：网页聊天和工作台；设了令牌还有 Telegram
	@exec $(BIN)/kexie run

check: $(READY) ## 检查全部内容文件
	@$(BIN)/kexie check

test: $(READY) ## 跑全部检查和测试：ruff、mypy、内容、pytest
	$(BIN)/ruff check $(SOURCES)
	$(BIN)/mypy $(SOURCES)
	$(BIN)/kexie check
	$(BIN)/python -m pytest

bench: $(READY) ## 量一量速度：逐个运行 benchmarks/ 里的脚本
	@found=0; for script in benchmarks/bench_*.py; do \
	  [ -e "$$script" ] || continue; found=1; echo "== $$script"; $(BIN)/python "$$script" || exit 1; \
	done; [ $$found = 1 ] || echo '还没有基准脚本。写一个 benchmarks/bench_名字.py，这里就会运行它。'

model: $(READY) ## 重新训练，并重新定“多有把握才直接答”（改了很多问法以后用）
	$(BIN)/python -m bot.understand.fit

clean: ## 删掉装好的环境和缓存；数据（data/）不动
	[ ! -f $(VENV)/pyvenv.cfg ] || rm -rf $(VENV)
	rm -rf build .mypy_cache .pytest_cache .ruff_cache .hypothesis *.egg-info
	find $(SOURCES) -name __pycache__ -type d -prune -exec rm -rf {} +

# Exactly what the lock names, checked by hash; then this checkout itself, built with the locked setuptools. The stamp
# is written last, so that an interrupted installation is taken up again.
$(READY): requirements.lock pyproject.toml
	@$(make_venv)
	@echo '正在安装依赖（第一次要下载，约几分钟）……'
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --require-hashes -r requirements.lock \
	  || { echo '依赖没有装好，原因见上面的英文。多半是网络不通；通了以后再运行一次 make，会接着装。' >&2; exit 1; }
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

# An environment with pip in it. Debian keeps ensurepip in python3-venv; without it a pip that is already on the machine
# does as well, since version 22.3 it can install into another environment. Only when there is none, either, apt has to
# help: root's is asked at once, anybody else is told the exact command.
define make_venv
set -e; \
if $(BIN)/python -m pip --version >/dev/null 2>&1; then exit 0; fi; \
if ! command -v $(PYTHON) >/dev/null 2>&1; then \
  echo '没有找到 $(PYTHON)。Debian 或 Ubuntu 请先运行：sudo apt install python3 $(VENV_PACKAGE)' >&2; exit 1; \
fi; \
if ! $(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then \
  echo "需要 Python 3.11 或更新的版本，现在是 $$($(PYTHON) --version 2>&1)。Debian 12、Ubuntu 24.04 起自带。" >&2; \
  echo '装了别的版本，可以这样指定：make run PYTHON=python3.12' >&2; exit 1; \
fi; \
if ! $(PYTHON) -c 'import venv' 2>/dev/null; then \
  echo '这个 Python 不完整（没有 venv）。请先运行：sudo apt install $(VENV_PACKAGE)' >&2; exit 1; \
fi; \
if [ -e $(VENV) ] && [ ! -f $(VENV)/pyvenv.cfg ]; then \
  echo '$(VENV) 已经存在，但不是 Python 环境。请先把它移走，再运行一次 make。' >&2; exit 1; \
fi; \
rm -rf $(VENV); \
if $(PYTHON) -c 'import ensurepip' 2>/dev/null; then $(PYTHON) -m venv $(VENV); exit 0; fi; \
if $(PYTHON) -m pip --version >/dev/null 2>&1; then \
  $(PYTHON) -m venv --without-pip $(VENV); \
  if $(PYTHON) -m pip --quiet --disable-pip-version-check --python $(BIN)/python install pip; then exit 0; fi; \
  rm -rf $(VENV); \
fi; \
if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then \
  echo '缺少系统包 $(VENV_PACKAGE)，现在用 apt-get 安装……'; \
  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq $(VENV_PACKAGE) >/dev/null \
    && $(PYTHON) -m venv $(VENV) && exit 0; \
fi; \
echo '缺少系统包，装不了依赖。请先运行：sudo apt install $(VENV_PACKAGE)，再运行一次 make。' >&2; exit 1
endef
