"""A local AWS endpoint on moto, reached through HTTP and `python -m helpers.localaws` only.

A request's way:

1. `front.serving` reads its head in the connection's own thread; `front.http` says what is in it.
2. `process.server` asks `front.guard`: whose key has signed it? Then its body is read.
3. It goes inside `turns.gate`: what it changes is kept whole by `persistence`.
4. `on_moto.dispatch` finds whose it is: `stepfunctions` and Application Insights answer themselves.
5. All others' are moto's, with `on_moto.mends` where moto answers otherwise than AWS;
   `cloudformation`, `lambdas`, `events`, `metrics`, … stand in moto's place where it only pretends.
6. `iam` says whether whoever calls may do it, before it is done.
7. Who waits meanwhile, for a function or for `turns.clock`, is `turns.waiting`: others go on.
8. Where moto stumbles, `on_moto.mends.malformed` says what is wrong with the request, as AWS does.
9. `front.replies` writes the answer; `front.refusals` words one that is an error.
"""
