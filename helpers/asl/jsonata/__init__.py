"""JSONata in a state machine: `{% $states.input.price * 2 %}`.

A text is parsed once, by jsonata-python, whose messages are those that AWS gives (`reading`).
Diagnosis looks at that very tree for what it refers to, the interpreter evaluates it
(`evaluation`), and the words of a Choice show the values that it looked at.
https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html
"""
