# shellcheck shell=bash
# What the steps need beyond a Rust toolchain: each `need_…` makes it available or skips the step. Sourced by steps.sh.

here=${root:?set by run}/.ci
CARGO_DENY=0.20.2
PYTHON_TOOLS=$CI_DIR/python/bin

# skip REASON: this machine cannot run this step.
skip() {
    printf 'SKIPPED: %s\n' "$1" >&2
    printf '%s\n' "$1" >"$CI_DIR/skipped-$(step_name)"
    exit "$SKIPPED"
}

# leave_out PART: this machine cannot run this part of the step, and the rest goes on. The summary says so.
leave_out() {
    [[ ${FORBID_SKIPS:-0} != 1 ]] || fail "left out, which is forbidden here: $1"
    printf 'LEFT OUT: %s\n' "$1" >&2
    printf '%s\n' "$1" >>"$CI_DIR/skipped-$(step_name)"
}

fail() {
    printf 'FAILED: %s\n' "$1" >&2
    exit 1
}

# Longest build of the programs, in seconds.
BUILD_PATIENCE=${BUILD_PATIENCE:-1800}

# build_programs [PROFILE]: all programs of the workspace, into $PROGRAMS. With the profile dev it is the build that `cargo run` and the tests have made:
# a build of one package alone would choose other features of what all share, and compile it again.
build_programs() {
    local profile=${1:-dev}
    timeout "$BUILD_PATIENCE" cargo build --locked --quiet --workspace --bins --profile "$profile" || fail 'the programs do not build'
    # shellcheck disable=SC2034 # The steps read it.
    PROGRAMS=${CARGO_TARGET_DIR:-$root/target}/${profile/#dev/debug}
}

# The step that is running, from the stack of calls.
step_name() {
    local caller
    for caller in "${FUNCNAME[@]}"; do
        if [[ $caller == step_* && $caller != step_name ]]; then
            printf '%s\n' "${caller#step_}"
            return
        fi
    done
}

# The commit and everything that differs from it.
tree_state() {
    git rev-parse HEAD
    git status --porcelain
    git diff HEAD | git hash-object --stdin
}

as_root() {
    if ((EUID == 0)); then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo -n "$@"
    else
        return 1
    fi
}

# apt PACKAGE…: installs Debian packages; false when that cannot be done here.
apt() {
    command -v apt-get >/dev/null || return 1
    apt_update || return 1
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@" >>"$CI_DIR/apt.log" 2>&1
}

# Once a run, and only when something is to be installed.
apt_update() {
    local mark=$CI_DIR/apt-updated
    if [[ ! -e $mark || -n $(find "$mark" -mmin +60) ]]; then
        as_root apt-get update -q >"$CI_DIR/apt.log" 2>&1 || return 1
        touch "$mark"
    fi
}

# need_command COMMAND PACKAGE…
need_command() {
    local command=$1
    shift
    command -v "$command" >/dev/null || apt "$@" || skip "no $command, and its packages ($*) cannot be installed: see $CI_DIR/apt.log"
}

# The linters of the scripts and workflows, of the versions that requirements.txt pins.
need_python_tools() {
    need_command python3 python3 python3-venv
    local mark=$CI_DIR/python/installed
    cmp -s "$here/requirements.txt" "$mark" && return
    rm -rf "$CI_DIR/python"
    python3 -m venv "$CI_DIR/python" >"$CI_DIR/python.log" 2>&1 || {
        # Debian keeps the module in a package of its own.
        apt python3-venv && python3 -m venv --clear "$CI_DIR/python" >>"$CI_DIR/python.log" 2>&1
    } || skip "Python cannot make an environment: $(tail -n 1 "$CI_DIR/python.log")"
    "$PYTHON_TOOLS/pip" install --quiet --disable-pip-version-check -r "$here/requirements.txt" >>"$CI_DIR/python.log" 2>&1 ||
        skip "the linters of requirements.txt cannot be installed: $(tail -n 1 "$CI_DIR/python.log")"
    cp "$here/requirements.txt" "$mark"
}

need_cargo_deny() {
    [[ $(cargo deny --version 2>/dev/null) == "cargo-deny $CARGO_DENY" ]] && return
    # About three minutes on two cores, then kept beside cargo.
    CARGO_TARGET_DIR=$CI_DIR/cargo-deny cargo install --locked --quiet "cargo-deny@$CARGO_DENY" ||
        skip "cargo-deny $CARGO_DENY cannot be installed"
    rm -rf "$CI_DIR/cargo-deny"
}

# Node.js 20 or later, with npm.
need_node() {
    need_command node nodejs npm
    need_command npm npm
    local version
    version=$(node --version)
    version=${version#v}
    ((${version%%.*} >= 20)) || skip "Node.js $version is older than 20"
}

# Go 1.21 or later, which fetches the toolchain that a go.mod names where that is a later one.
need_go() {
    need_command go golang-go
    local version
    version=$(go env GOVERSION)
    [[ $(printf '%s\n' go1.21 "$version" | sort -V | head -n 1) == go1.21 ]] || skip "$version is older than 1.21, which fetches the toolchain that go.mod names"
}

# npm_ci FOLDER: what its lock says, unless it is there already.
npm_ci() {
    local folder=$1 mark=$1/node_modules/.installed-lock
    cmp -s "$folder/package-lock.json" "$mark" && return
    npm --prefix "$folder" ci --no-audit --no-fund >"$CI_DIR/npm.log" 2>&1 ||
        skip "the packages of $folder cannot be installed: $(tail -n 1 "$CI_DIR/npm.log")"
    cp "$folder/package-lock.json" "$mark"
}

need_chromium() {
    local name
    if [[ -z ${CHROMIUM-} ]]; then
        for name in chromium chromium-browser google-chrome-stable google-chrome; do
            command -v "$name" >/dev/null && return
        done
        # Fonts besides: without any, a picture of a page has no text.
        apt chromium fonts-dejavu-core || skip "no Chromium, and its package cannot be installed: see $CI_DIR/apt.log"
    fi
}

# Prometheus and promtool out of Debian's package, unpacked rather than installed: the package would start a daemon.
need_prometheus() {
    PROMETHEUS=$(command -v prometheus || true)
    PROMTOOL=$(command -v promtool || true)
    [[ -z $PROMETHEUS || -z $PROMTOOL ]] || return 0
    PROMETHEUS=$CI_DIR/prometheus/usr/bin/prometheus
    PROMTOOL=$CI_DIR/prometheus/usr/bin/promtool
    [[ -x $PROMETHEUS && -x $PROMTOOL ]] && return
    local cannot="no Prometheus, and Debian's package prometheus cannot be fetched"
    command -v apt-get >/dev/null || skip "$cannot"
    apt_update || skip "$cannot"
    rm -rf "$CI_DIR/prometheus"
    mkdir -p "$CI_DIR/prometheus"
    (cd "$CI_DIR/prometheus" && apt-get download -q prometheus >>"$CI_DIR/apt.log" 2>&1 && dpkg-deb -x prometheus_*.deb .) ||
        skip "$cannot: see $CI_DIR/apt.log"
}
