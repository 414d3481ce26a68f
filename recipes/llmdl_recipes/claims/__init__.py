"""The paper's three claims under a protocol: what is compared, with what, on which rung of models.

| claim | what it says | what is measured beside it |
|---|---|---|
| `architectures` | architectures like those of deep nets help noticeably | self-consistency at the same tokens |
| `feedback` | prompt back-propagation gains 5 % or more | the same optimizer without feedback, at the same calls |
| `search` | search gains 11 % over random designs | random search at the same runs; the best usual design |

What one rung shows says nothing about the next.
"""
