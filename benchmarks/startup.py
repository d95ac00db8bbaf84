"""How long `diagpack --help` takes, beside the smallest possible Typer program: `python benchmarks/startup.py [RUNS]`.

Prints the minimum and the median of whole processes in milliseconds, the two in turn, so that a change of the machine's
speed meets both.
"""

import statistics
import subprocess
import sys
import time

PEER = "import typer; app = typer.Typer(rich_markup_mode=None); app.command()(lambda: None); app()"
COMMANDS = {
    "diagpack --help": [sys.executable, "-m", "diagpack.cli.main", "--help"],
    "a minimal typer program --help": [sys.executable, "-c", PEER, "--help"],
    "python -c pass": [sys.executable, "-c", "pass"],
}


def main(runs: int) -> None:
    taken: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for _ in range(runs + 1):
        for name, command in COMMANDS.items():
            started = time.perf_counter()
            subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
            taken[name].append((time.perf_counter() - started) * 1000)
    for name, times in taken.items():
        counted = times[1:]  # the first run warms the caches
        print(f"{name:32} min {min(counted):6.0f} ms   median {statistics.median(counted):6.0f} ms")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 15)
