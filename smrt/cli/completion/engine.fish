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

@TABLES@
