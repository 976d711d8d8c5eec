# Two images: `server` (Node, without root) and `web` (Caddy with the built page, which ends TLS). compose.yaml runs both.
# `pnpm check:container` runs the steps of the build stage without Docker, and starts the result.
FROM node:22-bookworm-slim AS build
ENV CI=true
RUN npm install --global pnpm@12.21.0
WORKDIR /repository
COPY package.json pnpm-lock.yaml pnpm-workspace.yaml .npmrc tsconfig.base.json ./
COPY packages packages
COPY apps apps
RUN pnpm install --frozen-lockfile --filter @roomful-demo/server... --filter @roomful-demo/chat...
ARG VITE_SERVER_URL=https://localhost
RUN pnpm --filter @roomful-demo/chat build
RUN pnpm --filter @roomful-demo/server --prod --legacy deploy /server

FROM node:22-bookworm-slim AS server
ENV NODE_ENV=production HOST=0.0.0.0 PORT=3001 METRICS_HOST=0.0.0.0 METRICS_PORT=9464 DATA_DIR=/data
WORKDIR /server
# The files belong to root: the server cannot change its own code.
COPY --from=build /server .
RUN mkdir /data && chown node:node /data
VOLUME /data
USER node
EXPOSE 3001 9464
# The start reads the whole SQLite file. A check that succeeds ends the start period.
HEALTHCHECK --interval=10s --timeout=3s --start-period=2m \
  CMD ["node", "-e", "fetch('http://127.0.0.1:3001/healthz').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "--import", "tsx", "--conditions=@roomful/source", "src/main.ts"]

FROM caddy:2-alpine AS web
COPY deploy/Caddyfile /etc/caddy/Caddyfile
COPY --from=build /repository/apps/chat/dist /srv
