"""Prose in Chinese: sentences that we wrote. Each character is several bytes, which English would never show."""

from typing import Final

HAN: Final = (
    "简单地说，答案是肯定的。",
    "先从最简单的情况开始，再一次只改变一个条件。",
    "有两种好办法，第二种更容易撤销。",
    "实际上，第一次尝试要一个小时，下一次只要十分钟。",
    "最好在周末之前把步骤写下来，因为记忆不如记录可靠。",
    "到了晚上，你就会知道这是否值得。",
    "很多人会说，这要看天气和心情。",
    "把蓝色的副本留下，另一份交给同事。",
)
