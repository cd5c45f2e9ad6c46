def worst(items):
    while True:
        pass
