#!/bin/sh
# The protocol in its shortest form: a shell worker that takes jobs of the queue "shell" one by one and runs no handler at all.
#   sh examples/worker.sh [http://127.0.0.1:8080]
# It picks fields out of the text, good enough to show the calls; use a JSON parser for real work.
# Jobs must take less than the lease (15 s), since it sends no heartbeat while it works. API_KEY is heeded.
URL=${1:-http://127.0.0.1:8080}

call() { # path body
  curl -sS --max-time 40 "$URL$1" -H 'content-type: application/json' ${API_KEY:+-H "authorization: Bearer $API_KEY"} -d "$2"
}
field() { # the first string or number of that name in the JSON on stdin
  sed -n "s/.*\"$1\":\"\{0,1\}\([^\",}]*\).*/\1/p" | head -n 1
}

worker=$(call /workers/register "{\"hostname\":\"$(hostname)\",\"queues\":[\"shell\"]}" | field worker_id)
echo "registered as $worker"
while :; do
  answer=$(call /jobs/next "{\"worker_id\":\"$worker\",\"wait_seconds\":30}") || { sleep 1; continue; }
  job=$(printf %s "$answer" | grep -o '"id":"[^"]*"' | head -n 1 | cut -d '"' -f 4)
  [ -n "$job" ] || { sleep 1; continue; }
  token=$(printf %s "$answer" | field lease_token)
  attempt=$(printf %s "$answer" | field attempt)
  result="{\"host\":\"$(hostname)\"}" # the work
  call /jobs/report "{\"worker_id\":\"$worker\",\"job_id\":\"$job\",\"attempt\":$attempt,\"lease_token\":\"$token\",\"status\":\"SUCCESS\",\"result\":$result}"
  echo
done
