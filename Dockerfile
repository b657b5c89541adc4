# Two images of the emulator:
#
#   docker build -t suback .                                 the emulator, and nothing else
#   docker build -t suback:functions --target functions .    with Node.js and Python, for your authorizers
#
# Both run without root and with a read-only root file system. What outlives a
# restart is in the volume /state. They listen on all interfaces of the container
# (SUBACK_BIND): who gets there is for ports and networks to say. For several
# platforms:
#
#   docker buildx build --platform linux/amd64,linux/arm64 .

# The builder's own platform; a builder without BuildKit does not say which it is.
FROM --platform=${BUILDPLATFORM:-linux} golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY cmd ./cmd
COPY emulator ./emulator
COPY hooks ./hooks
COPY docs/behaviour ./docs/behaviour
# The same sources give the same bytes, wherever they lie. HTTP/2, which AWS IoT
# does not speak and so no listener does, is left out: half a MiB.
ARG TARGETOS
ARG TARGETARCH
RUN CGO_ENABLED=0 GOOS=$TARGETOS GOARCH=$TARGETARCH go build -trimpath -buildvcs=false -tags nethttpomithttp2 -ldflags "-s -w" -o /out/suback ./cmd/suback
RUN mkdir /out/state

# Debian, since native modules built for Lambda want glibc. The user has a name
# here, which handlers may ask for. Handlers write to /tmp, as on Lambda.
FROM node:22-trixie-slim AS functions
RUN apt-get update \
 && apt-get install -y --no-install-recommends ca-certificates python3 \
 && rm -rf /var/lib/apt/lists/* \
 && groupadd --gid 65532 suback \
 && useradd --uid 65532 --gid 65532 --no-create-home --home-dir /tmp suback
COPY --from=build /out/suback /usr/local/bin/suback
COPY --from=build /usr/local/go/lib/time/zoneinfo.zip /usr/share/zoneinfo.zip
COPY --from=build --chown=65532:65532 /out/state /state
ENV ZONEINFO=/usr/share/zoneinfo.zip
ENV SUBACK_STATE=/state
ENV SUBACK_BIND=all
VOLUME /state
USER 65532:65532
EXPOSE 1883 4566 8443 8883
# The first check comes after one interval: only Docker 25 has another for the start.
HEALTHCHECK --interval=2s --timeout=4s --start-period=10s CMD ["/usr/local/bin/suback", "healthcheck"]
ENTRYPOINT ["/usr/local/bin/suback"]

# No shell, no libraries. The certificates are for functions that run on AWS, the time
# zones for rules that ask for one: in the program they would be larger.
FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY --from=build /out/suback /usr/local/bin/suback
COPY --from=build /usr/local/go/lib/time/zoneinfo.zip /usr/share/zoneinfo.zip
COPY --from=build --chown=65532:65532 /out/state /state
ENV ZONEINFO=/usr/share/zoneinfo.zip
ENV SUBACK_STATE=/state
ENV SUBACK_BIND=all
VOLUME /state
USER 65532:65532
EXPOSE 1883 4566 8443 8883
HEALTHCHECK --interval=2s --timeout=4s --start-period=10s CMD ["/usr/local/bin/suback", "healthcheck"]
ENTRYPOINT ["/usr/local/bin/suback"]
