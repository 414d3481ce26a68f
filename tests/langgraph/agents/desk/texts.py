SORT_INSTRUCTIONS = "Sort the ticket that follows. Answer with exactly one of %s, and be 100%% sure."
REPLY_TEMPLATE = """Write the reply to a ticket about <<LABEL>>.

Do not promise "anything".
"""
