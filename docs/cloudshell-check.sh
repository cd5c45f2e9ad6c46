# Where are you in the lesson, what is wrong, and what comes next?
#
#     bash cloudshell-check.sh [gone] [STACK]
#
# It looks at the app, the stack, the rule, the last execution, its trade, and at what a deleted stack
# left behind. It only asks: nothing is changed. It needs bash and `aws`, version 1 or 2, and nothing else.
#
# It ends with 0 if there is nothing to mend, 1 if there is, 2 if it could not ask.
# With `gone` it ends with 0 only if nothing of the stack is left.
#
# STACK is demo-sam unless you say otherwise. The whole file may also be pasted into a terminal.

check_the_lesson() (
  gone=no
  if [ "${1:-}" = gone ]; then gone=yes; shift; fi
  stack=${1:-demo-sam}
  managed=aws-sam-cli-managed-default
  export AWS_PAGER='' LC_ALL=C
  answers=$(mktemp -d) || exit 2
  trap 'rm -rf "$answers"' EXIT
  code=0

  row() { printf '%-11s%s\n' "$1" "$2"; }
  # Three things: what happened, why, and what to type next.
  told() { printf '\n%s\nWhy: %s\nNext: %s\n' "$1" "$2" "$3"; }
  mend() { told "$@"; code=1; }
  next() { printf '\nNext: %s\n' "$1"; }
  # What AWS said, as one line of a readable length.
  short() { tr '\t\n' '  ' <"$answers/$1" | sed 's/^ *//; s/ *$//' | cut -c1-400; }

  # ask NAME aws-arguments…: what AWS says is in the file NAME, an error in NAME.error
  ask() {
    local name=$1
    shift
    aws "$@" --output text >"$answers/$name" 2>"$answers/$name.error" </dev/null
  }
  # Without an answer nothing can be said; half a list would read as if the rest were gone.
  cannot_ask() {
    local said
    said=$(short "$1.error")
    case $said in
    *"locate credentials"* | *"artial credentials"* | *"o credentials"*)
      told "AWS was not asked: this shell has no credentials." \
        "In CloudShell they come with the page you signed in to. Elsewhere somebody has to give them." \
        "in CloudShell, open a new tab of it; on a laptop, \`aws configure\` or \`aws sso login\`." ;;
    *xpired*)
      told "AWS did not accept the credentials: they have run out." "$said" \
        "sign in to the console again and open CloudShell anew; on a laptop, \`aws sso login\`." ;;
    *"security token"* | *"UnrecognizedClient"* | *"SignatureDoesNotMatch"* | *"InvalidClientTokenId"*)
      told "AWS did not accept the credentials." "$said" \
        "\`aws configure list\` says where they come from; mend or remove them there." ;;
    *"specify a region"*)
      told "AWS was not asked: this shell has no Region." \
        "A stack lives in one Region, and none is set here." \
        "\`export AWS_DEFAULT_REGION=us-east-1\`, or the Region that you deployed to." ;;
    *"AccessDenied"* | *"not authorized"*)
      told "You may not ask for everything that this check looks at." "$said" \
        "ask whoever gave you the account for the right that is named there." ;;
    *"onnect to the endpoint"* | *"onnect timeout"* | *"imed out"* | *"Could not resolve"*)
      told "AWS did not answer." "$said" \
        "see whether the network is there, and run this check again." ;;
    *)
      told "AWS did not say what was asked." "${said:-It answered nothing.}" \
        "run this check again; if it stays so, type \`aws sts get-caller-identity\` and read what it says." ;;
    esac
    exit 2
  }

  if ! command -v aws >/dev/null; then
    told "There is no command \`aws\`." "CloudShell has it; this machine does not, or not on its PATH." \
      "install the AWS CLI, or run this check in CloudShell."
    exit 2
  fi

  # ---- who and where
  ask who sts get-caller-identity --query Account &
  who=$!
  # Deleted stacks are listed, too, for 90 days; the newest of a name comes first.
  ask stacks cloudformation list-stacks --query \
    "StackSummaries[?StackName=='$stack' || StackName=='$managed'].[StackName, StackStatus]" ||
    { wait "$who"; cannot_ask stacks; }
  wait "$who" || cannot_ask who
  region=${AWS_REGION:-${AWS_DEFAULT_REGION:-$(aws configure get region)}}
  row account "$(cat "$answers/who"), Region ${region:-unknown}"

  # ---- the app
  app=
  for place in . "$stack" "work/$stack" "$HOME/course/work/$stack"; do
    if [ -f "$place/template.yaml" ] && [ -d "$place/statemachine" ]; then app=$place; break; fi
  done
  built=$app/.aws-sam/build/template.yaml
  if [ -z "$app" ]; then
    row app "none in this folder"
  elif [ ! -f "$built" ]; then
    row app "$app, not built"
  else
    edited=$(find "$app" -name .aws-sam -prune -o -name tests -prune -o -type f -newer "$built" \
      '(' -name '*.py' -o -name requirements.txt -o -name template.yaml ')' -print | head -n 1)
    row app "$app, built${edited:+; $edited was edited since}"
  fi

  # ---- the stack
  status=$(awk -v name="$stack" '$1 == name { print $2; exit }' "$answers/stacks")
  row stack "$stack: ${status:-not there}"

  # What is left is asked of the services, not of the stack. Before the first deploy there can be a bucket only.
  left_behind() {
    local waiting=() what
    ask buckets s3api list-buckets --query "Buckets[].[Name]" & waiting+=("buckets:$!")
    if [ "$gone$status" != no ]; then
      # With Stock at the end: the stack demo-sam-2 begins as demo-sam does, and is another one.
      ask logs logs describe-log-groups --log-group-name-prefix "/aws/lambda/$stack-Stock" \
        --query "logGroups[].[logGroupName]" & waiting+=("logs:$!")
      ask tables dynamodb list-tables --query "TableNames[?starts_with(@, '$stack-Transaction')].[@]" &
      waiting+=("tables:$!")
      ask functions lambda list-functions \
        --query "Functions[?starts_with(FunctionName, '$stack-Stock')].[FunctionName]" &
      waiting+=("functions:$!")
      ask rules events list-rules --name-prefix "$stack-Stock" --query "Rules[].[Name, State]" &
      waiting+=("rules:$!")
    fi
    for what in "${waiting[@]}"; do wait "${what#*:}" || cannot_ask "${what%%:*}"; done
    (
      cd "$answers" || exit
      touch logs tables functions rules
      sed -n "/^$stack-carry-/s/^/bucket /p" buckets
      sed -n '/[^ ]/s/^/log group /p' logs
      sed -n '/[^ ]/s/^/table /p' tables
      sed -n '/[^ ]/s/^/function /p' functions
      sed -n '/[^ ]/s/^/rule /p' rules
    ) | grep -v ' None$' >"$answers/ours"
    # SAM's bucket is nobody's fault before something of this lesson was deployed.
    : >"$answers/sams"
    if [ "$gone$status" != no ]; then
      awk -v name=$managed '$1 == name { if ($2 != "DELETE_COMPLETE") print "stack " $1; exit }' \
        "$answers/stacks" >"$answers/sams"
      sed -n "/^$managed-/s/^/bucket /p" "$answers/buckets" >>"$answers/sams"
    fi
  }

  case $status in
  '' | DELETE_COMPLETE)
    left_behind
    ours=$(wc -l <"$answers/ours") sams=$(wc -l <"$answers/sams")
    if [ $((ours + sams)) -gt 0 ]; then
      row left "$((ours + sams)):"
      sed 's/^/           /' "$answers/ours" "$answers/sams"
      if [ "$ours" -gt 0 ]; then
        mend "There is no stack $stack, and something of it is there." \
          "What was made beside it (logs by Lambda, a bucket by you) does not go with it, and storage is billed." \
          "step 10 of the walkthrough, *The logs*; for a bucket of yours, \`aws s3 rb s3://NAME --force\`."
      fi
      if [ "$sams" -gt 0 ]; then
        mend "SAM's own bucket is still there." \
          "All SAM projects of this account and Region share it, so \`sam delete\` leaves it." \
          "if you have no other SAM project here: step 10, *SAM's bucket*. If you have, leave it."
      fi
    else
      if [ "$gone$status" != no ]; then
        row left "nothing: logs, buckets, tables, functions and rules were asked for"
      fi
      if [ "$status" = DELETE_COMPLETE ]; then
        next "nothing. It was deployed, and it is gone. (\`sam build && sam deploy\` brings it back.)"
      elif [ "$gone" = yes ]; then
        next "nothing: there is nothing to clean up in this Region."
      elif [ -z "$app" ]; then
        next "make the app, with \`sam init\` (step 3)."
      elif [ ! -f "$built" ] || [ -n "$edited" ]; then
        next "\`sam build\` in $app (step 6)."
      else
        next "\`sam deploy\` in $app (step 7)."
      fi
    fi
    exit $code
    ;;
  esac

  if [ "$gone" = yes ]; then
    mend "The stack $stack is still there: $status." "It was not deleted, or not yet." \
      "\`sam delete --no-prompts\` in the app's folder (step 10), then this check again."
    exit $code
  fi

  why_it_failed() { # the last line is what failed first; the others were cancelled because of it
    ask events cloudformation describe-stack-events --stack-name "$stack" --query \
      "StackEvents[?ends_with(ResourceStatus, '_FAILED')].[LogicalResourceId, ResourceStatusReason]" ||
      cannot_ask events
    sed -n '/[^ ]/p' "$answers/events" | tail -n 1 >"$answers/first"
    short first
  }

  case $status in
  REVIEW_IN_PROGRESS)
    next "\`sam deploy\` in the app's folder: its changes were listed, and not carried out yet."
    exit $code ;;
  *_IN_PROGRESS)
    next "wait a minute and run this check again: CloudFormation is at work."
    exit $code ;;
  ROLLBACK_COMPLETE | ROLLBACK_FAILED | CREATE_FAILED)
    mend "The first deploy failed, and a stack in $status takes no other." "$(why_it_failed)" \
      "mend that, then \`sam delete --stack-name $stack --no-prompts\`, \`sam build\` and \`sam deploy\`."
    exit $code ;;
  DELETE_FAILED | UPDATE_ROLLBACK_FAILED)
    mend "The stack is stuck in $status." "$(why_it_failed)" \
      "mend that, then \`sam delete --stack-name $stack --no-prompts\` once more." ;;
  UPDATE_ROLLBACK_COMPLETE)
    mend "The last deploy failed and was taken back; the stack is as it was before." "$(why_it_failed)" \
      "mend that, then \`sam build\` and \`sam deploy\`." ;;
  esac

  # ---- what is in it
  ask resources cloudformation list-stack-resources --stack-name "$stack" --query \
    "StackResourceSummaries[?ResourceStatus!='DELETE_COMPLETE'].[LogicalResourceId, PhysicalResourceId]" ||
    cannot_ask resources
  named() { awk -v name="$1" '$1 == name { print $2 }' "$answers/resources"; }
  machine=$(named StockTradingStateMachine)
  table=$(named TransactionTable)
  rule=$(named StockTradingStateMachineHourlyTradingSchedule)
  row resources "$(wc -l <"$answers/resources" | tr -d ' ')"
  if [ -z "$machine" ] || [ -z "$table" ] || [ -z "$rule" ]; then
    mend "The stack $stack is not the stock trader, or not the whole of it." \
      "It has no StockTradingStateMachine, no TransactionTable, or no hourly rule." \
      "\`bash $0 ANOTHER-NAME\`, if your stack is called otherwise; else deploy the app again."
    exit $code
  fi

  ask rule events describe-rule --name "$rule" --query State &
  asked=$!
  ask runs stepfunctions list-executions --state-machine-arn "$machine" --max-results 1 \
    --query "executions[].[executionArn, status]" || { wait $asked; cannot_ask runs; }
  wait $asked || cannot_ask rule
  on=$(cat "$answers/rule")
  if [ "$on" = ENABLED ]; then
    row rule "ON: it trades once an hour, and every trade is billed"
  else
    row rule "off"
  fi

  # ---- the last execution
  read -r run went <"$answers/runs"
  case ${went:-none} in
  none | None)
    row execution "none so far"
    if [ "$on" = ENABLED ]; then
      next "start one (step 8), or wait: the rule starts its first an hour after it was switched on."
    else
      next "switch the rule on and start an execution (step 8)."
    fi
    exit $code ;;
  RUNNING)
    row execution "RUNNING"
    next "wait a second or two and run this check again."
    exit $code ;;
  SUCCEEDED) ;;
  *)
    row execution "$went"
    ask run stepfunctions describe-execution --execution-arn "$run" --query "[error, cause]" || cannot_ask run
    mend "The last execution ended with $went." "$(short run)" \
      "mend what is named there, \`sam build && sam deploy\`, and start another (step 8)."
    exit $code ;;
  esac
  ask history stepfunctions get-execution-history --execution-arn "$run" --query \
    "events[?stateEnteredEventDetails].stateEnteredEventDetails.[name, input]" || cannot_ask history
  field() { # field NAME-OF-A-STATE KEY: a value in what the state was given
    awk -F'\t' -v name="$1" '$1 == name { print $2 }' "$answers/history" |
      sed -n "s/.*\"$2\": *\"\{0,1\}\([^\",}]*\).*/\1/p"
  }
  path=$(cut -f 1 "$answers/history" | awk 'NR > 1 { printf " -> " } { printf "%s", $0 }')
  by="by hand"
  if grep -q '"aws.events"' "$answers/history"; then by="by the rule"; fi
  row execution "SUCCEEDED, started $by: $path"
  row price "$(field 'Buy or Sell?' stock_price): 50 or less buys, more sells"

  ask item dynamodb get-item --table-name "$table" \
    --key "{\"Id\": {\"S\": \"$(field 'Record Transaction' id)\"}}" \
    --query "Item.[Type.S, Quantity.N, Price.N]" || cannot_ask item
  read -r kind quantity price <"$answers/item"
  if [ "${kind:-None}" = None ]; then
    mend "The execution succeeded, and its trade is not in the table $table." \
      "The table was replaced or emptied since, or the workflow writes elsewhere." \
      "\`aws stepfunctions describe-execution --execution-arn $run\`, and start another (step 8)."
    exit $code
  fi
  row trade "in the table: $kind of $quantity at $price"
  if [ "$on" = ENABLED ]; then
    next "when you have seen enough, \`aws events disable-rule --name $rule\` (step 9)."
  else
    next "clean up (step 10). Or change something, \`sam build && sam deploy\`, and run it again."
  fi
  exit $code
)

check_the_lesson "$@"
