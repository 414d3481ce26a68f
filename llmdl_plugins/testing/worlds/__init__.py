"""Worlds in which learning must be earned: adding whatever a critic says ends at 0.60 or below in each of them.

| skill | what it asks of an optimizer | why `append_all` fails |
|---|---|---|
| `blame` | send each rule to the one of six steps that needs it | rules pile up at wrong steps and hurt all tickets |
| `crowded` | test single sentences, keep it short, replace, delete | a third is wrong, length drowns the rest |
| `slices` | mind rare kinds, give up a gain that blocks a larger one | shortcuts cap common kinds, ruin rare ones |
| `drift` | compare side by side in time, and claim nothing | there is nothing to learn |
| `defective` | take away what was there from the start | the wrong instruction stays |

A rule is a meaning, not a string: the model obeys it in any of several wordings, and teachers word it anew each time.
"""
