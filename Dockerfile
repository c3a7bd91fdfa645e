# Builds with everything, runs with what is needed. Node 24 is the active long-term-support line.
FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci
COPY . .
RUN npm run build && npm prune --omit=dev

FROM node:24-bookworm-slim
# Requests make more short-lived objects than Node's default young generation holds until they are done.
ENV NODE_ENV=production GATEHOUSE_DATA_DIR=/data NODE_OPTIONS=--max-semi-space-size=64
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
RUN ln -s /app/dist/src/cli.js /usr/local/bin/gatehouse \
 && chmod +x /app/dist/src/cli.js \
 && install -d -o node -g node -m 0700 /data
USER node
VOLUME /data
EXPOSE 8080
ENTRYPOINT ["gatehouse"]
CMD ["serve"]
