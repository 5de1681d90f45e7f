# syntax=docker/dockerfile:1
# The laboratory in a container. tests/test_packaging.py runs the RUN lines, in their order.
#   docker build --tag ebm-lab .        (CPU only: --build-arg PIP_EXTRA_INDEX_URL=https://download.pytorch.org/whl/cpu)
#   docker run --publish 127.0.0.1:8642:8642 --volume ebm-lab:/data ebm-lab     prints the address with its token
FROM node:22-slim AS page
WORKDIR /src
COPY frontend/package.json frontend/package-lock.json frontend/
RUN npm --prefix frontend ci
COPY pyproject.toml ./
COPY frontend frontend
RUN npm --prefix frontend run build

FROM python:3.12-slim AS wheel
WORKDIR /data
WORKDIR /src
COPY constraints.txt hatch_build.py LICENSE pyproject.toml README.md ./
COPY ebm_core ebm_core
COPY server server
COPY --from=page /src/server/ebm_server/static server/ebm_server/static
RUN pip wheel --no-deps --wheel-dir dist .

FROM python:3.12-slim
ARG PIP_EXTRA_INDEX_URL
ARG EXTRAS=""
WORKDIR /src
RUN --mount=type=bind,from=wheel,source=/src,target=/src \
    pip install --no-cache-dir --constraint constraints.txt "$(echo dist/*.whl)$EXTRAS"
COPY --from=wheel --chown=10001:10001 /data /data
ENV EBM_DATA_DIR=/data HOME=/data PYTHONUNBUFFERED=1
WORKDIR /data
USER 10001:10001
VOLUME /data
EXPOSE 8642
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8642/api/v1/health', timeout=4)"]
CMD ["ebm", "serve", "--host", "0.0.0.0", "--port", "8642", "--no-browser"]
