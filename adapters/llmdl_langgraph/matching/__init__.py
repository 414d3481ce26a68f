"""Places as parameters: which readings a text has, and which of them a text that was sent is made of."""
