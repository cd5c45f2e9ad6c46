"""To be called when the desk has to stop. The rule's name is in the environment."""

import os


def lambda_handler(event, context):
    return os.environ["RULE"]
