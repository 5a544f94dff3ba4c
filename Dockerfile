# The portal: one image for the web server, the worker and beat. See docs/operation.md.

FROM python:3.13-slim AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m venv /opt/venv
ENV PATH=/opt/venv/bin:$PATH
WORKDIR /portal
# First, so that a change of code does not install the packages anew.
COPY requirements.txt .
RUN pip install --require-hashes --only-binary :all: -r requirements.txt
COPY . .
RUN python -m sesric_portal.translations compile
# Neither command of this stage opens a connection: the values only let the settings be read.
RUN SECRET_KEY=build ALLOWED_HOSTS=build PORTAL_URL=https://build DATABASE_URL=postgres://build/build REDIS_URL=redis://build \
    python manage.py collectstatic --no-input

FROM python:3.13-slim
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
RUN groupadd --gid 10001 portal && useradd --uid 10001 --gid portal --no-create-home --home-dir /portal --shell /usr/sbin/nologin portal
WORKDIR /portal
COPY --from=build /opt/venv /opt/venv
COPY --from=build /portal /portal
# The two places the portal writes to; volumes take over their owner.
RUN mkdir -p var/media var/beat && chown portal:portal var/media var/beat
USER portal
EXPOSE 8000
# The host is the portal's own, because any other is refused.
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s --retries=4 CMD ["python", "-c", "import os; from urllib.parse import urlsplit; from urllib.request import Request, urlopen; urlopen(Request('http://127.0.0.1:8000/health/live', headers={'Host': urlsplit(os.environ['PORTAL_URL']).netloc}), timeout=4)"]
# A reader on a slow line holds a thread while his form comes in, so there are more threads than processors. Each that has asked
# the database keeps a connection until it has been idle for half a minute: two workers of 64 are at most 128.
CMD ["granian", "--interface", "wsgi", "--host", "0.0.0.0", "--port", "8000", "--workers", "2", "--blocking-threads", "64", "--backpressure", "128", "--respawn-failed-workers", "--workers-kill-timeout", "20", "sesric_portal.wsgi:application"]
