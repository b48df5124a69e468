"""Every benchmark as data: names and bounds are those of contract.md, Benchmarks."""

from bihuan.bench import push_load
from bihuan.bench.figures import Figure
from bihuan.bench.system import Setup

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
)

BY_NAME = {figure.name: figure for figure in FIGURES}
