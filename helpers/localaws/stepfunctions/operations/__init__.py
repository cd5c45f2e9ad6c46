"""The operations of the Step Functions API, each under the name that AWS has for it."""
