# Completion of smrt for fish, generated from smrt's tables by `make generate`.
#
# Completing an option starts no process. Endpoint names come from a file that `smrt complete
# endpoint-names` writes; it runs again when the file is ten minutes old. After a failure, smrt dates
# the file back, so that this is some seconds later.

# Whether the cursor is after `smrt local run … --`: there, another command is completed.
function __smrt_after_double_dash
    contains -- -- (commandline -opc)
end

function __smrt_other_command
    set -l words (commandline -opc)
    set -l separator (contains -i -- -- $words)
    complete -C "$(string escape -- $words[(math $separator + 1)..-1] | string join ' ') $(commandline -ct)"
end

# The command so far, like `smrt local run`.
function __smrt_command
    set -l words (commandline -opc)
    set -l command smrt
    set -l skip
    for word in $words[2..-1]
        if set -q skip[1]
            set -e skip
        else if contains -- $word $__smrt_valued
            set skip 1
        else if string match -q -- '-*' $word
            continue
        else if contains -- "$command $word" $__smrt_commands
            set command "$command $word"
        end
    end
    echo $command
end

function __smrt_command_is
    not __smrt_after_double_dash; and test (__smrt_command) = "$argv[1]"
end

function __smrt_previous_is
    test (commandline -opc)[-1] = $argv[1]
end

# Whether the line does not have the option, as --name or --name=value, or its value is next.
function __smrt_unused
    set -l words (commandline -opc)
    test "$words[-1]" = $argv[1]; and contains -- $argv[1] $__smrt_valued
    or not string match -q -r -- "^$argv[1](=|\$)" $words
end

# The value of the option $argv[1] on the line, else of the first variable that is set.
function __smrt_setting
    set -l words (commandline -opc)
    if set -l at (contains -i -- $argv[1] $words)
        echo $words[(math $at + 1)]
    else if set -l values (string replace -f -- "$argv[1]=" '' $words)
        echo $values[-1]
    else
        for name in $argv[2..-1]
            if set -q $name
                echo $$name
                return
            end
        end
    end
end

# Paths after file://, fileb:// or NAME=; before such a prefix, the words in $argv.
function __smrt_paths
    __smrt_paths_after '^fileb?://|^[^=/]*=' $argv
end

# Paths after @, and @- for standard input.
function __smrt_data
    __smrt_paths_after '^@' @
    test (commandline -ct | string replace -r '^--[^=]*=' '') = @; and printf '@-\tstandard input\n'
end

# Paths after a prefix that matches $argv[1]; before such a prefix, the words in $argv[2..-1].
function __smrt_paths_after
    set -l token (commandline -ct | string replace -r '^--[^=]*=' '')
    set -l prefix (string match -r $argv[1] -- $token)
    if not set -q prefix[1]
        printf '%s\n' $argv[2..-1]
        return
    end
    set -l path (string replace -- $prefix[1] '' $token)
    set -l full (string replace -r '^~/' "$HOME/" -- $path)
    for file in $full*
        set -l shown (string replace -- $full $path $file)
        test -d $file; and set shown $shown/
        printf '%s\t\n' $prefix[1]$shown # without the description of the option
    end
end

function __smrt_profiles
    set -l files ~/.aws/config ~/.aws/credentials
    set -q AWS_CONFIG_FILE; and set files[1] $AWS_CONFIG_FILE
    set -q AWS_SHARED_CREDENTIALS_FILE; and set files[2] $AWS_SHARED_CREDENTIALS_FILE
    for file in $files
        test -r $file; or continue
        while read -l line
            string match -q -r '^\[(sso-session|services|plugins\])' -- $line; and continue
            string replace -f -r '^\[(?:profile\s+)?"?([^]"]*)"?\].*' '$1' -- $line
        end <$file
    end
end

function __smrt_endpoints
    set -l profile (__smrt_setting --profile AWS_PROFILE AWS_DEFAULT_PROFILE)
    set -l region (__smrt_setting --region AWS_REGION AWS_DEFAULT_REGION)
    set -l url_option (__smrt_setting --endpoint-url)
    set -l url (__smrt_setting --endpoint-url AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME AWS_ENDPOINT_URL)
    set -l folder ~/.cache
    set -q XDG_CACHE_HOME; and test -n "$XDG_CACHE_HOME"; and set folder $XDG_CACHE_HOME
    set -l list (string replace -a -r '[^A-Za-z0-9._-]' _ -- "$profile")@
    set list $list(string replace -a -r '[^A-Za-z0-9._-]' _ -- "$region")
    set url (string replace -r '.*@' '' -- "$url" | string replace -a -r '[^A-Za-z0-9._-]' _)
    test -n "$url"; and set list $list@$url
    set -l file $folder/smrt/endpoint-names/$list
    set -l written_at 0
    test -r $file; and read written_at <$file
    if not string match -q -r '^[0-9]+$' -- $written_at; or test (math (date +%s) - $written_at) -ge 600
        set -l words (commandline -opc)
        set -l options
        test -n "$profile"; and set options $options --profile $profile
        test -n "$region"; and set options $options --region $region
        test -n "$url_option"; and set options $options --endpoint-url $url_option
        eval $words[1] complete endpoint-names (string escape -- $options) </dev/null >/dev/null 2>&1
    end
    test -r $file; or return
    while read -l name
        string match -q -r '^[0-9]+$' -- $name; or echo $name
    end <$file
end

complete -c smrt -f
complete -c smrt -n __smrt_after_double_dash -a '(__smrt_other_command)'

set -g __smrt_regions af-south-1 ap-east-1 ap-east-2 ap-northeast-1 ap-northeast-2 ap-northeast-3 ap-south-1 ap-south-2 ap-southeast-1 ap-southeast-2 ap-southeast-3 ap-southeast-4 ap-southeast-5 ap-southeast-6 ap-southeast-7 ca-central-1 ca-west-1 cn-north-1 cn-northwest-1 eu-central-1 eu-central-2 eu-isoe-west-1 eu-north-1 eu-south-1 eu-south-2 eu-west-1 eu-west-2 eu-west-3 eusc-de-east-1 il-central-1 me-central-1 me-south-1 me-west-1 mx-central-1 sa-east-1 sa-west-1 us-east-1 us-east-2 us-gov-east-1 us-gov-west-1 us-iso-east-1 us-iso-west-1 us-isob-east-1 us-isob-west-1 us-isof-east-1 us-isof-south-1 us-west-1 us-west-2
set -g __smrt_valued --output --query --select --color --cli-error-format --profile --region --endpoint-url --ca-bundle --cli-connect-timeout --cli-read-timeout --wait-ready --data --json --cli-binary-format --cli-input-json --cli-input-yaml --endpoint-name --body --content-type --accept --custom-attributes --target-model --target-variant --target-container-hostname --inference-id --enable-explanations --inference-component-name --session-id --prefix-aware-id --metadata --pretty --body-query --input-location --s3-output-path-extension --filename --request-ttl-seconds --invocation-timeout-seconds --wait-timeout --stage --stream --text --model-invocation-path --model-query-string --input-format --chunk --pace --first --at-end --keep-alive --keep-alive-every --linger --format --split-type --s3-data-type --batch-strategy --max-payload-in-mb --max-records-per-request --csv-header --input-filter --output-filter --join-source --assemble-with --output-split --limit --errors --max-in-queue --concurrency --request-rate --workers --max-errors --max-requests --partition-size --progress --job --in-doubt --join --lease --engine --address --status --stop --output-location --failure-location --from --input --arrival --request-count --duration --ramp-up --warmup-requests --grace-period --max-concurrency --ttft-sla-ms --tpot-sla-ms --e2e-sla-ms --error-rate-sla --sla-percentile --seed --tokens --goodput --threshold --report --draws --port --latency --jitter --error-rate --throttle-above --tokens-per-second --cold-start
set -g __smrt_commands 'smrt invoke-endpoint' 'smrt invoke-endpoint-async' 'smrt invoke-endpoint-with-response-stream' 'smrt invoke-endpoint-with-bidirectional-stream' 'smrt batch' 'smrt wait' 'smrt bench' 'smrt bench compare' 'smrt local' 'smrt local check' 'smrt local env' 'smrt local run' 'smrt local start' 'smrt local status' 'smrt local stop' 'smrt configure' 'smrt configure list' 'smrt completion'

# smrt
complete -c smrt -n '__smrt_command_is "smrt"' -a invoke-endpoint -d 'Invoke an endpoint and print the model\'s response.'
complete -c smrt -n '__smrt_command_is "smrt"' -a invoke-endpoint-async -d 'Invoke an asynchronous endpoint; the result is saved in S3.'
complete -c smrt -n '__smrt_command_is "smrt"' -a invoke-endpoint-with-response-stream -d 'Invoke an endpoint and stream the model\'s response as it is generated.'
complete -c smrt -n '__smrt_command_is "smrt"' -a invoke-endpoint-with-bidirectional-stream -d 'Invoke an endpoint, and stream messages in both directions at the same time.'
complete -c smrt -n '__smrt_command_is "smrt"' -a batch -d 'Send many records to an endpoint, and write a result for each.'
complete -c smrt -n '__smrt_command_is "smrt"' -a wait -d 'Wait for the result of an asynchronous invocation and fetch it from S3.'
complete -c smrt -n '__smrt_command_is "smrt"' -a bench -d 'Measure the latency and throughput of an endpoint under load.'
complete -c smrt -n '__smrt_command_is "smrt"' -a local -d 'Serve models locally behind the SageMaker Runtime API.'
complete -c smrt -n '__smrt_command_is "smrt"' -a configure -d 'Show the settings of smrt and their origins.'
complete -c smrt -n '__smrt_command_is "smrt"' -a completion -d 'Print or install a shell completion script.'
complete -c smrt -n '__smrt_command_is "smrt"' -a sagemaker-runtime -d 'Optional service name, as in the AWS CLI.'
complete -c smrt -n '__smrt_command_is "smrt"' -n '__smrt_unused --help' -l help -s h -d 'Show this help.'
complete -c smrt -n '__smrt_command_is "smrt"' -n '__smrt_unused --version' -l version -d 'Print the versions of smrt and Python.'
complete -c smrt -n '__smrt_command_is "smrt"' -n '__smrt_unused --output' -l output -x -a 'json text table yaml yaml-stream off' -d 'Format of the metadata.'
complete -c smrt -n '__smrt_command_is "smrt"' -n '__smrt_unused --query' -l query -x -a '(__smrt_paths)' -d 'JMESPath filter for the metadata (not the body).'
complete -c smrt -n '__smrt_command_is "smrt"' -n '__smrt_unused --select' -l select -x -a '(__smrt_paths)' -d 'Print one response field; ^Name prints a request parameter, * all fields.'
complete -c smrt -n '__smrt_command_is "smrt"' -n '__smrt_unused --color' -l color -x -a 'on off auto' -d 'When to use color.'
complete -c smrt -n '__smrt_command_is "smrt"' -n '__smrt_unused --no-cli-pager' -l no-cli-pager -d 'Do not use a pager.'
complete -c smrt -n '__smrt_command_is "smrt"' -n '__smrt_unused --cli-error-format' -l cli-error-format -x -a 'legacy json yaml text table enhanced' -d 'Format of error messages.'
complete -c smrt -n '__smrt_command_is "smrt"' -n '__smrt_unused --profile' -l profile -x -a '(__smrt_profiles)' -d 'Profile from your AWS configuration files.'
complete -c smrt -n '__smrt_command_is "smrt"' -n '__smrt_unused --region' -l region -x -a '(printf "%s\\\\n" $__smrt_regions)' -d 'AWS Region to use.'
complete -c smrt -n '__smrt_command_is "smrt"' -n '__smrt_unused --endpoint-url' -l endpoint-url -x -a '(__smrt_paths)' -d 'Override the endpoint URL.'
complete -c smrt -n '__smrt_command_is "smrt"' -n '__smrt_unused --no-sign-request' -l no-sign-request -d 'Do not sign requests.'
complete -c smrt -n '__smrt_command_is "smrt"' -n '__smrt_unused --no-verify-ssl' -l no-verify-ssl -d 'Do not verify TLS certificates.'
complete -c smrt -n '__smrt_command_is "smrt"' -n '__smrt_unused --ca-bundle' -l ca-bundle -r -F -d 'Verify TLS certificates with this CA bundle.'
complete -c smrt -n '__smrt_command_is "smrt"' -n '__smrt_unused --cli-connect-timeout' -l cli-connect-timeout -x -a '(__smrt_paths)' -d 'Connect timeout in seconds; 0 disables it.'
complete -c smrt -n '__smrt_command_is "smrt"' -n '__smrt_unused --cli-read-timeout' -l cli-read-timeout -x -a '(__smrt_paths)' -d 'Read timeout in seconds: the longest time without a byte; 0 disables it.'
complete -c smrt -n '__smrt_command_is "smrt"' -n '__smrt_unused --retry-timeouts' -l retry-timeouts -d 'Retry read timeouts (the model may run twice).'
complete -c smrt -n '__smrt_command_is "smrt"' -n '__smrt_unused --wait-ready' -l wait-ready -x -a '(__smrt_paths)' -d 'Retry for up to this many seconds while the model loads or scales up from zero.'
complete -c smrt -n '__smrt_command_is "smrt"' -n '__smrt_unused --data' -l data -x -a '(__smrt_data)' -d 'Input data, instead of --body: text as it is, @FILE (raw bytes; its suffix sets the content type), or @- for standard input.'
complete -c smrt -n '__smrt_command_is "smrt"' -n '__smrt_unused --json' -l json -x -a '(__smrt_data)' -d 'Like --data, with application/json as content type and accept.'
complete -c smrt -n '__smrt_command_is "smrt"' -n '__smrt_unused --cli-binary-format' -l cli-binary-format -x -a 'base64 raw-in-base64-out' -d 'Encoding of --body text: base64, or plain text (raw-in-base64-out).'
complete -c smrt -n '__smrt_command_is "smrt"' -n '__smrt_unused --cli-input-json' -l cli-input-json -x -a '(__smrt_paths file:// fileb:// -)' -d 'Read parameters from this JSON string, file://PATH, or - for standard input.'
complete -c smrt -n '__smrt_command_is "smrt"' -n '__smrt_unused --cli-input-yaml' -l cli-input-yaml -x -a '(__smrt_paths file:// fileb:// -)' -d 'Read parameters from this YAML string, file://PATH, or - for standard input.'
complete -c smrt -n '__smrt_command_is "smrt"' -n '__smrt_previous_is --generate-cli-skeleton' -a 'input yaml-input output'
complete -c smrt -n '__smrt_command_is "smrt"' -n '__smrt_unused --generate-cli-skeleton' -l generate-cli-skeleton -d 'Print a template of the parameters, or sample output, without sending a request.'
complete -c smrt -n '__smrt_command_is "smrt"' -n '__smrt_unused --dry-run' -l dry-run -d 'Print the request and the first bytes of its body, and send nothing; --dry-run=curl prints a curl command.'
complete -c smrt -n '__smrt_command_is "smrt"' -n '__smrt_unused --verbose' -l verbose -s v -d 'Print the headers of requests and responses to standard error; secrets are masked.'
complete -c smrt -n '__smrt_command_is "smrt"' -n '__smrt_unused --debug' -l debug -d 'Print debug messages to standard error; secrets are masked.'
complete -c smrt -n '__smrt_command_is "smrt"' -n '__smrt_unused --no-paginate' -l no-paginate -d 'Accepted for compatibility; has no effect.'
complete -c smrt -n '__smrt_command_is "smrt"' -n '__smrt_unused --cli-auto-prompt' -l cli-auto-prompt -d 'Prompt for the command and its parameters.'
complete -c smrt -n '__smrt_command_is "smrt"' -n '__smrt_unused --no-cli-auto-prompt' -l no-cli-auto-prompt -d 'Do not prompt.'

# smrt invoke-endpoint
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint"' -n '__smrt_unused --endpoint-name' -l endpoint-name -x -a '(__smrt_endpoints)' -d 'Name of the endpoint.'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint"' -n '__smrt_unused --body' -l body -x -a '(__smrt_paths file:// fileb:// -)' -d 'Input data: base64 text, file://PATH (base64 text), fileb://PATH (raw bytes), or - for raw bytes from standard input.'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint"' -n '__smrt_unused --content-type' -l content-type -x -a '(__smrt_paths application/json application/jsonlines application/octet-stream application/x-image application/x-npy application/x-recordio-protobuf image/jpeg image/png text/csv text/libsvm text/plain)' -d 'MIME type of the input, such as text/csv or application/json.'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint"' -n '__smrt_unused --accept' -l accept -x -a '(__smrt_paths application/json application/jsonlines application/octet-stream application/x-image application/x-npy application/x-recordio-protobuf image/jpeg image/png text/csv text/libsvm text/plain)' -d 'MIME type that you want for the response.'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint"' -n '__smrt_unused --custom-attributes' -l custom-attributes -x -a '(__smrt_paths)' -d 'Up to 1,024 ASCII characters to pass to the model unchanged, such as a trace ID.'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint"' -n '__smrt_unused --target-model' -l target-model -x -a '(__smrt_paths)' -d 'Model to invoke on a multi-model endpoint: the file name of its archive.'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint"' -n '__smrt_unused --target-variant' -l target-variant -x -a '(__smrt_paths)' -d 'Production variant to invoke, overriding the traffic weights.'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint"' -n '__smrt_unused --target-container-hostname' -l target-container-hostname -x -a '(__smrt_paths)' -d 'Host name of the container to invoke, on a multi-container endpoint with direct invocation.'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint"' -n '__smrt_unused --inference-id' -l inference-id -x -a '(__smrt_paths)' -d 'Your ID for the request; data capture records it.'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint"' -n '__smrt_unused --enable-explanations' -l enable-explanations -x -a '(__smrt_paths)' -d 'JMESPath expression that selects the records for which SageMaker Clarify explains the prediction.'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint"' -n '__smrt_unused --inference-component-name' -l inference-component-name -x -a '(__smrt_paths)' -d 'Inference component to invoke, on an endpoint that hosts inference components.'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint"' -n '__smrt_unused --session-id' -l session-id -x -a '(__smrt_paths)' -d 'NEW_SESSION to start a stateful session, or the ID of an open session.'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint"' -n '__smrt_unused --prefix-aware-id' -l prefix-aware-id -x -a '(__smrt_paths)' -d 'ID shared by requests with the same prompt prefix, to route them to the same instance on endpoints with prefix-aware routing.'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint"' -n '__smrt_unused --metadata' -l metadata -r -F -d 'Save the metadata to this file; - for standard error.'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint"' -n '__smrt_unused --include' -l include -s i -d 'Write the status and headers of the response before its body.'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint"' -n '__smrt_unused --pretty' -l pretty -x -a 'auto on off' -d 'When to indent the JSON of a response, and end it with a newline; auto: on a terminal.'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint"' -n '__smrt_unused --body-query' -l body-query -x -a '(__smrt_paths)' -d 'JMESPath filter for the JSON of the response: a string is printed bare, other results in the format of --output.'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint"' -n '__smrt_unused --output' -l output -x -a 'json text table yaml yaml-stream off' -d 'Format of the metadata.'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint"' -n '__smrt_unused --query' -l query -x -a '(__smrt_paths)' -d 'JMESPath filter for the metadata (not the body).'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint"' -n '__smrt_unused --select' -l select -x -a '(__smrt_paths)' -d 'Print one response field; ^Name prints a request parameter, * all fields.'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint"' -n '__smrt_unused --color' -l color -x -a 'on off auto' -d 'When to use color.'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint"' -n '__smrt_unused --no-cli-pager' -l no-cli-pager -d 'Do not use a pager.'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint"' -n '__smrt_unused --cli-error-format' -l cli-error-format -x -a 'legacy json yaml text table enhanced' -d 'Format of error messages.'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint"' -n '__smrt_unused --profile' -l profile -x -a '(__smrt_profiles)' -d 'Profile from your AWS configuration files.'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint"' -n '__smrt_unused --region' -l region -x -a '(printf "%s\\\\n" $__smrt_regions)' -d 'AWS Region to use.'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint"' -n '__smrt_unused --endpoint-url' -l endpoint-url -x -a '(__smrt_paths)' -d 'Override the endpoint URL.'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint"' -n '__smrt_unused --no-sign-request' -l no-sign-request -d 'Do not sign requests.'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint"' -n '__smrt_unused --no-verify-ssl' -l no-verify-ssl -d 'Do not verify TLS certificates.'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint"' -n '__smrt_unused --ca-bundle' -l ca-bundle -r -F -d 'Verify TLS certificates with this CA bundle.'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint"' -n '__smrt_unused --cli-connect-timeout' -l cli-connect-timeout -x -a '(__smrt_paths)' -d 'Connect timeout in seconds; 0 disables it.'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint"' -n '__smrt_unused --cli-read-timeout' -l cli-read-timeout -x -a '(__smrt_paths)' -d 'Read timeout in seconds: the longest time without a byte; 0 disables it.'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint"' -n '__smrt_unused --retry-timeouts' -l retry-timeouts -d 'Retry read timeouts (the model may run twice).'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint"' -n '__smrt_unused --wait-ready' -l wait-ready -x -a '(__smrt_paths)' -d 'Retry for up to this many seconds while the model loads or scales up from zero.'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint"' -n '__smrt_unused --data' -l data -x -a '(__smrt_data)' -d 'Input data, instead of --body: text as it is, @FILE (raw bytes; its suffix sets the content type), or @- for standard input.'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint"' -n '__smrt_unused --json' -l json -x -a '(__smrt_data)' -d 'Like --data, with application/json as content type and accept.'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint"' -n '__smrt_unused --cli-binary-format' -l cli-binary-format -x -a 'base64 raw-in-base64-out' -d 'Encoding of --body text: base64, or plain text (raw-in-base64-out).'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint"' -n '__smrt_unused --cli-input-json' -l cli-input-json -x -a '(__smrt_paths file:// fileb:// -)' -d 'Read parameters from this JSON string, file://PATH, or - for standard input.'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint"' -n '__smrt_unused --cli-input-yaml' -l cli-input-yaml -x -a '(__smrt_paths file:// fileb:// -)' -d 'Read parameters from this YAML string, file://PATH, or - for standard input.'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint"' -n '__smrt_previous_is --generate-cli-skeleton' -a 'input yaml-input output'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint"' -n '__smrt_unused --generate-cli-skeleton' -l generate-cli-skeleton -d 'Print a template of the parameters, or sample output, without sending a request.'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint"' -n '__smrt_unused --dry-run' -l dry-run -d 'Print the request and the first bytes of its body, and send nothing; --dry-run=curl prints a curl command.'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint"' -n '__smrt_unused --verbose' -l verbose -s v -d 'Print the headers of requests and responses to standard error; secrets are masked.'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint"' -n '__smrt_unused --debug' -l debug -d 'Print debug messages to standard error; secrets are masked.'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint"' -n '__smrt_unused --no-paginate' -l no-paginate -d 'Accepted for compatibility; has no effect.'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint"' -n '__smrt_unused --cli-auto-prompt' -l cli-auto-prompt -d 'Prompt for the command and its parameters.'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint"' -n '__smrt_unused --no-cli-auto-prompt' -l no-cli-auto-prompt -d 'Do not prompt.'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint"' -n '__smrt_unused --help' -l help -s h -d 'Show this help.'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint"' -n '__smrt_unused --version' -l version -d 'Print the versions of smrt and Python.'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint"' -F

# smrt invoke-endpoint-async
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint-async"' -n '__smrt_unused --endpoint-name' -l endpoint-name -x -a '(__smrt_endpoints)' -d 'Name of the endpoint.'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint-async"' -n '__smrt_unused --content-type' -l content-type -x -a '(__smrt_paths application/json application/jsonlines application/octet-stream application/x-image application/x-npy application/x-recordio-protobuf image/jpeg image/png text/csv text/libsvm text/plain)' -d 'MIME type of the input, such as text/csv or application/json.'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint-async"' -n '__smrt_unused --accept' -l accept -x -a '(__smrt_paths application/json application/jsonlines application/octet-stream application/x-image application/x-npy application/x-recordio-protobuf image/jpeg image/png text/csv text/libsvm text/plain)' -d 'MIME type that you want for the response.'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint-async"' -n '__smrt_unused --custom-attributes' -l custom-attributes -x -a '(__smrt_paths)' -d 'Up to 1,024 ASCII characters to pass to the model unchanged, such as a trace ID.'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint-async"' -n '__smrt_unused --inference-id' -l inference-id -x -a '(__smrt_paths)' -d 'Your ID for the request; the service generates one by default.'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint-async"' -n '__smrt_unused --input-location' -l input-location -x -a '(__smrt_paths)' -d 'S3 URI of the input.'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint-async"' -n '__smrt_unused --s3-output-path-extension' -l s3-output-path-extension -x -a '(__smrt_paths)' -d 'Path to append to the endpoint\'s S3 output path.'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint-async"' -n '__smrt_unused --filename' -l filename -x -a '(__smrt_paths)' -d 'File name of the result in S3.'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint-async"' -n '__smrt_unused --request-ttl-seconds' -l request-ttl-seconds -x -a '(__smrt_paths)' -d 'Seconds that the request can wait in the queue: 60 to 21600 (the default).'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint-async"' -n '__smrt_unused --invocation-timeout-seconds' -l invocation-timeout-seconds -x -a '(__smrt_paths)' -d 'Seconds that the model can take: 1 to 3600 (default: 900).'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint-async"' -n '__smrt_unused --body' -l body -x -a '(__smrt_paths file:// fileb:// -)' -d 'Inline input of up to 128,000 bytes, instead of --input-location: base64 text, file://PATH (base64 text), fileb://PATH (raw bytes), or - for raw bytes from standard input.'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint-async"' -n '__smrt_unused --metadata' -l metadata -r -F -d 'Save the metadata to this file; - for standard error.'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint-async"' -n '__smrt_unused --pretty' -l pretty -x -a 'auto on off' -d 'When to indent the JSON of a response, and end it with a newline; auto: on a terminal.'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint-async"' -n '__smrt_unused --body-query' -l body-query -x -a '(__smrt_paths)' -d 'JMESPath filter for the JSON of the response: a string is printed bare, other results in the format of --output.'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint-async"' -n '__smrt_unused --wait' -l wait -d 'Wait for the result and fetch it from S3.'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint-async"' -n '__smrt_unused --wait-timeout' -l wait-timeout -x -a '(__smrt_paths)' -d 'Seconds to wait for the result; 0 polls once. By default, wait until the request expires.'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint-async"' -n '__smrt_unused --stage' -l stage -x -a '(__smrt_paths)' -d 'Upload the body to S3 below s3://BUCKET/PREFIX, and send its URI as the input location.'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint-async"' -n '__smrt_unused --output' -l output -x -a 'json text table yaml yaml-stream off' -d 'Format of the metadata.'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint-async"' -n '__smrt_unused --query' -l query -x -a '(__smrt_paths)' -d 'JMESPath filter for the metadata (not the body).'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint-async"' -n '__smrt_unused --select' -l select -x -a '(__smrt_paths)' -d 'Print one response field; ^Name prints a request parameter, * all fields.'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint-async"' -n '__smrt_unused --color' -l color -x -a 'on off auto' -d 'When to use color.'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint-async"' -n '__smrt_unused --no-cli-pager' -l no-cli-pager -d 'Do not use a pager.'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint-async"' -n '__smrt_unused --cli-error-format' -l cli-error-format -x -a 'legacy json yaml text table enhanced' -d 'Format of error messages.'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint-async"' -n '__smrt_unused --profile' -l profile -x -a '(__smrt_profiles)' -d 'Profile from your AWS configuration files.'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint-async"' -n '__smrt_unused --region' -l region -x -a '(printf "%s\\\\n" $__smrt_regions)' -d 'AWS Region to use.'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint-async"' -n '__smrt_unused --endpoint-url' -l endpoint-url -x -a '(__smrt_paths)' -d 'Override the endpoint URL.'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint-async"' -n '__smrt_unused --no-sign-request' -l no-sign-request -d 'Do not sign requests.'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint-async"' -n '__smrt_unused --no-verify-ssl' -l no-verify-ssl -d 'Do not verify TLS certificates.'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint-async"' -n '__smrt_unused --ca-bundle' -l ca-bundle -r -F -d 'Verify TLS certificates with this CA bundle.'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint-async"' -n '__smrt_unused --cli-connect-timeout' -l cli-connect-timeout -x -a '(__smrt_paths)' -d 'Connect timeout in seconds; 0 disables it.'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint-async"' -n '__smrt_unused --cli-read-timeout' -l cli-read-timeout -x -a '(__smrt_paths)' -d 'Read timeout in seconds: the longest time without a byte; 0 disables it.'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint-async"' -n '__smrt_unused --retry-timeouts' -l retry-timeouts -d 'Retry read timeouts (the model may run twice).'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint-async"' -n '__smrt_unused --wait-ready' -l wait-ready -x -a '(__smrt_paths)' -d 'Retry for up to this many seconds while the model loads or scales up from zero.'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint-async"' -n '__smrt_unused --data' -l data -x -a '(__smrt_data)' -d 'Input data, instead of --body: text as it is, @FILE (raw bytes; its suffix sets the content type), or @- for standard input.'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint-async"' -n '__smrt_unused --json' -l json -x -a '(__smrt_data)' -d 'Like --data, with application/json as content type and accept.'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint-async"' -n '__smrt_unused --cli-binary-format' -l cli-binary-format -x -a 'base64 raw-in-base64-out' -d 'Encoding of --body text: base64, or plain text (raw-in-base64-out).'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint-async"' -n '__smrt_unused --cli-input-json' -l cli-input-json -x -a '(__smrt_paths file:// fileb:// -)' -d 'Read parameters from this JSON string, file://PATH, or - for standard input.'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint-async"' -n '__smrt_unused --cli-input-yaml' -l cli-input-yaml -x -a '(__smrt_paths file:// fileb:// -)' -d 'Read parameters from this YAML string, file://PATH, or - for standard input.'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint-async"' -n '__smrt_previous_is --generate-cli-skeleton' -a 'input yaml-input output'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint-async"' -n '__smrt_unused --generate-cli-skeleton' -l generate-cli-skeleton -d 'Print a template of the parameters, or sample output, without sending a request.'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint-async"' -n '__smrt_unused --dry-run' -l dry-run -d 'Print the request and the first bytes of its body, and send nothing; --dry-run=curl prints a curl command.'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint-async"' -n '__smrt_unused --verbose' -l verbose -s v -d 'Print the headers of requests and responses to standard error; secrets are masked.'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint-async"' -n '__smrt_unused --debug' -l debug -d 'Print debug messages to standard error; secrets are masked.'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint-async"' -n '__smrt_unused --no-paginate' -l no-paginate -d 'Accepted for compatibility; has no effect.'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint-async"' -n '__smrt_unused --cli-auto-prompt' -l cli-auto-prompt -d 'Prompt for the command and its parameters.'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint-async"' -n '__smrt_unused --no-cli-auto-prompt' -l no-cli-auto-prompt -d 'Do not prompt.'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint-async"' -n '__smrt_unused --help' -l help -s h -d 'Show this help.'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint-async"' -n '__smrt_unused --version' -l version -d 'Print the versions of smrt and Python.'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint-async"' -F

# smrt invoke-endpoint-with-response-stream
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint-with-response-stream"' -n '__smrt_unused --endpoint-name' -l endpoint-name -x -a '(__smrt_endpoints)' -d 'Name of the endpoint.'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint-with-response-stream"' -n '__smrt_unused --body' -l body -x -a '(__smrt_paths file:// fileb:// -)' -d 'Input data: base64 text, file://PATH (base64 text), fileb://PATH (raw bytes), or - for raw bytes from standard input.'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint-with-response-stream"' -n '__smrt_unused --content-type' -l content-type -x -a '(__smrt_paths application/json application/jsonlines application/octet-stream application/x-image application/x-npy application/x-recordio-protobuf image/jpeg image/png text/csv text/libsvm text/plain)' -d 'MIME type of the input, such as text/csv or application/json.'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint-with-response-stream"' -n '__smrt_unused --accept' -l accept -x -a '(__smrt_paths application/json application/jsonlines application/octet-stream application/x-image application/x-npy application/x-recordio-protobuf image/jpeg image/png text/csv text/libsvm text/plain)' -d 'MIME type that you want for the response.'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint-with-response-stream"' -n '__smrt_unused --custom-attributes' -l custom-attributes -x -a '(__smrt_paths)' -d 'Up to 1,024 ASCII characters to pass to the model unchanged, such as a trace ID.'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint-with-response-stream"' -n '__smrt_unused --target-variant' -l target-variant -x -a '(__smrt_paths)' -d 'Production variant to invoke, overriding the traffic weights.'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint-with-response-stream"' -n '__smrt_unused --target-container-hostname' -l target-container-hostname -x -a '(__smrt_paths)' -d 'Host name of the container to invoke, on a multi-container endpoint with direct invocation.'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint-with-response-stream"' -n '__smrt_unused --inference-id' -l inference-id -x -a '(__smrt_paths)' -d 'Your ID for the request.'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint-with-response-stream"' -n '__smrt_unused --inference-component-name' -l inference-component-name -x -a '(__smrt_paths)' -d 'Inference component to invoke, on an endpoint that hosts inference components.'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint-with-response-stream"' -n '__smrt_unused --session-id' -l session-id -x -a '(__smrt_paths)' -d 'ID of an open stateful session (start one with invoke-endpoint).'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint-with-response-stream"' -n '__smrt_unused --prefix-aware-id' -l prefix-aware-id -x -a '(__smrt_paths)' -d 'ID shared by requests with the same prompt prefix, to route them to the same instance on endpoints with prefix-aware routing.'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint-with-response-stream"' -n '__smrt_unused --metadata' -l metadata -r -F -d 'Save the metadata to this file; - for standard error.'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint-with-response-stream"' -n '__smrt_unused --include' -l include -s i -d 'Write the status and headers of the response before its body.'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint-with-response-stream"' -n '__smrt_unused --stream' -l stream -x -a 'raw lines sse json' -d 'Split the response into raw chunks, lines, the data of server-sent events, or JSON values (one per line). Each is printed when it is complete.'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint-with-response-stream"' -n '__smrt_unused --text' -l text -x -a '(__smrt_paths)' -d 'Print only the text that this JMESPath expression selects from each event.'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint-with-response-stream"' -n '__smrt_unused --chat' -l chat -d 'Print only the generated text of OpenAI-style chat or completions, TGI or DJL.'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint-with-response-stream"' -n '__smrt_unused --timings' -l timings -d 'Add time to first byte, bytes, chunks and events per second to the metadata.'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint-with-response-stream"' -n '__smrt_unused --output' -l output -x -a 'json text table yaml yaml-stream off' -d 'Format of the metadata.'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint-with-response-stream"' -n '__smrt_unused --query' -l query -x -a '(__smrt_paths)' -d 'JMESPath filter for the metadata (not the body).'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint-with-response-stream"' -n '__smrt_unused --select' -l select -x -a '(__smrt_paths)' -d 'Print one response field; ^Name prints a request parameter, * all fields.'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint-with-response-stream"' -n '__smrt_unused --color' -l color -x -a 'on off auto' -d 'When to use color.'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint-with-response-stream"' -n '__smrt_unused --no-cli-pager' -l no-cli-pager -d 'Do not use a pager.'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint-with-response-stream"' -n '__smrt_unused --cli-error-format' -l cli-error-format -x -a 'legacy json yaml text table enhanced' -d 'Format of error messages.'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint-with-response-stream"' -n '__smrt_unused --profile' -l profile -x -a '(__smrt_profiles)' -d 'Profile from your AWS configuration files.'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint-with-response-stream"' -n '__smrt_unused --region' -l region -x -a '(printf "%s\\\\n" $__smrt_regions)' -d 'AWS Region to use.'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint-with-response-stream"' -n '__smrt_unused --endpoint-url' -l endpoint-url -x -a '(__smrt_paths)' -d 'Override the endpoint URL.'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint-with-response-stream"' -n '__smrt_unused --no-sign-request' -l no-sign-request -d 'Do not sign requests.'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint-with-response-stream"' -n '__smrt_unused --no-verify-ssl' -l no-verify-ssl -d 'Do not verify TLS certificates.'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint-with-response-stream"' -n '__smrt_unused --ca-bundle' -l ca-bundle -r -F -d 'Verify TLS certificates with this CA bundle.'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint-with-response-stream"' -n '__smrt_unused --cli-connect-timeout' -l cli-connect-timeout -x -a '(__smrt_paths)' -d 'Connect timeout in seconds; 0 disables it.'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint-with-response-stream"' -n '__smrt_unused --cli-read-timeout' -l cli-read-timeout -x -a '(__smrt_paths)' -d 'Read timeout in seconds: the longest time without a byte; 0 disables it.'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint-with-response-stream"' -n '__smrt_unused --retry-timeouts' -l retry-timeouts -d 'Retry read timeouts (the model may run twice).'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint-with-response-stream"' -n '__smrt_unused --wait-ready' -l wait-ready -x -a '(__smrt_paths)' -d 'Retry for up to this many seconds while the model loads or scales up from zero.'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint-with-response-stream"' -n '__smrt_unused --data' -l data -x -a '(__smrt_data)' -d 'Input data, instead of --body: text as it is, @FILE (raw bytes; its suffix sets the content type), or @- for standard input.'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint-with-response-stream"' -n '__smrt_unused --json' -l json -x -a '(__smrt_data)' -d 'Like --data, with application/json as content type and accept.'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint-with-response-stream"' -n '__smrt_unused --cli-binary-format' -l cli-binary-format -x -a 'base64 raw-in-base64-out' -d 'Encoding of --body text: base64, or plain text (raw-in-base64-out).'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint-with-response-stream"' -n '__smrt_unused --cli-input-json' -l cli-input-json -x -a '(__smrt_paths file:// fileb:// -)' -d 'Read parameters from this JSON string, file://PATH, or - for standard input.'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint-with-response-stream"' -n '__smrt_unused --cli-input-yaml' -l cli-input-yaml -x -a '(__smrt_paths file:// fileb:// -)' -d 'Read parameters from this YAML string, file://PATH, or - for standard input.'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint-with-response-stream"' -n '__smrt_previous_is --generate-cli-skeleton' -a 'input yaml-input output'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint-with-response-stream"' -n '__smrt_unused --generate-cli-skeleton' -l generate-cli-skeleton -d 'Print a template of the parameters, or sample output, without sending a request.'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint-with-response-stream"' -n '__smrt_unused --dry-run' -l dry-run -d 'Print the request and the first bytes of its body, and send nothing; --dry-run=curl prints a curl command.'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint-with-response-stream"' -n '__smrt_unused --verbose' -l verbose -s v -d 'Print the headers of requests and responses to standard error; secrets are masked.'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint-with-response-stream"' -n '__smrt_unused --debug' -l debug -d 'Print debug messages to standard error; secrets are masked.'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint-with-response-stream"' -n '__smrt_unused --no-paginate' -l no-paginate -d 'Accepted for compatibility; has no effect.'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint-with-response-stream"' -n '__smrt_unused --cli-auto-prompt' -l cli-auto-prompt -d 'Prompt for the command and its parameters.'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint-with-response-stream"' -n '__smrt_unused --no-cli-auto-prompt' -l no-cli-auto-prompt -d 'Do not prompt.'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint-with-response-stream"' -n '__smrt_unused --help' -l help -s h -d 'Show this help.'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint-with-response-stream"' -n '__smrt_unused --version' -l version -d 'Print the versions of smrt and Python.'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint-with-response-stream"' -F

# smrt invoke-endpoint-with-bidirectional-stream
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint-with-bidirectional-stream"' -n '__smrt_unused --endpoint-name' -l endpoint-name -x -a '(__smrt_endpoints)' -d 'Name of the endpoint.'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint-with-bidirectional-stream"' -n '__smrt_unused --body' -l body -x -a '(__smrt_paths file:// fileb:// -)' -d 'Input: base64 text, file://PATH (base64 text), fileb://PATH (raw bytes), or - for standard input, which is the default and is read as it arrives.'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint-with-bidirectional-stream"' -n '__smrt_unused --target-variant' -l target-variant -x -a '(__smrt_paths)' -d 'Production variant to invoke, overriding the traffic weights.'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint-with-bidirectional-stream"' -n '__smrt_unused --model-invocation-path' -l model-invocation-path -x -a '(__smrt_paths)' -d 'Path of the model\'s WebSocket, without a leading slash, such as v1/listen.'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint-with-bidirectional-stream"' -n '__smrt_unused --model-query-string' -l model-query-string -x -a '(__smrt_paths)' -d 'Query string of the model\'s WebSocket, without a question mark: name=value pairs, joined by &.'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint-with-bidirectional-stream"' -n '__smrt_unused --metadata' -l metadata -r -F -d 'Save the metadata to this file; - for standard error.'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint-with-bidirectional-stream"' -n '__smrt_unused --input-format' -l input-format -x -a 'lines binary json' -d 'Send each line as a message of text, the input in binary messages of --chunk bytes, or the message that each line of JSON describes: Text or Bytes (base64), DataType, CompletionState.'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint-with-bidirectional-stream"' -n '__smrt_unused --chunk' -l chunk -x -a '(__smrt_paths)' -d 'Size of binary messages in bytes.'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint-with-bidirectional-stream"' -n '__smrt_unused --pace' -l pace -x -a '(__smrt_paths)' -d 'Send binary input at this rate, such as that of live audio.'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint-with-bidirectional-stream"' -l first -x -a '(__smrt_paths)' -d 'Send this text before the input. Can be repeated.'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint-with-bidirectional-stream"' -n '__smrt_unused --at-end' -l at-end -x -a '(__smrt_paths)' -d 'Send this text after the input, such as the model\'s own close message.'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint-with-bidirectional-stream"' -n '__smrt_unused --keep-alive' -l keep-alive -x -a '(__smrt_paths)' -d 'Send this text whenever there is no input for a while.'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint-with-bidirectional-stream"' -n '__smrt_unused --keep-alive-every' -l keep-alive-every -x -a '(__smrt_paths)' -d 'Seconds without input until --keep-alive is sent.'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint-with-bidirectional-stream"' -n '__smrt_unused --linger' -l linger -x -a '(__smrt_paths)' -d 'Seconds to wait for responses, after the input has ended and after each response. Then the stream is ended, which discards what the model has not sent; 0 ends it at once.'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint-with-bidirectional-stream"' -n '__smrt_unused --stream' -l stream -x -a 'messages raw json' -d 'Print each message of text on a line and binary data unchanged, all data unchanged, or JSON lines, which --input-format json reads.'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint-with-bidirectional-stream"' -n '__smrt_unused --text' -l text -x -a '(__smrt_paths)' -d 'Print only the text that this JMESPath expression selects from each message, which is JSON.'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint-with-bidirectional-stream"' -n '__smrt_unused --output' -l output -x -a 'json text table yaml yaml-stream off' -d 'Format of the metadata.'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint-with-bidirectional-stream"' -n '__smrt_unused --query' -l query -x -a '(__smrt_paths)' -d 'JMESPath filter for the metadata (not the body).'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint-with-bidirectional-stream"' -n '__smrt_unused --select' -l select -x -a '(__smrt_paths)' -d 'Print one response field; ^Name prints a request parameter, * all fields.'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint-with-bidirectional-stream"' -n '__smrt_unused --color' -l color -x -a 'on off auto' -d 'When to use color.'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint-with-bidirectional-stream"' -n '__smrt_unused --no-cli-pager' -l no-cli-pager -d 'Do not use a pager.'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint-with-bidirectional-stream"' -n '__smrt_unused --cli-error-format' -l cli-error-format -x -a 'legacy json yaml text table enhanced' -d 'Format of error messages.'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint-with-bidirectional-stream"' -n '__smrt_unused --profile' -l profile -x -a '(__smrt_profiles)' -d 'Profile from your AWS configuration files.'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint-with-bidirectional-stream"' -n '__smrt_unused --region' -l region -x -a '(printf "%s\\\\n" $__smrt_regions)' -d 'AWS Region to use.'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint-with-bidirectional-stream"' -n '__smrt_unused --endpoint-url' -l endpoint-url -x -a '(__smrt_paths)' -d 'Override the endpoint URL.'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint-with-bidirectional-stream"' -n '__smrt_unused --no-sign-request' -l no-sign-request -d 'Do not sign requests.'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint-with-bidirectional-stream"' -n '__smrt_unused --no-verify-ssl' -l no-verify-ssl -d 'Do not verify TLS certificates.'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint-with-bidirectional-stream"' -n '__smrt_unused --ca-bundle' -l ca-bundle -r -F -d 'Verify TLS certificates with this CA bundle.'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint-with-bidirectional-stream"' -n '__smrt_unused --cli-connect-timeout' -l cli-connect-timeout -x -a '(__smrt_paths)' -d 'Connect timeout in seconds; 0 disables it.'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint-with-bidirectional-stream"' -n '__smrt_unused --cli-read-timeout' -l cli-read-timeout -x -a '(__smrt_paths)' -d 'Read timeout in seconds: the longest time without a byte; 0 disables it.'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint-with-bidirectional-stream"' -n '__smrt_unused --retry-timeouts' -l retry-timeouts -d 'Retry read timeouts (the model may run twice).'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint-with-bidirectional-stream"' -n '__smrt_unused --wait-ready' -l wait-ready -x -a '(__smrt_paths)' -d 'Retry for up to this many seconds while the model loads or scales up from zero.'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint-with-bidirectional-stream"' -n '__smrt_unused --data' -l data -x -a '(__smrt_data)' -d 'Input data, instead of --body: text as it is, @FILE, or @- for standard input.'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint-with-bidirectional-stream"' -n '__smrt_unused --cli-binary-format' -l cli-binary-format -x -a 'base64 raw-in-base64-out' -d 'Encoding of --body text: base64, or plain text (raw-in-base64-out).'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint-with-bidirectional-stream"' -n '__smrt_unused --cli-input-json' -l cli-input-json -x -a '(__smrt_paths file:// fileb:// -)' -d 'Read parameters from this JSON string, file://PATH, or - for standard input.'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint-with-bidirectional-stream"' -n '__smrt_unused --cli-input-yaml' -l cli-input-yaml -x -a '(__smrt_paths file:// fileb:// -)' -d 'Read parameters from this YAML string, file://PATH, or - for standard input.'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint-with-bidirectional-stream"' -n '__smrt_previous_is --generate-cli-skeleton' -a 'input yaml-input output'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint-with-bidirectional-stream"' -n '__smrt_unused --generate-cli-skeleton' -l generate-cli-skeleton -d 'Print a template of the parameters, or sample output, without sending a request.'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint-with-bidirectional-stream"' -n '__smrt_unused --dry-run' -l dry-run -d 'Print the request, and send nothing.'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint-with-bidirectional-stream"' -n '__smrt_unused --verbose' -l verbose -s v -d 'Print the headers of requests and responses to standard error; secrets are masked.'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint-with-bidirectional-stream"' -n '__smrt_unused --debug' -l debug -d 'Print debug messages to standard error; secrets are masked.'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint-with-bidirectional-stream"' -n '__smrt_unused --no-paginate' -l no-paginate -d 'Accepted for compatibility; has no effect.'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint-with-bidirectional-stream"' -n '__smrt_unused --cli-auto-prompt' -l cli-auto-prompt -d 'Prompt for the command and its parameters.'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint-with-bidirectional-stream"' -n '__smrt_unused --no-cli-auto-prompt' -l no-cli-auto-prompt -d 'Do not prompt.'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint-with-bidirectional-stream"' -n '__smrt_unused --help' -l help -s h -d 'Show this help.'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint-with-bidirectional-stream"' -n '__smrt_unused --version' -l version -d 'Print the versions of smrt and Python.'
complete -c smrt -n '__smrt_command_is "smrt invoke-endpoint-with-bidirectional-stream"' -F

# smrt batch
complete -c smrt -n '__smrt_command_is "smrt batch"' -n '__smrt_unused --endpoint-name' -l endpoint-name -x -a '(__smrt_endpoints)' -d 'Name of the endpoint.'
complete -c smrt -n '__smrt_command_is "smrt batch"' -n '__smrt_unused --content-type' -l content-type -x -a '(__smrt_paths application/json application/jsonlines application/octet-stream application/x-image application/x-npy application/x-recordio-protobuf image/jpeg image/png text/csv text/libsvm text/plain)' -d 'MIME type of the input, such as text/csv or application/json.'
complete -c smrt -n '__smrt_command_is "smrt batch"' -n '__smrt_unused --accept' -l accept -x -a '(__smrt_paths application/json application/jsonlines application/octet-stream application/x-image application/x-npy application/x-recordio-protobuf image/jpeg image/png text/csv text/libsvm text/plain)' -d 'MIME type that you want for the response.'
complete -c smrt -n '__smrt_command_is "smrt batch"' -n '__smrt_unused --custom-attributes' -l custom-attributes -x -a '(__smrt_paths)' -d 'Up to 1,024 ASCII characters to pass to the model unchanged, such as a trace ID.'
complete -c smrt -n '__smrt_command_is "smrt batch"' -n '__smrt_unused --target-model' -l target-model -x -a '(__smrt_paths)' -d 'Model to invoke on a multi-model endpoint: the file name of its archive.'
complete -c smrt -n '__smrt_command_is "smrt batch"' -n '__smrt_unused --target-variant' -l target-variant -x -a '(__smrt_paths)' -d 'Production variant to invoke, overriding the traffic weights.'
complete -c smrt -n '__smrt_command_is "smrt batch"' -n '__smrt_unused --target-container-hostname' -l target-container-hostname -x -a '(__smrt_paths)' -d 'Host name of the container to invoke, on a multi-container endpoint with direct invocation.'
complete -c smrt -n '__smrt_command_is "smrt batch"' -n '__smrt_unused --inference-id' -l inference-id -x -a '(__smrt_paths)' -d 'Your ID for the request; data capture records it.'
complete -c smrt -n '__smrt_command_is "smrt batch"' -n '__smrt_unused --enable-explanations' -l enable-explanations -x -a '(__smrt_paths)' -d 'JMESPath expression that selects the records for which SageMaker Clarify explains the prediction.'
complete -c smrt -n '__smrt_command_is "smrt batch"' -n '__smrt_unused --inference-component-name' -l inference-component-name -x -a '(__smrt_paths)' -d 'Inference component to invoke, on an endpoint that hosts inference components.'
complete -c smrt -n '__smrt_command_is "smrt batch"' -n '__smrt_unused --session-id' -l session-id -x -a '(__smrt_paths)' -d 'NEW_SESSION to start a stateful session, or the ID of an open session.'
complete -c smrt -n '__smrt_command_is "smrt batch"' -n '__smrt_unused --prefix-aware-id' -l prefix-aware-id -x -a '(__smrt_paths)' -d 'ID shared by requests with the same prompt prefix, to route them to the same instance on endpoints with prefix-aware routing.'
complete -c smrt -n '__smrt_command_is "smrt batch"' -n '__smrt_unused --format' -l format -x -a 'json bedrock openai calls text csv' -d 'Format of the records; by default, the first record decides.'
complete -c smrt -n '__smrt_command_is "smrt batch"' -n '__smrt_unused --split-type' -l split-type -x -a 'None Line' -d 'Line: each line is a record. None: each file is one.'
complete -c smrt -n '__smrt_command_is "smrt batch"' -n '__smrt_unused --s3-data-type' -l s3-data-type -x -a 'S3Prefix ManifestFile' -d 'S3Prefix: INPUT_FILE is a prefix, also without / at its end. ManifestFile: it is an object that names others.'
complete -c smrt -n '__smrt_command_is "smrt batch"' -n '__smrt_unused --batch-strategy' -l batch-strategy -x -a 'SingleRecord MultiRecord' -d 'Send one record per request, or as many as fit.'
complete -c smrt -n '__smrt_command_is "smrt batch"' -n '__smrt_unused --max-payload-in-mb' -l max-payload-in-mb -x -a '(__smrt_paths)' -d 'Largest request body in MB; 0 is no limit.'
complete -c smrt -n '__smrt_command_is "smrt batch"' -n '__smrt_unused --max-records-per-request' -l max-records-per-request -x -a '(__smrt_paths)' -d 'Most records in a request, with MultiRecord.'
complete -c smrt -n '__smrt_command_is "smrt batch"' -n '__smrt_unused --csv-header' -l csv-header -x -a 'none skip keep' -d 'First row of a CSV file: a record (none), dropped (skip), or sent with each request (keep).'
complete -c smrt -n '__smrt_command_is "smrt batch"' -n '__smrt_unused --input-filter' -l input-filter -x -a '(__smrt_paths)' -d 'JSONPath of what is sent of each record.'
complete -c smrt -n '__smrt_command_is "smrt batch"' -n '__smrt_unused --output-filter' -l output-filter -x -a '(__smrt_paths)' -d 'JSONPath of what is written of each result; with --join-source Input, the response is SageMakerOutput.'
complete -c smrt -n '__smrt_command_is "smrt batch"' -n '__smrt_unused --join-source' -l join-source -x -a 'None Input' -d 'Input: join each record with its response.'
complete -c smrt -n '__smrt_command_is "smrt batch"' -n '__smrt_unused --assemble-with' -l assemble-with -x -a 'None Line' -d 'Line: write responses as lines. None: write JSON lines with recordId and modelOutput.'
complete -c smrt -n '__smrt_command_is "smrt batch"' -n '__smrt_unused --output-split' -l output-split -x -a '(__smrt_paths)' -d 'JMESPath of the list with a result for each record of a request.'
complete -c smrt -n '__smrt_command_is "smrt batch"' -n '__smrt_unused --no-keep-order' -l no-keep-order -d 'Print results as they arrive instead of in the order of the input.'
complete -c smrt -n '__smrt_command_is "smrt batch"' -n '__smrt_unused --details' -l details -d 'Add request ID, status, attempts and seconds to each JSON line.'
complete -c smrt -n '__smrt_command_is "smrt batch"' -n '__smrt_unused --limit' -l limit -x -a '(__smrt_paths)' -d 'Read only this many records.'
complete -c smrt -n '__smrt_command_is "smrt batch"' -n '__smrt_unused --errors' -l errors -r -F -d 'Save the input lines of failed records to this file.'
complete -c smrt -n '__smrt_command_is "smrt batch"' -n '__smrt_unused --streaming' -l streaming -d 'Use the streaming operation, and join the response.'
complete -c smrt -n '__smrt_command_is "smrt batch"' -n '__smrt_unused --text' -l text -x -a '(__smrt_paths)' -d 'Print only the text that this JMESPath expression selects from each event.'
complete -c smrt -n '__smrt_command_is "smrt batch"' -n '__smrt_unused --chat' -l chat -d 'Print only the generated text of OpenAI-style chat or completions, TGI or DJL.'
complete -c smrt -n '__smrt_command_is "smrt batch"' -n '__smrt_unused --async' -l async -d 'Queue the requests at an asynchronous endpoint, and collect the results from S3.'
complete -c smrt -n '__smrt_command_is "smrt batch"' -n '__smrt_unused --stage' -l stage -x -a '(__smrt_paths)' -d 'With --async, upload each body below this S3 URI; otherwise it has at most 128,000 bytes.'
complete -c smrt -n '__smrt_command_is "smrt batch"' -n '__smrt_unused --max-in-queue' -l max-in-queue -x -a '(__smrt_paths)' -d 'With --async, most requests without a result.'
complete -c smrt -n '__smrt_command_is "smrt batch"' -n '__smrt_unused --s3-output-path-extension' -l s3-output-path-extension -x -a '(__smrt_paths)' -d 'Path to append to the endpoint\'s S3 output path.'
complete -c smrt -n '__smrt_command_is "smrt batch"' -n '__smrt_unused --request-ttl-seconds' -l request-ttl-seconds -x -a '(__smrt_paths)' -d 'Seconds that the request can wait in the queue: 60 to 21600 (the default).'
complete -c smrt -n '__smrt_command_is "smrt batch"' -n '__smrt_unused --invocation-timeout-seconds' -l invocation-timeout-seconds -x -a '(__smrt_paths)' -d 'Seconds that the model can take: 1 to 3600 (default: 900).'
complete -c smrt -n '__smrt_command_is "smrt batch"' -n '__smrt_unused --concurrency' -l concurrency -x -a '(__smrt_paths)' -d 'Most requests in flight; the number adapts to the endpoint up to it.'
complete -c smrt -n '__smrt_command_is "smrt batch"' -n '__smrt_unused --request-rate' -l request-rate -x -a '(__smrt_paths)' -d 'Most requests per second.'
complete -c smrt -n '__smrt_command_is "smrt batch"' -n '__smrt_unused --workers' -l workers -x -a '(__smrt_paths)' -d 'Number of processes that send.'
complete -c smrt -n '__smrt_command_is "smrt batch"' -n '__smrt_unused --max-errors' -l max-errors -x -a '(__smrt_paths)' -d 'Stop when more records have failed: a number, or a percentage (judged from 100 records on).'
complete -c smrt -n '__smrt_command_is "smrt batch"' -n '__smrt_unused --max-requests' -l max-requests -x -a '(__smrt_paths)' -d 'Stop after this many requests, over all runs of the job.'
complete -c smrt -n '__smrt_command_is "smrt batch"' -n '__smrt_unused --partition-size' -l partition-size -x -a '(__smrt_paths)' -d 'Bytes of the input in a partition, the unit of work; suffixes K and M.'
complete -c smrt -n '__smrt_command_is "smrt batch"' -n '__smrt_unused --dry-run' -l dry-run -d 'Count records, requests and bytes, and send nothing.'
complete -c smrt -n '__smrt_command_is "smrt batch"' -n '__smrt_unused --progress' -l progress -x -a 'auto bar lines json none' -d 'How progress is shown on standard error; auto: a bar on a terminal, else lines.'
complete -c smrt -n '__smrt_command_is "smrt batch"' -n '__smrt_unused --wait-ready' -l wait-ready -x -a '(__smrt_paths)' -d 'Retry for up to this many seconds while the model loads or scales up from zero.'
complete -c smrt -n '__smrt_command_is "smrt batch"' -n '__smrt_unused --job' -l job -r -F -d 'Folder or S3 URI for the state of the job; it remains after success.'
complete -c smrt -n '__smrt_command_is "smrt batch"' -n '__smrt_unused --resume' -l resume -d 'Go on with a job, or start it.'
complete -c smrt -n '__smrt_command_is "smrt batch"' -n '__smrt_unused --retry-failed' -l retry-failed -d 'Send the failed records of a job again.'
complete -c smrt -n '__smrt_command_is "smrt batch"' -n '__smrt_unused --in-doubt' -l in-doubt -x -a 'resend skip' -d 'Records that were in flight when a run died: resend them (at least once), or skip them (at most once).'
complete -c smrt -n '__smrt_command_is "smrt batch"' -n '__smrt_unused --join' -l join -r -F -d 'Share the work on this job with other processes and machines. All but the first need no INPUT_FILE and OUTPUT_FILE.'
complete -c smrt -n '__smrt_command_is "smrt batch"' -n '__smrt_unused --lease' -l lease -x -a '(__smrt_paths)' -d 'With --join, seconds after which others take over the work of a process that is not heard of.'
complete -c smrt -n '__smrt_command_is "smrt batch"' -n '__smrt_unused --engine' -l engine -x -a 'ray' -d 'Start --workers processes on a cluster; each joins the job, which is in S3 or in a folder that the cluster shares.'
complete -c smrt -n '__smrt_command_is "smrt batch"' -n '__smrt_unused --address' -l address -x -a '(__smrt_paths)' -d 'With --engine, the cluster: auto, local, or HOST:PORT.'
complete -c smrt -n '__smrt_command_is "smrt batch"' -n '__smrt_unused --status' -l status -r -F -d 'Print the counts of the job in this folder.'
complete -c smrt -n '__smrt_command_is "smrt batch"' -n '__smrt_unused --stop' -l stop -r -F -d 'Stop all processes of the job in this folder; a second time, at once.'
complete -c smrt -n '__smrt_command_is "smrt batch"' -n '__smrt_unused --output' -l output -x -a 'json text table yaml yaml-stream off' -d 'Format of the summary.'
complete -c smrt -n '__smrt_command_is "smrt batch"' -n '__smrt_unused --query' -l query -x -a '(__smrt_paths)' -d 'JMESPath filter for the metadata (not the body).'
complete -c smrt -n '__smrt_command_is "smrt batch"' -n '__smrt_unused --select' -l select -x -a '(__smrt_paths)' -d 'Print one response field; ^Name prints a request parameter, * all fields.'
complete -c smrt -n '__smrt_command_is "smrt batch"' -n '__smrt_unused --color' -l color -x -a 'on off auto' -d 'When to use color.'
complete -c smrt -n '__smrt_command_is "smrt batch"' -n '__smrt_unused --no-cli-pager' -l no-cli-pager -d 'Do not use a pager.'
complete -c smrt -n '__smrt_command_is "smrt batch"' -n '__smrt_unused --cli-error-format' -l cli-error-format -x -a 'legacy json yaml text table enhanced' -d 'Format of error messages.'
complete -c smrt -n '__smrt_command_is "smrt batch"' -n '__smrt_unused --profile' -l profile -x -a '(__smrt_profiles)' -d 'Profile from your AWS configuration files.'
complete -c smrt -n '__smrt_command_is "smrt batch"' -n '__smrt_unused --region' -l region -x -a '(printf "%s\\\\n" $__smrt_regions)' -d 'AWS Region to use.'
complete -c smrt -n '__smrt_command_is "smrt batch"' -n '__smrt_unused --endpoint-url' -l endpoint-url -x -a '(__smrt_paths)' -d 'Override the endpoint URL.'
complete -c smrt -n '__smrt_command_is "smrt batch"' -n '__smrt_unused --no-sign-request' -l no-sign-request -d 'Do not sign requests.'
complete -c smrt -n '__smrt_command_is "smrt batch"' -n '__smrt_unused --no-verify-ssl' -l no-verify-ssl -d 'Do not verify TLS certificates.'
complete -c smrt -n '__smrt_command_is "smrt batch"' -n '__smrt_unused --ca-bundle' -l ca-bundle -r -F -d 'Verify TLS certificates with this CA bundle.'
complete -c smrt -n '__smrt_command_is "smrt batch"' -n '__smrt_unused --cli-connect-timeout' -l cli-connect-timeout -x -a '(__smrt_paths)' -d 'Connect timeout in seconds; 0 disables it.'
complete -c smrt -n '__smrt_command_is "smrt batch"' -n '__smrt_unused --cli-read-timeout' -l cli-read-timeout -x -a '(__smrt_paths)' -d 'Read timeout in seconds: the longest time without a byte; 0 disables it.'
complete -c smrt -n '__smrt_command_is "smrt batch"' -n '__smrt_unused --retry-timeouts' -l retry-timeouts -d 'Retry read timeouts (the model may run twice).'
complete -c smrt -n '__smrt_command_is "smrt batch"' -n '__smrt_unused --data' -l data -x -a '(__smrt_data)' -d 'Input data, instead of --body: text as it is, @FILE (raw bytes; its suffix sets the content type), or @- for standard input.'
complete -c smrt -n '__smrt_command_is "smrt batch"' -n '__smrt_unused --json' -l json -x -a '(__smrt_data)' -d 'Like --data, with application/json as content type and accept.'
complete -c smrt -n '__smrt_command_is "smrt batch"' -n '__smrt_unused --cli-binary-format' -l cli-binary-format -x -a 'base64 raw-in-base64-out' -d 'Encoding of --body text: base64, or plain text (raw-in-base64-out).'
complete -c smrt -n '__smrt_command_is "smrt batch"' -n '__smrt_unused --cli-input-json' -l cli-input-json -x -a '(__smrt_paths file:// fileb:// -)' -d 'Read parameters from this JSON string, file://PATH, or - for standard input.'
complete -c smrt -n '__smrt_command_is "smrt batch"' -n '__smrt_unused --cli-input-yaml' -l cli-input-yaml -x -a '(__smrt_paths file:// fileb:// -)' -d 'Read parameters from this YAML string, file://PATH, or - for standard input.'
complete -c smrt -n '__smrt_command_is "smrt batch"' -n '__smrt_unused --verbose' -l verbose -s v -d 'Print the headers of requests and responses to standard error; secrets are masked.'
complete -c smrt -n '__smrt_command_is "smrt batch"' -n '__smrt_unused --debug' -l debug -d 'Print debug messages to standard error; secrets are masked.'
complete -c smrt -n '__smrt_command_is "smrt batch"' -n '__smrt_unused --no-paginate' -l no-paginate -d 'Accepted for compatibility; has no effect.'
complete -c smrt -n '__smrt_command_is "smrt batch"' -n '__smrt_unused --cli-auto-prompt' -l cli-auto-prompt -d 'Prompt for the command and its parameters.'
complete -c smrt -n '__smrt_command_is "smrt batch"' -n '__smrt_unused --no-cli-auto-prompt' -l no-cli-auto-prompt -d 'Do not prompt.'
complete -c smrt -n '__smrt_command_is "smrt batch"' -n '__smrt_unused --help' -l help -s h -d 'Show this help.'
complete -c smrt -n '__smrt_command_is "smrt batch"' -n '__smrt_unused --version' -l version -d 'Print the versions of smrt and Python.'
complete -c smrt -n '__smrt_command_is "smrt batch"' -F
complete -c smrt -n '__smrt_command_is "smrt batch"' -F

# smrt wait
complete -c smrt -n '__smrt_command_is "smrt wait"' -n '__smrt_unused --output-location' -l output-location -x -a '(__smrt_paths)' -d 'S3 URI of the result.'
complete -c smrt -n '__smrt_command_is "smrt wait"' -n '__smrt_unused --failure-location' -l failure-location -x -a '(__smrt_paths)' -d 'S3 URI of the error, if the model fails.'
complete -c smrt -n '__smrt_command_is "smrt wait"' -n '__smrt_unused --from' -l from -r -F -d 'Read both locations from the JSON that invoke-endpoint-async printed; - for standard input.'
complete -c smrt -n '__smrt_command_is "smrt wait"' -n '__smrt_unused --wait-timeout' -l wait-timeout -x -a '(__smrt_paths)' -d 'Seconds to wait for the result; 0 polls once. By default, wait until the request expires.'
complete -c smrt -n '__smrt_command_is "smrt wait"' -n '__smrt_unused --metadata' -l metadata -r -F -d 'Save the metadata to this file; - for standard error.'
complete -c smrt -n '__smrt_command_is "smrt wait"' -n '__smrt_unused --pretty' -l pretty -x -a 'auto on off' -d 'When to indent the JSON of a response, and end it with a newline; auto: on a terminal.'
complete -c smrt -n '__smrt_command_is "smrt wait"' -n '__smrt_unused --body-query' -l body-query -x -a '(__smrt_paths)' -d 'JMESPath filter for the JSON of the response: a string is printed bare, other results in the format of --output.'
complete -c smrt -n '__smrt_command_is "smrt wait"' -n '__smrt_unused --output' -l output -x -a 'json text table yaml yaml-stream off' -d 'Format of the metadata.'
complete -c smrt -n '__smrt_command_is "smrt wait"' -n '__smrt_unused --query' -l query -x -a '(__smrt_paths)' -d 'JMESPath filter for the metadata (not the body).'
complete -c smrt -n '__smrt_command_is "smrt wait"' -n '__smrt_unused --select' -l select -x -a '(__smrt_paths)' -d 'Print one response field; ^Name prints a request parameter, * all fields.'
complete -c smrt -n '__smrt_command_is "smrt wait"' -n '__smrt_unused --color' -l color -x -a 'on off auto' -d 'When to use color.'
complete -c smrt -n '__smrt_command_is "smrt wait"' -n '__smrt_unused --no-cli-pager' -l no-cli-pager -d 'Do not use a pager.'
complete -c smrt -n '__smrt_command_is "smrt wait"' -n '__smrt_unused --cli-error-format' -l cli-error-format -x -a 'legacy json yaml text table enhanced' -d 'Format of error messages.'
complete -c smrt -n '__smrt_command_is "smrt wait"' -n '__smrt_unused --profile' -l profile -x -a '(__smrt_profiles)' -d 'Profile from your AWS configuration files.'
complete -c smrt -n '__smrt_command_is "smrt wait"' -n '__smrt_unused --region' -l region -x -a '(printf "%s\\\\n" $__smrt_regions)' -d 'AWS Region to use.'
complete -c smrt -n '__smrt_command_is "smrt wait"' -n '__smrt_unused --endpoint-url' -l endpoint-url -x -a '(__smrt_paths)' -d 'Override the endpoint URL.'
complete -c smrt -n '__smrt_command_is "smrt wait"' -n '__smrt_unused --no-sign-request' -l no-sign-request -d 'Do not sign requests.'
complete -c smrt -n '__smrt_command_is "smrt wait"' -n '__smrt_unused --no-verify-ssl' -l no-verify-ssl -d 'Do not verify TLS certificates.'
complete -c smrt -n '__smrt_command_is "smrt wait"' -n '__smrt_unused --ca-bundle' -l ca-bundle -r -F -d 'Verify TLS certificates with this CA bundle.'
complete -c smrt -n '__smrt_command_is "smrt wait"' -n '__smrt_unused --cli-connect-timeout' -l cli-connect-timeout -x -a '(__smrt_paths)' -d 'Connect timeout in seconds; 0 disables it.'
complete -c smrt -n '__smrt_command_is "smrt wait"' -n '__smrt_unused --cli-read-timeout' -l cli-read-timeout -x -a '(__smrt_paths)' -d 'Read timeout in seconds: the longest time without a byte; 0 disables it.'
complete -c smrt -n '__smrt_command_is "smrt wait"' -n '__smrt_unused --debug' -l debug -d 'Print debug messages to standard error; secrets are masked.'
complete -c smrt -n '__smrt_command_is "smrt wait"' -n '__smrt_unused --no-paginate' -l no-paginate -d 'Accepted for compatibility; has no effect.'
complete -c smrt -n '__smrt_command_is "smrt wait"' -n '__smrt_unused --cli-auto-prompt' -l cli-auto-prompt -d 'Prompt for the command and its parameters.'
complete -c smrt -n '__smrt_command_is "smrt wait"' -n '__smrt_unused --no-cli-auto-prompt' -l no-cli-auto-prompt -d 'Do not prompt.'
complete -c smrt -n '__smrt_command_is "smrt wait"' -n '__smrt_unused --help' -l help -s h -d 'Show this help.'
complete -c smrt -n '__smrt_command_is "smrt wait"' -n '__smrt_unused --version' -l version -d 'Print the versions of smrt and Python.'
complete -c smrt -n '__smrt_command_is "smrt wait"' -F

# smrt bench
complete -c smrt -n '__smrt_command_is "smrt bench"' -a compare -d 'Compare the reports of two benchmarks.'
complete -c smrt -n '__smrt_command_is "smrt bench"' -n '__smrt_unused --endpoint-name' -l endpoint-name -x -a '(__smrt_endpoints)' -d 'Name of the endpoint.'
complete -c smrt -n '__smrt_command_is "smrt bench"' -n '__smrt_unused --body' -l body -x -a '(__smrt_paths file:// fileb:// -)' -d 'Input data: base64 text, file://PATH (base64 text), fileb://PATH (raw bytes), or - for raw bytes from standard input.'
complete -c smrt -n '__smrt_command_is "smrt bench"' -n '__smrt_unused --content-type' -l content-type -x -a '(__smrt_paths application/json application/jsonlines application/octet-stream application/x-image application/x-npy application/x-recordio-protobuf image/jpeg image/png text/csv text/libsvm text/plain)' -d 'MIME type of the input, such as text/csv or application/json.'
complete -c smrt -n '__smrt_command_is "smrt bench"' -n '__smrt_unused --accept' -l accept -x -a '(__smrt_paths application/json application/jsonlines application/octet-stream application/x-image application/x-npy application/x-recordio-protobuf image/jpeg image/png text/csv text/libsvm text/plain)' -d 'MIME type that you want for the response.'
complete -c smrt -n '__smrt_command_is "smrt bench"' -n '__smrt_unused --custom-attributes' -l custom-attributes -x -a '(__smrt_paths)' -d 'Up to 1,024 ASCII characters to pass to the model unchanged, such as a trace ID.'
complete -c smrt -n '__smrt_command_is "smrt bench"' -n '__smrt_unused --target-model' -l target-model -x -a '(__smrt_paths)' -d 'Model to invoke on a multi-model endpoint: the file name of its archive.'
complete -c smrt -n '__smrt_command_is "smrt bench"' -n '__smrt_unused --target-variant' -l target-variant -x -a '(__smrt_paths)' -d 'Production variant to invoke, overriding the traffic weights.'
complete -c smrt -n '__smrt_command_is "smrt bench"' -n '__smrt_unused --target-container-hostname' -l target-container-hostname -x -a '(__smrt_paths)' -d 'Host name of the container to invoke, on a multi-container endpoint with direct invocation.'
complete -c smrt -n '__smrt_command_is "smrt bench"' -n '__smrt_unused --inference-id' -l inference-id -x -a '(__smrt_paths)' -d 'Your ID for the request; data capture records it.'
complete -c smrt -n '__smrt_command_is "smrt bench"' -n '__smrt_unused --enable-explanations' -l enable-explanations -x -a '(__smrt_paths)' -d 'JMESPath expression that selects the records for which SageMaker Clarify explains the prediction.'
complete -c smrt -n '__smrt_command_is "smrt bench"' -n '__smrt_unused --inference-component-name' -l inference-component-name -x -a '(__smrt_paths)' -d 'Inference component to invoke, on an endpoint that hosts inference components.'
complete -c smrt -n '__smrt_command_is "smrt bench"' -n '__smrt_unused --session-id' -l session-id -x -a '(__smrt_paths)' -d 'NEW_SESSION to start a stateful session, or the ID of an open session.'
complete -c smrt -n '__smrt_command_is "smrt bench"' -n '__smrt_unused --prefix-aware-id' -l prefix-aware-id -x -a '(__smrt_paths)' -d 'ID shared by requests with the same prompt prefix, to route them to the same instance on endpoints with prefix-aware routing.'
complete -c smrt -n '__smrt_command_is "smrt bench"' -n '__smrt_unused --data' -l data -x -a '(__smrt_data)' -d 'Input data, instead of --body: text as it is, @FILE (raw bytes; its suffix sets the content type), or @- for standard input.'
complete -c smrt -n '__smrt_command_is "smrt bench"' -n '__smrt_unused --json' -l json -x -a '(__smrt_data)' -d 'Like --data, with application/json as content type and accept.'
complete -c smrt -n '__smrt_command_is "smrt bench"' -n '__smrt_unused --streaming' -l streaming -d 'Call the endpoint for response streams.'
complete -c smrt -n '__smrt_command_is "smrt bench"' -n '__smrt_unused --input' -l input -r -F -d 'Send the records of this file or folder in turn, instead of --body; - for standard input.'
complete -c smrt -n '__smrt_command_is "smrt bench"' -n '__smrt_unused --format' -l format -x -a 'json bedrock openai calls text csv' -d 'Format of the records; by default it is detected.'
complete -c smrt -n '__smrt_command_is "smrt bench"' -n '__smrt_unused --shuffle' -l shuffle -d 'Send the records in random order.'
complete -c smrt -n '__smrt_command_is "smrt bench"' -n '__smrt_unused --concurrency' -l concurrency -x -a '(__smrt_paths)' -d 'Callers that each wait for a response before the next request; a list runs one level after the other.'
complete -c smrt -n '__smrt_command_is "smrt bench"' -n '__smrt_unused --request-rate' -l request-rate -x -a '(__smrt_paths)' -d 'Requests per second, sent whether or not earlier ones have ended; a list runs one level after the other.'
complete -c smrt -n '__smrt_command_is "smrt bench"' -n '__smrt_unused --arrival' -l arrival -x -a 'constant poisson' -d 'Times between the requests of a rate: all the same, or random as from many users.'
complete -c smrt -n '__smrt_command_is "smrt bench"' -n '__smrt_unused --request-count' -l request-count -x -a '(__smrt_paths)' -d 'Requests of each level.'
complete -c smrt -n '__smrt_command_is "smrt bench"' -n '__smrt_unused --duration' -l duration -x -a '(__smrt_paths)' -d 'Seconds of each level, instead of a count.'
complete -c smrt -n '__smrt_command_is "smrt bench"' -n '__smrt_unused --ramp-up' -l ramp-up -x -a '(__smrt_paths)' -d 'Seconds in which the load of a level rises; not measured.'
complete -c smrt -n '__smrt_command_is "smrt bench"' -n '__smrt_unused --warmup-requests' -l warmup-requests -x -a '(__smrt_paths)' -d 'Requests before those that are measured.'
complete -c smrt -n '__smrt_command_is "smrt bench"' -n '__smrt_unused --grace-period' -l grace-period -x -a '(__smrt_paths)' -d 'Seconds to wait for responses at the end of a level; later ones are errors.'
complete -c smrt -n '__smrt_command_is "smrt bench"' -n '__smrt_unused --max-concurrency' -l max-concurrency -x -a '(__smrt_paths)' -d 'Drop requests of a rate, as errors, while this many are in flight.'
complete -c smrt -n '__smrt_command_is "smrt bench"' -n '__smrt_unused --find-max-concurrency' -l find-max-concurrency -d 'Search for the highest concurrency, up to 256, at which all of the following hold; each level takes --duration (default: 30).'
complete -c smrt -n '__smrt_command_is "smrt bench"' -n '__smrt_unused --ttft-sla-ms' -l ttft-sla-ms -x -a '(__smrt_paths)' -d 'Highest time to first token.'
complete -c smrt -n '__smrt_command_is "smrt bench"' -n '__smrt_unused --tpot-sla-ms' -l tpot-sla-ms -x -a '(__smrt_paths)' -d 'Highest time per output token.'
complete -c smrt -n '__smrt_command_is "smrt bench"' -n '__smrt_unused --e2e-sla-ms' -l e2e-sla-ms -x -a '(__smrt_paths)' -d 'Highest latency.'
complete -c smrt -n '__smrt_command_is "smrt bench"' -n '__smrt_unused --error-rate-sla' -l error-rate-sla -x -a '(__smrt_paths)' -d 'Highest percentage of errors.'
complete -c smrt -n '__smrt_command_is "smrt bench"' -n '__smrt_unused --sla-percentile' -l sla-percentile -x -a '(__smrt_paths)' -d 'Percentile of the latencies that has to hold.'
complete -c smrt -n '__smrt_command_is "smrt bench"' -n '__smrt_unused --seed' -l seed -x -a '(__smrt_paths)' -d 'Seed of everything random; printed in reports.'
complete -c smrt -n '__smrt_command_is "smrt bench"' -n '__smrt_unused --tokens' -l tokens -x -a '(__smrt_paths)' -d 'JMESPath expression for the number of tokens, in responses that do not report usage.'
complete -c smrt -n '__smrt_command_is "smrt bench"' -n '__smrt_unused --goodput' -l goodput -x -a '(__smrt_paths)' -d 'Count responses within these milliseconds, as time_to_first_token:100 inter_token_latency:10.'
complete -c smrt -n '__smrt_command_is "smrt bench"' -l threshold -x -a '(__smrt_paths)' -d 'Exit with 99 unless this holds in each level, as latency:p(99)<250ms or errors<1%; can be repeated.'
complete -c smrt -n '__smrt_command_is "smrt bench"' -l report -r -F -d 'Write a report in the format of the suffix: .html, .svg, .json, .csv or .jsonl; can be repeated.'
complete -c smrt -n '__smrt_command_is "smrt bench"' -n '__smrt_unused --cli-error-format' -l cli-error-format -x -a 'legacy json yaml text table enhanced' -d 'Format of error messages.'
complete -c smrt -n '__smrt_command_is "smrt bench"' -n '__smrt_unused --profile' -l profile -x -a '(__smrt_profiles)' -d 'Profile from your AWS configuration files.'
complete -c smrt -n '__smrt_command_is "smrt bench"' -n '__smrt_unused --region' -l region -x -a '(printf "%s\\\\n" $__smrt_regions)' -d 'AWS Region to use.'
complete -c smrt -n '__smrt_command_is "smrt bench"' -n '__smrt_unused --endpoint-url' -l endpoint-url -x -a '(__smrt_paths)' -d 'Override the endpoint URL.'
complete -c smrt -n '__smrt_command_is "smrt bench"' -n '__smrt_unused --no-sign-request' -l no-sign-request -d 'Do not sign requests.'
complete -c smrt -n '__smrt_command_is "smrt bench"' -n '__smrt_unused --no-verify-ssl' -l no-verify-ssl -d 'Do not verify TLS certificates.'
complete -c smrt -n '__smrt_command_is "smrt bench"' -n '__smrt_unused --ca-bundle' -l ca-bundle -r -F -d 'Verify TLS certificates with this CA bundle.'
complete -c smrt -n '__smrt_command_is "smrt bench"' -n '__smrt_unused --cli-connect-timeout' -l cli-connect-timeout -x -a '(__smrt_paths)' -d 'Connect timeout in seconds; 0 disables it.'
complete -c smrt -n '__smrt_command_is "smrt bench"' -n '__smrt_unused --cli-read-timeout' -l cli-read-timeout -x -a '(__smrt_paths)' -d 'Read timeout in seconds: the longest time without a byte; 0 disables it.'
complete -c smrt -n '__smrt_command_is "smrt bench"' -n '__smrt_unused --cli-binary-format' -l cli-binary-format -x -a 'base64 raw-in-base64-out' -d 'Encoding of --body text: base64, or plain text (raw-in-base64-out).'
complete -c smrt -n '__smrt_command_is "smrt bench"' -n '__smrt_unused --debug' -l debug -d 'Print debug messages to standard error; secrets are masked.'
complete -c smrt -n '__smrt_command_is "smrt bench"' -n '__smrt_unused --help' -l help -s h -d 'Show this help.'
complete -c smrt -n '__smrt_command_is "smrt bench"' -n '__smrt_unused --version' -l version -d 'Print the versions of smrt and Python.'

# smrt bench compare
complete -c smrt -n '__smrt_command_is "smrt bench compare"' -l threshold -x -a '(__smrt_paths)' -d 'Exit with 99 unless this holds, as latency:p(95)<+10%; can be repeated.'
complete -c smrt -n '__smrt_command_is "smrt bench compare"' -n '__smrt_unused --seed' -l seed -x -a '(__smrt_paths)' -d 'Seed of the random samples that the intervals are computed from.'
complete -c smrt -n '__smrt_command_is "smrt bench compare"' -n '__smrt_unused --draws' -l draws -x -a '(__smrt_paths)' -d 'How many random samples the intervals are computed from.'
complete -c smrt -n '__smrt_command_is "smrt bench compare"' -n '__smrt_unused --cli-error-format' -l cli-error-format -x -a 'legacy json yaml text table enhanced' -d 'Format of error messages.'
complete -c smrt -n '__smrt_command_is "smrt bench compare"' -n '__smrt_unused --debug' -l debug -d 'Print debug messages to standard error; secrets are masked.'
complete -c smrt -n '__smrt_command_is "smrt bench compare"' -n '__smrt_unused --help' -l help -s h -d 'Show this help.'
complete -c smrt -n '__smrt_command_is "smrt bench compare"' -F
complete -c smrt -n '__smrt_command_is "smrt bench compare"' -F

# smrt local
complete -c smrt -n '__smrt_command_is "smrt local"' -a start -d 'Serve models until Ctrl-C.'
complete -c smrt -n '__smrt_command_is "smrt local"' -a run -d 'Serve models while COMMAND runs, and exit with its exit status.'
complete -c smrt -n '__smrt_command_is "smrt local"' -a status -d 'List the servers that run, with their endpoints.'
complete -c smrt -n '__smrt_command_is "smrt local"' -a stop -d 'Stop the servers that run, or the one on a port.'
complete -c smrt -n '__smrt_command_is "smrt local"' -a env -d 'Print shell commands that point AWS clients to a running server.'
complete -c smrt -n '__smrt_command_is "smrt local"' -a check -d 'Check whether SageMaker could serve a container or a model folder.'
complete -c smrt -n '__smrt_command_is "smrt local"' -n '__smrt_unused --help' -l help -s h -d 'Show this help.'

# smrt local check
complete -c smrt -n '__smrt_command_is "smrt local check"' -n '__smrt_unused --data' -l data -x -a '(__smrt_data)' -d 'Request that the model predicts for: text, or @FILE. By default {}, which may fail.'
complete -c smrt -n '__smrt_command_is "smrt local check"' -n '__smrt_unused --content-type' -l content-type -x -a '(__smrt_paths application/json application/jsonlines application/octet-stream application/x-image application/x-npy application/x-recordio-protobuf image/jpeg image/png text/csv text/libsvm text/plain)' -d 'Content type of the request; by default that of the suffix of FILE, or JSON.'
complete -c smrt -n '__smrt_command_is "smrt local check"' -n '__smrt_unused --accept' -l accept -x -a '(__smrt_paths application/json application/jsonlines application/octet-stream application/x-image application/x-npy application/x-recordio-protobuf image/jpeg image/png text/csv text/libsvm text/plain)' -d 'Content type that the client accepts.'
complete -c smrt -n '__smrt_command_is "smrt local check"' -n '__smrt_unused --output' -l output -x -a 'text json' -d 'Format of the results.'
complete -c smrt -n '__smrt_command_is "smrt local check"' -n '__smrt_unused --cli-error-format' -l cli-error-format -x -a 'legacy json yaml text table enhanced' -d 'Format of error messages.'
complete -c smrt -n '__smrt_command_is "smrt local check"' -n '__smrt_unused --debug' -l debug -d 'Print debug messages to standard error; secrets are masked.'
complete -c smrt -n '__smrt_command_is "smrt local check"' -n '__smrt_unused --help' -l help -s h -d 'Show this help.'
complete -c smrt -n '__smrt_command_is "smrt local check"' -a '(__smrt_paths)'

# smrt local env
complete -c smrt -n '__smrt_command_is "smrt local env"' -n '__smrt_unused --port' -l port -x -a '(__smrt_paths)' -d 'Port of the server; only necessary if several run.'
complete -c smrt -n '__smrt_command_is "smrt local env"' -n '__smrt_unused --shell' -l shell -x -a 'sh fish' -d 'Shell that runs the output: sh (also bash, zsh), or fish.'
complete -c smrt -n '__smrt_command_is "smrt local env"' -n '__smrt_unused --s3' -l s3 -d 'Point all AWS clients of the shell to the local S3, too, for asynchronous calls.'
complete -c smrt -n '__smrt_command_is "smrt local env"' -n '__smrt_unused --unset' -l unset -d 'Restore the variables as they were before.'
complete -c smrt -n '__smrt_command_is "smrt local env"' -n '__smrt_unused --cli-error-format' -l cli-error-format -x -a 'legacy json yaml text table enhanced' -d 'Format of error messages.'
complete -c smrt -n '__smrt_command_is "smrt local env"' -n '__smrt_unused --debug' -l debug -d 'Print debug messages to standard error; secrets are masked.'
complete -c smrt -n '__smrt_command_is "smrt local env"' -n '__smrt_unused --help' -l help -s h -d 'Show this help.'

# smrt local run
complete -c smrt -n '__smrt_command_is "smrt local run"' -n '__smrt_unused --tls' -l tls -d 'Accept TLS too, which AWS SDKs need for bidirectional streams, with a temporary certificate.'
complete -c smrt -n '__smrt_command_is "smrt local run"' -n '__smrt_unused --latency' -l latency -x -a '(__smrt_paths)' -d 'Respond after this time.'
complete -c smrt -n '__smrt_command_is "smrt local run"' -n '__smrt_unused --jitter' -l jitter -x -a '(__smrt_paths)' -d 'Add a random time of up to this to each response.'
complete -c smrt -n '__smrt_command_is "smrt local run"' -n '__smrt_unused --error-rate' -l error-rate -x -a '(__smrt_paths)' -d 'Let the model fail in this percentage of calls.'
complete -c smrt -n '__smrt_command_is "smrt local run"' -n '__smrt_unused --throttle-above' -l throttle-above -x -a '(__smrt_paths)' -d 'Throttle further requests to an endpoint while this many are in flight.'
complete -c smrt -n '__smrt_command_is "smrt local run"' -n '__smrt_unused --tokens-per-second' -l tokens-per-second -x -a '(__smrt_paths)' -d 'Generate responses at this rate: chunks of a stream, words of any other body.'
complete -c smrt -n '__smrt_command_is "smrt local run"' -n '__smrt_unused --reload' -l reload -d 'Load a model again when a file in its folder changes.'
complete -c smrt -n '__smrt_command_is "smrt local run"' -n '__smrt_unused --cold-start' -l cold-start -x -a '(__smrt_paths)' -d 'Scale models from zero: each is ready this time after its first call.'
complete -c smrt -n '__smrt_command_is "smrt local run"' -n '__smrt_unused --verbose' -l verbose -d 'Log each request to standard error, and label what models print.'
complete -c smrt -n '__smrt_command_is "smrt local run"' -n '__smrt_unused --cli-error-format' -l cli-error-format -x -a 'legacy json yaml text table enhanced' -d 'Format of error messages.'
complete -c smrt -n '__smrt_command_is "smrt local run"' -n '__smrt_unused --debug' -l debug -d 'Print debug messages to standard error; secrets are masked.'
complete -c smrt -n '__smrt_command_is "smrt local run"' -n '__smrt_unused --help' -l help -s h -d 'Show this help.'
complete -c smrt -n '__smrt_command_is "smrt local run"' -a '(__smrt_paths)'

# smrt local start
complete -c smrt -n '__smrt_command_is "smrt local start"' -n '__smrt_unused --port' -l port -x -a '(__smrt_paths)' -d 'Port to listen on; 0 picks a free port.'
complete -c smrt -n '__smrt_command_is "smrt local start"' -n '__smrt_unused --tls' -l tls -d 'Accept TLS too, which AWS SDKs need for bidirectional streams, with a temporary certificate.'
complete -c smrt -n '__smrt_command_is "smrt local start"' -n '__smrt_unused --detach' -l detach -d 'Serve in the background, and return when models are loaded.'
complete -c smrt -n '__smrt_command_is "smrt local start"' -n '__smrt_unused --latency' -l latency -x -a '(__smrt_paths)' -d 'Respond after this time.'
complete -c smrt -n '__smrt_command_is "smrt local start"' -n '__smrt_unused --jitter' -l jitter -x -a '(__smrt_paths)' -d 'Add a random time of up to this to each response.'
complete -c smrt -n '__smrt_command_is "smrt local start"' -n '__smrt_unused --error-rate' -l error-rate -x -a '(__smrt_paths)' -d 'Let the model fail in this percentage of calls.'
complete -c smrt -n '__smrt_command_is "smrt local start"' -n '__smrt_unused --throttle-above' -l throttle-above -x -a '(__smrt_paths)' -d 'Throttle further requests to an endpoint while this many are in flight.'
complete -c smrt -n '__smrt_command_is "smrt local start"' -n '__smrt_unused --tokens-per-second' -l tokens-per-second -x -a '(__smrt_paths)' -d 'Generate responses at this rate: chunks of a stream, words of any other body.'
complete -c smrt -n '__smrt_command_is "smrt local start"' -n '__smrt_unused --reload' -l reload -d 'Load a model again when a file in its folder changes.'
complete -c smrt -n '__smrt_command_is "smrt local start"' -n '__smrt_unused --cold-start' -l cold-start -x -a '(__smrt_paths)' -d 'Scale models from zero: each is ready this time after its first call.'
complete -c smrt -n '__smrt_command_is "smrt local start"' -n '__smrt_unused --verbose' -l verbose -d 'Log each request to standard error, and label what models print.'
complete -c smrt -n '__smrt_command_is "smrt local start"' -n '__smrt_unused --cli-error-format' -l cli-error-format -x -a 'legacy json yaml text table enhanced' -d 'Format of error messages.'
complete -c smrt -n '__smrt_command_is "smrt local start"' -n '__smrt_unused --debug' -l debug -d 'Print debug messages to standard error; secrets are masked.'
complete -c smrt -n '__smrt_command_is "smrt local start"' -n '__smrt_unused --help' -l help -s h -d 'Show this help.'
complete -c smrt -n '__smrt_command_is "smrt local start"' -a '(__smrt_paths)'

# smrt local status
complete -c smrt -n '__smrt_command_is "smrt local status"' -n '__smrt_unused --cli-error-format' -l cli-error-format -x -a 'legacy json yaml text table enhanced' -d 'Format of error messages.'
complete -c smrt -n '__smrt_command_is "smrt local status"' -n '__smrt_unused --debug' -l debug -d 'Print debug messages to standard error; secrets are masked.'
complete -c smrt -n '__smrt_command_is "smrt local status"' -n '__smrt_unused --help' -l help -s h -d 'Show this help.'

# smrt local stop
complete -c smrt -n '__smrt_command_is "smrt local stop"' -n '__smrt_unused --port' -l port -x -a '(__smrt_paths)' -d 'Port of the server; only necessary if several run.'
complete -c smrt -n '__smrt_command_is "smrt local stop"' -n '__smrt_unused --cli-error-format' -l cli-error-format -x -a 'legacy json yaml text table enhanced' -d 'Format of error messages.'
complete -c smrt -n '__smrt_command_is "smrt local stop"' -n '__smrt_unused --debug' -l debug -d 'Print debug messages to standard error; secrets are masked.'
complete -c smrt -n '__smrt_command_is "smrt local stop"' -n '__smrt_unused --help' -l help -s h -d 'Show this help.'

# smrt configure
complete -c smrt -n '__smrt_command_is "smrt configure"' -a list -d 'List every setting with its value and origin.'
complete -c smrt -n '__smrt_command_is "smrt configure"' -n '__smrt_unused --help' -l help -s h -d 'Show this help.'

# smrt configure list
complete -c smrt -n '__smrt_command_is "smrt configure list"' -n '__smrt_unused --profile' -l profile -x -a '(__smrt_profiles)' -d 'Profile from your AWS configuration files.'
complete -c smrt -n '__smrt_command_is "smrt configure list"' -n '__smrt_unused --region' -l region -x -a '(printf "%s\\\\n" $__smrt_regions)' -d 'AWS Region to use.'
complete -c smrt -n '__smrt_command_is "smrt configure list"' -n '__smrt_unused --cli-error-format' -l cli-error-format -x -a 'legacy json yaml text table enhanced' -d 'Format of error messages.'
complete -c smrt -n '__smrt_command_is "smrt configure list"' -n '__smrt_unused --debug' -l debug -d 'Print debug messages to standard error; secrets are masked.'
complete -c smrt -n '__smrt_command_is "smrt configure list"' -n '__smrt_unused --help' -l help -s h -d 'Show this help.'

# smrt completion
complete -c smrt -n '__smrt_command_is "smrt completion"' -n '__smrt_unused --install' -l install -d 'Install the script in your home directory.'
complete -c smrt -n '__smrt_command_is "smrt completion"' -n '__smrt_unused --cli-error-format' -l cli-error-format -x -a 'legacy json yaml text table enhanced' -d 'Format of error messages.'
complete -c smrt -n '__smrt_command_is "smrt completion"' -n '__smrt_unused --debug' -l debug -d 'Print debug messages to standard error; secrets are masked.'
complete -c smrt -n '__smrt_command_is "smrt completion"' -n '__smrt_unused --help' -l help -s h -d 'Show this help.'
complete -c smrt -n '__smrt_command_is "smrt completion"' -a 'bash zsh fish'
