# shellcheck shell=bash
# Docker, where a machine has not all of it: the engine, the plugins of its client, and a base image that no registry gives. Sourced by steps.sh.

# Debian's release after that of the base image: its packages of the plugins are recent enough.
NEWER_DEBIAN=trixie
# No longer than an interface may be named.
DOCKER_BRIDGE=abci$$
# What stands in for the base image of the build.
RUST_STAND_IN=abaque-ci/rust:stand-in
# The tag of what stands in for an image that runs.
STAND_IN=abaque-ci-stand-in

# need_docker: an engine that answers, started here when there is none; `docker build` and `docker compose`.
need_docker() {
    if ! timeout 20 docker info >/dev/null 2>&1; then
        start_docker || skip "no Docker engine answers, and none can be started: $(tail -n 1 "$CI_DIR/dockerd.log" 2>/dev/null || echo 'not root')"
    fi
    docker_plugin compose docker-compose || skip 'no Docker Compose 2, and its package is not available'
    docker_plugin buildx docker-buildx || skip 'no Docker Buildx, and its package is not available'
    docker compose version
    docker version --format 'Docker {{.Server.Version}}'
}

start_docker() {
    ((EUID == 0)) || return 1
    command -v dockerd >/dev/null || apt docker.io iptables || return 1
    mkdir -p "$CI_DIR/docker"
    export DOCKER_HOST=unix://$CI_DIR/docker/socket
    # A bridge of its own: another engine may have the usual one.
    local bridge=()
    if ip link show docker0 >/dev/null 2>&1; then
        ip link add name "$DOCKER_BRIDGE" type bridge || return 1
        ip address add 172.31.255.1/24 dev "$DOCKER_BRIDGE" || return 1
        ip link set "$DOCKER_BRIDGE" up || return 1
        bridge=(--bridge "$DOCKER_BRIDGE")
    fi
    dockerd --data-root "$CI_DIR/docker/data" --exec-root "$CI_DIR/docker/exec" --pidfile "$CI_DIR/docker/pid" \
        --host "$DOCKER_HOST" "${bridge[@]}" >"$CI_DIR/dockerd.log" 2>&1 &
    DOCKERD_PID=$!
    local end=$((SECONDS + 30))
    while ((SECONDS < end)) && kill -0 "$DOCKERD_PID" 2>/dev/null; do
        if docker info >/dev/null 2>&1; then return 0; fi
        sleep 0.5
    done
    return 1
}

stop_docker() {
    if [[ -n ${DOCKERD_PID-} ]]; then
        kill -TERM "$DOCKERD_PID" 2>/dev/null || true
        wait "$DOCKERD_PID" 2>/dev/null || true
    fi
    ip link delete "$DOCKER_BRIDGE" 2>/dev/null || true
}

# docker_plugin NAME PACKAGE: `docker NAME`, from the machine, its packages, or those of a newer Debian.
docker_plugin() {
    docker "$1" version >/dev/null 2>&1 && return
    apt "$2-v2" >/dev/null 2>&1 && docker "$1" version >/dev/null 2>&1 && return
    newer_package "$2" || return 1
    export DOCKER_CONFIG=$CI_DIR/docker/config
    mkdir -p "$DOCKER_CONFIG/cli-plugins"
    cp "$CI_DIR/docker/debian/root/usr/libexec/docker/cli-plugins/docker-$1" "$DOCKER_CONFIG/cli-plugins/" || return 1
    docker "$1" version >/dev/null 2>&1
}

# The mirror that this machine takes its packages from.
debian_mirror() {
    # shellcheck disable=SC2016
    apt-get indextargets --format '$(SITE)' 'Created-By: Packages' | sed -n 's|/*$||; /\/debian$/p' | head -n 1
}

# newer_package PACKAGE: unpacks it, without installing it.
newer_package() {
    command -v apt-get dpkg-deb >/dev/null || return 1
    local folder=$CI_DIR/docker/debian mirror options
    mirror=$(debian_mirror)
    [[ -n $mirror ]] || return 1
    mkdir -p "$folder"/{lists/partial,cache/archives/partial,packages}
    printf 'deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] %s %s main\n' "$mirror" "$NEWER_DEBIAN" >"$folder/sources.list"
    options=(-q -o "Dir::Etc::SourceList=$folder/sources.list" -o Dir::Etc::SourceParts=/dev/null
        -o "Dir::State::Lists=$folder/lists" -o "Dir::Cache=$folder/cache" -o APT::Sandbox::User=root)
    apt-get "${options[@]}" update >>"$CI_DIR/apt.log" 2>&1 || return 1
    (cd "$folder/packages" && rm -f "$1"_*.deb && apt-get "${options[@]}" download "$1" >>"$CI_DIR/apt.log" 2>&1) || return 1
    dpkg-deb -x "$folder/packages/$1"_*.deb "$folder/root"
}

# image_here IMAGE: has it, or gets it.
image_here() {
    docker image inspect "$1" >/dev/null 2>&1 || timeout "$PULL_PATIENCE" docker pull --quiet "$1" 2>>"$CI_DIR/pull.log"
}

# The base image of the build: where no registry gives it, Debian with a C linker and this machine's Rust toolchain takes its place.
rust_image() {
    RUST_IMAGE=${RUST_IMAGE:-$(sed -n 's/^ARG RUST_IMAGE=//p' Dockerfile)}
    image_here "$RUST_IMAGE" && return
    local folder=$CI_DIR/docker/rust release=${RUST_IMAGE##*-} toolchain mirror
    ((EUID == 0)) && mirror=$(debian_mirror) && [[ -n $mirror ]] && toolchain=$(rustc --print sysroot) || return 1
    command -v debootstrap >/dev/null || apt debootstrap || return 1
    if ! docker image inspect "$RUST_STAND_IN" >/dev/null 2>&1; then
        rm -rf "$folder"
        debootstrap --variant=minbase --include=ca-certificates,gcc,libc6-dev "$release" "$folder" "$mirror" >"$CI_DIR/debootstrap.log" 2>&1 || return 1
        mkdir -p "$folder/usr/local/lib/rustlib"
        cp -a "$toolchain"/bin/{cargo,rustc} "$folder/usr/local/bin/"
        cp -a "$toolchain"/lib/*.so* "$folder/usr/local/lib/"
        cp -a "$toolchain"/lib/rustlib/*-linux-gnu "$folder/usr/local/lib/rustlib/"
        # The authorities that this machine trusts: its network may have one of its own.
        cp -L /etc/ssl/certs/ca-certificates.crt "$folder/etc/ssl/certs/ca-certificates.crt"
        tar -C "$folder" -c . | docker import --change 'ENV CARGO_HOME=/usr/local/cargo' \
            --change 'ENV SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt' \
            --change 'ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' - "$RUST_STAND_IN" >/dev/null || return 1
        rm -rf "$folder"
    fi
    printf 'in place of %s, which no registry gives: %s, of Debian %s and %s\n' "$RUST_IMAGE" "$RUST_STAND_IN" "$release" "$(rustc --version)"
    RUST_IMAGE=$RUST_STAND_IN
}

# prometheus_image IMAGE: where no registry gives it, Debian's Prometheus takes its place, with what the official image promises: the programs in
# /bin, a user that is not root, a folder of its own.
prometheus_image() {
    image_here "$1" && return
    newer_package prometheus && newer_package promtool && newer_package libc6 || return 1
    local folder=$CI_DIR/docker/prometheus debian=$CI_DIR/docker/debian/root
    rm -rf "$folder"
    mkdir -p "$folder"/{usr/bin,tmp,prometheus,etc/prometheus}
    cp "$debian"/usr/bin/{prometheus,promtool} "$folder/usr/bin/" && cp -a "$debian"/usr/lib* "$folder/usr/" || return 1
    rm -rf "$folder/usr/libexec"
    ln -s usr/bin usr/lib usr/lib64 "$folder/"
    tar -C "$folder" --owner 65534 --group 65534 -c . | docker import --change 'ENTRYPOINT ["/bin/prometheus"]' --change 'USER 65534:65534' \
        --change 'WORKDIR /prometheus' --change 'ENV PATH=/bin' - "${1%:*}:$STAND_IN" >/dev/null || return 1
    printf 'in place of %s, which no registry gives: %s\n' "$1" "$(docker run --rm "${1%:*}:$STAND_IN" --version 2>&1 | head -n 1)"
    rm -rf "$folder"
    export PROMETHEUS_VERSION=$STAND_IN
}
