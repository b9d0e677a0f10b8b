# An image that container users can put where they had redis or valkey: port 6379, the same program names, an entry
# point with the same habits (packaging/docker/entrypoint.sh, tested by tests/tools/entrypoint_test.sh).
FROM debian:bookworm-slim AS build
RUN apt-get update && apt-get install -y --no-install-recommends \
      cmake ninja-build g++ libasio-dev libfmt-dev libcli11-dev libexpected-dev libxxhash-dev \
    && rm -rf /var/lib/apt/lists/*
COPY . /src
RUN cd /src && cmake --preset release && cmake --build build/release --target larder \
    && cmake --install build/release --component server --strip --prefix /out/usr

FROM debian:bookworm-slim
# redis-tools: redis-cli and redis-benchmark, which health checks and imports call inside the container.
RUN apt-get update && apt-get install -y --no-install-recommends libfmt9 redis-tools \
    && rm -rf /var/lib/apt/lists/* \
    && groupadd --system --gid 999 larder && useradd --system --uid 999 --gid 999 --home-dir /data larder \
    && install -d -o larder -g larder /data \
    && for name in redis-server valkey-server; do ln -s /usr/bin/larder /usr/local/bin/$name; done \
    && for name in cli benchmark; do ln -s /usr/bin/redis-$name /usr/local/bin/valkey-$name; done
COPY --from=build /out/usr /usr
COPY packaging/docker/entrypoint.sh /usr/local/bin/docker-entrypoint.sh
# Some launchers call the entry point by this name.
RUN ln -s /usr/local/bin/docker-entrypoint.sh /entrypoint.sh
USER larder
WORKDIR /data
VOLUME /data
EXPOSE 6379
ENTRYPOINT ["docker-entrypoint.sh"]
CMD ["redis-server"]
