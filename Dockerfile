# One image a program: `docker build --target router .`, `--target calculatrice`, `--target statistiques`.
# They share the build, so that the second and third take seconds. docs/deploy.md says how to run them.
ARG RUST_IMAGE=rust:1.95.0-slim-bookworm

# What dependencies follow from: the manifests, and sources that say nothing. What comes out is the same until a manifest changes.
# hadolint ignore=DL3006
FROM ${RUST_IMAGE} AS manifests
# An empty folder, for below.
WORKDIR /state
WORKDIR /src
COPY . .
RUN find . -name '*.rs' ! -path '*/src/lib.rs' ! -path '*/src/main.rs' ! -path '*/benches/*/main.rs' -delete \
    && find . -type f ! -name Cargo.toml ! -name Cargo.lock ! -name '*.rs' -delete \
    && find . -name '*.rs' -exec sh -c 'for file; do echo "fn main() { }" >"$file"; done' sh {} + \
    && find . -type d -empty -delete

# The dependencies: one layer, kept until a manifest changes.
# hadolint ignore=DL3006
FROM ${RUST_IMAGE} AS build
WORKDIR /src
COPY --from=manifests /src .
# The profile that is published; `dev` builds in a quarter of the time, for those who only try.
ARG PROFILE=release
RUN cargo build --locked --profile "${PROFILE}" --package router --package calculatrice --package statistiques
# The programs. Cargo goes by times, and the sources may be older than what stood for them.
COPY . .
RUN find . -name '*.rs' -exec touch {} + \
    && cargo build --locked --profile "${PROFILE}" --package router --package calculatrice --package statistiques \
    && mkdir /out \
    && mv target/*/router target/*/calculatrice target/*/statistiques /out/ \
    && strip --strip-all /out/* \
    && .ci/notices.sh /THIRD-PARTY.md
# What they need beside themselves: the libraries that they are linked to, where names are looked up, and a name for the user; and the licences of all that.
WORKDIR /rootfs
RUN ldd /out/* >/tmp/linked \
    && sed -n 's|^[^/]*\(/[^ ]*\.so[^ ]*\) (.*|\1|p' /tmp/linked >/tmp/libraries \
    && xargs -a /tmp/libraries cp --parents --dereference --target-directory=. \
    && mkdir etc \
    && echo 'hosts: files dns' >etc/nsswitch.conf \
    && echo 'nonroot:x:65532:65532:nonroot:/:/nonexistent' >etc/passwd \
    && echo 'nonroot:x:65532:' >etc/group \
    && cp --parents --dereference /usr/share/doc/libc6/copyright /usr/share/doc/libgcc-s1/copyright . \
    && mkdir usr/share/doc/abaque \
    && cp /src/LICENSE-APACHE /src/LICENSE-MIT /THIRD-PARTY.md usr/share/doc/abaque/

# What all three have in common: a C library, and nothing to run but the program, which brings the web's certificate authorities itself.
FROM scratch AS runtime
COPY --from=build /rootfs /
ARG VERSION=0.1.0
ARG REVISION=unknown
ARG CREATED=1970-01-01T00:00:00Z
LABEL org.opencontainers.image.version="${VERSION}" \
    org.opencontainers.image.revision="${REVISION}" \
    org.opencontainers.image.created="${CREATED}" \
    org.opencontainers.image.source="https://github.com/abaque/abaque" \
    org.opencontainers.image.url="https://github.com/abaque/abaque" \
    org.opencontainers.image.documentation="https://github.com/abaque/abaque/blob/main/docs/deploy.md" \
    org.opencontainers.image.vendor="Abaque" \
    org.opencontainers.image.licenses="MIT OR Apache-2.0"
# By number, so that an orchestrator can see that it is not root.
USER 65532:65532
WORKDIR /

FROM runtime AS calculatrice
LABEL org.opencontainers.image.title="calculatrice" \
    org.opencontainers.image.description="Arithmetic with exact decimals as a GraphQL subgraph and a REST API"
COPY --from=build /out/calculatrice /usr/local/bin/calculatrice
ENV CALCULATRICE_LISTEN=0.0.0.0:4001 CALCULATRICE_ADMIN=0.0.0.0:9091
EXPOSE 4001 9091
HEALTHCHECK --interval=10s --timeout=5s --start-period=5s --retries=3 CMD ["/usr/local/bin/calculatrice", "health"]
ENTRYPOINT ["/usr/local/bin/calculatrice"]
CMD ["serve"]

FROM runtime AS statistiques
LABEL org.opencontainers.image.title="statistiques" \
    org.opencontainers.image.description="Descriptive statistics with exact decimals as a GraphQL subgraph and a REST API"
COPY --from=build /out/statistiques /usr/local/bin/statistiques
ENV STATISTIQUES_LISTEN=0.0.0.0:4002 STATISTIQUES_ADMIN=0.0.0.0:9092
EXPOSE 4002 9092
HEALTHCHECK --interval=10s --timeout=5s --start-period=5s --retries=3 CMD ["/usr/local/bin/statistiques", "health"]
ENTRYPOINT ["/usr/local/bin/statistiques"]
CMD ["serve"]

# The last is what a build without a target makes.
FROM runtime AS router
LABEL org.opencontainers.image.title="router" \
    org.opencontainers.image.description="A GraphQL federation router that composes its subgraphs itself"
COPY --from=build /out/router /usr/local/bin/router
COPY router/router.yaml /etc/abaque/router.yaml
# Where `keep` may write; a volume that is mounted here takes over whose it is.
COPY --from=manifests --chown=65532:65532 /state /var/lib/router
ENV ROUTER_CONFIG=/etc/abaque/router.yaml ROUTER_LISTEN=0.0.0.0:4000 ROUTER_ADMIN=0.0.0.0:9090
EXPOSE 4000 9090
HEALTHCHECK --interval=10s --timeout=5s --start-period=10s --retries=3 CMD ["/usr/local/bin/router", "health"]
ENTRYPOINT ["/usr/local/bin/router"]
CMD ["serve"]
