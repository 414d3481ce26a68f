"""The prompts: imported by a star, made by an f-string, rendered by a template."""

from jinja2 import Template

HOUSE = "an old house"
KEEPER_PROMPT = "You keep the keys of a house and you never give any of them away."
GREETING_PROMPT = f"You greet everybody who comes to {HOUSE} and you ask them in."
SORTING_PROMPT = Template(
    "You sort the letters of the house.\n"
    "{% for rule in rules %}\n- {{ rule }}\n{% endfor %}\n"
    "Be quick about it, whatever they are about."
).render(rules=["bills first", "letters from aunts last"])
UNUSED_PROMPT = "You are never sent to any model, since nobody asks for you here."
