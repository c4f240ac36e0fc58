"""Sizes and limits of Fargate tasks: pairs of CPU and memory, disk, timeouts (E03, E04)."""

CPU_UNITS_PER_VCPU = 1024
"""CPU units that make one vCPU."""

MEMORY_MIB_BY_CPU_UNITS: dict[int, tuple[int, ...]] = {
    256: (512, 1024, 2048),
    512: tuple(range(1024, 4096 + 1, 1024)),
    1024: tuple(range(2048, 8192 + 1, 1024)),
    2048: tuple(range(4096, 16384 + 1, 1024)),
    4096: tuple(range(8192, 30720 + 1, 1024)),
    8192: tuple(range(16384, 61440 + 1, 4096)),
    16384: tuple(range(32768, 122880 + 1, 8192)),
}
"""Memory in MiB that Fargate accepts, by CPU units. 8 and 16 vCPU need Linux and platform version 1.4.0 or newer."""

MIN_EPHEMERAL_STORAGE_GIB = 20
"""Disk of every Fargate task."""

MAX_EPHEMERAL_STORAGE_GIB = 200
"""The largest disk of a Fargate task. Smaller sizes can be requested from 21 GiB on (E04)."""

MAX_STOP_TIMEOUT_SECONDS = 120
"""The longest that Fargate waits between SIGTERM and SIGKILL."""

MAX_START_PERIOD_SECONDS = 300
"""The longest start period that ECS allows for a container health check."""


def allowed_memory_mib(cpu_units: int) -> tuple[int, ...]:
    """Return the memory sizes in MiB that Fargate accepts for a CPU size, smallest first.

    Raises:
        ValueError: Fargate has no such CPU size.
    """
    try:
        return MEMORY_MIB_BY_CPU_UNITS[cpu_units]
    except KeyError:
        sizes = ", ".join(str(size) for size in MEMORY_MIB_BY_CPU_UNITS)
        raise ValueError(f"E03: Fargate has no size of {cpu_units} CPU units; allowed are {sizes}") from None


def check_size(*, cpu_units: int, memory_mib: int) -> None:
    """Refuse a pair of CPU and memory that Fargate would refuse.

    Raises:
        ValueError: the pair is not one of Fargate's (E03).
    """
    allowed = allowed_memory_mib(cpu_units)
    if memory_mib not in allowed:
        sizes = ", ".join(str(size) for size in allowed)
        raise ValueError(f"E03: memory_mib is {memory_mib}, but with {cpu_units} CPU units Fargate accepts {sizes}")


def check_ephemeral_storage(size_gib: int) -> None:
    """Refuse a disk size that Fargate would refuse.

    Raises:
        ValueError: the size is not from 20 (what every task has) to 200 GiB (E04).
    """
    if not MIN_EPHEMERAL_STORAGE_GIB <= size_gib <= MAX_EPHEMERAL_STORAGE_GIB:
        raise ValueError(
            f"E04: ephemeral_storage_gib is {size_gib}; allowed are {MIN_EPHEMERAL_STORAGE_GIB} (what every task has) "
            f"to {MAX_EPHEMERAL_STORAGE_GIB}"
        )
