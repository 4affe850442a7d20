# smtpbot in a container: no shell, no package manager, no build tools; user 65532; it writes nowhere.

FROM python:3.11-slim-bookworm AS build
# the languages of the answers; add the tag of a language that you add, such as de
ARG LANGUAGES="en fr"
RUN apt-get update && apt-get install --yes --no-install-recommends binutils
RUN python -m venv /venv
COPY requirements-image.txt /src/
RUN /venv/bin/pip install --no-cache-dir --no-deps --require-hashes --requirement /src/requirements-image.txt
COPY pyproject.toml README.md LICENSE /src/
COPY adapters /src/adapters
COPY bot /src/bot
COPY knowledge /src/knowledge
COPY deploy/slim.py /src/deploy/
RUN /venv/bin/pip install --no-cache-dir --no-deps --no-build-isolation /src \
 && cp -a /venv/lib/python3.11/site-packages /app \
 && find /app -name '*.so*' -exec strip --strip-unneeded {} + \
 && python /src/deploy/slim.py /app $LANGUAGES
WORKDIR /app
# the compiled knowledge, so that a container answers at once
RUN SMTPBOT_CACHE=/app/cache PYTHONDONTWRITEBYTECODE=1 \
    sh -c 'for tag in $0; do python -m adapters.cli ask --lang $tag 550 >/dev/null; done' "$LANGUAGES" \
 && chmod -R a+rX /app

# the Python of Debian 12, which is 3.11 like the stage above
FROM gcr.io/distroless/python3-debian12:nonroot
COPY --from=build /app /app
WORKDIR /app
ENV HOME=/home/nonroot \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    SMTPBOT_CACHE=/app/cache \
    SMTPBOT_LOG_FORMAT=json \
    SMTPBOT_METRICS_PORT=9000
USER 65532:65532
EXPOSE 3000 9000
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s \
    CMD ["/usr/bin/python3", "-c", "import os, urllib.request as r; r.urlopen('http://127.0.0.1:' + os.environ['SMTPBOT_METRICS_PORT'] + '/healthz', timeout=3)"]
ENTRYPOINT ["/usr/bin/python3", "-m", "adapters.cli"]
CMD ["run"]
