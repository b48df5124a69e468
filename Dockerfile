# One image for the migration, the services, the workers and the console: they differ by their command.
FROM python:3.11-slim-bookworm AS build
WORKDIR /build
RUN python -m venv /opt/bihuan
COPY requirements.lock ./
RUN /opt/bihuan/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes -r requirements.lock
COPY pyproject.toml requirements.in README.md LICENSE ./
COPY bihuan bihuan
COPY migrations migrations
COPY services services
COPY shared shared
RUN /opt/bihuan/bin/pip install --no-cache-dir --disable-pip-version-check --no-deps --no-build-isolation . \
    && /opt/bihuan/bin/python -m compileall -q /opt/bihuan

FROM python:3.11-slim-bookworm
# The account number is that of the official PostgreSQL image: secret files belong to one account alone.
RUN groupadd --gid 999 bihuan && useradd --uid 999 --gid 999 --no-create-home --shell /usr/sbin/nologin bihuan \
    && install --directory --owner 999 --group 999 --mode 0700 /var/lib/bihuan/attachments /var/lib/bihuan/bank
COPY --from=build /opt/bihuan /opt/bihuan
ENV PATH=/opt/bihuan/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 BIHUAN_ENV=production
WORKDIR /tmp
USER 999:999
CMD ["bihuan", "--help"]
