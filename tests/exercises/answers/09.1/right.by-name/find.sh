# Prints the name of the table that the stack $STACK has left behind, and nothing else.
echo "$STACK-trades"
