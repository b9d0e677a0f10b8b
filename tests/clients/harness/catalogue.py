"""The clients, in the order in which they run. One entry each; see runner.Client for the fields."""

import sys

from .needs import c_header, newer_program, program, python_with_venv
from .runner import Client

PYTHON = (python_with_venv((3, 11)),)
NODE = (newer_program("node", (20,), "a distribution of Node.js"), program("npm", "apt install npm"))

VENV = (
    (sys.executable, "-m", "venv", "--clear", "venv"),
    ("venv/bin/python", "-m", "pip", "install", "--quiet", "--no-deps", "--requirement", "requirements.txt"),
    ("venv/bin/python", "-m", "pip", "check"),
)
# Pins are complete: nothing is looked up, and `pip check` fails when one is missing.

PYTEST = ("venv/bin/python", "-m", "pytest", "-q", "-p", "no:cacheprovider")
NODE_TEST = ("node", "--test", "--test-concurrency=1")
NPM_CI = (("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"),)
NPM_PINS = ("package.json", "package-lock.json")
NODE_SUPPORT = {"support/server_control.mjs": "server_control.mjs"}
PYTHON_SUPPORT = {"support/server_control.py": "server_control.py"}
RUST = (1, 88)
MAVEN = ("mvn", "--quiet", "--batch-mode")


def python_client(name, folder, options=(), **more):
    return Client(
        name,
        folder,
        needs=PYTHON,
        setup=VENV,
        pins=("requirements.txt",),
        run=(*PYTEST, *options),
        borrows=PYTHON_SUPPORT,
        **more,
    )


def node_client(name, folder, **more):
    return Client(name, folder, needs=NODE, setup=NPM_CI, pins=NPM_PINS, run=NODE_TEST, borrows=NODE_SUPPORT, **more)


def tools_client(name, test):
    """A program of the distribution, driven by a test that needs nothing but Python itself."""
    return Client(
        name,
        "redis-tools",
        needs=(program(name, "apt install redis-tools"),),
        run=(sys.executable, "-B", test),
        borrows=PYTHON_SUPPORT,
    )


CATALOGUE = (
    python_client("redis-py", "redis-py"),
    node_client("node-redis", "node-redis"),
    node_client("ioredis", "ioredis"),
    Client(
        "go-redis",
        "go-redis",
        needs=(newer_program("go", (1, 21), "the Go distribution; 1.21 fetches what go.mod asks for", "version"),),
        setup=(("go", "mod", "download"),),
        pins=("go.mod", "go.sum"),
        build=(("go", "test", "-c", "-o", "clients.test", "."),),
        run=("./clients.test", "-test.timeout=80s"),
        env={"GOFLAGS": "-mod=readonly"},
    ),
    Client(
        "redis-rs",
        "redis-rs",
        needs=(newer_program("cargo", RUST, "the Rust distribution"),),
        setup=(("cargo", "generate-lockfile", "--quiet"), ("cargo", "fetch", "--quiet", "--locked")),
        pins=("Cargo.toml",),
        build=(("cargo", "test", "--quiet", "--locked", "--offline", "--no-run"),),
        run=("cargo", "test", "--quiet", "--locked", "--offline", "--no-fail-fast", "--", "--test-threads=1"),
        env={"RUST_BACKTRACE": "0"},
    ),
    Client(
        "jedis",
        "jedis",
        needs=(program("mvn", "apt install maven"), newer_program("javac", (17,), "apt install openjdk-17-jdk-headless")),
        setup=((*MAVEN, "test-compile"),),
        pins=("pom.xml",),
        # Not --offline: surefire fetches what runs the tests only when there are tests to run.
        run=(*MAVEN, "test"),
    ),
    Client(
        "hiredis",
        "hiredis",
        needs=(program("cc", "apt install gcc"), c_header("hiredis/hiredis.h", "apt install libhiredis-dev")),
        build=(
            ("cc", "-std=gnu11", "-O1", "-Wall", "-Wextra", "-Werror", "-o", "check", "hiredis_check.c", "-lhiredis"),
        ),
        run=("./check",),
    ),
    tools_client("redis-cli", "test_redis_cli.py"),
    tools_client("redis-benchmark", "test_redis_benchmark.py"),
    node_client("redis-memory-server", "launchers/redis-memory-server", own_server=False),
    python_client(
        "pytest-redis", "launchers/pytest-redis", own_server=False, options=("--redis-exec={server}", "--basetemp={folder}")
    ),
    python_client("example-fastapi", "examples/fastapi"),
    node_client("example-node", "examples/node"),
)
