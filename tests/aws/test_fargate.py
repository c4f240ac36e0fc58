"""The sizes of tasks that Fargate accepts (E03, E04)."""

import pytest

from aws.fargate import MEMORY_MIB_BY_CPU_UNITS, allowed_memory_mib, check_ephemeral_storage, check_size


def test_e03_the_pairs_are_fargates() -> None:
    assert allowed_memory_mib(256) == (512, 1024, 2048)
    assert allowed_memory_mib(4096)[0] == 8192
    assert allowed_memory_mib(4096)[-1] == 30720
    assert allowed_memory_mib(8192)[:2] == (16384, 20480)
    assert allowed_memory_mib(16384) == tuple(gib * 1024 for gib in range(32, 121, 8))
    assert sum(len(sizes) for sizes in MEMORY_MIB_BY_CPU_UNITS.values()) == 3 + 4 + 7 + 13 + 23 + 12 + 12


def test_e03_a_pair_that_fargate_refuses_is_refused_with_those_that_it_takes() -> None:
    with pytest.raises(ValueError, match="E03: memory_mib is 4096, but with 256 CPU units Fargate accepts 512, 1024"):
        check_size(cpu_units=256, memory_mib=4096)
    with pytest.raises(ValueError, match="E03: Fargate has no size of 300 CPU units; allowed are 256, 512"):
        check_size(cpu_units=300, memory_mib=512)


@pytest.mark.parametrize("size_gib", [0, 19, 201])
def test_e04_disk_is_20_to_200_gib(size_gib: int) -> None:
    with pytest.raises(ValueError, match="E04: ephemeral_storage_gib is"):
        check_ephemeral_storage(size_gib)
