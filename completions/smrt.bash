# Completion of smrt for bash, generated from smrt's tables by `make generate`.
#
# Completing an option starts no process. Endpoint names come from a file that `smrt complete
# endpoint-names` writes; it runs again when the file is ten minutes old. After a failure, smrt dates
# the file back, so that this is some seconds later.

_smrt_regions='af-south-1 ap-east-1 ap-east-2 ap-northeast-1 ap-northeast-2 ap-northeast-3 ap-south-1 ap-south-2 ap-southeast-1 ap-southeast-2 ap-southeast-3 ap-southeast-4 ap-southeast-5 ap-southeast-6 ap-southeast-7 ca-central-1 ca-west-1 cn-north-1 cn-northwest-1 eu-central-1 eu-central-2 eu-isoe-west-1 eu-north-1 eu-south-1 eu-south-2 eu-west-1 eu-west-2 eu-west-3 eusc-de-east-1 il-central-1 me-central-1 me-south-1 me-west-1 mx-central-1 sa-east-1 sa-west-1 us-east-1 us-east-2 us-gov-east-1 us-gov-west-1 us-iso-east-1 us-iso-west-1 us-isob-east-1 us-isob-west-1 us-isof-east-1 us-isof-south-1 us-west-1 us-west-2'
_smrt_types='application/json application/jsonlines application/octet-stream application/x-image application/x-npy application/x-recordio-protobuf image/jpeg image/png text/csv text/libsvm text/plain'

# Read the table of the command $1: its subcommands, flags and positional argument,
# and the kind of the value of its option $2, empty for a flag.
_smrt_table() {
  subcommands='' flags='' kind='' positional='' repeated=''
  case $1 in
    'smrt')
      subcommands='invoke-endpoint invoke-endpoint-async invoke-endpoint-with-response-stream invoke-endpoint-with-bidirectional-stream batch wait bench local configure completion sagemaker-runtime'
      flags='--help --version --output --query --select --color --no-cli-pager --cli-error-format --profile --region --endpoint-url --no-sign-request --no-verify-ssl --ca-bundle --cli-connect-timeout --cli-read-timeout --retry-timeouts --wait-ready --data --json --cli-binary-format --cli-input-json --cli-input-yaml --generate-cli-skeleton --dry-run --verbose --debug --no-paginate --cli-auto-prompt --no-cli-auto-prompt'
      case $2 in
        --output) kind='FORMAT json text table yaml yaml-stream off' ;;
        --query) kind='JMESPATH' ;;
        --select) kind='NAME' ;;
        --color) kind='WHEN on off auto' ;;
        --cli-error-format) kind='FORMAT legacy json yaml text table enhanced' ;;
        --profile) kind='PROFILE' ;;
        --region) kind='REGION' ;;
        --endpoint-url) kind='URL' ;;
        --ca-bundle) kind='FILE' ;;
        --cli-connect-timeout) kind='SECONDS' ;;
        --cli-read-timeout) kind='SECONDS' ;;
        --wait-ready) kind='SECONDS' ;;
        --data) kind='DATA' ;;
        --json) kind='DATA' ;;
        --cli-binary-format) kind='FORMAT base64 raw-in-base64-out' ;;
        --cli-input-json) kind='JSON' ;;
        --cli-input-yaml) kind='YAML' ;;
        --generate-cli-skeleton) kind='[KIND] input yaml-input output' ;;
      esac ;;
    'smrt invoke-endpoint')
      subcommands=''
      flags='--endpoint-name --body --content-type --accept --custom-attributes --target-model --target-variant --target-container-hostname --inference-id --enable-explanations --inference-component-name --session-id --prefix-aware-id --metadata --include --pretty --body-query --output --query --select --color --no-cli-pager --cli-error-format --profile --region --endpoint-url --no-sign-request --no-verify-ssl --ca-bundle --cli-connect-timeout --cli-read-timeout --retry-timeouts --wait-ready --data --json --cli-binary-format --cli-input-json --cli-input-yaml --generate-cli-skeleton --dry-run --verbose --debug --no-paginate --cli-auto-prompt --no-cli-auto-prompt --help --version'
      positional='[OUTFILE]'
      case $2 in
        --endpoint-name) kind='ENDPOINT' ;;
        --body) kind='INPUT' ;;
        --content-type) kind='TYPE' ;;
        --accept) kind='TYPE' ;;
        --custom-attributes) kind='TEXT' ;;
        --target-model) kind='ARCHIVE' ;;
        --target-variant) kind='VARIANT' ;;
        --target-container-hostname) kind='HOST' ;;
        --inference-id) kind='ID' ;;
        --enable-explanations) kind='JMESPATH' ;;
        --inference-component-name) kind='COMPONENT' ;;
        --session-id) kind='ID' ;;
        --prefix-aware-id) kind='ID' ;;
        --metadata) kind='FILE' ;;
        --pretty) kind='WHEN auto on off' ;;
        --body-query) kind='JMESPATH' ;;
        --output) kind='FORMAT json text table yaml yaml-stream off' ;;
        --query) kind='JMESPATH' ;;
        --select) kind='NAME' ;;
        --color) kind='WHEN on off auto' ;;
        --cli-error-format) kind='FORMAT legacy json yaml text table enhanced' ;;
        --profile) kind='PROFILE' ;;
        --region) kind='REGION' ;;
        --endpoint-url) kind='URL' ;;
        --ca-bundle) kind='FILE' ;;
        --cli-connect-timeout) kind='SECONDS' ;;
        --cli-read-timeout) kind='SECONDS' ;;
        --wait-ready) kind='SECONDS' ;;
        --data) kind='DATA' ;;
        --json) kind='DATA' ;;
        --cli-binary-format) kind='FORMAT base64 raw-in-base64-out' ;;
        --cli-input-json) kind='JSON' ;;
        --cli-input-yaml) kind='YAML' ;;
        --generate-cli-skeleton) kind='[KIND] input yaml-input output' ;;
      esac ;;
    'smrt invoke-endpoint-async')
      subcommands=''
      flags='--endpoint-name --content-type --accept --custom-attributes --inference-id --input-location --s3-output-path-extension --filename --request-ttl-seconds --invocation-timeout-seconds --body --metadata --pretty --body-query --wait --wait-timeout --stage --output --query --select --color --no-cli-pager --cli-error-format --profile --region --endpoint-url --no-sign-request --no-verify-ssl --ca-bundle --cli-connect-timeout --cli-read-timeout --retry-timeouts --wait-ready --data --json --cli-binary-format --cli-input-json --cli-input-yaml --generate-cli-skeleton --dry-run --verbose --debug --no-paginate --cli-auto-prompt --no-cli-auto-prompt --help --version'
      positional='[OUTFILE]'
      case $2 in
        --endpoint-name) kind='ENDPOINT' ;;
        --content-type) kind='TYPE' ;;
        --accept) kind='TYPE' ;;
        --custom-attributes) kind='TEXT' ;;
        --inference-id) kind='ID' ;;
        --input-location) kind='S3_URI' ;;
        --s3-output-path-extension) kind='S3_PATH' ;;
        --filename) kind='NAME' ;;
        --request-ttl-seconds) kind='SECONDS' ;;
        --invocation-timeout-seconds) kind='SECONDS' ;;
        --body) kind='INPUT' ;;
        --metadata) kind='FILE' ;;
        --pretty) kind='WHEN auto on off' ;;
        --body-query) kind='JMESPATH' ;;
        --wait-timeout) kind='SECONDS' ;;
        --stage) kind='S3_URI' ;;
        --output) kind='FORMAT json text table yaml yaml-stream off' ;;
        --query) kind='JMESPATH' ;;
        --select) kind='NAME' ;;
        --color) kind='WHEN on off auto' ;;
        --cli-error-format) kind='FORMAT legacy json yaml text table enhanced' ;;
        --profile) kind='PROFILE' ;;
        --region) kind='REGION' ;;
        --endpoint-url) kind='URL' ;;
        --ca-bundle) kind='FILE' ;;
        --cli-connect-timeout) kind='SECONDS' ;;
        --cli-read-timeout) kind='SECONDS' ;;
        --wait-ready) kind='SECONDS' ;;
        --data) kind='DATA' ;;
        --json) kind='DATA' ;;
        --cli-binary-format) kind='FORMAT base64 raw-in-base64-out' ;;
        --cli-input-json) kind='JSON' ;;
        --cli-input-yaml) kind='YAML' ;;
        --generate-cli-skeleton) kind='[KIND] input yaml-input output' ;;
      esac ;;
    'smrt invoke-endpoint-with-response-stream')
      subcommands=''
      flags='--endpoint-name --body --content-type --accept --custom-attributes --target-variant --target-container-hostname --inference-id --inference-component-name --session-id --prefix-aware-id --metadata --include --stream --text --chat --timings --output --query --select --color --no-cli-pager --cli-error-format --profile --region --endpoint-url --no-sign-request --no-verify-ssl --ca-bundle --cli-connect-timeout --cli-read-timeout --retry-timeouts --wait-ready --data --json --cli-binary-format --cli-input-json --cli-input-yaml --generate-cli-skeleton --dry-run --verbose --debug --no-paginate --cli-auto-prompt --no-cli-auto-prompt --help --version'
      positional='[OUTFILE]'
      case $2 in
        --endpoint-name) kind='ENDPOINT' ;;
        --body) kind='INPUT' ;;
        --content-type) kind='TYPE' ;;
        --accept) kind='TYPE' ;;
        --custom-attributes) kind='TEXT' ;;
        --target-variant) kind='VARIANT' ;;
        --target-container-hostname) kind='HOST' ;;
        --inference-id) kind='ID' ;;
        --inference-component-name) kind='COMPONENT' ;;
        --session-id) kind='ID' ;;
        --prefix-aware-id) kind='ID' ;;
        --metadata) kind='FILE' ;;
        --stream) kind='FORMAT raw lines sse json' ;;
        --text) kind='JMESPATH' ;;
        --output) kind='FORMAT json text table yaml yaml-stream off' ;;
        --query) kind='JMESPATH' ;;
        --select) kind='NAME' ;;
        --color) kind='WHEN on off auto' ;;
        --cli-error-format) kind='FORMAT legacy json yaml text table enhanced' ;;
        --profile) kind='PROFILE' ;;
        --region) kind='REGION' ;;
        --endpoint-url) kind='URL' ;;
        --ca-bundle) kind='FILE' ;;
        --cli-connect-timeout) kind='SECONDS' ;;
        --cli-read-timeout) kind='SECONDS' ;;
        --wait-ready) kind='SECONDS' ;;
        --data) kind='DATA' ;;
        --json) kind='DATA' ;;
        --cli-binary-format) kind='FORMAT base64 raw-in-base64-out' ;;
        --cli-input-json) kind='JSON' ;;
        --cli-input-yaml) kind='YAML' ;;
        --generate-cli-skeleton) kind='[KIND] input yaml-input output' ;;
      esac ;;
    'smrt invoke-endpoint-with-bidirectional-stream')
      subcommands=''
      flags='--endpoint-name --body --target-variant --model-invocation-path --model-query-string --metadata --input-format --chunk --pace --first --at-end --keep-alive --keep-alive-every --linger --stream --text --output --query --select --color --no-cli-pager --cli-error-format --profile --region --endpoint-url --no-sign-request --no-verify-ssl --ca-bundle --cli-connect-timeout --cli-read-timeout --retry-timeouts --wait-ready --data --cli-binary-format --cli-input-json --cli-input-yaml --generate-cli-skeleton --dry-run --verbose --debug --no-paginate --cli-auto-prompt --no-cli-auto-prompt --help --version'
      repeated='--first'
      positional='[OUTFILE]'
      case $2 in
        --endpoint-name) kind='ENDPOINT' ;;
        --body) kind='INPUT' ;;
        --target-variant) kind='VARIANT' ;;
        --model-invocation-path) kind='PATH' ;;
        --model-query-string) kind='QUERY' ;;
        --metadata) kind='FILE' ;;
        --input-format) kind='FORMAT lines binary json' ;;
        --chunk) kind='BYTES' ;;
        --pace) kind='BYTES_PER_SECOND' ;;
        --first) kind='TEXT' ;;
        --at-end) kind='TEXT' ;;
        --keep-alive) kind='TEXT' ;;
        --keep-alive-every) kind='SECONDS' ;;
        --linger) kind='SECONDS' ;;
        --stream) kind='FORMAT messages raw json' ;;
        --text) kind='JMESPATH' ;;
        --output) kind='FORMAT json text table yaml yaml-stream off' ;;
        --query) kind='JMESPATH' ;;
        --select) kind='NAME' ;;
        --color) kind='WHEN on off auto' ;;
        --cli-error-format) kind='FORMAT legacy json yaml text table enhanced' ;;
        --profile) kind='PROFILE' ;;
        --region) kind='REGION' ;;
        --endpoint-url) kind='URL' ;;
        --ca-bundle) kind='FILE' ;;
        --cli-connect-timeout) kind='SECONDS' ;;
        --cli-read-timeout) kind='SECONDS' ;;
        --wait-ready) kind='SECONDS' ;;
        --data) kind='DATA' ;;
        --cli-binary-format) kind='FORMAT base64 raw-in-base64-out' ;;
        --cli-input-json) kind='JSON' ;;
        --cli-input-yaml) kind='YAML' ;;
        --generate-cli-skeleton) kind='[KIND] input yaml-input output' ;;
      esac ;;
    'smrt batch')
      subcommands=''
      flags='--endpoint-name --content-type --accept --custom-attributes --target-model --target-variant --target-container-hostname --inference-id --enable-explanations --inference-component-name --session-id --prefix-aware-id --format --split-type --s3-data-type --batch-strategy --max-payload-in-mb --max-records-per-request --csv-header --input-filter --output-filter --join-source --assemble-with --output-split --no-keep-order --details --limit --errors --streaming --text --chat --async --stage --max-in-queue --s3-output-path-extension --request-ttl-seconds --invocation-timeout-seconds --concurrency --request-rate --workers --max-errors --max-requests --partition-size --dry-run --progress --wait-ready --job --resume --retry-failed --in-doubt --join --lease --engine --address --status --stop --output --query --select --color --no-cli-pager --cli-error-format --profile --region --endpoint-url --no-sign-request --no-verify-ssl --ca-bundle --cli-connect-timeout --cli-read-timeout --retry-timeouts --data --json --cli-binary-format --cli-input-json --cli-input-yaml --verbose --debug --no-paginate --cli-auto-prompt --no-cli-auto-prompt --help --version'
      positional='INPUT_FILE'
      case $2 in
        --endpoint-name) kind='ENDPOINT' ;;
        --content-type) kind='TYPE' ;;
        --accept) kind='TYPE' ;;
        --custom-attributes) kind='TEXT' ;;
        --target-model) kind='ARCHIVE' ;;
        --target-variant) kind='VARIANT' ;;
        --target-container-hostname) kind='HOST' ;;
        --inference-id) kind='ID' ;;
        --enable-explanations) kind='JMESPATH' ;;
        --inference-component-name) kind='COMPONENT' ;;
        --session-id) kind='ID' ;;
        --prefix-aware-id) kind='ID' ;;
        --format) kind='FORMAT json bedrock openai calls text csv' ;;
        --split-type) kind='TYPE None Line' ;;
        --s3-data-type) kind='TYPE S3Prefix ManifestFile' ;;
        --batch-strategy) kind='STRATEGY SingleRecord MultiRecord' ;;
        --max-payload-in-mb) kind='MB' ;;
        --max-records-per-request) kind='COUNT' ;;
        --csv-header) kind='WHICH none skip keep' ;;
        --input-filter) kind='JSONPATH' ;;
        --output-filter) kind='JSONPATH' ;;
        --join-source) kind='SOURCE None Input' ;;
        --assemble-with) kind='TYPE None Line' ;;
        --output-split) kind='JMESPATH' ;;
        --limit) kind='COUNT' ;;
        --errors) kind='FILE' ;;
        --text) kind='JMESPATH' ;;
        --stage) kind='S3_URI' ;;
        --max-in-queue) kind='COUNT' ;;
        --s3-output-path-extension) kind='S3_PATH' ;;
        --request-ttl-seconds) kind='SECONDS' ;;
        --invocation-timeout-seconds) kind='SECONDS' ;;
        --concurrency) kind='COUNT' ;;
        --request-rate) kind='RATE' ;;
        --workers) kind='COUNT' ;;
        --max-errors) kind='COUNT|P%' ;;
        --max-requests) kind='COUNT' ;;
        --partition-size) kind='BYTES' ;;
        --progress) kind='HOW auto bar lines json none' ;;
        --wait-ready) kind='SECONDS' ;;
        --job) kind='FOLDER' ;;
        --in-doubt) kind='WHAT resend skip' ;;
        --join) kind='FOLDER' ;;
        --lease) kind='SECONDS' ;;
        --engine) kind='ENGINE ray' ;;
        --address) kind='ADDRESS' ;;
        --status) kind='FOLDER' ;;
        --stop) kind='FOLDER' ;;
        --output) kind='FORMAT json text table yaml yaml-stream off' ;;
        --query) kind='JMESPATH' ;;
        --select) kind='NAME' ;;
        --color) kind='WHEN on off auto' ;;
        --cli-error-format) kind='FORMAT legacy json yaml text table enhanced' ;;
        --profile) kind='PROFILE' ;;
        --region) kind='REGION' ;;
        --endpoint-url) kind='URL' ;;
        --ca-bundle) kind='FILE' ;;
        --cli-connect-timeout) kind='SECONDS' ;;
        --cli-read-timeout) kind='SECONDS' ;;
        --data) kind='DATA' ;;
        --json) kind='DATA' ;;
        --cli-binary-format) kind='FORMAT base64 raw-in-base64-out' ;;
        --cli-input-json) kind='JSON' ;;
        --cli-input-yaml) kind='YAML' ;;
      esac ;;
    'smrt wait')
      subcommands=''
      flags='--output-location --failure-location --from --wait-timeout --metadata --pretty --body-query --output --query --select --color --no-cli-pager --cli-error-format --profile --region --endpoint-url --no-sign-request --no-verify-ssl --ca-bundle --cli-connect-timeout --cli-read-timeout --debug --no-paginate --cli-auto-prompt --no-cli-auto-prompt --help --version'
      positional='[OUTFILE]'
      case $2 in
        --output-location) kind='S3_URI' ;;
        --failure-location) kind='S3_URI' ;;
        --from) kind='FILE' ;;
        --wait-timeout) kind='SECONDS' ;;
        --metadata) kind='FILE' ;;
        --pretty) kind='WHEN auto on off' ;;
        --body-query) kind='JMESPATH' ;;
        --output) kind='FORMAT json text table yaml yaml-stream off' ;;
        --query) kind='JMESPATH' ;;
        --select) kind='NAME' ;;
        --color) kind='WHEN on off auto' ;;
        --cli-error-format) kind='FORMAT legacy json yaml text table enhanced' ;;
        --profile) kind='PROFILE' ;;
        --region) kind='REGION' ;;
        --endpoint-url) kind='URL' ;;
        --ca-bundle) kind='FILE' ;;
        --cli-connect-timeout) kind='SECONDS' ;;
        --cli-read-timeout) kind='SECONDS' ;;
      esac ;;
    'smrt bench')
      subcommands='compare'
      flags='--endpoint-name --body --content-type --accept --custom-attributes --target-model --target-variant --target-container-hostname --inference-id --enable-explanations --inference-component-name --session-id --prefix-aware-id --data --json --streaming --input --format --shuffle --concurrency --request-rate --arrival --request-count --duration --ramp-up --warmup-requests --grace-period --max-concurrency --find-max-concurrency --ttft-sla-ms --tpot-sla-ms --e2e-sla-ms --error-rate-sla --sla-percentile --seed --tokens --goodput --threshold --report --cli-error-format --profile --region --endpoint-url --no-sign-request --no-verify-ssl --ca-bundle --cli-connect-timeout --cli-read-timeout --cli-binary-format --debug --help --version'
      repeated='--threshold --report'
      case $2 in
        --endpoint-name) kind='ENDPOINT' ;;
        --body) kind='INPUT' ;;
        --content-type) kind='TYPE' ;;
        --accept) kind='TYPE' ;;
        --custom-attributes) kind='TEXT' ;;
        --target-model) kind='ARCHIVE' ;;
        --target-variant) kind='VARIANT' ;;
        --target-container-hostname) kind='HOST' ;;
        --inference-id) kind='ID' ;;
        --enable-explanations) kind='JMESPATH' ;;
        --inference-component-name) kind='COMPONENT' ;;
        --session-id) kind='ID' ;;
        --prefix-aware-id) kind='ID' ;;
        --data) kind='DATA' ;;
        --json) kind='DATA' ;;
        --input) kind='FILE' ;;
        --format) kind='FORMAT json bedrock openai calls text csv' ;;
        --concurrency) kind='LIST' ;;
        --request-rate) kind='LIST' ;;
        --arrival) kind='PROCESS constant poisson' ;;
        --request-count) kind='COUNT' ;;
        --duration) kind='SECONDS' ;;
        --ramp-up) kind='SECONDS' ;;
        --warmup-requests) kind='COUNT' ;;
        --grace-period) kind='SECONDS' ;;
        --max-concurrency) kind='COUNT' ;;
        --ttft-sla-ms) kind='MILLISECONDS' ;;
        --tpot-sla-ms) kind='MILLISECONDS' ;;
        --e2e-sla-ms) kind='MILLISECONDS' ;;
        --error-rate-sla) kind='PERCENT' ;;
        --sla-percentile) kind='PERCENTILE' ;;
        --seed) kind='NUMBER' ;;
        --tokens) kind='JMESPATH' ;;
        --goodput) kind='GOALS' ;;
        --threshold) kind='CONDITION' ;;
        --report) kind='FILE' ;;
        --cli-error-format) kind='FORMAT legacy json yaml text table enhanced' ;;
        --profile) kind='PROFILE' ;;
        --region) kind='REGION' ;;
        --endpoint-url) kind='URL' ;;
        --ca-bundle) kind='FILE' ;;
        --cli-connect-timeout) kind='SECONDS' ;;
        --cli-read-timeout) kind='SECONDS' ;;
        --cli-binary-format) kind='FORMAT base64 raw-in-base64-out' ;;
      esac ;;
    'smrt bench compare')
      subcommands=''
      flags='--threshold --seed --draws --cli-error-format --debug --help'
      repeated='--threshold'
      positional='OLD_FILE'
      case $2 in
        --threshold) kind='CONDITION' ;;
        --seed) kind='NUMBER' ;;
        --draws) kind='NUMBER' ;;
        --cli-error-format) kind='FORMAT legacy json yaml text table enhanced' ;;
      esac ;;
    'smrt local')
      subcommands='start run status stop env check'
      flags='--help'
      case $2 in
      esac ;;
    'smrt local check')
      subcommands=''
      flags='--data --content-type --accept --output --cli-error-format --debug --help'
      positional='NAME=FOLDER|URL'
      case $2 in
        --data) kind='DATA' ;;
        --content-type) kind='TYPE' ;;
        --accept) kind='TYPE' ;;
        --output) kind=' text json' ;;
        --cli-error-format) kind='FORMAT legacy json yaml text table enhanced' ;;
      esac ;;
    'smrt local env')
      subcommands=''
      flags='--port --shell --s3 --unset --cli-error-format --debug --help'
      case $2 in
        --port) kind='PORT' ;;
        --shell) kind=' sh fish' ;;
        --cli-error-format) kind='FORMAT legacy json yaml text table enhanced' ;;
      esac ;;
    'smrt local run')
      subcommands=''
      flags='--tls --latency --jitter --error-rate --throttle-above --tokens-per-second --reload --cold-start --verbose --cli-error-format --debug --help'
      positional='[NAME=FOLDER|URL]...'
      case $2 in
        --latency) kind='MILLISECONDS' ;;
        --jitter) kind='MILLISECONDS' ;;
        --error-rate) kind='PERCENT' ;;
        --throttle-above) kind='COUNT' ;;
        --tokens-per-second) kind='NUMBER' ;;
        --cold-start) kind='SECONDS' ;;
        --cli-error-format) kind='FORMAT legacy json yaml text table enhanced' ;;
      esac ;;
    'smrt local start')
      subcommands=''
      flags='--port --tls --detach --latency --jitter --error-rate --throttle-above --tokens-per-second --reload --cold-start --verbose --cli-error-format --debug --help'
      positional='[NAME=FOLDER|URL]...'
      case $2 in
        --port) kind='PORT' ;;
        --latency) kind='MILLISECONDS' ;;
        --jitter) kind='MILLISECONDS' ;;
        --error-rate) kind='PERCENT' ;;
        --throttle-above) kind='COUNT' ;;
        --tokens-per-second) kind='NUMBER' ;;
        --cold-start) kind='SECONDS' ;;
        --cli-error-format) kind='FORMAT legacy json yaml text table enhanced' ;;
      esac ;;
    'smrt local status')
      subcommands=''
      flags='--cli-error-format --debug --help'
      case $2 in
        --cli-error-format) kind='FORMAT legacy json yaml text table enhanced' ;;
      esac ;;
    'smrt local stop')
      subcommands=''
      flags='--port --cli-error-format --debug --help'
      case $2 in
        --port) kind='PORT' ;;
        --cli-error-format) kind='FORMAT legacy json yaml text table enhanced' ;;
      esac ;;
    'smrt configure')
      subcommands='list'
      flags='--help'
      case $2 in
      esac ;;
    'smrt configure list')
      subcommands=''
      flags='--profile --region --cli-error-format --debug --help'
      case $2 in
        --profile) kind='PROFILE' ;;
        --region) kind='REGION' ;;
        --cli-error-format) kind='FORMAT legacy json yaml text table enhanced' ;;
      esac ;;
    'smrt completion')
      subcommands=''
      flags='--install --cli-error-format --debug --help'
      positional='SHELL bash zsh fish'
      case $2 in
        --cli-error-format) kind='FORMAT legacy json yaml text table enhanced' ;;
      esac ;;
  esac
}

_smrt() {
  local words cur command option used profile region url url_option ended
  local subcommands flags kind positional repeated
  local IFS=$' \t\n'
  COMPREPLY=()
  _smrt_read_line
  _smrt_read_words
  if [[ -n $option && ! ( $kind == '['* && $cur == -* ) ]]; then
    _smrt_value "$kind" '' "$cur"
  elif [[ -n $ended ]]; then
    _smrt_files "$cur"
  elif [[ $cur == --*=* ]]; then
    _smrt_table "$command" "${cur%%=*}"
    [[ -z $kind ]] || _smrt_value "$kind" "${cur%%=*}=" "${cur#*=}"
  elif [[ $cur == -* || ( -z $cur && -z $subcommands && $positional != *' '* ) ]]; then
    _smrt_flags
  elif [[ -n $subcommands ]]; then
    _smrt_add "$subcommands" '' "$cur"
  else
    _smrt_value "$positional" '' "$cur"
  fi
  _smrt_remove_prefix
}

# Set `words` to the arguments of the command, and `cur` to the last: bash also splits at :, = and @.
_smrt_read_line() {
  local rest=${COMP_LINE:0:COMP_POINT} word
  words=()
  for word in "${COMP_WORDS[@]:0:COMP_CWORD+1}"; do
    if [[ ${#words[@]} -eq 0 || $rest == [[:space:]]* ]]; then
      rest=${rest#"${rest%%[![:space:]]*}"}
      words+=('')
    fi
    [[ $rest == "$word"* ]] || word=$rest
    words[${#words[@]}-1]+=$word
    rest=${rest:${#word}}
  done
  cur=${words[${#words[@]}-1]}
}

# Parse the words before the cursor: the command, its options, and one whose value is next.
_smrt_read_words() {
  local i word
  command=smrt option='' used=' ' ended=''
  profile=${AWS_PROFILE-${AWS_DEFAULT_PROFILE-}} region=${AWS_REGION-${AWS_DEFAULT_REGION-}}
  url=${AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME-${AWS_ENDPOINT_URL-}} url_option=''
  for ((i = 1; i < ${#words[@]} - 1; i++)); do
    word=${words[i]}
    if [[ -n $option && ! ( $kind == '['* && $word == -* ) ]]; then
      _smrt_read_setting "$option" "$word"
      option=''
    elif [[ $word == -- && ${words[i+1]} == smrt && i+2 -lt ${#words[@]} ]]; then
      command=smrt used=' '
      ((i++))
    elif [[ $word == -- ]]; then
      ended=1
    elif [[ $word == -?* ]]; then
      option=''
      used+="${word%%=*} "
      _smrt_read_setting "${word%%=*}" "${word#*=}"
      _smrt_table "$command" "$word"
      [[ -z $kind ]] || option=$word
    else
      _smrt_table "$command" ''
      if [[ " $subcommands " == *" $word "* && $word != sagemaker-runtime ]]; then
        command+=" $word"
      fi
    fi
  done
  _smrt_table "$command" "$option"
}

_smrt_read_setting() {
  case $1 in
    --profile) profile=$2 ;;
    --region) region=$2 ;;
    --endpoint-url) url=$2 url_option=$2 ;;
  esac
}

# Add the words of $1 that start with $3, with the prefix $2.
_smrt_add() {
  local word
  for word in $1; do
    [[ $word != "$3"* ]] || COMPREPLY+=("$2$word")
  done
}

_smrt_flags() {
  local flag
  for flag in $flags; do
    [[ $flag == "$cur"* ]] || continue
    [[ $used == *" $flag "* && " $repeated " != *" $flag "* ]] || COMPREPLY+=("$flag")
  done
}

# Complete the value $3 of an option or argument by its kind $1, with the prefix $2.
_smrt_value() {
  local scheme=''
  case $3 in
    fileb://*) scheme=fileb:// ;;
    file://*) scheme=file:// ;;
  esac
  case $1 in
    FILE | '[OUTFILE]' | *_FILE | FOLDER) [[ -n $scheme ]] || { _smrt_files "$3"; return; } ;;
    DATA) _smrt_data "$2" "$3"; return ;;
    PROFILE) _smrt_profiles "$2" "$3"; return ;;
    REGION) _smrt_add "$_smrt_regions" "$2" "$3"; return ;;
    ENDPOINT) [[ -n $scheme ]] || { _smrt_endpoints "$2" "$3"; return; } ;;
    INPUT | JSON | YAML)
      if [[ -z $scheme ]]; then
        _smrt_add 'file:// fileb:// -' "$2" "$3"
        [[ ${COMPREPLY[0]} != *:// ]] || compopt -o nospace 2>/dev/null
      fi ;;
    TYPE) [[ -n $scheme ]] || _smrt_add "$_smrt_types" "$2" "$3" ;;
    *NAME=FOLDER*)
      [[ $3 != *=* ]] || _smrt_paths "${3%%=*}=" "${3#*=}" ;;
    *' '*) _smrt_add "${1#* }" "$2" "$3"; return ;;
  esac
  [[ -z $scheme ]] || _smrt_paths "$2$scheme" "${3#"$scheme"}"
}

# Complete @FILE and @-.
_smrt_data() {
  _smrt_add '@-' "$1" "$2"
  if [[ $2 == @* ]]; then
    _smrt_paths "$1@" "${2#@}"
  elif [[ -z $2 ]]; then
    COMPREPLY=("$1@")
    compopt -o nospace 2>/dev/null
  fi
}

# Let readline complete files; bash before 4.0 has no compopt.
_smrt_files() {
  compopt -o default 2>/dev/null || _smrt_paths '' "$1"
}

# Add the files whose path starts with $2, with the prefix $1.
_smrt_paths() {
  local path=${2//\\/} file shown
  [[ $path != '~/'* ]] || path=$HOME${path#'~'}
  for file in "$path"*; do
    [[ -e $file ]] || continue
    printf -v shown %q "$file"
    [[ $2 != '~/'* ]] || shown="~${shown#"$HOME"}"
    [[ ! -d $file ]] || shown+=/
    COMPREPLY+=("$1$shown")
  done
  [[ ${#COMPREPLY[@]} -ne 1 || ${COMPREPLY[0]} != */ ]] || compopt -o nospace 2>/dev/null
}

_smrt_profiles() {
  local file line
  for file in "${AWS_CONFIG_FILE:-$HOME/.aws/config}" \
    "${AWS_SHARED_CREDENTIALS_FILE:-$HOME/.aws/credentials}"; do
    [[ -r $file ]] || continue
    while read -r line || [[ -n $line ]]; do
      case $line in
        '[sso-session'* | '[services'* | '[plugins]'*) continue ;;
        '['*']'*) line=${line#'['} line=${line%%']'*} ;;
        *) continue ;;
      esac
      line=${line#profile } line=${line#\"} line=${line%\"}
      printf -v line %q "$line"
      [[ $line != "$2"* || " ${COMPREPLY[*]} " == *" $1$line "* ]] || COMPREPLY+=("$1$line")
    done <"$file"
  done
}

_smrt_endpoints() {
  local file now written_at name
  file=${XDG_CACHE_HOME:-$HOME/.cache}/smrt/endpoint-names
  file+=/${profile//[^A-Za-z0-9._-]/_}@${region//[^A-Za-z0-9._-]/_}
  url=${url##*@}
  [[ -z $url ]] || file+=@${url//[^A-Za-z0-9._-]/_}
  printf -v now '%(%s)T' -1 2>/dev/null || now=$(date +%s)
  [[ ! -r $file ]] || read -r written_at <"$file"
  if [[ ! $written_at =~ ^[0-9]+$ ]] || ((now - written_at >= 600)); then
    _smrt_fetch_endpoints
  fi
  [[ -r $file ]] || return
  while read -r name; do
    [[ $name =~ ^[0-9]+$ || $name != "$2"* ]] || COMPREPLY+=("$1$name")
  done <"$file"
}

_smrt_fetch_endpoints() {
  "${words[0]/#\~/$HOME}" complete endpoint-names ${profile:+--profile "$profile"} \
    ${region:+--region "$region"} ${url_option:+--endpoint-url "$url_option"} </dev/null >/dev/null 2>&1
}

# Remove what readline keeps: it replaces only the text after the last : or =, or from the last @.
_smrt_remove_prefix() {
  local prefix='' separator i
  for separator in : = @; do
    if [[ $COMP_WORDBREAKS == *"$separator"* && $cur == *"$separator"* ]]; then
      local start=${cur%"$separator"*}${separator#@}
      [[ ${#start} -le ${#prefix} ]] || prefix=$start
    fi
  done
  for i in "${!COMPREPLY[@]}"; do
    COMPREPLY[i]=${COMPREPLY[i]#"$prefix"}
  done
}

complete -F _smrt smrt
