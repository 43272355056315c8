#!/usr/bin/env bash
# Installs what the three subgraphs need, into their own folders, and starts them. Ctrl-C ends them.
#
# `subgraphs.sh --install` does the first alone. Needs Node.js 20, Python 3.10 and Go 1.25. PRODUCTS_PORT, REVIEWS_PORT and STOCK_PORT choose other ports than 4001, 4002 and 4003.
set -Eeuo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

npm --prefix products ci --silent --no-audit --no-fund
[[ -x reviews/.venv/bin/python ]] || python3 -m venv reviews/.venv
reviews/.venv/bin/pip install --quiet --disable-pip-version-check --requirement reviews/requirements.txt
(cd stock && go build -o stock .)
[[ ${1-} == --install ]] && exit

pids=()
trap 'kill "${pids[@]}" 2>/dev/null || true; wait' EXIT
trap 'exit 0' INT TERM
PORT=${PRODUCTS_PORT:-4001} node products/server.mjs &
pids+=($!)
PORT=${REVIEWS_PORT:-4002} reviews/.venv/bin/python reviews/server.py &
pids+=($!)
PORT=${STOCK_PORT:-4003} stock/stock &
pids+=($!)
# The first that ends takes the others with it.
wait -n
exit 1
