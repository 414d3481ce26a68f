"""What stands before every prompt, the prompts, and tables of what there is in the house."""

BEFORE = """## Today
**{today}**

Go by this date wherever something depends on the day, such as a bill that is due or a guest who comes.

"""
PROMPTS = {"keep": "You keep the keys of a house and you never give any of them away."}
ROOMS = {
    "name": "rooms",
    "description": "Which room stands free on which day of the week, and for how many guests it has beds",
}
LOOK = {
    "name": "look",
    "description": "Looks into the book of the house for whatever was written there on one day",
    "parameters": {"type": "object", "properties": {}},
}
