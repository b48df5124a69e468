"""Every benchmark as data: names and bounds are those of contract.md, Benchmarks."""

from bihuan.bench import push_growth, push_load, push_rivals, push_visible
from bihuan.bench.figures import Figure
from bihuan.bench.rivals.core_insert import core_insert_seconds
from bihuan.bench.rivals.orm_endpoint import orm_endpoint_seconds
from bihuan.bench.system import LOOP, Setup

FIGURES = (
    Figure(
        "push.load_vs_copy",
        "推送10万条直至归档 ÷ 单连接 COPY 成品行（SM4-GCM）",
        "ratio",
        "higher",
        0.4,
        Setup(),
        push_load.load_vs_copy,
    ),
    Figure(
        "push.load_vs_copy_aes",
        "同上，aes-256-gcm",
        "ratio",
        "higher",
        0.6,
        Setup(seal="aes-256-gcm"),
        push_load.load_vs_copy,
    ),
    Figure(
        "push.vs_core",
        "推送 ÷ SQLAlchemy Core 批量插入加一条匹配语句（3万条）",
        "times",
        "higher",
        2.5,
        Setup(),
        push_rivals.speed_over(core_insert_seconds, 30_000),
    ),
    Figure(
        "push.vs_orm",
        "推送 ÷ ORM 对象且每条一次查询的接口（2千条）",
        "times",
        "higher",
        40,
        Setup(),
        push_rivals.speed_over(orm_endpoint_seconds, 2_000),
    ),
    Figure(
        "push.visible_vs_copy_and_match",
        "推送10万条直至任务可见 ÷ COPY 加一条匹配语句",
        "ratio",
        "lower",
        2.5,
        Setup(LOOP, households=push_visible.HOUSEHOLDS),
        push_visible.visible_vs_copy_and_match,
    ),
    Figure(
        "push.growth",
        "（推送 ÷ COPY，100万条）÷（同，10万条）",
        "ratio",
        "lower",
        1.15,
        Setup(),
        push_growth.growth,
        long=True,
    ),
    Figure(
        "push.memory_mib",
        "推送100万条时全部服务进程高于空闲的内存",
        "MiB",
        "lower",
        300,
        Setup(),
        push_growth.memory_mib,
        long=True,
    ),
    Figure(
        "push.memory_growth",
        "同上 ÷ 推送10万条时",
        "ratio",
        "lower",
        1.05,
        Setup(),
        push_growth.memory_growth,
        long=True,
    ),
)

BY_NAME = {figure.name: figure for figure in FIGURES}
